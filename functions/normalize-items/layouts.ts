import type { ItemLayout } from "./item-layout.ts";

/** All layouts. A further API is one more here, and one more source of poll-source. */
export const layouts: readonly ItemLayout[] = [
  {
    // https://hn.algolia.com/api
    source: "hacker-news",
    items: ["hits"],
    id: ["objectID"],
    createdAt: ["created_at_i"],
    changedAt: ["updated_at"],
    author: ["author"],
    title: ["title"],
    links: [["url"]],
    html: ["story_text"],
  },
];
