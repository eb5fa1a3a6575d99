/** A change of the code that changes nothing that anybody could tell, and why. */
export type Equivalent = {
  file: string;
  /** The code before and after, as `npm run mutate` prints it. */
  was: string;
  becomes: string;
  because: string;
};

const inFile = (
  file: string,
  changes: readonly (readonly [was: string, becomes: string, because: string])[],
): Equivalent[] => changes.map(([was, becomes, because]) => ({ file, was, becomes, because }));

export const equivalents: readonly Equivalent[] = [
  ...inFile("functions/normalize-bluesky/decide-time.ts", [
    ["time !== undefined", "true", "what is undefined is no possible time"],
  ]),
  ...inFile("functions/normalize-bluesky/extract-links.ts", [
    ["false", "true", "the address of a mail has another scheme"],
    ["[]", `["Stryker was here"]`, "a text is no link that was found"],
  ]),
  ...inFile("functions/normalize-bluesky/read-address.ts", [
    ["did && collection && rkey", "did && collection || rkey", "an address has all three"],
    ["did && collection", "true", "an address has all three"],
    ["did && collection", "did || collection", "an address has all three"],
  ]),
  ...inFile("functions/normalize-items/normalize-message.ts", [
    [`", "`, `""`, "one layout has no comma"],
    [`"items"`, `""`, "what fails has no source"],
  ]),
  ...inFile("functions/normalize-items/read-item.ts", [
    ["count > mostSeconds", "count >= mostSeconds", "it is no time of a post in either"],
  ]),
  ...inFile("functions/normalize-logs/compose-entry.ts", [
    ["durationUs !== undefined", "true", "JSON leaves out what is undefined"],
  ]),
  ...inFile("functions/normalize-logs/read-structured-line.ts", [
    ["path.length === 1", "false", "only slower"],
  ]),
  ...inFile("functions/normalize-logs/read-w3c-line.ts", [
    [`""`, `"Stryker was here!"`, "only the compiler does not know that there is one"],
    ["found === null", "false", "a text of any kind is a value"],
    ["[]", `["Stryker was here"]`, "a text of any kind is a value"],
  ]),
  ...inFile("functions/normalize-logs/record-indexes.ts", [
    [`""`, `"Stryker was here!"`, "no digit stands in it"],
  ]),
  ...inFile("functions/normalize-mastodon/read-content.ts", [
    [`name === "href" || name === "class" || name === "rel"`, "true", "nothing else is asked for"],
  ]),
  ...inFile("functions/normalize-mastodon/read-status.ts", [
    ["[]", `["Stryker was here"]`, "a text is no account"],
  ]),
  ...inFile("functions/normalize-tweets/scan-host.ts", [
    ...["false", `run.length > maxHost * 2 && !run.includes(".")`].map(
      (becomes) =>
        [`run.length > maxHost * 2 || !run.includes(".")`, becomes, "only slower"] as const,
    ),
    ["run.length > maxHost * 2", "false", "only slower"],
    ["run.length > maxHost * 2", "run.length >= maxHost * 2", "no host is half as long"],
    [`"."`, `""`, "only slower"],
    ["tld > 0", "true", "what ends with a dot is no host"],
    ["tld > 0", "tld >= 0", "what ends with a dot is no host"],
    ["Math.min(label.length, maxTld)", "Math.max(label.length, maxTld)", "only slower"],
    ["length > 0", "length >= 0", "no domain is empty"],
    ["/^[A-Za-z0-9-]{1,63}/", "/[A-Za-z0-9-]{1,63}/", "a Latin letter behind it ends no host"],
    ["/^[A-Za-z0-9._-]+$/", "/^[A-Za-z0-9._-]$/", "only slower"],
    ["/^[A-Za-z0-9._-]+$/", "/^[^A-Za-z0-9._-]+$/", "only slower"],
  ]),
  ...inFile("functions/normalize-turnstiles/normalize-row.ts", [
    ["part.search(separators) === -1", "false", "only slower"],
  ]),
  ...inFile("functions/normalize-urls/judge-share.ts", [
    ["slot !== undefined", "true", "JSON leaves out what is undefined"],
    ["urlKey !== undefined", "true", "JSON leaves out what is undefined"],
  ]),
  ...inFile("shared/posts/interactions-of.ts", [
    ["others.length < 2", "false", "one alone is the strongest"],
  ]),
  ...inFile("shared/posts/normalize-posts.ts", [
    ["record.bytes.length > maxItems", "true", "a shorter record has no more items"],
    [
      "record.bytes.length > maxItems",
      "record.bytes.length >= maxItems",
      "a shorter record has no more items",
    ],
  ]),
  ...inFile("shared/posts/shown-text.ts", [
    [`""`, `"Stryker was here!"`, "only the compiler does not know that each has a letter"],
  ]),
  ...inFile("functions/redrive-failures/find-failures.ts", [
    ["config.location !== undefined", "true", "JSON leaves out what is undefined"],
    [`""`, `"Stryker was here!"`, "Google's client names the jobs that it starts"],
    ["location !== undefined", "true", "JSON leaves out what is undefined"],
    ["location === undefined", "false", "what is undefined is as if it were not there"],
    ["page !== undefined", "true", "Google's client leaves out what is undefined"],
  ]),
  ...inFile("functions/redrive-failures/handler.ts", [
    ["nextPageToken !== undefined && !goesOn", "true", "JSON leaves out what is undefined"],
    [
      "nextPageToken !== undefined && !goesOn",
      "nextPageToken !== undefined || !goesOn",
      "the page after it says where the redrive goes on",
    ],
    ["nextPageToken !== undefined", "true", "JSON leaves out what is undefined"],
  ]),
  ...inFile("functions/redrive-failures/redrive-page.ts", [
    ["bytes < bytesAtOnce", "bytes <= bytesAtOnce", "one byte of 16 MB is of no matter"],
    ["some.length > 0", "true", "nothing of no failures is sent"],
    ["some.length > 0", "some.length >= 0", "nothing of no failures is sent"],
  ]),
  ...inFile("functions/append-rows/append-isolating.ts", [
    ["bad !== undefined", "true", "BigQuery names no row that it did not get"],
    ["index > from", "true", "a request of no rows is never sent"],
    ["index > from", "index >= from", "a request of no rows is never sent"],
    ["rows.length > from", "true", "a request of no rows is never sent"],
    ["rows.length > from", "rows.length >= from", "a request of no rows is never sent"],
  ]),
  ...inFile("functions/append-rows/coalesce-rows.ts", [
    ["schedule !== undefined", "true", "what is undefined takes its default"],
    ...["true", "from < end || to > start"].map(
      (becomes) =>
        [
          "from < end && to > start",
          becomes,
          "a batch is one append, or one request of several",
        ] as const,
    ),
    ["from < end", "true", "a batch is one append, or one request of several"],
    ["from < end", "from <= end", "a batch is one append, or one request of several"],
    ["to > start", "true", "a batch is one append, or one request of several"],
    ["to > start", "to >= start", "a batch is one append, or one request of several"],
  ]),
  ...inFile("functions/append-rows/encode-row.ts", [
    ["place < columns.length", "place <= columns.length", "behind the last column there is none"],
    ["column === undefined", "false", "only the compiler does not know that there is one"],
  ]),
  ...inFile("functions/append-rows/handler.ts", [
    ["record === undefined", "false", "only the compiler does not know that there is one"],
    ["table === undefined", "false", "failed events have a table"],
    ["`no table is declared as ${name}`", "``", "failed events have a table"],
  ]),
  ...inFile("functions/append-rows/open-writer.ts", [
    ["[]", `["Stryker was here"]`, "Google's client has a list where there are no errors"],
  ]),
  ...inFile("functions/bucket-hours/bucket-hours.ts", [
    [`typeof value === "string"`, "false", "JSON tells texts apart as well, only slower"],
    [`"string"`, `""`, "JSON tells texts apart as well, only slower"],
    ["start < members.length", "start <= members.length", "a row of no events is none"],
    ["first === undefined", "false", "only the compiler does not know that there is one"],
  ]),
  ...inFile("functions/bucket-hours/coalesce-increments.ts", [
    ["schedule !== undefined", "true", "what is undefined takes its default"],
  ]),
  ...inFile("shared/envelopes/pubsub-delivery.ts", [
    [`""`, `"Stryker was here!"`, "a text has a first part, and neither is a time"],
    ...[
      [
        'typeof input !== "object" || input === null',
        'typeof input !== "object" && input === null',
      ],
      ['typeof input !== "object" || input === null', "false"],
      ['typeof input !== "object"', "false"],
      ["input === null", "false"],
    ].map(
      ([was = "", becomes = ""]) =>
        [was, becomes, "what is no object is no delivery: only the compiler must be told"] as const,
    ),
  ]),
  ...inFile("shared/events/event-time.ts", [
    ["text > first", "text >= first", "the epoch itself is possible either way"],
    ["text < last", "text <= last", "a time is never written without its Z"],
  ]),
  ...["image-colors-latest", "interaction-views", "log-views", "turnstile-views"].flatMap((name) =>
    inFile(`shared/rows/${name}.ts`, [
      [`""`, `"Stryker was here!"`, "only the compiler does not know that the field is described"],
    ]),
  ),
  ...inFile("shared/rows/bigquery-schema.ts", [
    ["field instanceof z.ZodType", "true", "only the compiler does not know that it is a schema"],
    [`"a row schema has a field that is no zod schema"`, `""`, "it is never said"],
  ]),
  ...inFile("shared/streams/stream.ts", [
    ["[]", `["Stryker was here"]`, "only the compiler does not know that a field is a schema"],
    ["type instanceof z.ZodOptional", "false", "what may be absent may be so twice"],
    ["description === undefined", "false", "to describe as nothing describes nothing"],
  ]),
  ...inFile("shared/codec/scan-json.ts", [
    ...[
      ["at < end", "true"],
      ["at < end", "at <= end"],
      ["at < bytes.length", "true"],
      ["at < bytes.length", "at <= bytes.length"],
      ["from >= bytes.length", "false"],
      ["from >= bytes.length", "from > bytes.length"],
      ["from + 4 > bytes.length", "false"],
      ["from + 4 > bytes.length", "from + 4 >= bytes.length"],
      ["from + 4", "from - 4"],
      ["end > bytes.length", "false"],
      ["at === -1", "false"],
    ].map(
      ([was = "", becomes = ""]) =>
        [was, becomes, "outside there is no byte with which a text could go on"] as const,
    ),
    ["-1", "+1", "what is read again from its second byte is malformed there"],
  ]),
  ...inFile(
    "shared/codec/decode-payload.ts",
    [
      ["{ least: 16 * 1024, most: 1024 * 1024, perByte: 10 }", "{}"],
      ["perByte * bytes.length", "perByte / bytes.length"],
      [
        "readFrameHeader(bytes)?.contentBytes ?? perByte * bytes.length",
        "readFrameHeader(bytes)?.contentBytes && perByte * bytes.length",
      ],
      ["first !== undefined && frames.length === 1", "false"],
      ["first !== undefined", "true"],
      ["first !== undefined", "first === undefined"],
    ].map(
      ([was = "", becomes = ""]) =>
        [was, becomes, "the same is read in pieces of another size, or copied once more"] as const,
    ),
  ),
  ...inFile("shared/codec/coalesce-requests.ts", [
    ["first === undefined", "false", "only the compiler does not know that a batch has a request"],
    ...["reject", "resolve"].map(
      (name) =>
        [
          `waiting[index]?.${name}`,
          `waiting[index].${name}`,
          "there is an answer for each request",
        ] as const,
    ),
  ]),
  ...inFile("shared/codec/pack-lines.ts", [
    ["rest.count > 0", "rest.count >= 0", "a piece has a line"],
    ...[
      ["taken.count > 0", "true"],
      ["taken.count > 0", "taken.count >= 0"],
      ["piece.count <= room.count && piece.bytes.length <= room.bytes", "false"],
      ["piece.count <= room.count", "piece.count < room.count"],
      ["piece.bytes.length <= room.bytes", "piece.bytes.length < room.bytes"],
      ["first !== undefined && parts.length === 1", "false"],
      ["first !== undefined", "true"],
      ["first !== undefined", "first === undefined"],
    ].map(
      ([was = "", becomes = ""]) =>
        [was, becomes, "the same is packed, with one more copy"] as const,
    ),
  ]),
  ...inFile("shared/codec/publish-lines.ts", [
    ["schedule !== undefined", "true", "what is undefined takes its default"],
    ["[]", `["Stryker was here"]`, "what has no place is no failure of a message"],
  ]),
  ...inFile("shared/links/url/clean-url.ts", [
    ["at < text.length", "at <= text.length", "behind a text there is no sign"],
    [`""`, `"Stryker was here!"`, "what has no scheme has no use for it"],
    ["!escaped.test(text)", "false", "only slower"],
    [String.raw`/[\t\n\r]/.test(text)`, "true", "only slower"],
    [String.raw`/^https?:\/\/[^/\\hH]/`, String.raw`/^https:\/\/[^/\\hH]/`, "only slower"],
  ]),
  ...["describe-rule", "leaves-article"].flatMap((name) =>
    inFile(`shared/links/url/${name}.ts`, [
      [`""`, `"Stryker was here!"`, "only the compiler does not know that there is one"],
    ]),
  ),
  ...inFile("shared/links/url/drop-path-sessions.ts", [
    [`!path.includes("/(") && !sessionName.test(path)`, "false", "only slower"],
    [`"/("`, `""`, "only slower"],
    ['`/(?:${[...sessions.keys()].join("|")})(?:/|$)`', "``", "only slower"],
    [`name.endsWith("*")`, `name.startsWith("*")`, "no path that has it is looked at"],
    [
      "beside.some((name) => present.has(name))",
      "beside.every(name => present.has(name))",
      "none has two beside it",
    ],
  ]),
  ...inFile("shared/links/url/identify-platform.ts", [
    ["!covers(scope, host.name)", "false", "no platform is only a part of its domain"],
  ]),
  ...inFile("shared/links/url/locate-url.ts", [
    ["question > queryEnd", "question >= queryEnd", "one sign is not another"],
  ]),
  ...inFile("shared/links/url/normalize-host.ts", [
    ["name.length <= 63", "false", "only slower"],
    ["name.length <= 63", "name.length < 63", "only slower"],
    [`"www"`, `""`, "only slower"],
    ["false", "true", "of a host, its host is the same"],
    ["alias.to !== domain", "true", "the list of suffixes has it, so that it is no domain"],
  ]),
  ...inFile("shared/links/url/normalize-path.ts", [
    [`!path.includes(";")`, "false", "only slower"],
    [`";"`, `""`, "only slower"],
    ["path.length === 1", "false", "only slower"],
    [`"path"`, `""`, "it is no query in either"],
  ]),
  ...inFile("shared/links/url/normalize-query.ts", [
    [`"%20"`, `""`, "only slower"],
    [`name.startsWith("%20")`, `name.endsWith("%20")`, "blanks end with what they begin with"],
    ...["false", "true", "a.name >= b.name", "a.name <= b.name"].map(
      (becomes) => ["a.name > b.name", becomes, "V8 asks only which comes before"] as const,
    ),
  ]),
  ...inFile("shared/links/url/site-rules.ts", [
    ["label === undefined", "false", "nothing has it for a label"],
    ["true", "false", "that it is there is all that it says"],
    ["[]", `["Stryker was here"]`, "no parameter and no label has such a name"],
  ]),
  ...inFile("shared/links/url/escape-text.ts", [["copied === 0", "false", "only slower"]]),
  ...inFile("shared/links/url/unwrap-url.ts", [
    ["location !== outer", "true", "only slower"],
    ["[]", `["Stryker was here"]`, "it is no link, and what fired is not told"],
  ]),
  ...inFile("shared/links/normalize-url.ts", [
    ["normalized.kept !== location.query", "true", "only slower"],
  ]),
  ...inFile("shared/environment/answer-calls.ts", [
    ["{ return undefined; }", "{}", "what returns nothing returns undefined"],
  ]),
  ...inFile("shared/environment/collect-garbage.ts", [
    ["collect === undefined", "true", "only slower"],
    [`"--expose-gc"`, `""`, "in the process of all faults, one without a fault has set it"],
    [`typeof collect === "function"`, "true", "only the compiler does not know that it is one"],
  ]),
  ...inFile("shared/environment/take-messages.ts", [
    [`"largest"`, `""`, "it is not refused in either"],
    ["leave?.()", "leave()", "only the compiler does not know that it has entered"],
  ]),
  ...inFile("shared/codec/measure-payload.ts", [
    ["at + 3 <= end", "at + 3 < end", "with nothing behind the last block it is the end"],
    ["(at + length) / 3", "(at + length) * 3", "only slower"],
  ]),
  ...inFile("shared/network/is-public-address.ts", [
    [`"ipv6"`, `""`, "Node takes any family but ipv4 for that of IPv6"],
  ]),
  ...inFile("shared/words/find-words.ts", [
    ...[
      [String.raw`/^[\0-\x7f]*$/`, String.raw`/^[\0-\x7f]$/`],
      ...[
        String.raw`/(?<!\s)[\0-\x7f]+(?!\S)|\S+/g`,
        String.raw`/(?<=\S)[\0-\x7f]+(?!\S)|\S+/g`,
        String.raw`/(?<!\S)[^\0-\x7f]+(?!\S)|\S+/g`,
        String.raw`/(?<!\S)[\0-\x7f](?!\S)|\S+/g`,
      ].map((becomes) => [String.raw`/(?<!\S)[\0-\x7f]+(?!\S)|\S+/g`, becomes] as const),
      ["ascii.test(text)", "false"],
      ["ascii.test(stretch)", "false"],
      ["ascii.test(word)", "false"],
      [`word.startsWith("_") || word.endsWith("_")`, "true"],
      [`"_"`, `""`],
      [`"ı"`, `""`],
      ["folded === plain", "false"],
    ].map(
      ([was = "", becomes = ""]) =>
        [was, becomes, "the same words are found, only slower"] as const,
    ),
    [`""`, `"Stryker was here!"`, "a set of scripts has these letters already"],
  ]),
];
