import * as z from "zod";
import { wordsOfPost } from "../posts/words-of-post.ts";
import type { DerivedColumns } from "./table.ts";

/**
 * The words of a post in a column of their own: what BigQuery itself takes for a word has spaces
 * around it, which Japanese, Chinese and Thai do not write.
 */
export const postWords: DerivedColumns = {
  columns: z.object({
    words: z
      .array(z.string())
      .describe(
        "Words of the text, each once, case-folded, in NFC, for SEARCH(words, 'word', analyzer => 'NO_OP_ANALYZER'); none where the text is not kept",
      ),
  }),
  from: ({ source, text }) => ({
    words: typeof source === "string" && typeof text === "string" ? wordsOfPost(source, text) : [],
  }),
};
