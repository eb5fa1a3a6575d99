import { wikimediaHosts } from "./wikimedia-hosts.ts";

/**
 * Pages whose last path segment is the name of a file or of an entry, which people have chosen: there
 * `index.html` is no other name of the folder, and `.amp` no version. On these sites, where given only
 * below `below`.
 */
export const fileHosts = [
  { hosts: ["github.com", "raw.githubusercontent.com", "gitlab.com", "bitbucket.org"] },
  { hosts: ["codeberg.org", "unpkg.com", "cdn.jsdelivr.net"] },
  { hosts: wikimediaHosts, below: "/wiki/" },
] as const;

/** As GitLab and Gitea name the files of a repository, on whatever host they run. */
export const filePaths = /\/(?:-\/(?:blob|blame|raw)|(?:src|raw)\/(?:branch|commit|tag))\//;
