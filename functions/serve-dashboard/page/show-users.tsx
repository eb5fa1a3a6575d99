import { useContext } from "preact/hooks";
import { valuesAddress } from "../first-addresses.ts";
import { Field, FilterForm, Foreign, Outward, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeNumber, writeRange } from "./write-values.ts";

const rowsOfPage = 50;

/** Who moves most: whom others repost, quote, answer and mention. */
export function ShowUsers({ place }: { place: Place }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = query === "" ? "/users" : `/users?${query}`;
  const known = useAnswer(address, "users");
  const first = (Number(place.query.get("page") ?? "1") - 1) * rowsOfPage;
  return (
    <>
      <header class="title">
        <h1>Who moves whom</h1>
        <p class="muted">
          Users whom others repost, quote, answer and mention
          {known.answer !== undefined &&
            ` · ${writeRange(known.answer.from, known.answer.to, zone)}`}
        </p>
      </header>
      <FilterForm place={place} action="Filter">
        <Field
          name="source"
          label="Source"
          query={place.query}
          values={valuesAddress("interactions", "source")}
        />
        <Field name="from" label="From (UTC)" query={place.query} placeholder="2026-01-02T03" />
        <Field name="to" label="To (UTC)" query={place.query} placeholder="2026-01-03" />
      </FilterForm>
      <ShowState known={known}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <p class="empty">Nobody has reacted to anybody between these hours.</p>
          ) : (
            <>
              <section class="scroll" aria-label="Users">
                <table class="top">
                  <thead>
                    <tr>
                      <th scope="col" class="number rank">
                        #
                      </th>
                      <th scope="col">User</th>
                      <th scope="col" class="number" aria-sort="descending">
                        Score
                      </th>
                      <th scope="col" class="number more">
                        Reactions
                      </th>
                      <th scope="col" class="number wide">
                        Passed on
                      </th>
                      <th scope="col" class="number">
                        Moves
                      </th>
                      <th scope="col" class="number wide">
                        Followers
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row, n) => (
                      <tr key={row.user}>
                        <td class="number rank">{first + n + 1}</td>
                        <td class="key user">
                          <UserLink user={row.user} />{" "}
                          {row.href !== undefined && (
                            <span class="address">
                              <Outward href={row.href}>profile</Outward>
                            </span>
                          )}
                        </td>
                        <td class="number by">{writeNumber(row.score)}</td>
                        <td class="number more">{writeNumber(row.interactions)}</td>
                        <td class="number wide">{writeNumber(row.reshares)}</td>
                        <td class="number">{writeNumber(row.influenced)}</td>
                        <td class="number wide">
                          {row.followers === null ? "–" : writeNumber(row.followers)}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
              <p class="muted note">
                A repost weighs 4, a quote 3, a reply 2 and a mention 1; the score is their sum.
              </p>
              <TableFoot address={address} place={place} next={next} />
            </>
          )
        }
      </ShowState>
    </>
  );
}

/** A user by id, as a link to whom it moves. */
export const UserLink = ({ user }: { user: string }) => (
  <a href={`/users/${encodeURIComponent(user)}`}>
    <Foreign text={user} />
  </a>
);
