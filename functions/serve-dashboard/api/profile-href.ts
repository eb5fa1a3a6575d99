import { hrefOf } from "./show-link.ts";

/** Where a user can be seen, as the network of the id names its users; nothing where that is not known. */
export function profileHref(user: string): { href?: string } {
  const [source, ...rest] = user.split(":");
  const native = rest.join(":");
  switch (source) {
    case "x":
      return /^\d+$/.test(native) ? { href: `https://x.com/i/user/${native}` } : {};
    case "bluesky":
      return { href: `https://bsky.app/profile/${encodeURIComponent(native)}` };
    default: {
      const href = hrefOf(native);
      return href === undefined ? {} : { href };
    }
  }
}
