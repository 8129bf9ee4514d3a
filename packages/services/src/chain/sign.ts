// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Transaction, type TransactionRequest } from "ethers";
import type { Queries } from "../store/index.ts";
import type { ChainTransactionTable } from "../store/tables.ts";
import type { Price } from "./price.ts";
import type { ChainSigner, Scope } from "./scope.ts";

export interface Signing {
  readonly row: ChainTransactionTable;
  readonly nonce: number;
  readonly price: Price;
  readonly gasLimit: bigint;
  /** Whether it does what is wanted, or takes the nonce and does nothing. */
  readonly acts: boolean;
}

/** Signs, and keeps what was signed. Part of the step that decides on the nonce. */
export async function signAndKeep(
  queries: Queries,
  { signer, account, now }: Scope,
  { row, nonce, price, gasLimit, acts }: Signing,
): Promise<void> {
  const { maxFee, tip } = price;
  const value = acts ? BigInt(row.value) : 0n;
  const raw = await signedBy(signer, {
    chainId: account.chainId,
    nonce,
    to: acts ? row.to_address : account.address,
    data: acts ? row.data : "0x",
    value,
    gasLimit,
    ...(tip === undefined
      ? { type: 0, gasPrice: maxFee }
      : { type: 2, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip }),
  });
  const signed = Transaction.from(raw);
  if (signed.from?.toLowerCase() !== account.address || signed.nonce !== nonce || signed.hash === null) {
    throw new VitalproofError("INVALID_ARGUMENT", "The signer signs for another account.", {
      details: { account: account.address, signer: signed.from ?? "none" },
      hint: "Give the sender the key of its account.",
    });
  }
  await queries
    .insertInto("chain_signed")
    .values({
      hash: signed.hash,
      purpose: row.purpose,
      chain_id: String(account.chainId),
      account: account.address,
      nonce,
      raw,
      acts: acts ? 1 : 0,
      max_fee: String(maxFee),
      tip: tip === undefined ? null : String(tip),
      cost: String(gasLimit * maxFee + value),
      signed_at: now,
      sent_at: null,
      underpriced: 0,
      refusals: 0,
    })
    .execute();
}

async function signedBy(signer: ChainSigner, transaction: TransactionRequest): Promise<string> {
  try {
    return await signer.signTransaction(transaction);
  } catch (cause) {
    throw new VitalproofError("INVALID_ARGUMENT", "The signer did not sign.", {
      hint: "Check that the key is there and may sign transactions; the cause says more.",
      cause,
    });
  }
}
