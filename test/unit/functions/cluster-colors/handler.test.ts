import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/cluster-colors/config.ts";
import { createHandler } from "../../../../functions/cluster-colors/handler.ts";
import { type ImageColor, imageColor } from "../../../../shared/events/image-color.v1.ts";
import { createMemoryLake } from "../../../support/memory-lake.ts";
import { hasSharedData, sharedDataPath } from "../../../support/shared-data.ts";

/** The handler on a lake in memory. */
function createPainter(variables: Record<string, string> = {}, fails = false) {
  const lake = createMemoryLake({ fails: () => fails });
  const config = parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", ...variables });
  const handle = createHandler({ ...lake.dependencies, config });
  return {
    ...lake,
    drop: (name: string, bytes: string | Uint8Array) => handle(lake.put(name, bytes)),
    rows: (): ImageColor[] =>
      lake.linesOn("append-image-colors").map((one) => imageColor.parse(one)),
  };
}

/** Rows of pixels of 3 channels: red, green and blue, in eights of the width. */
const stripes = (reds: number, greens: number, blues: number) => {
  const row = [
    ...Array.from({ length: reds }, () => [255, 0, 0]),
    ...Array.from({ length: greens }, () => [0, 255, 0]),
    ...Array.from({ length: blues }, () => [0, 0, 255]),
  ].flat();
  const width = reds + greens + blues;
  const pixels = Buffer.from(Array.from({ length: 16 }, () => row).flat());
  return sharp(pixels, { raw: { width, height: 16, channels: 3 } });
};
const striped = [
  { rank: 1, color: "#ff0000", share: 0.5 },
  { rank: 2, color: "#00ff00", share: 0.375 },
  { rank: 3, color: "#0000ff", share: 0.125 },
];
const told = (rows: readonly ImageColor[]) =>
  rows.map(({ rank, color, share }) => ({ rank, color, share }));

describe("an image", () => {
  test("is one row for each of its colours", async () => {
    const painter = createPainter();
    await painter.drop("landing/images/a b.png", await stripes(8, 6, 2).png().toBuffer());
    expect(painter.rows()[1]).toEqual({
      image: "a b.png",
      generation: "1700000000000001",
      uploaded_at: "2026-01-02T03:04:05.678Z",
      rank: 2,
      color: "#00ff00",
      share: 0.375,
      // https://bottosson.github.io/posts/oklab/ has no table; these are those of CSS Color 4.
      lightness: 0.86644,
      a: -0.233888,
      b: 0.179498,
      format: "png",
      width: 16,
      height: 16,
    });
    expect(told(painter.rows())).toEqual(striped);
    expect(painter.logged).toMatchObject([
      { counts: { format: "png", colors: 3 }, message: "taken" },
    ]);
  });

  const lossless = (format: "webp" | "avif") =>
    stripes(8, 6, 2).toFormat(format, { lossless: true }).toBuffer();
  test.each([
    ["a GIF", () => stripes(8, 6, 2).gif().toBuffer(), "gif"],
    ["a WebP", () => lossless("webp"), "webp"],
    ["16 bits", () => stripes(8, 6, 2).toColourspace("rgb16").png().toBuffer(), "png"],
    ["a palette", () => stripes(8, 6, 2).png({ palette: true }).toBuffer(), "png"],
    [
      "turned by its camera",
      () =>
        stripes(8, 6, 2)
          .withExif({ IFD0: { Orientation: "6" } })
          .png()
          .toBuffer(),
      "png",
    ],
  ])("as %s", async (_what, make, format) => {
    const painter = createPainter();
    await painter.drop("landing/images/wrong.jpg", await make());
    expect(told(painter.rows())).toEqual(striped);
    expect(painter.rows()[0]?.format).toBe(format);
  });

  test.each([
    ["a JPEG", () => stripes(8, 6, 2).jpeg({ quality: 100 }).toBuffer(), "jpeg"],
    ["a JPEG in CMYK", () => stripes(8, 6, 2).toColourspace("cmyk").jpeg().toBuffer(), "jpeg"],
    ["an AVIF", () => stripes(8, 6, 2).avif({ quality: 100 }).toBuffer(), "avif"],
  ])("as %s, which loses some", async (_what, make, format) => {
    const painter = createPainter({ COLORS: "3" });
    await painter.drop("landing/images/a", await make());
    const rows = painter.rows();
    expect(rows.map(({ format }) => format)).toEqual([format, format, format]);
    expect(rows[0]?.share).toBeGreaterThan(0.4);
    expect(rows[0]?.a).toBeGreaterThan(0.1);
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("that moves is its first frame", async () => {
    const frame = (red: number) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background: { r: red, g: 0, b: 0 } } })
        .png()
        .toBuffer();
    const frames = await Promise.all([frame(255), frame(0)]);
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const painter = createPainter();
    await painter.drop("landing/images/a.gif", moving);
    expect(told(painter.rows())).toEqual([{ rank: 1, color: "#ff0000", share: 1 }]);
    expect(painter.rows()[0]?.height).toBe(8);
  });

  test("in greys, with one channel, has as many colours as are asked for", async () => {
    const pixels = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const greys = sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } });
    const painter = createPainter({ COLORS: "7" });
    await painter.drop("landing/images/a.png", await greys.png().toBuffer());
    expect(painter.rows()).toHaveLength(7);
    expect(painter.rows().every(({ a, b }) => Math.abs(a) < 1e-6 && Math.abs(b) < 1e-6)).toBe(true);
  });

  test("counts what shows: half of what shines through, nothing of what is clear", async () => {
    const pixels = Buffer.of(255, 0, 0, 255, 0, 255, 0, 51, 0, 0, 255, 0);
    const clear = sharp(pixels, { raw: { width: 3, height: 1, channels: 4 } });
    const painter = createPainter();
    await painter.drop("landing/images/a.png", await clear.png().toBuffer());
    expect(told(painter.rows())).toEqual([
      { rank: 1, color: "#ff0000", share: 0.833333 },
      { rank: 2, color: "#00ff00", share: 0.166667 },
    ]);
  });

  test("of many colours has those of the best of many partitions", async () => {
    let state = 63_352;
    const luck = () => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const about = [
      [200, 40, 40],
      [60, 170, 60],
      [50, 60, 190],
      [230, 200, 70],
      [120, 120, 120],
      [30, 30, 30],
      [220, 160, 200],
    ];
    const pixels = Array.from({ length: 2_000 }, () => {
      const middle = about[Math.floor(luck() * 7)] ?? [];
      const times = 1 + Math.floor(luck() * 3);
      const near = (part: number) => Math.round(part + (luck() + luck() + luck() - 1.5) * 70);
      const color = middle.map((part) => Math.max(0, Math.min(255, near(part))));
      return Array.from({ length: times }, () => color);
    }).flat(2);
    const raw = { width: pixels.length / 3, height: 1, channels: 3 } as const;
    const image = await sharp(Buffer.from(pixels), { raw }).png().toBuffer();
    const painter = createPainter();
    await painter.drop("landing/images/a.png", image);
    // The numbers are those of another program, in another language.
    expect(
      painter.rows().map(({ share, lightness, a, b }) => [share, lightness, a, b].join(" ")),
    ).toEqual([
      "0.247672 0.824249 0.014866 0.066594",
      "0.212434 0.651383 -0.104371 0.082602",
      "0.207148 0.569769 0.140122 0.052417",
      "0.182985 0.480234 0.011768 -0.162046",
      "0.149761 0.259773 0.00972 -0.008742",
    ]);
  });

  test("is acknowledged only when its colours are safe", async () => {
    const dropped = createPainter({}, true).drop(
      "landing/images/a.png",
      await stripes(1, 1, 1).png().toBuffer(),
    );
    await expect(dropped).rejects.toThrow("unavailable");
  });
});

/** A PNG of 1 kB that says to have so many pixels. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, bytes: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), bytes]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(100_000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const svg =
  '<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>';
const png = () => stripes(80, 60, 20).png({ compressionLevel: 0 }).toBuffer();
const jpeg = () => stripes(800, 600, 200).jpeg().toBuffer();

describe("what is no image to look at is a failed event", () => {
  test.each([
    ["a bomb", () => pngOf(30_000, 30_000), "decompression-bomb", "30000 × 30000 pixels are more"],
    [
      "a PNG that is cut short",
      async () => (await png()).subarray(0, -200),
      /truncated|corrupt/,
      "",
    ],
    [
      "a JPEG that is cut short",
      async () => (await jpeg()).subarray(0, -200),
      "truncated-object",
      "",
    ],
    ["a header alone", async () => (await png()).subarray(0, 20), /truncated|corrupt/, ""],
    ["a damaged one", async () => (await png()).fill(7, 60, 900), "corrupt-object", "damaged"],
    ["SVG with a script", () => svg, "unsupported-format", "SVG: save it as JPEG"],
    ["SVG in UTF-16", () => Buffer.from(`\ufeff${svg}`, "utf16le"), "unsupported-format", "SVG"],
    ["TIFF", () => stripes(1, 1, 1).tiff().toBuffer(), "unsupported-format", "TIFF"],
    ["a PDF", () => "%PDF-1.7", "unsupported-format", "PDF"],
    ["a video", () => "\0\0\0\u0020ftypisom", "unsupported-format", "a video"],
    ["text", () => "P3 1 1 255 0 0 0", "unsupported-format", "no image that is known"],
    ["nothing", () => "", "unsupported-format", "no image that is known"],
  ])("%s", async (_what, make, reason, message) => {
    const painter = createPainter();
    await painter.drop("landing/images/a.png", await make());
    expect(painter.rows()).toEqual([]);
    const [failed, ...others] = painter.failed();
    expect(others).toEqual([]);
    expect(failed?.stage).toBe("cluster-colors");
    expect(failed?.reason).toMatch(reason);
    expect(failed?.issues[0]?.message).toContain(message);
  });

  test("one of more bytes than it may have, of which none is read", async () => {
    const painter = createPainter({ MAX_IMAGE_BYTES: "99" });
    await painter.drop("landing/images/a.png", await png());
    expect(painter.failed()).toMatchObject([
      { reason: "object-too-large", issues: [{ message: "more than 99 bytes" }] },
    ]);
  });

  test("one that is all transparent", async () => {
    const clear = sharp(Buffer.alloc(16), { raw: { width: 2, height: 2, channels: 4 } });
    const painter = createPainter();
    await painter.drop("landing/images/a.png", await clear.png().toBuffer());
    expect(painter.failed()).toMatchObject([
      { issues: [{ message: "all of the image is transparent" }] },
    ]);
  });
});

// Centres by scikit-learn: KMeans(5, n_init=40) of all pixels in Oklab, as Pillow decodes them.
describe.skipIf(!hasSharedData)("a photo has the centres that scikit-learn finds", () => {
  test.each([
    [
      "skimage_coffee.png",
      [
        [0.469804, 0.115634, 0.084552],
        [0.593996, 0.082507, 0.093368],
        [0.211368, 0.047387, 0.033509],
        [0.718572, 0.053936, 0.090612],
        [0.892302, 0.017243, 0.041264],
      ],
      "#9a3315 0.287388, #b96534 0.268379, #2e0c05 0.192504, #d5945e 0.171762, #f0d6bd 0.079967",
    ],
    [
      "skimage_rocket.jpg",
      [
        [0.321249, -0.004025, -0.049443],
        [0.400978, -0.004255, -0.051025],
        [0.241998, -0.002156, -0.032616],
        [0.494174, -0.001291, -0.031652],
        [0.750682, 0.016149, 0.073462],
      ],
      "#26324c 0.360927, #394662 0.248697, #181f2e 0.210037, #586074 0.147362, #c8a877 0.032977",
    ],
    [
      "snowbot_horseshoe_bowl.jpg",
      [
        [0.323516, 0.000436, -0.020077],
        [0.385712, 0.001444, -0.022964],
        [0.480344, 0.000525, -0.018755],
        [0.608375, -0.006159, -0.01487],
        [0.938749, -0.000474, -0.004324],
      ],
      "#30333e 0.38887, #404451 0.294211, #5b5f6a 0.136825, #7d858d 0.091099, #e9ebee 0.088995",
    ],
  ])("%s", async (name, centers, expected) => {
    const painter = createPainter();
    await painter.drop(`landing/images/${name}`, readFileSync(sharedDataPath(`images/${name}`)));
    const rows = painter.rows();
    expect(rows.map(({ color, share }) => `${color} ${share}`).join(", ")).toBe(expected);
    for (const [index, [l = 0, a = 0, b = 0]] of centers.entries()) {
      const row = rows[index];
      // A hundredth of Oklab is a ΔE of 1.
      const distance =
        100 * Math.hypot((row?.lightness ?? 9) - l, (row?.a ?? 9) - a, (row?.b ?? 9) - b);
      expect(distance).toBeLessThan(2);
    }
  });
});
