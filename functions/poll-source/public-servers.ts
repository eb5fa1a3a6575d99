import { request } from "node:https";
import type { Connecting } from "./fetch-page.ts";
import { isPublicAddress } from "./is-public-address.ts";

/** Servers of the public Internet, encrypted, and nothing else. */
export const publicServers: Connecting = { protocol: "https:", request, allows: isPublicAddress };
