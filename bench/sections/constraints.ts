// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { day, number, type Plot, table, when } from "../words.ts";

export function constraintLines({ constraints }: Report, plot: Plot): string[] {
  if (constraints === undefined) return [];
  const times = (other: number | undefined, own: number) =>
    other === undefined ? "" : `${number(other)} (${(other / own).toFixed(2)} ×)`;
  return [
    "## Constraints",
    "",
    when(constraints),
    "",
    ...plot("constraints.svg", "constraints of one claim, ours and others"),
    "| column | circuit |",
    "|---|---|",
    "| guide, bare | the loop of `LessThan(32)` of the implementation guide over as many readings: 34 N − 1. It says nothing about whose readings they are |",
    "| like for like | the guide's loop with what our claims have (holder, log, membership at depth 20) and an unpacked Poseidon chain over the readings: once with the guide's one threshold, once with a share in a band |",
    "| plain circomlib | the circuit of our claim, packed and range-checked, with circomlib's comparators at the codes' own width: [plain.circom](circuits/plain.circom) |",
    "",
    "[guide.circom](circuits/guide.circom) says what had to change in the guide's circuit so that it compiles. The guide's claims grow by",
    "a rule that four compiled sizes give and match to the constraint. Circuits other than `distribution` are compared with the guide's",
    "circuits for their size only, since the guide's cannot express what they state.",
    "",
    ...table(
      [
        "instance",
        "readings",
        "ours",
        "domain",
        "guide, bare",
        "like for like, threshold",
        "like for like, band",
        "plain circomlib",
      ],
      constraints.instances.map((row) => [
        `\`${row.name}\``,
        row.epochs === 0 ? "" : number(row.epochs * row.slots),
        number(row.constraints),
        `2^${row.domain}`,
        times(row.guideLoop, row.constraints),
        times(row.guideBelow, row.constraints),
        times(row.guideShare, row.constraints),
        times(row.plain, row.constraints),
      ]),
    ),
    "",
    ...plot("instances.svg", "constraints of every instance"),
    "By part. Sizes and times of every instance are in [docs/instances.md](../docs/instances.md).",
    "",
    ...partsTable(constraints.instances),
    "",
    "The circuits that ours are compared with:",
    "",
    ...table(
      ["circuit", "constraints", "domain", "parts", "", "measured"],
      constraints.comparisons.map((row) => [
        `\`${row.call}\``,
        number(row.constraints),
        `2^${row.domain}`,
        partsText(row.parts),
        row.how,
        day(row, constraints),
      ]),
    ),
    "",
  ];
}

/** Constraints by part of the main template, the largest first. */
export function partsTable(
  instances: readonly { readonly name: string; readonly parts: Readonly<Record<string, number>> }[],
): string[] {
  return [
    "| instance | parts of the main template |",
    "|---|---|",
    ...instances.map(({ name, parts }) => `| \`${name}\` | ${partsText(parts)} |`),
  ];
}

const partsText = (parts: Readonly<Record<string, number>>) =>
  Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .map(([part, count]) => `${part} ${number(count)}`)
    .join(", ");
