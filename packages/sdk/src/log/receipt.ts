// SPDX-License-Identifier: GPL-3.0-or-later
import { type Signer, verifyTypedData } from "ethers";
import { VitalproofError } from "../errors.ts";

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
 * Checks a receipt against the attester's account.
 * @throws RECEIPT_INVALID when the signature is another account's or malformed
 */
export function verifyReceipt(domain: AnchorDomain, receipt: SignedReceipt, attester: string): void {
  let signer: string | undefined;
  try {
    signer = verifyTypedData(typedDomain(domain), RECEIPT_TYPES, typedReceipt(receipt), receipt.signature);
  } catch {
    signer = undefined;
  }
  if (signer?.toLowerCase() === attester.toLowerCase()) return;
  throw new VitalproofError("RECEIPT_INVALID", `The receipt is not signed by attester ${attester}.`, {
    details: { attester, signer, leaf: receipt.leaf },
    hint: "Check chain, anchor registry and group; keep the receipt, it may prove a fault.",
  });
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
