// SPDX-License-Identifier: GPL-3.0-or-later
import type { ErrorDescription } from "ethers";
import { type Detail, VitalproofError } from "../errors.ts";
import {
  ANCHOR_REGISTRY_ABI,
  CIRCUIT_REGISTRY_ABI,
  CLAIM_TERMS_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  HEALTH_LEDGER_ERRORS,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "../generated/abi.ts";
import { revertData } from "./call.ts";
import { interfaceOf } from "./interfaces.ts";
import { SENTENCES } from "./refusalSentences.ts";
import { TOKEN_ERRORS } from "./tokens.ts";

/** What a contract refused with, and the sentences for it. */
export type Refusal = {
  /** Name of the contract's custom error, for example "Custody_InsufficientFree". */
  name: string;
  /** Its arguments, bigints for numbers. */
  values: Readonly<Record<string, Detail>>;
  /** One sentence that says what is wrong; undefined for an error that this version does not know. */
  sentence: string | undefined;
  /** What can be done about it. */
  hint: string | undefined;
};

/** Writes one argument of an error for people: amounts need decimals, times a calendar. */
export type ShowValue = (name: string, value: Detail, error: string) => string;

/** ABIs whose errors are understood, the likeliest first. */
const ABIS = [
  CLAIMS_PAYOUT_ABI,
  CUSTODY_ABI,
  CIRCUIT_REGISTRY_ABI,
  PAUSE_REGISTRY_ABI,
  ANCHOR_REGISTRY_ABI,
  CONSENT_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
  CLAIM_TERMS_ABI,
  HEALTH_LEDGER_ERRORS,
  TOKEN_ERRORS,
];

/** Names of all errors that have a sentence. */
export function refusalNames(): string[] {
  return Object.keys(SENTENCES);
}

/**
 * What a contract refused with, in sentences, also where the error comes from a contract further down.
 * @param error what a contract client threw, or ethers itself
 * @param show writes an argument of the error; as it is when left out
 * @returns undefined for an error that is not a contract's refusal, and for data that no known contract reverts with
 */
export function refusalOf(
  error: unknown,
  show: ShowValue = (_, value) => String(value),
): Refusal | undefined {
  const details = VitalproofError.find(error, "CONTRACT_REVERTED")?.details;
  if (typeof details?.error === "string") {
    const { action: _action, error: name, ...values } = details;
    return told(String(name), values, show);
  }
  const data = typeof details?.data === "string" ? details.data : revertData(error);
  return data === undefined ? undefined : refusalOfData(data, show);
}

/**
 * As `refusalOf`, for bare revert data.
 * @param data hex with 0x, four bytes of selector and the arguments
 */
export function refusalOfData(
  data: string,
  show: ShowValue = (_, value) => String(value),
): Refusal | undefined {
  const decoded = decode(data);
  if (decoded === undefined) return undefined;
  const names = decoded.fragment.inputs.map((input, i) => input.name || String(i));
  const values = Object.fromEntries(names.map((key, i) => [key, detailOf(decoded.args[i])]));
  return told(decoded.name, values, show);
}

function told(name: string, values: Record<string, Detail>, show: ShowValue): Refusal {
  const entry = Object.hasOwn(SENTENCES, name) ? SENTENCES[name] : undefined;
  const sentence = entry?.[0].replace(/\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? show(key, values[key], name) : whole,
  );
  return { name, values, sentence, hint: entry?.[1] };
}

function decode(data: string): ErrorDescription | undefined {
  for (const abi of ABIS) {
    const found = interfaceOf(abi).parseError(data);
    if (found !== null) return found;
  }
  return undefined;
}

function detailOf(value: unknown): Detail {
  return typeof value === "bigint" || typeof value === "boolean" ? value : String(value);
}
