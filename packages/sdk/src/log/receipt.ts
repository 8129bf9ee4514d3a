// SPDX-License-Identifier: GPL-3.0-or-later
import { type Signer, verifyTypedData } from "ethers";
import { VitalproofError } from "../errors.ts";
import { unpackContext } from "../hashes/context.ts";
import { profileOf } from "../profiles/profile.ts";
import { epochEnd } from "../time/epochs.ts";

/** An attester's promise to anchor a leaf; names no subject. */
export type Receipt = {
  group: bigint;
  leaf: bigint;
  /** Packed context of the epoch. */
  context: bigint;
  /** Unix seconds. */
  receivedAt: number;
  anchorDay: number;
};

export type SignedReceipt = Receipt & { signature: string };

/** An account that was a group's attester. Times in Unix seconds, as the chain has them. */
export type PreviousAttester = {
  attester: string;
  /** Since when; 0 for the group's first. */
  since: number;
  /** Time of the block that made the next one the attester. */
  until: number;
};

/** Whose receipts of a group count. `groupAttesters` reads it from the chain. */
export type GroupAttesters = {
  /** The group's attester account now. */
  attester: string;
  /** Earlier attesters. Without any, receipts of `attester` count whatever their date. */
  previous?: readonly PreviousAttester[];
};

/**
 * Seconds around a change in which receipts of both accounts count. An attester signs with its old key until it has seen the
 * change: it looks once a minute, through a node that may lag. And `receivedAt` is of its clock, a block's time of the chain's.
 */
export const ATTESTER_OVERLAP = 900;

/** Chain and anchor registry under whose EIP-712 domain receipts are signed. */
export type AnchorDomain = { chainId: bigint; anchors: string };

export const RECEIPT_TYPES = {
  Receipt: [
    { name: "group", type: "uint256" },
    { name: "leaf", type: "uint256" },
    { name: "ctx", type: "uint64" },
    { name: "receivedAt", type: "uint64" },
    { name: "anchorDay", type: "uint32" },
  ],
};

export async function signReceipt(
  signer: Signer,
  domain: AnchorDomain,
  receipt: Receipt,
): Promise<SignedReceipt> {
  const signature = await signer.signTypedData(typedDomain(domain), RECEIPT_TYPES, typedReceipt(receipt));
  return { ...receipt, signature };
}

/**
 * Checks that a receipt is signed by who was the group's attester when it says that the head was received.
 *
 * With `previous`, an account's receipts count from when it became the attester until it was no longer, and
 * `ATTESTER_OVERLAP` more on both sides. They must not be dated before the end of their epoch, since intake accepts no such
 * head: so a previous attester cannot date a receipt back for an epoch that ended after the overlap. What it can still do
 * is to sign one for an epoch of its own time.
 *
 * @param by an account, whose receipts count whenever they are dated, or the group's attesters
 * @throws RECEIPT_INVALID when the signature is another account's or malformed, or was not its to give at that time
 */
export function verifyReceipt(
  domain: AnchorDomain,
  receipt: SignedReceipt,
  by: string | GroupAttesters,
): void {
  const { attester, previous = [] } = typeof by === "string" ? { attester: by } : by;
  const signer = signerOf(domain, receipt);
  const since = Math.max(...previous.map(({ until }) => until));
  const terms = [...previous, { attester, since, until: Number.POSITIVE_INFINITY }].filter(
    (term) => term.attester.toLowerCase() === signer?.toLowerCase(),
  );
  if (terms.length === 0) {
    throw new VitalproofError("RECEIPT_INVALID", `The receipt is not signed by attester ${attester}.`, {
      details: { attester, signer, leaf: receipt.leaf },
      hint: "Check chain, anchor registry and group; keep the receipt, it may prove a fault.",
    });
  }
  if (previous.length === 0) return;
  const { receivedAt, context, leaf } = receipt;
  const isInTerm = terms.some(
    (term) => receivedAt >= term.since - ATTESTER_OVERLAP && receivedAt < term.until + ATTESTER_OVERLAP,
  );
  if (isInTerm && receivedAt >= endOf(context)) return;
  throw new VitalproofError(
    "RECEIPT_INVALID",
    isInTerm
      ? "The receipt is dated before the end of its epoch."
      : `The receipt is signed by ${signer}, which was not the group's attester at ${receivedAt}.`,
    {
      details: { attester, signer, leaf, receivedAt },
      hint: "Ask the attester, and read the group's attesters from the chain again; keep the receipt, it may prove a fault.",
    },
  );
}

/** Undefined for a signature that is not one. */
function signerOf(domain: AnchorDomain, receipt: SignedReceipt): string | undefined {
  try {
    return verifyTypedData(typedDomain(domain), RECEIPT_TYPES, typedReceipt(receipt), receipt.signature);
  } catch {
    return undefined;
  }
}

/** First second after the epoch that a receipt is for; after all time for a context that is not one. */
function endOf(context: bigint): number {
  try {
    const { profile, offset, epoch } = unpackContext(context);
    return epochEnd(profileOf(profile), offset, epoch);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function typedDomain({ chainId, anchors }: AnchorDomain): object {
  return { name: "Vitalproof Anchors", version: "1", chainId, verifyingContract: anchors };
}

function typedReceipt({
  group,
  leaf,
  context,
  receivedAt,
  anchorDay,
}: Receipt): Record<string, bigint | number> {
  return { group, leaf, ctx: context, receivedAt, anchorDay };
}
