/**
 * Asks for room for so many bytes and calls `enter` at once, or when those before have left. What it
 * returns gives the room back, or the place in the queue: once, and then does nothing.
 */
export type Gate = (bytes: number, enter: () => void) => () => void;

/** A gate with room for so many bytes. Who comes first enters first; what is larger enters alone. */
export function createGate(room: number): Gate {
  type Guest = { bytes: number; enter: () => void };
  const waiting = new Set<Guest>();
  const inside = new Set<Guest>();
  let taken = 0;

  const letIn = () => {
    for (const guest of waiting) {
      if (inside.size > 0 && taken + guest.bytes > room) return;
      waiting.delete(guest);
      inside.add(guest);
      taken += guest.bytes;
      guest.enter();
    }
  };

  return (bytes, enter) => {
    const guest = { bytes, enter };
    waiting.add(guest);
    letIn();
    return () => {
      waiting.delete(guest);
      if (!inside.delete(guest)) return;
      taken -= bytes;
      letIn();
    };
  };
}
