import { useContext } from "preact/hooks";
import type { Tie } from "./answers.ts";
import { Fact, Foreign, Outward, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { UserLink } from "./show-users.tsx";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeCount, writeNumber, writeRange, writeTime } from "./write-values.ts";

/** Whom a user moves, and who moves it. */
export function ShowUser({ user, place }: { user: string; place: Place }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = `/users/${encodeURIComponent(user)}${query === "" ? "" : `?${query}`}`;
  const known = useAnswer(address, "user");
  return (
    <ShowState known={known}>
      {({ href, from, to, moves, movedBy, next, rows }) => (
        <>
          <header class="title">
            <h1>
              <Foreign text={user} />
            </h1>
            <p class="muted">
              {writeRange(from, to, zone)} ·{" "}
              <a href={`/search?author=${encodeURIComponent(user)}`}>Posts</a>
              {href !== undefined && (
                <>
                  {" · "}
                  <Outward href={href}>Profile</Outward>
                </>
              )}
            </p>
          </header>
          <dl class="facts">
            <Fact name="Moves" note={writeCount(moves.interactions, "reaction")}>
              {writeCount(moves.others, "user")}
            </Fact>
            <Fact name="Score">{writeNumber(moves.score)}</Fact>
            <Fact name="Is moved by" note={writeCount(movedBy.interactions, "reaction")}>
              {writeCount(movedBy.others, "user")}
            </Fact>
          </dl>
          <div class="columns">
            <Ties
              title="Who reacts to it"
              empty="Nobody reacts to it between these hours."
              ties={rows.filter(({ direction }) => direction === "moves")}
            />
            <Ties
              title="To whom it reacts"
              empty="It reacts to nobody between these hours."
              ties={rows.filter(({ direction }) => direction === "is moved by")}
            />
          </div>
          <TableFoot address={address} place={place} next={next} />
        </>
      )}
    </ShowState>
  );
}

function Ties({ title, empty, ties }: { title: string; empty: string; ties: readonly Tie[] }) {
  const { zone } = useContext(SettingsContext);
  return (
    <section>
      <h2>{title}</h2>
      {ties.length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">User</th>
              <th scope="col" class="number" aria-sort="descending">
                Score
              </th>
              <th scope="col" class="number">
                Reactions
              </th>
              <th scope="col" class="number wide">
                Passed on
              </th>
              <th scope="col" class="number wide">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {ties.map((tie) => (
              <tr key={tie.other}>
                <td class="user">
                  <UserLink user={tie.other} />
                </td>
                <td class="number by">{writeNumber(tie.score)}</td>
                <td class="number">{writeNumber(tie.interactions)}</td>
                <td class="number wide">{writeNumber(tie.reshares)}</td>
                <td class="number wide">{writeTime(tie.last, zone)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
