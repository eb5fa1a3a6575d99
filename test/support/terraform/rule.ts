import * as z from "zod";
import type { Module, Resource } from "./read-configuration.ts";

/** All that is deployed: the folder itself, the module of one function, and the texts beside them. */
export type Deployment = {
  root: Module;
  eventFunction: Module;
  /** The .tf files of both, with their comments. */
  source: string;
  readme: string;
  runbook: string;
};

/** What a rule finds wrong: nothing when it holds. */
export type Rule = (deployment: Deployment) => string[];

export const ofType = (module: Module, type: string): Resource[] =>
  module.resources.filter((resource) => resource.type === type);

export const everything = ({ root, eventFunction }: Deployment): Resource[] => [
  ...root.resources,
  ...eventFunction.resources,
];

export const allOfType = (deployment: Deployment, type: string): Resource[] =>
  everything(deployment).filter((resource) => resource.type === type);

/** All blocks of one kind in a resource. */
export const blocksOf = (body: Record<string, unknown>, name: string): Record<string, unknown>[] =>
  z.array(z.record(z.string(), z.unknown())).catch([]).parse(body[name]);

/** The only block of its kind, or an empty one. */
export const block = (body: Record<string, unknown>, name: string): Record<string, unknown> =>
  blocksOf(body, name)[0] ?? {};

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Collects what is wrong under one name. */
export function about(name: string, checks: Record<string, boolean>): string[] {
  return Object.entries(checks).flatMap(([check, holds]) => (holds ? [] : [`${name}: ${check}`]));
}

/** Resources that give a role to somebody. */
export const grants = /_iam_(?:member|binding|policy)$/;
