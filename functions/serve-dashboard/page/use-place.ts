import { useEffect, useState } from "preact/hooks";

/** Where the reader is: all that a view shows follows from it, so that it can be shared. */
export type Place = { path: string; query: URLSearchParams };

const moved = new EventTarget();

const here = (): Place => ({
  path: location.pathname,
  query: new URLSearchParams(location.search),
});

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = () => setPlace(here());
    moved.addEventListener("moved", update);
    addEventListener("popstate", update);
    return () => {
      moved.removeEventListener("moved", update);
      removeEventListener("popstate", update);
    };
  }, []);
  return place;
}

export function go(href: string): void {
  history.pushState(null, "", href);
  moved.dispatchEvent(new Event("moved"));
}

/** Links to views of the page change the view, and nothing is loaded anew. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const { altKey, ctrlKey, metaKey, shiftKey } = event;
    const isPlain = event.button === 0 && !(altKey || ctrlKey || metaKey || shiftKey);
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!isPlain || link === null || link.target !== "" || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || link.pathname.startsWith("/api/")) return;
    // Within the view: the browser goes there, and takes the focus along.
    if (link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}

/** An address with some parameters changed; those that become empty are left out. */
export function withQuery(
  { path, query }: Place,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") changed.delete(name);
    else changed.set(name, value);
  }
  const text = changed.toString();
  return text === "" ? path : `${path}?${text}`;
}
