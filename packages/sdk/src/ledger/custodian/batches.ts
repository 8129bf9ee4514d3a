// SPDX-License-Identifier: GPL-3.0-or-later
//
// Batches that were made: whether the chain has them or would still take them, and sending them unchanged.
import { Witness } from "../../witness/witness.ts";
import type { AccessBatch } from "../accessBatch.ts";
import type { ConsentBatch } from "../consentBatch.ts";
import { packAccessHeader } from "../words.ts";
import type { LedgerChain, Mined, PageEvent } from "./chain.ts";
import { untilOf } from "./plan.ts";
import type { StoredAccesses, StoredBatch, StoredConsents } from "./state.ts";
import { endedVersion, type PageView, type Version, type VersionKey } from "./view.ts";

/** The event of a batch; undefined if the chain does not have it now. */
export function eventOfBatch(batch: StoredBatch, events: readonly PageEvent[]): PageEvent | undefined {
  return events.find((event) =>
    batch.kind === "accesses"
      ? // All of it: another batch under the same nonce does not stand for this one.
        event.kind === "logged" && event.header === packAccessHeader(batch.header)
      : event.kind === "changed" && isSame(event, batch),
  );
}

/**
 * The version under which the chain would take a batch unchanged: the one with the root, live bits and windows that it was
 * proven for. For accesses it may have ended in the meantime.
 */
export function takenUnder(
  batch: StoredBatch,
  { current, past }: PageView,
  { minute, lateTime }: { readonly minute: number; readonly lateTime: number },
): Version | undefined {
  if (batch.kind === "consents") return isSame(current, batch.before) ? current : undefined;
  const end = batch.header.base + batch.header.span;
  return [current, ...past].find((version) => {
    const until = untilOf(version);
    return (
      isSame(version, batch) && version.logged === batch.logged && end <= until && minute <= until + lateTime
    );
  });
}

/** Sends the very calldata that was proven. @param version `takenUnder` */
export function sendBatch(
  chain: LedgerChain,
  page: bigint,
  batch: StoredBatch,
  view: PageView,
  version: Version,
): Promise<Mined> {
  if (batch.kind === "consents") return chain.changeConsents(page, consentBatchOf(batch, view), batch.proof);
  const accesses = accessBatchOf(batch);
  if (version.number === view.current.number) return chain.logAccesses(page, accesses, batch.proof);
  const versions = view.past.filter(({ number }) => number >= version.number).map(endedVersion);
  return chain.logLate(page, versions, accesses, batch.proof);
}

/** A witness with public inputs only: the secret ones were not kept, since nothing is proven again. */
function accessBatchOf({ circuit, header, body, digest, publicInputs }: StoredAccesses): AccessBatch {
  const witness = new Witness(circuit, publicInputs, {});
  return { header, headerWord: packAccessHeader(header), body, digest, witness };
}

function consentBatchOf(batch: StoredConsents, view: PageView): ConsentBatch {
  const { circuit, leaves, root, live, revoked, digest, publicInputs } = batch;
  const page = { leaves: [...view.leaves, ...leaves], live };
  return { page, root, leaves, revoked, digest, witness: new Witness(circuit, publicInputs, {}) };
}

export function isSame(a: VersionKey, b: VersionKey): boolean {
  return a.root === b.root && a.live === b.live;
}
