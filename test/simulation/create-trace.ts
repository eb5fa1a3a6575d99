/** What happened in a run, in order, as a hash. */
export type Trace = {
  add: (line: string) => void;
  /** 16 hexadecimal digits that stand for all lines so far. */
  hash: () => string;
};

/** FNV-1a, 32 bits, twice with different offsets: a run that differs in one letter has another hash. */
const prime = 0x01_00_01_93;

export function createTrace(): Trace {
  let low = 0x81_1c_9d_c5;
  let high = 0x5f_35_6e_9b;
  return {
    add: (line) => {
      for (let index = 0; index < line.length; index++) {
        const code = line.charCodeAt(index);
        low = Math.imul(low ^ code, prime);
        high = Math.imul(high ^ (code + index), prime);
      }
      low = Math.imul(low ^ 0x0a, prime);
    },
    hash: () => hex(high) + hex(low),
  };
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
