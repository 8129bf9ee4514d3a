// SPDX-License-Identifier: GPL-3.0-or-later
import type { Unit } from "@vitalproof/sdk";
import type { JsonRpcSigner } from "ethers";

export type Mined = { readonly hash: string; readonly blockNumber: number; readonly gasUsed: bigint };

/** One transaction of a plan. */
export type Step = {
  /** What it does, as an order: "Allow custody to take 500.00 tUSDC". */
  readonly title: string;
  /** What will be sent, for the estimate; asked just before, so that it can use what earlier steps made. */
  readonly call: () => { to: string; data: string };
  readonly send: (signer: JsonRpcSigner) => Promise<Mined>;
};

/** A parameter with its real value, addresses in full; a list where one line does not say it. */
export type Fact = readonly [name: string, value: string | readonly string[]];

/** Transactions that belong together, and what people read before they send them. */
export type Plan = {
  readonly title: string;
  /** What will be so afterwards, one sentence each. */
  readonly says: readonly string[];
  /** Every parameter that is signed. The dialog adds the chain, the addresses that are called, and the account. */
  readonly facts: readonly Fact[];
  /** What can never be changed afterwards, one sentence each. */
  readonly fixed?: readonly string[];
  /** A question that has to be answered with yes before anything is signed. */
  readonly asks?: string;
  /** The only account for which the sentences are true; any account when left out. */
  readonly account?: string | undefined;
  readonly steps: readonly Step[];
  /** Unit of amounts in refusals. */
  readonly unit?: Unit;
  /** After the last step is in a final block; a text for the closing line, and where to go. */
  readonly done?: () => { text: string; link?: { href: string; text: string } };
  /** Told once: the transactions when the last is final, nothing when the dialog is closed before. */
  readonly ended?: (mined: readonly Mined[] | undefined) => void;
};
