// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { dataLength, getAddress, isAddress, isHexString } from "ethers";
import type { Queries } from "../store/index.ts";

/** An account on a chain. */
export interface ChainAccount {
  readonly chainId: bigint;
  readonly address: string;
}

/** Something that is to be sent, once. */
export interface Wanted {
  /** What it is for, unique in the store, such as `anchor/3/20500`. Printable ASCII, at most 200 characters. */
  readonly purpose: string;
  /** The account that sends it. */
  readonly from: ChainAccount;
  readonly to: string;
  /** Hex; none when left out. */
  readonly data?: string;
  /** Wei; 0 when left out. */
  readonly value?: bigint;
  /** The node is asked for it when left out, and the contract's refusal found before anything is sent. */
  readonly gasLimit?: bigint;
  /** Unix second after which it must not happen any more. */
  readonly notAfter?: number;
}

/**
 * Records in a step that something is to be sent; a `Sender` of the account does it. The same purpose twice is once.
 * @param now Unix seconds
 * @returns whether it is new
 * @throws INVALID_ARGUMENT for what cannot be sent, and for a purpose that was given to something else
 */
export async function want(queries: Queries, wanted: Wanted, now: number): Promise<boolean> {
  assertWanted(wanted);
  const { purpose, from, to, data = "0x", value = 0n, gasLimit, notAfter } = wanted;
  const content = {
    chain_id: String(from.chainId),
    account: from.address.toLowerCase(),
    to_address: getAddress(to),
    data: data.toLowerCase(),
    value: String(value),
  };
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto("chain_transaction")
    .values({
      purpose,
      ...content,
      gas_limit: gasLimit === undefined ? null : Number(gasLimit),
      not_after: notAfter ?? null,
      wanted_at: now,
      ...FRESH,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return true;
  const there = await queries
    .selectFrom("chain_transaction")
    .select(["chain_id", "account", "to_address", "data", "value"])
    .where("purpose", "=", purpose)
    .executeTakeFirstOrThrow();
  const other = (Object.keys(content) as (keyof typeof content)[]).find((key) => there[key] !== content[key]);
  if (other === undefined) return false;
  throw new VitalproofError("INVALID_ARGUMENT", "The purpose was given to another transaction.", {
    details: { purpose, differs: other },
    hint: "Put what makes it different into the purpose.",
  });
}

/** What a transaction has that is in no block. */
export const NOT_MINED = {
  hash: null,
  block_number: null,
  block_hash: null,
  gas_used: null,
  succeeded: null,
  logs: null,
  reason: null,
  error: null,
} as const;

/** What one has for which nothing was done. */
export const FRESH = {
  state: "wanted",
  nonce: null,
  void_reason: null,
  failing_since: null,
  ...NOT_MINED,
} as const;

function assertWanted({
  purpose,
  from,
  to,
  data = "0x",
  value = 0n,
  gasLimit = 1n,
  notAfter = 0,
}: Wanted): void {
  const checks: readonly (readonly [name: string, isRight: boolean, wanted: string])[] = [
    ["purpose", /^[\x21-\x7e]{1,200}$/.test(purpose), "1 to 200 printable ASCII characters without spaces"],
    ["from", isAddress(from.address) && from.chainId > 0n, "an address on a chain"],
    ["to", isAddress(to), "an address"],
    ["data", isHexString(data) && data.length % 2 === 0, "whole bytes in hex"],
    ["value", value >= 0n, "0 or more wei"],
    ["gasLimit", gasLimit > 0n && gasLimit <= BigInt(Number.MAX_SAFE_INTEGER), "above 0"],
    ["notAfter", Number.isSafeInteger(notAfter), "a Unix second"],
  ];
  const wrong = checks.find(([, isRight]) => !isRight);
  if (wrong === undefined) return;
  throw new VitalproofError("INVALID_ARGUMENT", `${wrong[0]} cannot be sent.`, {
    details: {
      name: wrong[0],
      bytes: isHexString(data) && data.length % 2 === 0 ? dataLength(data) : undefined,
    },
    hint: `It must be ${wrong[2]}.`,
  });
}
