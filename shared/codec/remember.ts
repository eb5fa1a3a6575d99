/**
 * `read`, which is asked once for what it was asked before. When so many values are kept, it begins
 * anew: what comes again and again is known again at once, and nothing else can fill the memory.
 */
export function remember<Key, Value extends NonNullable<unknown> | null>(
  mostKept: number,
  read: (key: Key) => Value,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = read(key);
    if (known.size === mostKept) known.clear();
    known.set(key, value);
    return value;
  };
}
