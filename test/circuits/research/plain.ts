// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an answer is, from docs/research.md and nothing else: no line of the SDK's.

const CLASS_NAMES = ["dead", "A+", "A-", "B+", "B-", "rest"] as const;

/**
 * The eleven sums of an answer, or undefined if it is suppressed.
 * @param words of the program
 * @param earlier classes of earlier answers, by number
 */
export function plainAnswer(
  words: { readonly conditions: bigint; readonly a: bigint; readonly b: bigint; readonly outcome: bigint },
  columns: readonly (readonly number[])[],
  live: bigint,
  earlier: readonly (readonly number[])[],
): bigint[] | undefined {
  const cut = (shift: number, bits: number) =>
    Number((words.conditions >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n));
  const conditions = [0, 1, 2, 3, 4, 5, 6, 7].map((p) => ({
    column: cut(17 * p, 4),
    reach: cut(17 * p + 4, 13),
  }));
  const [wantsV, wantsU] = [cut(136, 1) === 1, cut(137, 1) === 1];
  const [v, u] = [columns[conditions[0]!.column]!, columns[conditions[1]!.column]!];

  const names = columns[0]!.map((_, record) => {
    if ((live >> BigInt(record)) % 2n === 0n) return "dead";
    let index = 0n;
    for (const [p, { column, reach }] of conditions.entries())
      if (columns[column]![record]! + reach >= 4_096) index += 2n ** BigInt(p);
    const sign = (words.outcome >> index) % 2n === 1n ? "+" : "-";
    if ((words.a >> index) % 2n === 1n) return `A${sign}`;
    if ((words.b >> index) % 2n === 1n) return `B${sign}`;
    return "rest";
  });

  const cells = new Map<string, number>();
  const count = (cell: string) => cells.set(cell, (cells.get(cell) ?? 0) + 1);
  for (const [record, name] of names.entries()) {
    if (name !== "dead") count(name);
    if (name.startsWith("A")) count("A");
    if (name.startsWith("B")) count("B");
    for (const [q, classes] of earlier.entries()) {
      const before = CLASS_NAMES[classes[record]!]!;
      if (before !== "dead" || name !== "dead") count(`answer ${q}: ${before}, now ${name}`);
    }
  }
  if ([...cells.values()].some((people) => people < 11)) return undefined;

  const sum = (group: string, of: (record: number) => number) =>
    names.reduce((total, name, record) => (name.startsWith(group) ? total + BigInt(of(record)) : total), 0n);
  const wantedV = (record: number) => (wantsV ? v[record]! : 0);
  const wantedU = (record: number) => (wantsU ? u[record]! : 0);
  return [
    sum("A", () => 1),
    BigInt(cells.get("A+") ?? 0),
    sum("A", wantedV),
    sum("A", (record) => wantedV(record) ** 2),
    sum("A", wantedU),
    sum("A", (record) => wantedU(record) ** 2),
    sum("A", (record) => wantedU(record) * wantedV(record)),
    sum("B", () => 1),
    BigInt(cells.get("B+") ?? 0),
    sum("B", wantedV),
    sum("B", (record) => wantedV(record) ** 2),
  ];
}
