// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an archive says does not have to be believed. The contract's chain of hashes covers versions, roots, live bits and the
// minutes of all changes, and the proofs that came with them cover leaves, headers and records. What is left to trust:
//
// - An archive that leaves out the last batch of a version is refused. One that leaves out another shows a gap in time
//   instead, unless the window of the batch had no minutes (span 0).
// - A batch that was proven and never sent passes where its window is in such a gap.
// - Hashes and blocks of transactions, their seconds, and accounts other than the custodian of now.
//
// A node that still has the events decides these (`readHistory`).
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import { verifyProof } from "../prove/verify.ts";
import { historyFromArchive, type LedgerArchive } from "./archive.ts";
import type { PageRecord } from "./client.ts";
import { ledgerCircuitOfId } from "./family.ts";
import type { CarriedProof, HistoryEntry, LedgerPlace } from "./history.ts";
import { mismatch } from "./mismatch.ts";
import { revokeActionOf } from "./page.ts";
import { accessHeadOf, accessInputs, consentHeadOf, consentInputs } from "./publicInputs.ts";
import { type RebuiltPage, replayed } from "./rebuild.ts";
import type { PageReplay } from "./replay.ts";

export type ArchiveTrust = {
  /** By the name of their circuit, such as "consent-batch". */
  readonly verificationKeys: Readonly<Record<string, VerificationKey>>;
  /** The page as the chain has it now: `LedgerClient.page`. */
  readonly page: PageRecord;
  /** Called after each proof. @param of proofs that there are to verify */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
};

export type VerifiedArchive = {
  readonly page: RebuiltPage;
  /** Proofs that were verified again. */
  readonly proofs: number;
  /**
   * Revocations that a contract sent, so that their proofs are in no transaction's input. The chain of hashes has them all the
   * same.
   */
  readonly withoutProof: readonly (LedgerPlace & { readonly version: number })[];
};

/**
 * Rebuilds a page from its archive, compares it with the chain's page of now, and verifies every proof again.
 * @throws LEDGER_MISMATCH naming version and transaction of what does not fit, with PROOF_INVALID or PROOF_MALFORMED as its
 *         cause where it is a proof; ARTIFACT_MISSING for a circuit without a key
 */
export function verifyArchive(
  archive: LedgerArchive,
  { verificationKeys, page, onProgress }: ArchiveTrust,
): VerifiedArchive {
  const history = { ...historyFromArchive(archive), state: page };
  const all = history.entries.filter((entry) => "carried" in entry && entry.carried !== undefined).length;
  const withoutProof: (LedgerPlace & { version: number })[] = [];
  let proofs = 0;
  const rebuilt = replayed(history, (entry, before) => {
    if (entry.kind === "handed-over") return undefined;
    const { transaction, block, time } = entry;
    const version = entry.kind === "logged" ? entry.batch.version : entry.version;
    if (entry.carried === undefined) {
      withoutProof.push({ transaction, block, time, version });
      return undefined;
    }
    const { carried } = entry;
    const claim = claimOf(entry, before);
    return () => {
      const place = { page: archive.page, transaction, version };
      const key = keyOf(carried, claim.family, verificationKeys, place);
      try {
        verifyProof(key, claim.inputs, carried.proof);
      } catch (error) {
        throw mismatch(place, "its proof does not hold", { cause: error });
      }
      proofs += 1;
      onProgress?.(proofs, all);
    };
  });
  return { page: rebuilt, proofs, withoutProof };
}

type ProvenEntry = Extract<HistoryEntry, { kind: "changed" | "forced" | "logged" }>;

/** What the proof of an entry has to be of. @param before the page before it */
function claimOf(
  entry: ProvenEntry,
  before: PageReplay,
): { readonly family: string; readonly inputs: readonly bigint[] } {
  const { address, root, live, form } = before;
  switch (entry.kind) {
    case "changed": {
      const { leaves, revoked, carried } = entry;
      const header = { filled: before.leaves.length, granted: leaves.length, revoked };
      const head = consentHeadOf(address, header, { before: { root, live }, after: entry, form });
      return { family: "ledger-consent", inputs: consentInputs(address, carried!.digest, head, leaves) };
    }
    case "logged": {
      const { batch, headerWord, carried } = entry;
      // Of a late one: that it is the page's own is compared when the entry is applied.
      const head = accessHeadOf(headerWord, entry.versions[0] ?? { root, live });
      return { family: "ledger-access", inputs: accessInputs(address, carried.digest, head, batch.body) };
    }
    case "forced":
      return { family: "ledger-slot", inputs: [root, BigInt(entry.slot), revokeActionOf(address)] };
  }
}

function keyOf(
  { circuit }: CarriedProof,
  family: string,
  keys: Readonly<Record<string, VerificationKey>>,
  place: Parameters<typeof mismatch>[0],
): VerificationKey {
  const known = ledgerCircuitOfId(circuit);
  if (known === undefined || known.family !== family)
    throw mismatch(
      place,
      `its circuit ${known?.name ?? circuit} is not one of ${family} that this version knows`,
    );
  if (Object.hasOwn(keys, known.name)) return keys[known.name]!;
  throw new VitalproofError("ARTIFACT_MISSING", `There is no verification key of ${known.name}.`, {
    details: { circuit: known.name, ...place },
    hint: "Pass the key that the circuit registry has for it (CircuitClient.verificationKeyOf).",
  });
}
