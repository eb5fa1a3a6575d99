import type { View } from "../shared/rows/view.ts";
import { views } from "../shared/rows/views.ts";
import { stopWords } from "./stop-words.ts";

/** All views that are deployed, in an order in which they can be created. */
export const deployedViews: readonly View[] = [...views, stopWords];

/**
 * What a view is, with its columns: BigQuery takes no descriptions of them with a view's query, and those
 * that are added afterwards are gone with the next query.
 */
export const describeView = ({ description, columns }: View): string =>
  [description, ...Object.entries(columns).map(([name, says]) => `${name}: ${says}`)].join("\n");
