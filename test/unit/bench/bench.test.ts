import { describe, expect, test } from "vitest";
import { parseBenchOptions } from "../../bench/bench.ts";
import { benches } from "../../bench/benches.ts";

describe("npm run bench", () => {
  test("measures everything, or what is named, in its own order", () => {
    expect(parseBenchOptions([])?.names).toEqual(Object.keys(benches));
    expect(parseBenchOptions(["http", "urls"])).toEqual({
      names: ["urls", "http"],
      isWhole: false,
      quick: false,
    });
  });

  test("--quick leaves out what takes long, unless it is named", () => {
    expect(parseBenchOptions(["--quick"])?.names).not.toContain("closing");
    expect(parseBenchOptions(["--quick", "closing"])).toEqual({
      names: ["closing"],
      isWhole: false,
      quick: true,
    });
  });

  test("--quick ends within ten minutes on two cores", () => {
    const seconds = Object.values(benches).map(({ quickSeconds = 0 }) => quickSeconds);
    expect(seconds.reduce((sum, one) => sum + one, 0)).toBeLessThan(600);
  });

  test("files are taken as they are given", () => {
    expect(parseBenchOptions(["urls", "--json", "now.json", "--compare", "then.json"])).toEqual({
      names: ["urls"],
      isWhole: false,
      quick: false,
      json: "now.json",
      compare: "then.json",
    });
  });

  test("an unknown name is refused, and help is no run", () => {
    expect(() => parseBenchOptions(["speed"])).toThrow("no benchmark 'speed'. Try --help.");
    expect(parseBenchOptions(["--help"])).toBeUndefined();
  });
});
