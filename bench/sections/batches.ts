// SPDX-License-Identifier: GPL-3.0-or-later
import { CHAINS, type ChainProfile, costOn, DEFAULT_ASSUMPTIONS, fits } from "../chains.ts";
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
          CHAINS.filter(({ name }) => batch.fits[name] === true)
            .map(({ title }) => title)
            .join(", ") || "none",
        ];
      }),
    ),
    "",
    `Most claims in one transaction, between the sizes measured: ${CHAINS.map((chain) => `${chain.title} ${mostClaims(chain, rows)}`).join(", ")}.`,
    "",
  ];
}

/** Largest batch within a chain's limits; gas and calldata between two measured sizes are interpolated. */
function mostClaims(chain: ChainProfile, rows: readonly BatchRow[]): number {
  const sizes = rows.map(({ batch }) => batch).filter(({ real }) => !real);
  let most = 0;
  for (const [i, to] of sizes.entries()) {
    const from = sizes[i - 1] ?? to;
    for (let claims = from.claims; claims <= to.claims; claims++) {
      const share = from === to ? 0 : (claims - from.claims) / (to.claims - from.claims);
      const between = (a: number, b: number) => a + share * (b - a);
      const cost = {
        gas: between(from.totalGas, to.totalGas),
        calldataBytes: between(from.calldataBytes, to.calldataBytes),
      };
      if (fits(chain, cost)) most = claims;
    }
  }
  return most;
}
