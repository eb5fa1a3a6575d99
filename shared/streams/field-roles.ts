import * as z from "zod";

/**
 * What a field of an event is for, when it is counted by the hour:
 * - `key`: identifies what is counted; a stream with revisions may leave it out, and then the event
 *   only withdraws what worse informed readings counted;
 * - `label`: describes the key; the view shows that of the smallest event id that has one;
 * - `member`: kept beside the identity of each event;
 * - `author`: a member that tells who did it;
 * - `measure`: a member that is summed;
 * - `revision`: of the events of one id, only those with the greatest count.
 */
type FieldRole = "key" | "label" | "member" | "author" | "measure" | "revision";

const roles = z.registry<{ role: FieldRole }>();

const inRole =
  (role: FieldRole) =>
  <T extends z.ZodType>(type: T, description: string): T => {
    const described = type.describe(description);
    roles.add(described, { role });
    return described;
  };

export const key = inRole("key");
export const label = inRole("label");
export const member = inRole("member");
export const author = inRole("author");
export const measure = inRole("measure");
export const revision = inRole("revision");

/** Role of a declared field; undefined for what every event has: `id` and `event_time`. */
export const roleOf = (field: z.ZodType): FieldRole | undefined => roles.get(field)?.role;
