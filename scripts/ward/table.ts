// SPDX-License-Identifier: GPL-3.0-or-later
import { usd } from "../demo/stage.ts";
import type { BedFacts, WardResult } from "./facts.ts";

type Column = readonly [title: string, cell: (bed: BedFacts) => string | number];

const COLUMNS: readonly Column[] = [
  ["messages", ({ device }) => device.messages],
  ["sent", ({ device }) => device.sent],
  ["given", ({ readings }) => readings.given],
  ["kept", ({ readings }) => readings.kept + readings.moved],
  ["dropped", ({ readings }) => readings.dropped],
  ["duplicate", ({ readings }) => readings.duplicate],
  ["refused", ({ readings }) => Object.values(readings.refused).reduce((sum, count) => sum + count, 0)],
  ["receipts", ({ epochs }) => epochs.accepted],
  ["proofs", ({ proofs }) => proofs],
  ["claim", ({ claims }) => Object.keys(claims).join(" ")],
  ["paid", ({ paid }) => usd(BigInt(paid))],
];

/** What became of each bed, and of everything together. */
export function wardText({ beds, kills, transactions, brokerRefused }: WardResult): string {
  const rows = [
    ["", "", ...COLUMNS.map(([title]) => title)],
    ...beds.map((bed) => [bed.bed, bed.told, ...COLUMNS.map(([, cell]) => String(cell(bed)))]),
  ];
  const proofs = beds.reduce((sum, bed) => sum + bed.proofs, 0);
  const refused = Object.entries(brokerRefused).map(([reason, count]) => `${count} ${reason}`);
  return [
    ...aligned(rows, 2),
    "",
    "messages: what a device had to send. sent: with what it sent again. given: what the gateway stored, which is",
    "what it kept, dropped as contradicting, knew as a duplicate, and refused as too late.",
    "",
    `${kills} kills, ${proofs} proofs; the broker refused ${refused.join(", ")}.`,
    "",
    ...aligned(
      transactions.map(({ call, count, gas }) => [call, String(count), `${gas.toLocaleString("en")} gas`]),
      1,
    ),
  ].join("\n");
}

/** Lines in columns as wide as they need to be. @param texts how many columns begin at the left */
function aligned(rows: readonly (readonly string[])[], texts: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < texts ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
