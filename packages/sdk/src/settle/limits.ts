// SPDX-License-Identifier: GPL-3.0-or-later

/** What one transaction of a chain may use. What is absent has no bound of its own there: gas alone bounds it. */
export type ChainLimits = {
  readonly gas: bigint;
  readonly calldataBytes?: number;
  /** Calls of the precompile that adds two points of BN254 (EIP-196). */
  readonly ecAdd?: number;
  /** Calls of the precompile that multiplies a point (EIP-196). */
  readonly ecMul?: number;
  /** Calls of the pairing precompile (EIP-197): one final exponentiation each. */
  readonly pairings?: number;
  /** Pairs of points in all of them: one Miller loop and at most one check of group membership each. */
  readonly millerLoops?: number;
};

/** EIP-7825 caps the gas of every transaction. */
const ETHEREUM: ChainLimits = { gas: 16_777_216n };

/**
 * Linea proves every block, and its sequencer refuses a transaction that does not fit a block's proof: "Transaction line
 * count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=42 is above the limit 40". The figures are those of
 * https://github.com/Consensys/linea-monorepo, config/common/traces-limits-v5.toml at 01c1593 ("beta-v4.4, Osaka"):
 * ECADD_EFFECTIVE_CALLS 256, ECMUL_EFFECTIVE_CALLS 40, ECPAIRING_FINAL_EXPONENTIATIONS 16, and 64 each for
 * ECPAIRING_MILLER_LOOPS and ECPAIRING_G2_MEMBERSHIP_CALLS. What the sequencer runs with may differ; `settle` halves a
 * batch that it refuses. The bytes are what Linea's documentation asks to stay under.
 */
const LINEA: ChainLimits = {
  ...ETHEREUM,
  calldataBytes: 60_000,
  ecAdd: 256,
  ecMul: 40,
  pairings: 16,
  millerLoops: 64,
};

const OF_CHAIN: Readonly<Record<string, ChainLimits>> = { 59141: LINEA, 59144: LINEA };

/** Limits of a chain by its id; of one that has none of its own, Ethereum's. */
export function chainLimits(chainId: bigint): ChainLimits {
  return OF_CHAIN[String(chainId)] ?? ETHEREUM;
}

/** What a transaction uses of everything that some chain bounds. */
export type Usage = Required<ChainLimits>;

/** What of a usage is above its limit; undefined if all of it fits. */
export function exceeded(usage: Usage, limits: ChainLimits): keyof ChainLimits | undefined {
  return (Object.keys(usage) as (keyof ChainLimits)[]).find((what) => {
    const limit = limits[what];
    return limit !== undefined && usage[what] > limit;
  });
}
