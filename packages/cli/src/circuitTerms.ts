// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type CircuitName,
  circuitOf,
  type NamedBound,
  type NamedBounds,
  type Statement,
  type TemplateName,
  type TermsRequest,
  templateOf,
  termsForRequest,
  unpackTerms,
} from "@vitalproof/sdk";
import { coverageOf, defined, runOf, semanticsOf, wholeOf } from "./boundValues.ts";
import { flagOf, type Given, QUESTION_OPTIONS, type QuestionOption } from "./questionOptions.ts";
import { usage } from "./usage.ts";

/** Options under which a bound is given, where they are not called as the bound. */
const SPELT: Partial<Record<NamedBound, readonly QuestionOption[]>> = {
  minRun: ["minRun", "longerThan"],
  coverage: ["coverage", "coverageAtLeast"],
};

function optionsOf(bound: NamedBound): readonly QuestionOption[] {
  return SPELT[bound] ?? [bound as QuestionOption];
}

/** The terms that the options of a circuit say: its bounds, or packed. @throws USAGE; what the builders of terms throw */
export function ofCircuit(circuit: CircuitName, given: Given, offset: number): Statement {
  if (given.terms === undefined) {
    return { circuit, terms: termsForRequest(circuit, requestOf(circuit, given), offset) };
  }
  const other = (Object.keys(given) as QuestionOption[]).find(
    (name) => name !== "circuit" && name !== "terms",
  );
  if (other !== undefined) {
    throw usage("--terms holds all bounds already.", `Leave ${QUESTION_OPTIONS[other][0]} out.`);
  }
  if (!/^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(given.terms)) {
    throw usage("--terms is not a valid packed word.", "It is a whole number, decimal or hex after 0x.");
  }
  return { circuit, terms: unpackTerms(BigInt(given.terms)) };
}

/** What the bounds of a circuit ask, in the unit of the readings. */
export function requestOf(circuit: CircuitName, given: Given): TermsRequest {
  const { template: name } = circuitOf(circuit);
  const template = templateOf(name);
  const takes = Object.entries(template.takes) as [NamedBound, "decimal" | "count" | "length"][];
  refuseOthers(
    given,
    name,
    takes.flatMap(([bound]) => optionsOf(bound)),
  );
  const bounds = defined({
    ...Object.fromEntries(
      takes.map(([bound, kind]) => [
        bound,
        kind === "count" ? wholeOf(given, bound as QuestionOption) : given[bound as QuestionOption],
      ]),
    ),
    coverage: coverageOf(given),
    minRun: runOf(given),
  });
  for (const group of template.needs) requireOne(circuit, group, bounds);
  const request = {
    ...template.request(bounds),
    template: name,
    semantics: semanticsOf(given) ?? "worst-case",
  };
  return request as TermsRequest;
}

function refuseOthers(given: Given, template: TemplateName, taken: readonly QuestionOption[]): void {
  const all: readonly QuestionOption[] = ["circuit", "semantics", "ofValid", ...taken];
  const found = (Object.keys(given) as QuestionOption[]).find((name) => !all.includes(name));
  if (found === undefined) return;
  throw usage(
    `${flagOf(found)} does not apply to ${given.circuit} (${template}).`,
    `It takes ${all.slice(1).map(flagOf).join(", ")}.`,
  );
}

/** Exactly one bound of a group. @throws USAGE */
function requireOne(circuit: CircuitName, group: readonly NamedBound[], bounds: NamedBounds): void {
  const there = group.filter((bound) => bounds[bound] !== undefined);
  if (there.length === 1) return;
  const flags = group.flatMap(optionsOf).map(flagOf);
  if (there.length > 1) throw usage(`${flags.join(" and ")} exclude each other.`, "Pass only one of them.");
  throw usage(
    `${circuit} needs ${flags.join(" or ")}.`,
    "Pass one of them, or use --question with a name from the catalogue.",
  );
}
