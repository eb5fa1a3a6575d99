import Table from "cli-table3";
import type { ChaosReport } from "./run-chaos.ts";

/** Differing hours that are told; the rest is only counted. */
const maxHours = 20;

const number = (n: number) => n.toLocaleString("en");

/** What a run did to the cloud, what became of the events, and whether every count is right. */
export function renderReport(report: ChaosReport): string {
  const { kills, repeated, verdict } = report;
  const table = new Table({ style: { head: [], border: [], compact: true } });
  const perFunction = Object.entries(kills).map(([name, n]) => `${number(n)} ${name}`);
  const total = Object.values(kills).reduce((a, b) => a + b, 0);
  table.push(
    ["seed", String(report.seed)],
    ["events sent", number(report.events)],
    ["kills", `${number(total)}: ${perFunction.join(", ")}`],
    ["crashes of their own", number(report.crashes)],
    ["connections reset", `${number(report.resets)} on ${report.ways} ways`],
    ["connections stalled", number(report.stalls)],
    [
      "written again, absorbed",
      `${number(repeated.receipts)} receipts, ${number(repeated.mentions)} mentions`,
    ],
    [
      "received",
      `${number(report.received)} = ${number(report.tweets)} tweets + ${number(report.duplicates)} duplicates` +
        ` + ${number(report.deletes)} deletes + ${number(report.ignored)} ignored + ${number(verdict.failed)} failed`,
    ],
    ["counted", `${number(report.mentions)} mentions in ${number(report.cells)} hours and links`],
    ["lost", number(verdict.lost)],
    ["unexpected", number(verdict.unexpected)],
    ["unaccounted for", number(verdict.unaccounted)],
    ["url_hours", verdict.isIdentical ? "identical, byte for byte" : "DIFFERENT"],
    ["time", `${number(report.seconds)} s`],
  );
  const lines = [table.toString(), report.holds ? "Every count is right." : renderFailure(report)];
  return `${lines.join("\n")}\n`;
}

function renderFailure({ verdict, logDirectory }: ChaosReport): string {
  const { differingHours } = verdict;
  const table = new Table({
    head: ["hour", "lost", "unexpected", "otherwise different"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { hour, lost, unexpected, otherwise } of differingHours.slice(0, maxHours)) {
    table.push([hour, number(lost), number(unexpected), number(otherwise)]);
  }
  const more = differingHours.length - maxHours;
  return [
    "IT DOES NOT HOLD.",
    ...(differingHours.length > 0 ? [table.toString()] : []),
    ...(more > 0 ? [`and ${number(more)} more hours`] : []),
    ...(logDirectory === undefined ? [] : [`The functions' logs are in ${logDirectory}`]),
  ].join("\n");
}
