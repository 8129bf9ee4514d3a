// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { FIELD } from "@vitalproof/sdk";
import { GENERATED } from "./sources.ts";

/** Numbers of inputs that the circuits hash. */
export const POSEIDON_INPUTS = [2, 3, 4, 14, 16] as const;

/** Partial rounds for t = 2 … 17, as in circomlib's poseidon.circom. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

type Matrix = bigint[][];

const mod = (value: bigint) => ((value % FIELD) + FIELD) % FIELD;

function inverse(value: bigint): bigint {
  let [power, result] = [mod(value), 1n];
  if (power === 0n) throw new Error("0 has no inverse");
  for (let exponent = FIELD - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = mod(result * power);
    power = mod(power * power);
  }
  return result;
}

/** By Gauss and Jordan. */
function inverseMatrix(matrix: Matrix): Matrix {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let c = 0; c < size; c++) {
    const pivot = rows.findIndex((row, i) => i >= c && row[c] !== 0n);
    if (pivot < 0) throw new Error("a matrix without inverse");
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const scale = inverse(rows[c]![c]!);
    rows[c] = rows[c]!.map((value) => mod(value * scale));
    rows.forEach((row, i) => {
      const factor = row[c]!;
      if (i !== c && factor !== 0n) rows[i] = row.map((value, j) => mod(value - factor * rows[c]![j]!));
    });
  }
  return rows.map((row) => row.slice(size));
}

/** One table of circomlib's poseidon_constants.circom, which lists them by state size. */
export function poseidonConstants(name: "C" | "M" | "P" | "S", t: number): unknown {
  const file = createRequire(import.meta.url).resolve("circomlib/circuits/poseidon_constants.circom");
  const table = readFileSync(file, "utf8").split(`function POSEIDON_${name}(t)`)[1]?.split("\nfunction ")[0];
  const literal = table?.split(`(t==${t})`)[1]?.match(/return\s*([^;]*);/)?.[1];
  if (literal === undefined) throw new Error(`${file} has no POSEIDON_${name} for t = ${t}`);
  const json = literal.replace(/0x[0-9a-f]+/gi, '"$&"').replace(/,(\s*\])/g, "$1");
  return JSON.parse(json, (_, value) => (typeof value === "string" ? BigInt(value) : value));
}

/** What undoes the linear steps of circomlib's Poseidon (circuits/lib/poseidon.circom). */
export function circomPoseidonInverses(): string {
  const tables = POSEIDON_INPUTS.map((inputs) => {
    const t = inputs + 1;
    const partial = PARTIAL_ROUNDS[t - 2]!;
    const sparse = poseidonConstants("S", t) as bigint[];
    return {
      t,
      partial,
      m: inverseMatrix(poseidonConstants("M", t) as Matrix),
      p: inverseMatrix(poseidonConstants("P", t) as Matrix),
      // A sparse matrix has a row, a column and ones: only what its corner comes to has to be inverted.
      s: Array.from({ length: partial }, (_, k) => {
        const [corner, ...others] = sparse.slice((2 * t - 1) * k, (2 * t - 1) * (k + 1));
        return inverse(
          others.slice(0, t - 1).reduce((sum, value, i) => sum - value * others[t - 1 + i]!, corner!),
        );
      }),
    };
  });
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const list = (values: readonly (bigint | readonly bigint[])[]): string =>
    `[${values.map((value) => (typeof value === "bigint" ? hex(value) : list(value))).join(", ")}]`;
  const fn = (
    name: string,
    comment: string,
    none: string,
    value: (table: (typeof tables)[number]) => string,
  ) => `
/* ${comment} */
function ${name}(t) {
${tables.map((table) => `    if (t == ${table.t}) { return ${value(table)}; }`).join("\n")}
    assert(0);
    return ${none};
}
`;
  return `// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

// ${GENERATED.replace(/from .*;/, "from circomlib's poseidon_constants.circom;")}
${fn("poseidonPartialRounds", "Partial rounds of a state of t elements.", "0", ({ partial }) => `${partial}`)}${fn(
  "poseidonInverseM",
  "The inverse of circomlib's POSEIDON_M.",
  "[[0]]",
  ({ m }) => list(m),
)}${fn("poseidonInverseP", "The inverse of circomlib's POSEIDON_P.", "[[0]]", ({ p }) => list(p))}${fn(
  "poseidonInverseS",
  "For each partial round 1 / (S_0 - sum of S_i * S_(t + i - 1)): what of its output is the S-box's.",
  "[0]",
  ({ s }) => list(s),
)}`;
}
