// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../../errors.ts";
import type { Proof } from "../../prove/proof.ts";
import type { Store } from "../../store.ts";
import type { Grant } from "../consentBatch.ts";
import { isSamePage, type PageAddress } from "../page.ts";
import type { AccessHeader, Rights } from "../words.ts";
import { fromText, toText } from "./text.ts";
import type { PageView, VersionKey } from "./view.ts";

/** A slot that was offered to a patient and not answered. */
export type OpenOffer = {
  readonly slot: number;
  readonly rights: Rights;
  readonly grantee: number;
  /** Unix seconds. */
  readonly expires: number;
};

/** A consent that its patient gave, until the block that has it is final. */
export type GivenConsent = { readonly slot: number; readonly leaf: bigint; readonly grant: Grant };

/** A revocation that waits, until the block that has it is final. */
export type WaitingRevocation = {
  readonly slot: number;
  /** Of the consent that is revoked. */
  readonly leaf: bigint;
  readonly secret: bigint;
  /** Unix seconds: from then on accesses are refused. */
  readonly at: number;
};

/** What every batch has, so that its calldata can be sent again as it is. */
type ProvenBatch = {
  readonly circuit: string;
  readonly digest: bigint;
  readonly publicInputs: readonly bigint[];
  readonly proof: Proof;
  /** The transaction in which it was last seen on the chain. */
  seen?: string;
};

export type StoredAccesses = ProvenBatch &
  VersionKey & {
    readonly kind: "accesses";
    /** Of the queue, in the order of the records. */
    readonly ids: readonly string[];
    readonly header: AccessHeader;
    readonly body: string;
    /** Minute up to which accesses under its version were logged when it was made. */
    readonly logged: number;
  };

export type StoredConsents = ProvenBatch &
  VersionKey & {
    readonly kind: "consents";
    /** The page before it. */
    readonly before: VersionKey;
    readonly leaves: readonly bigint[];
    readonly revoked: number;
  };

export type StoredBatch = StoredAccesses | StoredConsents;
export type BatchKind = StoredBatch["kind"];

export const BATCH_KINDS: readonly BatchKind[] = ["accesses", "consents"];

/** What a custodian keeps of a page, but for consents, nonces and accesses, which have keys of their own. */
export type CustodianState = {
  readonly format: 1;
  readonly address: PageAddress;
  readonly form: bigint;
  /** Secret: audit keys of all slots follow from it. */
  readonly master: bigint;
  /** As of the last block that is known to be final. */
  final: PageView;
  /** First slot that was never offered. */
  offered: number;
  offers: readonly OpenOffer[];
  given: readonly GivenConsent[];
  revocations: readonly WaitingRevocation[];
  /** Made and not final, in the order in which they were made. */
  batches: readonly StoredBatch[];
};

/** Begin of a page's keys in the store. */
export function prefixOf({ chainId, ledger, page }: PageAddress): string {
  return `ledger/${chainId}/${ledger.slice(2).toLowerCase()}/${page}/`;
}

export async function saveState(store: Store, state: CustodianState): Promise<void> {
  await store.write(`${prefixOf(state.address)}state`, toText(state));
}

/** Undefined where the store has no such page. @throws LOG_CORRUPT, LOG_FORMAT_UNKNOWN */
export async function loadState(store: Store, address: PageAddress): Promise<CustodianState | undefined> {
  const key = `${prefixOf(address)}state`;
  const text = await store.read(key);
  if (text === undefined) return undefined;
  const state = fromText<CustodianState>(
    key,
    text,
    (value) => Number.isSafeInteger(value.format) && (value.format !== 1 || isStateOf(address, value)),
  );
  if (state.format === 1) return state;
  throw new VitalproofError("LOG_FORMAT_UNKNOWN", `Page ${address.page} is stored in another format.`, {
    details: { page: address.page, format: state.format, wanted: 1 },
    hint: "Open it with the version that wrote it.",
  });
}

/** Whether a value has all that is kept of a page, each part of its kind. */
function isStateOf(address: PageAddress, value: Record<string, unknown>): boolean {
  const { form, master, final, offered, offers, given, revocations, batches } =
    value as unknown as CustodianState;
  return (
    isSamePage(value.address as PageAddress, address) &&
    typeof form === "bigint" &&
    typeof master === "bigint" &&
    Number.isSafeInteger(final.block) &&
    final.leaves.every((leaf) => typeof leaf === "bigint") &&
    final.past.every(({ number }) => Number.isSafeInteger(number)) &&
    typeof final.current.root === "bigint" &&
    typeof final.current.live === "bigint" &&
    Number.isSafeInteger(offered) &&
    [offers, given, revocations].every((each) => each.every(({ slot }) => Number.isSafeInteger(slot))) &&
    batches.every(({ kind, digest }) => BATCH_KINDS.includes(kind) && typeof digest === "bigint")
  );
}
