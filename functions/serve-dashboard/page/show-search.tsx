import { useContext } from "preact/hooks";
import { valuesAddress } from "../first-addresses.ts";
import { Field, FilterForm, Posts, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeRange } from "./write-values.ts";

/** Posts by words and user. */
export function ShowSearch({ place }: { place: Place }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = query === "" ? "/search" : `/search?${query}`;
  const known = useAnswer(address, "search");
  return (
    <>
      <header class="title">
        <h1>Search posts</h1>
      </header>
      <FilterForm place={place} action="Search">
        <Field name="words" label="Words" query={place.query} />
        <Field name="author" label="User" query={place.query} placeholder="x:12" />
        <Field
          name="source"
          label="Source"
          query={place.query}
          values={valuesAddress("url-mentions", "source")}
        />
        <Field
          name="language"
          label="Language"
          query={place.query}
          values={valuesAddress("url-mentions", "language")}
        />
        <Field name="from" label="From (UTC)" query={place.query} placeholder="2026-01-02T03" />
        <Field name="to" label="To (UTC)" query={place.query} placeholder="2026-01-03" />
      </FilterForm>
      <ShowState known={known}>
        {({ rows, from, to, next }) => (
          <>
            <p class="muted">{writeRange(from, to, zone)}</p>
            {rows.length === 0 ? (
              <p class="empty">No post is like this between these hours.</p>
            ) : (
              <Posts posts={rows} />
            )}
            <TableFoot address={address} place={place} next={next} />
          </>
        )}
      </ShowState>
    </>
  );
}
