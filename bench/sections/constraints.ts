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
    "*Guide, bare* is the loop of `LessThan(32)` of the implementation guide over as many readings: 34 N − 1. It says nothing about",
    "whose readings they are. *Like for like* adds what our claims have (holder, log, membership at depth 20) with an unpacked",
    "Poseidon chain over the readings; once with the guide's one threshold, once with a share in a band. *Plain circomlib* is the",
    "circuit of our claim, packed and range-checked, with circomlib's comparators at the codes' own width. What had to be done to",
    "the guide's circuit so that it compiles is said in [guide.circom](circuits/guide.circom); [plain.circom](circuits/plain.circom) is the other.",
    "The guide's claims grow by a rule that four compiled sizes give and keep to the constraint; circuits other than `distribution`",
    "stand beside the guide's circuits for their size only, since those cannot say what they state.",
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
    "By part; sizes and times of every instance are in [docs/instances.md](../docs/instances.md).",
    "",
    ...partsTable(constraints.instances),
    "",
    "The circuits compared with:",
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
