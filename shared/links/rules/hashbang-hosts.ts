/** Sites that once ran on `#!/…` routes and serve the same pages at the plain path today. */
export const hashbangHosts = ["x.com"] as const;
