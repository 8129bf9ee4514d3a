// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import { CircomError } from "./errors.ts";
import { loadInstances } from "./instances.ts";
import { collectSources, type SourceCache } from "./internal/sources.ts";
import { DEFAULT_NAMES, type LintFinding, type LintNames, type LintRule, lintSource } from "./lint/rules.ts";
import type { CircomConfig } from "./types.ts";

/** A finding that stays, and why. */
export interface LintException {
  readonly rule: LintRule;
  readonly template: string;
  readonly signals: readonly string[];
  readonly why: string;
}

export interface LocatedFinding extends LintFinding {
  /** Relative to the project. */
  readonly file: string;
}

export interface LintReport {
  readonly ok: boolean;
  readonly files: number;
  /** Findings that no exception covers. */
  readonly findings: readonly LocatedFinding[];
  readonly excepted: number;
  /** Exceptions for what is not found: `rule template signal`. */
  readonly stale: readonly string[];
}

/**
 * Lints the sources of all instances, dependencies (`node_modules`) left out. The compiler accepts all that it finds:
 *
 * - `hint-without-constraint`: a signal assigned with `<--` that no constraint of its template mentions
 * - `comparator-without-range`: an input of a comparator, anonymous ones included, that nothing holds to a range
 * - `assert-on-signal`: an `assert` about a signal, which only the honest generator heeds
 *
 * @throws CircomError EXPLANATIONS_INVALID, or what reading the sources throws
 */
export async function lintCircuits(config: CircomConfig): Promise<LintReport> {
  const { names, exceptions } = await readLintFile(config);
  const cache: SourceCache = new Map();
  const files = new Set<string>();
  for (const instance of await loadInstances(config)) {
    for (const file of (await collectSources(config, instance, cache)).files)
      if (!file.split(sep).includes("node_modules")) files.add(file);
  }
  const all: LocatedFinding[] = [];
  for (const file of [...files].sort()) {
    const shown = relative(config.root, file);
    for (const finding of lintSource(await readFile(file, "utf8"), names))
      all.push({ ...finding, file: shown });
  }
  const key = ({ rule, template, signal }: Pick<LintFinding, "rule" | "template" | "signal">) =>
    `${rule} ${template} ${signal}`;
  const excepted = new Set(
    exceptions.flatMap(({ rule, template, signals }) =>
      signals.map((signal) => key({ rule, template, signal })),
    ),
  );
  const found = new Set(all.map(key));
  const findings = all.filter((finding) => !excepted.has(key(finding)));
  const stale = [...excepted].filter((entry) => !found.has(entry));
  return {
    ok: findings.length === 0 && stale.length === 0,
    files: files.size,
    findings,
    excepted: all.length - findings.length,
    stale,
  };
}

const RULES: readonly LintRule[] = [
  "hint-without-constraint",
  "comparator-without-range",
  "assert-on-signal",
];

async function readLintFile(
  config: CircomConfig,
): Promise<{ names: LintNames; exceptions: LintException[] }> {
  const path = config.lint.exceptions;
  if (path === undefined) return { names: DEFAULT_NAMES, exceptions: [] };
  const shown = relative(config.root, path);
  const invalid = (what: string) =>
    new CircomError("EXPLANATIONS_INVALID", `${shown}: ${what}`, { location: shown });
  let file: { comparators?: string[]; rangeChecks?: string[]; exceptions?: LintException[] };
  try {
    file = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw invalid(`cannot be read: ${(error as Error).message}`);
  }
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "");
  const { comparators = [], rangeChecks = [], exceptions = [] } = file;
  if (!texts(comparators)) throw invalid("`comparators` must be a list of templates");
  if (!texts(rangeChecks)) throw invalid("`rangeChecks` must be a list of templates");
  if (!Array.isArray(exceptions)) throw invalid("`exceptions` must be a list");
  for (const [index, { rule, template, signals, why }] of exceptions.entries()) {
    if (!RULES.includes(rule))
      throw invalid(`exception ${index}: \`rule\` must be one of ${RULES.join(", ")}`);
    if (typeof template !== "string") throw invalid(`exception ${index}: \`template\` must be a name`);
    if (!texts(signals) || signals.length === 0)
      throw invalid(`exception ${index}: \`signals\` must be a list of names`);
    if (typeof why !== "string" || why.length < 20)
      throw invalid(`exception ${index}: \`why\` must give the reason`);
  }
  return {
    names: {
      comparators: [...DEFAULT_NAMES.comparators, ...comparators],
      rangeChecks: [...DEFAULT_NAMES.rangeChecks, ...rangeChecks],
    },
    exceptions,
  };
}
