/** Stands before the names of all topics: several deployments share a project. */
export const tenant = "acme-";

/** The topic of the tenant by its full name; undefined for one of another tenant, or of none. */
export const ownTopic = (name: string): string | undefined =>
  name.startsWith(tenant) ? name.slice(tenant.length) : undefined;
