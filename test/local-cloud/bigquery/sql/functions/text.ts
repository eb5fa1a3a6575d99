import { type Overload, overload } from "./overload.ts";

/** What TRIM takes away when it is told nothing: all that Unicode calls white space. */
const whiteSpace =
  " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

const trim = (side: string): Overload[] => [
  overload("STRING -> STRING", (x) => `bq_trim(${x}, '${whiteSpace}', '${side}')`),
  overload("STRING, STRING -> STRING", (x, set) => `bq_trim(${x}, ${set}, '${side}')`),
];

const hashed = (name: string): Overload[] => [
  overload("STRING -> BYTES", (x) => `unhex(${name}(${x}))`),
  overload("BYTES -> BYTES", (x) => `unhex(${name}(${x}))`),
];

const pad = (name: string): Overload[] => [
  overload("STRING, INT64 -> STRING", (x, n) => `${name}(${x}, ${n}, ' ')`),
  overload("STRING, INT64, STRING -> STRING", (x, n, filler) => `${name}(${x}, ${n}, ${filler})`),
];

/** Longer than any text. */
const all = "9223372036854775807::BIGINT";

const substr = [
  overload("STRING, INT64 -> STRING", (x, place) => `bq_substr(${x}, ${place}, ${all})`),
  overload("STRING, INT64, INT64 -> STRING", (x, place, n) => `bq_substr(${x}, ${place}, ${n})`),
  overload("BYTES, INT64 -> BYTES", (x, place) => `bq_substr_bytes(${x}, ${place}, ${all})`),
  overload(
    "BYTES, INT64, INT64 -> BYTES",
    (x, place, n) => `bq_substr_bytes(${x}, ${place}, ${n})`,
  ),
];

const lengths = [
  overload("STRING -> INT64", (x) => `length(${x})`),
  overload("BYTES -> INT64", (x) => `octet_length(${x})`),
];

const characters = [overload("STRING -> INT64", (x) => `length(${x})`)];

const extract = [
  overload(
    "STRING, STRING -> STRING",
    (x, pattern) => `bq_regexp_extract(${x}, ${pattern}, 1::BIGINT, 1::BIGINT)`,
  ),
  overload(
    "STRING, STRING, INT64 -> STRING",
    (x, pattern, place) => `bq_regexp_extract(${x}, ${pattern}, ${place}, 1::BIGINT)`,
  ),
  overload(
    "STRING, STRING, INT64, INT64 -> STRING",
    (x, pattern, place, n) => `bq_regexp_extract(${x}, ${pattern}, ${place}, ${n})`,
  ),
];

export const textFunctions: Record<string, readonly Overload[]> = {
  ASCII: [overload("STRING -> INT64", (x) => `bq_ascii(${x})`)],
  BYTE_LENGTH: [
    overload("STRING -> INT64", (x) => `strlen(${x})`),
    overload("BYTES -> INT64", (x) => `octet_length(${x})`),
  ],
  CHARACTER_LENGTH: characters,
  CHAR_LENGTH: characters,
  CHR: [overload("INT64 -> STRING", (x) => `bq_chr(${x})`)],
  CODE_POINTS_TO_STRING: [
    overload(
      "ARRAY<INT64> -> STRING",
      (x) => `array_to_string(list_transform(${x}, lambda each_item: bq_chr(each_item)), '')`,
    ),
  ],
  CONCAT: [
    overload("STRING... -> STRING", (...parts) => `CAST(${parts.join(" || ")} AS VARCHAR)`),
    overload("BYTES... -> BYTES", (...parts) => `CAST(${parts.join(" || ")} AS BLOB)`),
  ],
  CONTAINS_SUBSTR: [
    overload(
      "STRING, STRING -> BOOL",
      (x, part) =>
        `contains(bq_lower(bq_normalize(${x}, 'NFKC')), bq_lower(bq_normalize(${part}, 'NFKC')))`,
    ),
  ],
  EDIT_DISTANCE: [overload("STRING, STRING -> INT64", (a, b) => `bq_edit_distance(${a}, ${b})`)],
  ENDS_WITH: [overload("STRING, STRING -> BOOL", (x, part) => `ends_with(${x}, ${part})`)],
  FROM_BASE64: [overload("STRING -> BYTES", (x) => `bq_from_base64(${x})`)],
  FROM_HEX: [overload("STRING -> BYTES", (x) => `bq_from_hex(${x})`)],
  INITCAP: [overload("STRING -> STRING", (x) => `bq_initcap(${x})`)],
  INSTR: [
    overload(
      "STRING, STRING -> INT64",
      (x, part) => `bq_instr(${x}, ${part}, 1::BIGINT, 1::BIGINT)`,
    ),
    overload(
      "STRING, STRING, INT64 -> INT64",
      (x, part, place) => `bq_instr(${x}, ${part}, ${place}, 1::BIGINT)`,
    ),
    overload(
      "STRING, STRING, INT64, INT64 -> INT64",
      (x, part, place, n) => `bq_instr(${x}, ${part}, ${place}, ${n})`,
    ),
  ],
  LEFT: [
    overload("STRING, INT64 -> STRING", (x, n) => `bq_left(${x}, ${n})`),
    overload("BYTES, INT64 -> BYTES", (x, n) => `bq_substr_bytes(${x}, 1::BIGINT, ${n})`),
  ],
  LENGTH: lengths,
  LOWER: [overload("STRING -> STRING", (x) => `bq_lower(${x})`)],
  LPAD: pad("bq_lpad"),
  LTRIM: trim("left"),
  MD5: hashed("md5"),
  NORMALIZE: [overload("STRING -> STRING", (x) => `bq_normalize(${x}, 'NFC')`)],
  NORMALIZE_AND_CASEFOLD: [
    overload("STRING -> STRING", (x) => `bq_lower(bq_normalize(${x}, 'NFC'))`),
  ],
  OCTET_LENGTH: [
    overload("STRING -> INT64", (x) => `strlen(${x})`),
    overload("BYTES -> INT64", (x) => `octet_length(${x})`),
  ],
  REGEXP_CONTAINS: [
    overload(
      "STRING, STRING -> BOOL",
      (x, pattern) => `regexp_matches(${x}, bq_check_pattern(${pattern}))`,
    ),
  ],
  REGEXP_EXTRACT: extract,
  REGEXP_EXTRACT_ALL: [
    overload(
      "STRING, STRING -> ARRAY<STRING>",
      (x, pattern) => `bq_regexp_extract_all(${x}, ${pattern})`,
    ),
  ],
  REGEXP_INSTR: [
    overload(
      "STRING, STRING -> INT64",
      (x, pattern) => `bq_regexp_instr(${x}, ${pattern}, 1::BIGINT, 1::BIGINT)`,
    ),
    overload(
      "STRING, STRING, INT64 -> INT64",
      (x, pattern, place) => `bq_regexp_instr(${x}, ${pattern}, ${place}, 1::BIGINT)`,
    ),
    overload(
      "STRING, STRING, INT64, INT64 -> INT64",
      (x, pattern, place, n) => `bq_regexp_instr(${x}, ${pattern}, ${place}, ${n})`,
    ),
  ],
  REGEXP_REPLACE: [
    overload(
      "STRING, STRING, STRING -> STRING",
      (x, pattern, other) => `bq_regexp_replace(${x}, ${pattern}, ${other})`,
    ),
  ],
  REGEXP_SUBSTR: extract,
  REPEAT: [overload("STRING, INT64 -> STRING", (x, n) => `bq_repeat(${x}, ${n})`)],
  REPLACE: [
    overload(
      "STRING, STRING, STRING -> STRING",
      (x, old, other) => `bq_replace(${x}, ${old}, ${other})`,
    ),
  ],
  REVERSE: [
    overload("STRING -> STRING", (x) => `bq_reverse(${x})`),
    overload("BYTES -> BYTES", (x) => `bq_reverse_bytes(${x})`),
  ],
  RIGHT: [overload("STRING, INT64 -> STRING", (x, n) => `bq_right(${x}, ${n})`)],
  RPAD: pad("bq_rpad"),
  RTRIM: trim("right"),
  SAFE_CONVERT_BYTES_TO_STRING: [
    overload("BYTES -> STRING", (x) => `bq_safe_text_from_bytes(${x})`),
  ],
  SHA1: hashed("sha1"),
  SHA256: hashed("sha256"),
  SHA512: [
    overload("STRING -> BYTES", (x) => `bq_sha512(encode(${x}))`),
    overload("BYTES -> BYTES", (x) => `bq_sha512(${x})`),
  ],
  SOUNDEX: [overload("STRING -> STRING", (x) => `bq_soundex(${x})`)],
  SPLIT: [
    overload("STRING -> ARRAY<STRING>", (x) => `bq_split(${x}, ',')`),
    overload("STRING, STRING -> ARRAY<STRING>", (x, separator) => `bq_split(${x}, ${separator})`),
    overload(
      "BYTES, BYTES -> ARRAY<BYTES>",
      (x, separator) => `bq_split_bytes(${x}, ${separator})`,
    ),
  ],
  STARTS_WITH: [overload("STRING, STRING -> BOOL", (x, part) => `starts_with(${x}, ${part})`)],
  STRPOS: [
    overload(
      "STRING, STRING -> INT64",
      (x, part) => `bq_instr(${x}, ${part}, 1::BIGINT, 1::BIGINT)`,
    ),
  ],
  SUBSTR: substr,
  SUBSTRING: substr,
  TO_BASE64: [overload("BYTES -> STRING", (x) => `to_base64(${x})`)],
  TO_CODE_POINTS: [
    overload(
      "STRING -> ARRAY<INT64>",
      (x) => `list_transform(bq_split(${x}, ''), lambda each_item: bq_unicode(each_item))`,
    ),
  ],
  TO_HEX: [overload("BYTES -> STRING", (x) => `lower(hex(${x}))`)],
  TRANSLATE: [
    overload(
      "STRING, STRING, STRING -> STRING",
      (x, from, to) => `bq_translate(${x}, ${from}, ${to})`,
    ),
  ],
  TRIM: trim("both"),
  UNICODE: [overload("STRING -> INT64", (x) => `bq_unicode(${x})`)],
  UPPER: [overload("STRING -> STRING", (x) => `bq_upper(${x})`)],
  "NET.HOST": [overload("STRING -> STRING", (x) => `bq_net_host(${x})`)],
  "NET.PUBLIC_SUFFIX": [overload("STRING -> STRING", (x) => `bq_net_public_suffix(${x})`)],
  "NET.REG_DOMAIN": [overload("STRING -> STRING", (x) => `bq_net_reg_domain(${x})`)],
};
