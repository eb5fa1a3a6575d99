/**
 * Why a spelling of a link is the same page as its key, in words: what the policy took away or put
 * in its place. Told from the two alone, so that it is true whatever release counted them.
 */
export function explainSpelling(spelling: string, clean: string): string[] {
  if (!URL.canParse(spelling) || !URL.canParse(clean)) return ["counted by its whole text"];
  const [from, to] = [new URL(spelling), new URL(clean)];
  const notes: string[] = [];
  if (from.hostname !== to.hostname) notes.push(`${from.hostname} is ${to.hostname}`);
  else if (from.protocol !== to.protocol) notes.push("http and https are one");
  if (from.port !== to.port) notes.push(`without port ${from.port}`);
  const kept = new Set(to.searchParams.keys());
  const dropped = [...new Set(from.searchParams.keys())].filter((name) => !kept.has(name));
  if (dropped.length > 0) notes.push(`without ${dropped.slice(0, 8).join(", ")}`);
  if (from.pathname !== to.pathname) notes.push(explainPath(from.pathname, to.pathname));
  if (from.hash !== "" && to.hash === "") notes.push("without its fragment");
  return notes.length === 0 ? ["the same address"] : notes;
}

function explainPath(from: string, to: string): string {
  const bare = (path: string) => path.replace(/\/+$/, "");
  if (bare(from) === bare(to)) return "a slash at the end means nothing";
  if (bare(from).toLowerCase() === bare(to).toLowerCase()) return "upper and lower case are one";
  return `the page is at ${to}`;
}
