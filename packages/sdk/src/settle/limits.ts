// SPDX-License-Identifier: GPL-3.0-or-later

/** What one transaction of a chain may use. */
export type ChainLimits = {
  /** Gas of a transaction. */
  readonly gas: bigint;
  /** Bytes of calldata of a transaction; absent where only gas bounds it. */
  readonly calldataBytes?: number;
};

/** EIP-7825 caps the gas of every transaction. */
const TRANSACTION_GAS_CAP = 16_777_216n;
/** Linea's sequencer refuses longer ones; the bound is what its documentation asks to stay under. */
const LINEA_CALLDATA_BYTES = 60_000;

const OF_CHAIN: Readonly<Record<string, ChainLimits>> = {
  59141: { gas: TRANSACTION_GAS_CAP, calldataBytes: LINEA_CALLDATA_BYTES },
  59144: { gas: TRANSACTION_GAS_CAP, calldataBytes: LINEA_CALLDATA_BYTES },
};

/** Limits of a chain by its id; of one that has none of its own, Ethereum's. */
export function chainLimits(chainId: bigint): ChainLimits {
  return OF_CHAIN[String(chainId)] ?? { gas: TRANSACTION_GAS_CAP };
}
