// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, type Detail, formatAmount, refusalOf, type Unit, VitalproofError } from "@vitalproof/sdk";
import { isError } from "ethers";
import { dateTime, short, utcDate } from "./format.ts";
import { providerCode } from "./providerCode.ts";

/** What went wrong, and what to do about it. */
export type Sentence = { readonly says: string; readonly hint: string | undefined };

const TIMES = new Set([
  "until",
  "closedAt",
  "start",
  "end",
  "expiry",
  "from",
  "deadline",
  "coveredUntil",
  "revokedAt",
  "forgedAt",
  "expiredAt",
  "acceptableFrom",
  "retiredAt",
  "addableFrom",
  "time",
]);
const AMOUNTS = new Set([
  "free",
  "committed",
  "needed",
  "benefit",
  "amount",
  "moved",
  "balance",
  "allowance",
]);

/**
 * An error of a transaction or a call as a sentence: a contract's refusal by its custom error, a refusal in the wallet,
 * a lack of gas money, anything else by its message.
 * @param unit of the token that amounts are in; raw numbers when left out
 */
export function sentenceOf(error: unknown, unit?: Unit): Sentence {
  if (providerCode(error) === 4001) {
    return { says: "You refused it in the wallet. Nothing was sent.", hint: "Try again when you want to." };
  }
  const refusal = refusalOf(error, (name, value, of) => shown(name, value, of, unit));
  if (refusal !== undefined) {
    return {
      says: refusal.sentence ?? `The contract refused with ${refusal.name}.`,
      hint: refusal.hint,
    };
  }
  if (among(error, (each) => isError(each, "INSUFFICIENT_FUNDS"))) {
    return {
      says: "The account cannot pay for the transaction's gas.",
      hint: "Send it some of the chain's currency first.",
    };
  }
  if (
    among(
      error,
      (each) => isError(each, "NETWORK_ERROR") || isError(each, "TIMEOUT") || each instanceof TypeError,
    )
  ) {
    return {
      says: "The node cannot be reached.",
      hint: "Check the connection and that the node runs, then try again.",
    };
  }
  if (error instanceof VitalproofError) return { says: error.shortMessage, hint: error.hint };
  const text =
    error instanceof Error
      ? ((error as { shortMessage?: string }).shortMessage ?? error.message)
      : String(error);
  return { says: text, hint: undefined };
}

function shown(name: string, value: Detail, of: string, unit: Unit | undefined): string {
  if (typeof value === "bigint") {
    if (TIMES.has(name)) return dateTime(Number(value));
    if (name === "day") return `${utcDate(Number(value) * DAY)} (UTC)`;
    if (
      AMOUNTS.has(name) &&
      unit !== undefined &&
      /^(ClaimsPayout_InvalidBenefit|Custody_(Insufficient|Nothing|Unexpected)|ERC20)/.test(of)
    )
      return formatAmount(value, unit);
    return value.toString();
  }
  const text = String(value);
  return /^0x[0-9a-f]{40,}$/i.test(text) ? short(text) : text;
}

function among(error: unknown, is: (each: unknown) => boolean, depth = 0): boolean {
  if (error === undefined || error === null || depth > 5) return false;
  return is(error) || among((error as { cause?: unknown }).cause, is, depth + 1);
}
