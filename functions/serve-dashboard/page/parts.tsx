import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Post } from "./answers.ts";
import { SettingsContext } from "./settings.ts";
import { type Known, useAnswer } from "./use-answer.ts";
import { go, type Place, withQuery } from "./use-place.ts";
import { writeTime } from "./write-values.ts";

/** What stands in the place of an answer that is not there, or is old. */
export function ShowState<Answer>({
  known,
  children,
}: {
  known: Known<Answer>;
  children: (answer: Answer) => ComponentChildren;
}) {
  const { answer, problem, isLoading } = known;
  return (
    <>
      {problem !== undefined && (
        <p role="alert" class="problem">
          {problem}
        </p>
      )}
      {answer === undefined && problem === undefined && <Loading />}
      {answer !== undefined && <div class={isLoading ? "stale" : "fresh"}>{children(answer)}</div>}
    </>
  );
}

const Loading = () => (
  <div class="loading" role="status">
    <span class="sr">Loading …</span>
    <i />
    <i />
    <i />
    <i />
    <i />
  </div>
);

/** A text that someone else wrote: shown as it is, on its own, whichever way it is written. */
export const Foreign = ({ text }: { text: string }) => <bdi class="foreign">{text}</bdi>;

/** A link that leads out of the page. */
export function Outward({
  href,
  children,
}: {
  href: string | undefined;
  children: ComponentChildren;
}) {
  if (href === undefined) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" class="outward">
      {children}
    </a>
  );
}

/** Where the table of a view can be had as a file, and its next page. */
export function TableFoot({
  address,
  place,
  next,
}: {
  address: string;
  place: Place;
  next: number | undefined;
}) {
  const page = Number(place.query.get("page") ?? "1");
  const as = (format: string) =>
    `/api/v1${address}${address.includes("?") ? "&" : "?"}format=${format}`;
  return (
    <div class="foot">
      <span class="pager">
        {page > 1 && (
          <a href={withQuery(place, { page: page === 2 ? undefined : String(page - 1) })}>
            ← Page {page - 1}
          </a>
        )}
        {next !== undefined && <a href={withQuery(place, { page: String(next) })}>Page {next} →</a>}
      </span>
      <span class="files">
        <a href={as("csv")} download>
          CSV
        </a>
        <a href={as("ndjson")} download>
          NDJSON
        </a>
        <a href={as("json")} target="_blank" rel="noopener">
          JSON
        </a>
      </span>
    </div>
  );
}

/** Posts as other people wrote them. */
export function Posts({ posts }: { posts: readonly Post[] }) {
  const { zone } = useContext(SettingsContext);
  return (
    <ol class="posts">
      {posts.map((post) => (
        <li key={post.id}>
          <div class="about">
            {post.author !== null && (
              <a href={`/users/${encodeURIComponent(post.author)}`}>
                <Foreign text={post.author} />
              </a>
            )}
            {post.kind !== null && <span class="kind">{post.kind}</span>}
            {post.language !== null && (
              <span>
                <Foreign text={post.language} />
              </span>
            )}
            {post.at !== null && (
              <Outward href={post.href}>
                <time dateTime={post.at}>{writeTime(post.at, zone)}</time>
              </Outward>
            )}
          </div>
          {post.text !== null && (
            <p dir="auto">
              <Foreign text={post.text} />
            </p>
          )}
          {post.links.length > 0 && (
            <ul class="links">
              {post.links.map((link) => (
                <li key={link.url}>
                  <Outward href={link.href}>
                    <Foreign text={link.shown} />
                  </Outward>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

export const Fact = ({
  name,
  children,
  note,
}: {
  name: string;
  children: ComponentChildren;
  note?: string;
}) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>
      {children}
      {note !== undefined && <small>{note}</small>}
    </dd>
  </div>
);

/** A field of a form of filters; what is in it is in the address. */
export function Field({
  name,
  label,
  query,
  placeholder = "",
  values,
}: {
  name: string;
  label: string;
  query: URLSearchParams;
  placeholder?: string;
  /** Address of what is suggested; asked for when the field is entered. */
  values?: string | undefined;
}) {
  const value = query.get(name) ?? "";
  const [isEntered, setIsEntered] = useState(false);
  const suggested = useAnswer(isEntered ? values : undefined, "values").answer?.rows;
  const list = suggested === undefined ? undefined : `values-of-${name}`;
  return (
    <label class="field">
      <span>{label}</span>
      {suggested !== undefined && (
        <datalist id={list}>
          {suggested.map((one) => (
            <option key={one.value} value={one.value} />
          ))}
        </datalist>
      )}
      <input
        list={list}
        onFocus={() => setIsEntered(true)}
        onBlur={() => setIsEntered(false)}
        key={value}
        type="search"
        name={name}
        defaultValue={value}
        placeholder={placeholder}
        autocomplete="off"
        maxLength={200}
      />
    </label>
  );
}

/** A form of filters, which takes them into the address. `extra` stands behind its button. */
export function FilterForm({
  place,
  action,
  extra,
  children,
}: {
  place: Place;
  /** What its button says. */
  action: string;
  extra?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <search>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          go(withQuery(place, readForm(event.currentTarget)));
        }}
      >
        {children}
        <button type="submit">{action}</button>
        {extra}
      </form>
    </search>
  );
}

/** The filters of a form; the address goes back to its first page. */
function readForm(form: HTMLFormElement): Record<string, string | undefined> {
  const fields = [...new FormData(form)].map(([name, value]) => [
    name,
    typeof value === "string" ? value.trim() : "",
  ]);
  return { page: undefined, ...Object.fromEntries(fields) };
}
