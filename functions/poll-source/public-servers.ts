import { request } from "node:https";
import { isPublicAddress } from "../../shared/network/is-public-address.ts";
import type { Connecting } from "./fetch-page.ts";

/** Servers of the public Internet, encrypted, and nothing else. */
export const publicServers: Connecting = { protocol: "https:", request, allows: isPublicAddress };
