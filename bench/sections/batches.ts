// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainLimits } from "@vitalproof/sdk";
import { CHAINS, type ChainProfile, costOn, DEFAULT_ASSUMPTIONS, fits, mostClaims } from "../chains.ts";
import type { BatchRow, Report } from "../report.ts";
import { number, type Plot, table } from "../words.ts";

export function batchLines({ growth, gas }: Report, plot: Plot): string[] {
  const rows = growth?.batches ?? [];
  if (rows.length === 0) return [];
  const assumptions = gas?.assumptions ?? DEFAULT_ASSUMPTIONS;
  const usd = (batch: BatchRow["batch"], chain: ChainProfile) =>
    costOn(chain, { ...batch, gas: batch.totalGas }, assumptions).usd / batch.claims;
  return [
    "### Claims in one transaction",
    "",
    ...plot("batches.svg", "gas per claim as claims in one transaction grow"),
    "`submitClaims` with claims of as many policies of one program, each of another holder with a separate consent and proof, on a",
    "chain without limits. The proofs were made from the published trapdoor of development keys. The EVM cannot tell them from others.",
    "The last row has proofs of the circuit, for periods of one policy, whose storage the first of them warms. *Verification* is the",
    "execution of the verifier: the circuit's own for a single claim, the batch verifier for more. *Storage* is all storage writes, one",
    "new slot (20,000) a claim. It is traced in small batches, and is the same for each claim of larger ones. *The rest* is the",
    "transaction, reads, checks, hashes and events. Money as in the last part.",
    "",
    ...table(
      [
        "claims",
        "gas per claim",
        "verification",
        "calldata",
        "storage",
        "the rest",
        "bytes of calldata",
        ...CHAINS.map(({ title }) => `${title}, USD a claim`),
        "one transaction on",
      ],
      rows.map(({ batch }) => {
        const storage =
          batch.storageGasPerClaim ??
          rows.find((row) => row.batch.newSlotsPerClaim === 1)?.batch.storageGasPerClaim;
        const rest =
          storage === undefined
            ? undefined
            : batch.totalGasPerClaim - batch.verificationGasPerProof - batch.calldataGasPerClaim - storage;
        return [
          `${number(batch.claims)}${batch.real ? ", real proofs" : ""}`,
          `**${number(batch.totalGasPerClaim)}**`,
          number(batch.verificationGasPerProof),
          number(batch.calldataGasPerClaim),
          storage === undefined ? "" : number(storage),
          rest === undefined ? "" : number(rest),
          number(batch.calldataBytes),
          ...CHAINS.map((chain) => usd(batch, chain).toPrecision(2)),
          CHAINS.filter((chain) => fits(chain, batch.claims, batch.totalGas))
            .map(({ title }) => title)
            .join(", ") || "none",
        ];
      }),
    ),
    "",
    `Most claims of one circuit in one transaction, and what keeps one more out: ${CHAINS.map((chain) => mostWords(chain, rows)).join("; ")}.`,
    "Gas between the sizes measured is interpolated. Bytes and calls of the curve's precompiles are exact: N claims take 2 N + 6 multiplications",
    "of points and N + 3 pairs (`packages/sdk/src/settle/`, where the chains' limits and their sources are).",
    "",
  ];
}

/** What a limit is of, for people. */
const LIMIT_WORDS: Readonly<Record<keyof ChainLimits, string>> = {
  gas: "gas",
  calldataBytes: "bytes of calldata",
  ecAdd: "additions of points",
  ecMul: "multiplications of points",
  pairings: "pairing checks",
  millerLoops: "pairs of points",
};

/** A chain's limits of one transaction, for people. */
export function limitWords({ limits }: ChainProfile): string {
  const words = (Object.keys(LIMIT_WORDS) as (keyof ChainLimits)[]).flatMap((what) =>
    limits[what] === undefined ? [] : [`${number(Number(limits[what]))} ${LIMIT_WORDS[what]}`],
  );
  return `at most ${words.join(", ")}`;
}

function mostWords(chain: ChainProfile, rows: readonly BatchRow[]): string {
  const sizes = rows.map(({ batch }) => batch).filter(({ real }) => !real);
  const { claims, bound } = mostClaims(chain, sizes);
  return `${chain.title} ${claims}${bound === undefined ? "" : ` (${LIMIT_WORDS[bound]})`}`;
}
