/** Where a record was first received, whatever it was sent again as. */
export type Lineage = {
  /** `child` holds the record at `position` of `parent`, or all of `parent`. */
  add: (child: string, parent: string, position?: string) => void;
  /** `<message id> <position>` of the first delivery. */
  trace: (messageId: string, position: string) => string;
};

export function createLineage(): Lineage {
  const parents = new Map<string, { parent: string; position: string | undefined }>();
  return {
    add: (child, parent, position) => parents.set(child, { parent, position }),
    trace: (messageId, position) => {
      if (!parents.has(messageId)) return `${messageId} ${position}`;
      let id = messageId;
      let place = position;
      for (let from = parents.get(id); from !== undefined; from = parents.get(id)) {
        id = from.parent;
        if (from.position !== undefined) {
          place = from.position + place.slice("records[0]".length);
        }
      }
      return `${id} ${place}`;
    },
  };
}
