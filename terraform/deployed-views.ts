import type { View } from "../shared/rows/view.ts";
import { views } from "../shared/rows/views.ts";
import { stopWords } from "./stop-words.ts";

/** All views that are deployed, in an order in which they can be created. */
export const deployedViews: readonly View[] = [...views, stopWords];
