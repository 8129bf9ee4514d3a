// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a transaction costs on which chain. Prices are assumptions of the date
// below, not quotes. Every amount of money comes with its gas and bytes. What a
// transaction may use is the SDK's to say: the relayer fills batches by it.
import { type ChainLimits, chainLimits } from "@vitalproof/sdk";
import { exceeded, type Usage, usageOf } from "@vitalproof/sdk/measure";

/** Prices that the money figures assume. */
export interface Assumptions {
  /** Day on which they were written down. */
  readonly date: string;
  readonly ethereumGasGwei: number;
  /** One byte of a rollup's data on Ethereum. */
  readonly dataGweiPerByte: number;
  readonly etherUsd: number;
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  date: "2026-11-20",
  ethereumGasGwei: 1,
  dataGweiPerByte: 1,
  etherUsd: 3_000,
};

export interface ChainProfile {
  readonly name: string;
  readonly title: string;
  /** Price of a unit of gas, in gwei. */
  gasGwei(assumptions: Assumptions): number;
  /** How its data is paid for: as gas of the transaction itself, or by the byte on top. */
  readonly data: "calldata gas" | "by the byte";
  /** Of one transaction. */
  readonly limits: ChainLimits;
  readonly note: string;
}

export const CHAINS: readonly ChainProfile[] = [
  {
    name: "ethereum",
    title: "Ethereum",
    gasGwei: ({ ethereumGasGwei }) => ethereumGasGwei,
    data: "calldata gas",
    limits: chainLimits(1n),
    note: "calldata costs 4 gas for a zero byte and 16 for any other (EIP-2028); EIP-7623's floor of 10 and 40 only binds where execution is cheap",
  },
  {
    name: "linea",
    title: "Linea",
    // The chain's own fixed cost, plus its base fee of 7 wei.
    gasGwei: () => 0.03 + 7e-9,
    data: "by the byte",
    limits: chainLimits(59144n),
    note: "fixed 0.03 gwei a unit of gas; the data's cost goes into the priority fee. It counts compressed bytes; here all bytes count, since proofs do not compress",
  },
  {
    name: "scroll",
    title: "Scroll",
    gasGwei: () => 0.02,
    data: "by the byte",
    limits: chainLimits(534352n),
    note: "L2 fee by gas at an assumed 0.02 gwei, L1 fee by the size of the signed transaction",
  },
];

/** A transaction in native units. */
export interface TransactionCost {
  readonly gas: number;
  readonly calldataBytes: number;
  /** 16 a byte, 4 a zero byte: part of `gas`. */
  readonly calldataGas: number;
  /** Of the signed transaction as it goes over the wire. */
  readonly transactionBytes: number;
}

export interface ChainCost {
  readonly chain: string;
  /** Units of gas paid for execution, and what pays for data: units of gas, or bytes. */
  readonly executionGas: number;
  readonly dataUnits: number;
  readonly executionGwei: number;
  readonly dataGwei: number;
  readonly executionUsd: number;
  readonly dataUsd: number;
  readonly usd: number;
}

/** EIP-2028: 16 gas for a byte of calldata, 4 for a zero byte. */
export function calldataGas(data: Uint8Array): number {
  let gas = 0;
  for (const byte of data) gas += byte === 0 ? 4 : 16;
  return gas;
}

export function costOn(chain: ChainProfile, cost: TransactionCost, assumptions: Assumptions): ChainCost {
  const inGas = chain.data === "calldata gas";
  const executionGas = inGas ? cost.gas - cost.calldataGas : cost.gas;
  const dataUnits = inGas ? cost.calldataGas : cost.transactionBytes;
  const gasGwei = chain.gasGwei(assumptions);
  const executionGwei = executionGas * gasGwei;
  const dataGwei = dataUnits * (inGas ? gasGwei : assumptions.dataGweiPerByte);
  const usd = (gwei: number) => (gwei * assumptions.etherUsd) / 1e9;
  return {
    chain: chain.name,
    executionGas,
    dataUnits,
    executionGwei: Number(executionGwei.toPrecision(6)),
    dataGwei: Number(dataGwei.toPrecision(6)),
    executionUsd: Number(usd(executionGwei).toPrecision(4)),
    dataUsd: Number(usd(dataGwei).toPrecision(4)),
    usd: Number(usd(executionGwei + dataGwei).toPrecision(4)),
  };
}

/** Bytes and calls of precompiles of a transaction with so many claims of one circuit, and the gas that was measured. */
function usageOfClaims(claims: number, gas: number): Usage {
  return { ...usageOf([claims]), gas: BigInt(Math.ceil(gas)) };
}

/** Whether so many claims of one circuit fit one transaction, which takes this gas. */
export function fits({ limits }: ChainProfile, claims: number, gas: number): boolean {
  return exceeded(usageOfClaims(claims, gas), limits) === undefined;
}

/** Most claims in one transaction, and what of the chain's limits keeps it from taking one more. */
export interface MostClaims {
  readonly claims: number;
  /** Undefined where the largest measured transaction still fits. */
  readonly bound: keyof ChainLimits | undefined;
}

/** @param sizes measured transactions, the smallest first; gas between two of them is interpolated */
export function mostClaims(
  { limits }: ChainProfile,
  sizes: readonly { readonly claims: number; readonly totalGas: number }[],
): MostClaims {
  let most = 0;
  for (const [i, to] of sizes.entries()) {
    const from = sizes[i - 1] ?? to;
    for (let claims = from.claims; claims <= to.claims; claims++) {
      const share = from === to ? 0 : (claims - from.claims) / (to.claims - from.claims);
      const gas = from.totalGas + share * (to.totalGas - from.totalGas);
      const bound = exceeded(usageOfClaims(claims, gas), limits);
      if (bound !== undefined) return { claims: most, bound };
      most = claims;
    }
  }
  return { claims: most, bound: undefined };
}
