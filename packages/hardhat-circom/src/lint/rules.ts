// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the compiler accepts and a reader takes for a constraint.
import { anonymousComponents, namesIn, type Template, templatesOf } from "./source.ts";

export type LintRule = "hint-without-constraint" | "comparator-without-range" | "assert-on-signal";

export interface LintFinding {
  readonly rule: LintRule;
  readonly template: string;
  readonly signal: string;
  readonly line: number;
}

export interface LintNames {
  /** Templates that compare, and are right only for inputs in a range. */
  readonly comparators: readonly string[];
  /** Templates that hold their inputs to a range. */
  readonly rangeChecks: readonly string[];
}

export const DEFAULT_NAMES: LintNames = {
  comparators: ["LessThan", "LessEqThan", "GreaterThan", "GreaterEqThan"],
  rangeChecks: ["Num2Bits", "Num2Bits_strict"],
};

/** Lints one source file. */
export function lintSource(source: string, names: LintNames = DEFAULT_NAMES): LintFinding[] {
  return templatesOf(source).flatMap((template) => lintTemplate(template, names));
}

/** What a template declares, and which signals its variables carry. */
interface Scope {
  /** Signals and buses → their tags. */
  readonly signals: ReadonlyMap<string, readonly string[]>;
  /** Components → their templates. */
  readonly components: ReadonlyMap<string, string>;
  /** Signals that an expression depends on, by dotted name, those of its variables included. */
  signalsIn(expression: string): string[];
}

const ASSIGNMENT = /^(?<left>[^<>=!]*?)\s*(?<operator><==|<--|===|==>|-->)\s*(?<right>.*)$/;

function lintTemplate(template: Template, names: LintNames): LintFinding[] {
  const scope = scopeOf(template);
  return [
    ...hintsWithoutConstraint(template, scope),
    ...comparatorsWithoutRange(template, scope, names),
    ...assertsOnSignals(template, scope),
  ];
}

function scopeOf({ statements, parameters }: Template): Scope {
  const signals = new Map<string, readonly string[]>();
  const components = new Map<string, string>();
  const variables = new Map<string, Set<string>>();
  const given = new Set(parameters);
  const declare = (list: string, tags: readonly string[]) => {
    for (const name of namesIn(list)) if (!given.has(name)) signals.set(name, tags);
  };
  for (const { text } of statements) {
    const head = text.split(/<==|<--|=(?!=)/)[0]!;
    const signal = /^signal\b(?:\s+(?:input|output))?\s*(?:\{([^}]*)\})?\s*(.*)$/.exec(head);
    if (signal !== null) {
      declare(
        signal[2]!,
        (signal[1] ?? "")
          .split(",")
          .map((tag) => tag.trim())
          .filter(Boolean),
      );
      continue;
    }
    const component = /^component\s+([\w$]+)[^=]*(?:=\s*(?:parallel\s+)?([\w$]+))?/.exec(text);
    if (component !== null) {
      components.set(component[1]!, component[2] ?? "");
      continue;
    }
    const later = /^([\w$]+)(?:\[.*\])?\s*=\s*(?:parallel\s+)?([\w$]+)\s*\(/.exec(text);
    if (later !== null && components.get(later[1]!) === "") components.set(later[1]!, later[2]!);
    // A bus: `Band band`, `input Band band`, `TermsHeader(3) header`.
    const bus =
      /^(?:(?:input|output)\s+)?([A-Z][\w$]*)\s*(?:\([^)]*\))?\s+([a-z_$][\w$]*(?:\[[^\]]*\])*)$/.exec(
        head.trim(),
      );
    if (bus !== null) declare(bus[2]!, []);
  }
  const base = (name: string) => name.split(".")[0]!;
  const signalsIn = (expression: string): string[] => {
    const found = new Set<string>();
    for (const name of namesIn(expression)) {
      const of = base(name);
      if (signals.has(of)) {
        // A tag is a number that the compiler knows.
        if (!signals.get(of)!.some((tag) => name === `${of}.${tag}`)) found.add(name);
      } else if (components.has(of)) found.add(name);
      else for (const carried of variables.get(of) ?? []) found.add(carried);
    }
    return [...found];
  };
  // Variables may be assigned from each other in loops: repeated until nothing is new.
  for (let grew = true; grew; ) {
    grew = false;
    for (const { text } of statements) {
      if (/^(?:signal|component|input|output)\b/.test(text) || /<==|<--|===|-->|==>/.test(text)) continue;
      const match = /^(?:var\s+)?([\w$]+)[^=<>!+\-*/]*(?:[+\-*/\\%&|^]|<<|>>|\*\*)?=(?!=)(.*)$/.exec(text);
      if (match === null || signals.has(match[1]!) || components.has(match[1]!)) continue;
      const carried = variables.get(match[1]!) ?? new Set<string>();
      const before = carried.size;
      for (const name of signalsIn(match[2]!)) carried.add(name);
      variables.set(match[1]!, carried);
      if (carried.size > before) grew = true;
    }
  }
  return { signals, components, signalsIn };
}

/** Whether one dotted name is the other, a part of it, or the whole that it is a part of. */
function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function hintsWithoutConstraint(template: Template, scope: Scope): LintFinding[] {
  const hints: { readonly name: string; readonly line: number }[] = [];
  const constrained = new Set<string>();
  for (const { text, line } of template.statements) {
    const match = ASSIGNMENT.exec(text);
    const { left = "", operator = "", right = "" } = match?.groups ?? {};
    if (operator === "<--" || operator === "-->") {
      const target = operator === "<--" ? left : right;
      const declared = target.replace(/^signal\b(?:\s+(?:input|output))?\s*(?:\{[^}]*\})?/, "");
      for (const name of namesIn(declared)) if (name !== "_") hints.push({ name, line });
      continue;
    }
    // Inputs of a component, anonymous or not, are constrained to what they are given.
    const constrains =
      operator !== ""
        ? `${left}, ${right}`
        : anonymousComponents(text)
            .map(({ inputs }) => inputs)
            .join(", ");
    const plain = constrains.replace(/^signal\b(?:\s+(?:input|output))?\s*(?:\{[^}]*\})?/, "");
    for (const name of scope.signalsIn(plain)) constrained.add(name);
  }
  const seen = new Set<string>();
  return hints
    .filter(({ name }) => ![...constrained].some((other) => overlaps(name, other)))
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .map(({ name, line }) => ({
      rule: "hint-without-constraint",
      template: template.name,
      signal: name,
      line,
    }));
}

function comparatorsWithoutRange(template: Template, scope: Scope, names: LintNames): LintFinding[] {
  const ranged = new Set<string>();
  for (const [name, tags] of scope.signals) if (tags.length > 0) ranged.add(name);
  const given = (kinds: readonly string[]): { readonly inputs: string; readonly line: number }[] =>
    template.statements.flatMap(({ text, line }) => {
      const anonymous = anonymousComponents(text)
        .filter(({ template: of }) => kinds.includes(of))
        .map(({ inputs }) => ({ inputs, line }));
      const { left = "", operator, right = "" } = ASSIGNMENT.exec(text)?.groups ?? {};
      const target = namesIn(left)[0]?.split(".")[0];
      const of = target === undefined ? undefined : scope.components.get(target);
      const named =
        operator === "<==" && of !== undefined && kinds.includes(of) ? [{ inputs: right, line }] : [];
      return [...anonymous, ...named];
    });
  for (const { inputs } of given(names.rangeChecks)) {
    const [only, second] = scope.signalsIn(inputs);
    // A range of a sum says nothing about its parts.
    if (only !== undefined && second === undefined) ranged.add(only);
  }
  const findings = new Map<string, LintFinding>();
  for (const { inputs, line } of given(names.comparators)) {
    for (const signal of scope.signalsIn(inputs)) {
      if ([...ranged].some((name) => overlaps(signal, name)) || findings.has(signal)) continue;
      findings.set(signal, { rule: "comparator-without-range", template: template.name, signal, line });
    }
  }
  return [...findings.values()];
}

function assertsOnSignals(template: Template, scope: Scope): LintFinding[] {
  return template.statements.flatMap(({ text, line }) => {
    const match = /^assert\s*\((.*)\)$/.exec(text);
    if (match === null) return [];
    return scope
      .signalsIn(match[1]!)
      .map((signal) => ({ rule: "assert-on-signal" as const, template: template.name, signal, line }));
  });
}
