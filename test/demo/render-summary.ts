import Table from "cli-table3";
import type { Summary } from "./query-summary.ts";

const number = (n: number) => n.toLocaleString("en");
/** Leaves room for the other columns on a terminal of 100 columns. */
const linkWidth = 60;

/** What became of everything received, so that it adds up before the reader's eyes. */
export function renderSummary(summary: Summary): string {
  const rows: [string, number][] = [
    ["tweets", summary.tweets],
    ["duplicates absorbed", summary.duplicates],
    ["deletes", summary.deletes],
    ["failed", summary.failed],
  ];
  const notices = Object.entries(summary.ignored).filter(([reason]) =>
    reason.startsWith("notice-"),
  );
  const links = Object.entries(summary.ignored).filter(([reason]) => !reason.startsWith("notice-"));
  rows.push(...notices);
  return [
    "",
    `received ${number(summary.received)} = ${rows
      .filter(([, n]) => n > 0)
      .map(([name, n]) => `${number(n)} ${name}`)
      .join(" + ")}`,
    `links    ${number(summary.links)} = ${[["mentions", summary.mentions] as const, ...links]
      .map(([name, n]) => `${number(n)} ${name}`)
      .join(" + ")}`,
    ...renderFailures(summary.failures),
  ].join("\n");
}

function renderFailures(failures: Summary["failures"]): string[] {
  if (failures.length === 0) return [];
  const counts = failures.map(({ stage, reason, n }) => `${number(n)} ${reason} in ${stage}`);
  return [
    `failed   ${counts.join(", ")}`,
    "         why: SELECT stage, reason, issues FROM hourtally.failed_events",
  ];
}

/** What was found in the hours that are over, in the words in which it is told. */
export function renderIncidents(incidents: readonly string[]): string {
  if (incidents.length === 0)
    return "\nusual    every hour that is over, as far as it can be told\n";
  return `\n${incidents.map((reason) => `unusual  ${reason}`).join("\n")}\n`;
}

/** The top links of the newest hours as tables, one an hour. */
export function renderTop(top: Summary["top"]): string {
  const hours = Map.groupBy(top, ({ hour }) => hour);
  if (hours.size === 0) return "\nNo links are counted yet.\n";
  return [...hours].map(([hour, links]) => renderHour(hour, links)).join("\n");
}

function renderHour(hour: string, links: Summary["top"]): string {
  const table = new Table({
    head: ["link", "mentions", "authors"],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { url_key, mentions, authors } of links) {
    const link = url_key.length > linkWidth ? `${url_key.slice(0, linkWidth - 1)}…` : url_key;
    table.push([link, number(mentions), number(authors)]);
  }
  return `\n${hour}\n${table.toString()}`;
}
