// SPDX-License-Identifier: GPL-3.0-or-later

import { statementOf } from "./plots.ts";
import type { Report } from "./report.ts";
import { partsTable } from "./sections/constraints.ts";
import { megabytes, number, seconds } from "./words.ts";

/** docs/instances.md: sizes and times of every instance. */
export function instancesTable({ constraints, proving }: Report): string {
  const instances = constraints?.instances ?? [];
  const times = new Map((proving?.instances ?? []).map((row) => [row.name, row]));
  const days = [...new Set([...times.values()].map(({ measured }) => measured))].join(", ");
  const lines = [
    "# Figures of the circuits",
    "",
    "`npm run bench` writes this page from [bench/report.json](../bench/report.json). Do not edit it. [bench/REPORT.md](../bench/REPORT.md)",
    "compares these circuits with others. `npm run baselines` compares the constraints of every change with",
    "[bench/baselines](../bench/baselines/constraints.json).",
    "",
    "*Per slot* is the statement alone, without identity, log, anchor and opening the terms, divided by the slots of the period.",
    "*Above the bits* is what is left of it after the bits of a slot, which no construction saves. Times are medians of snarkjs in a",
    "separate process, as `childProcessProver` runs it, with files in the disk's cache" +
      (days === "" ? "." : ` (\`npm run bench -- proving --full\`, ${days}).`),
    "Clock times come from a machine of two cores that others used too. *Processor* is the time of the proving process on all cores.",
    "The ratio to `glucose-day` is computed from it. Read the ratios.",
    "",
    "| instance | template | E × S | constraints | domain | per slot | above the bits | key | wasm | witness | proof | in all | processor | ratio |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const row of instances) {
    const slots = row.epochs * row.slots;
    const each = slots === 0 ? undefined : statementOf(row) / slots;
    const time = times.get(row.name);
    lines.push(
      `| ${[
        `\`${row.name}\``,
        row.template,
        slots === 0 ? "" : `${row.epochs} × ${number(row.slots)}`,
        number(row.constraints),
        `2^${row.domain}`,
        each === undefined ? "" : each.toFixed(1),
        each === undefined ? "" : (each - row.base).toFixed(1),
        megabytes(row.zkeyBytes),
        megabytes(row.wasmBytes),
        time === undefined ? "" : seconds(time.witness),
        time === undefined ? "" : seconds(time.proof),
        time === undefined ? "" : seconds(time.total),
        time?.cpu === undefined ? "" : seconds(time.cpu),
        time === undefined ? "" : time.ratio.toFixed(2),
      ].join(" | ")} |`,
    );
  }
  lines.push("", "## Constraints by part", "", ...partsTable(instances));
  return `${lines.join("\n")}\n`;
}
