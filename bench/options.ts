// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArgs } from "node:util";
import { type Assumptions, DEFAULT_ASSUMPTIONS } from "./chains.ts";

export const PARTS = [
  "constraints",
  "proving",
  "growth",
  "keys",
  "gas",
  "page",
  "files",
  "tree",
  "workers",
  "services",
  "ledger",
] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: readonly Part[];
  readonly full: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly assumptions: Assumptions;
  /** Whether a price was given: then earlier gas figures are priced anew. */
  readonly repriced: boolean;
}

export const USAGE = `npm run bench [-- PART …] [--full] [--json] [--gas-price GWEI] [--data-price GWEI] [--eth-usd USD]

Parts, all when none is named:
  constraints   of every circuit, with the guide's circuit and plain circomlib
  proving       ours against the guide's circuit, in turns in one process
  growth        readings, people a day, consents and policies, claims per transaction
  keys          development keys against snarkjs's stock set-up
  gas           per operation and chain, in gas and in money
  page          the app in Chromium: first visits on a slow phone, proofs made in the page
  files         tables of a million rows, inspected
  tree          a day's tree by WebAssembly against poseidon-lite, in turns
  workers       1, 2 and 4 processes that prove through one queue; needs PostgreSQL
  services      a gateway's readings and an attester's day, on SQLite and PostgreSQL; LONG=1 for a million readings
  ledger        gas of the health ledger; proofs by snarkjs and the native prover that VITALPROOF_RAPIDSNARK names, without
                one only where the report has none of one; LONG=1 for batches of 244 and 1,024, with 3 GB

  --full            all instances, more rounds, the largest sizes: an hour or so
  --json            the report on stdout
  --gas-price GWEI  gas on Ethereum (the other chains' prices are in bench/chains.ts)
  --data-price GWEI one byte of a rollup's data
  --eth-usd USD     one ether

Writes bench/report.json, bench/REPORT.md, bench/plots/ and docs/instances.md. A part that does not run keeps its last
figures and their date.`;

/** What is wrong with a command line, in a sentence for who wrote it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError for unknown parts and flags, and for prices that are not numbers */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  for (const name of positionals) {
    if (!(PARTS as readonly string[]).includes(name))
      throw new UsageError(`There is no part "${name}". Parts: ${PARTS.join(", ")}.`);
  }
  const price = (flag: "gas-price" | "data-price" | "eth-usd", otherwise: number) => {
    const text = values[flag];
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
      throw new UsageError(`--${flag} takes a number above 0, not "${text}".`);
    return value;
  };
  return {
    parts: positionals.length === 0 ? PARTS : PARTS.filter((part) => positionals.includes(part)),
    full: values.full,
    json: values.json,
    help: values.help,
    repriced: [values["gas-price"], values["data-price"], values["eth-usd"]].some(
      (text) => text !== undefined,
    ),
    assumptions: {
      ...DEFAULT_ASSUMPTIONS,
      ethereumGasGwei: price("gas-price", DEFAULT_ASSUMPTIONS.ethereumGasGwei),
      dataGweiPerByte: price("data-price", DEFAULT_ASSUMPTIONS.dataGweiPerByte),
      etherUsd: price("eth-usd", DEFAULT_ASSUMPTIONS.etherUsd),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        full: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        "gas-price": { type: "string" },
        "data-price": { type: "string" },
        "eth-usd": { type: "string" },
      },
    });
  } catch (error) {
    // Its advice about arguments that begin with a dash helps nobody here.
    throw new UsageError((error as Error).message.replace(/\. To specify .*$/s, "."));
  }
}
