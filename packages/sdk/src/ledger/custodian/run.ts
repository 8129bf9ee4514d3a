// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `advance` does: everything is decided from the chain of now and what is stored, so that a process may end anywhere.
// After a batch was stored it is sent as it is for as long as the chain would take it. Where the chain never will, its
// accesses and consents simply count as waiting again, and the next batch has them.
import { VitalproofError } from "../../errors.ts";
import { prove } from "../../prove/prover.ts";
import type { Witness } from "../../witness/witness.ts";
import { accessBatch, accessesOf } from "../accessBatch.ts";
import { consentBatch, sizesOf } from "../consentBatch.ts";
import { PAGE_SLOTS } from "../page.ts";
import { eventOfBatch, sendBatch, takenUnder } from "./batches.ts";
import { type ConsentPlan, fillHoles, planConsents } from "./desk.ts";
import type { Look } from "./look.ts";
import { nextWindow, type PlanLimits, type Window } from "./plan.ts";
import { type Happened, type Round, type RoundOptions, reportOf } from "./report.ts";
import type { Room } from "./room.ts";
import type { BatchKind, StoredBatch } from "./state.ts";
import { minuteOf, type Version } from "./view.ts";

/** Minutes. */
const DECISION_TIME = 24 * 60;

/** More steps than this of one call mean that the chain does not show what it took. */
const MOST_STEPS = 8 * PAGE_SLOTS;

/** Codes of faults that are of no kind of batch: the store is gone, another process has it, or this one ends. */
const ENDS = ["STORE_FAILED", "NOT_ALLOWED", "ABORTED"] as const;

/** What bounds the batches of a moment. @param now Unix seconds */
export async function limitsOf({ options, chain }: Room, now: number, close: boolean): Promise<PlanLimits> {
  return {
    most: accessesOf(options.circuits.accesses),
    minute: minuteOf(now),
    lag: options.lag ?? 1,
    lateTime: await chain.lateTime(),
    decisionTime: options.decisionTime ?? DECISION_TIME,
    close,
  };
}

/**
 * Sends and makes all batches that are due. A fault of one kind of batch, such as a circuit that is suspended, does not keep
 * the other kind waiting: a revocation must not depend on accesses.
 * @throws what the chain's answers give, and faults of no kind of batch: nothing goes on after them
 */
export async function runBatches(
  room: Room,
  now: number,
  { closing, without }: RoundOptions,
): Promise<Round> {
  const limits = await limitsOf(room, now, closing.has("accesses"));
  const happened: Happened[] = [];
  const made = new Set<StoredBatch>();
  const sent = new Set<StoredBatch>();
  const faults = new Map<BatchKind, unknown>();
  const isOpen = (kind: BatchKind) => !faults.has(kind) && !without.has(kind);
  const attempt = async <T>(kind: BatchKind, act: () => Promise<T>): Promise<T | undefined> => {
    if (!isOpen(kind)) return undefined;
    try {
      return await act();
    } catch (fault) {
      if (room.isBroken || ENDS.some((code) => VitalproofError.find(fault, code) !== undefined)) throw fault;
      faults.set(kind, fault);
      return undefined;
    }
  };
  for (let i = 0; i < MOST_STEPS; i++) {
    const look = await room.look();
    const ended = (): Round => ({ report: reportOf(room, happened, look, limits), faults });
    happened.push(...(await noteSeen(room, look)));
    const next = nextUnsent(room, look, limits, isOpen);
    // Taken and not shown: the node lags.
    if (next !== undefined && sent.has(next.batch)) return ended();
    if (next === undefined) {
      const batch =
        (await attempt("consents", () => makeConsents(room, look, now, closing.has("consents")))) ??
        (await attempt("accesses", () => makeAccesses(room, look, limits)));
      if (batch === undefined) return ended();
      // The page may have changed during the proof: the next step looks again.
      made.add(batch);
      continue;
    }
    const { batch, version } = next;
    const mined = await attempt(batch.kind, () =>
      sendBatch(room.chain, room.state.address.page, batch, look.view, version),
    );
    if (mined === undefined) continue;
    sent.add(batch);
    const what = made.has(batch) ? "sent" : "sent-again";
    const late = version.number !== look.view.current.number;
    happened.push({ what, kind: batch.kind, hash: mined.hash, count: countOf(batch), late });
  }
  throw new VitalproofError("CONTRACT_CALL_FAILED", `${MOST_STEPS} steps did not bring the page to rest.`, {
    details: { page: room.state.address.page },
    hint: "Check that the node follows the chain, and try again.",
  });
}

/** Writes down which batches the chain has, so that one that a reorganisation takes away is reported. */
function noteSeen(room: Room, { events }: Look): Promise<Happened[]> {
  return room.change(async () => {
    const lost: Happened[] = [];
    let isNew = false;
    for (const batch of room.state.batches) {
      const hash = eventOfBatch(batch, events)?.hash;
      if (batch.seen === hash) continue;
      if (batch.seen !== undefined && hash === undefined)
        lost.push({ what: "lost", kind: batch.kind, hash: batch.seen, count: countOf(batch), late: false });
      batch.seen = hash;
      isNew = true;
    }
    if (isNew) await room.save();
    return lost;
  });
}

/**
 * The first batch that the chain does not have and would take. Not one of a circuit that is not used any more, nor one with
 * an access that the chain has by another batch.
 * @param isOpen whether batches of a kind are sent
 */
function nextUnsent(
  { state: { batches }, options }: Room,
  { view, events }: Look,
  limits: PlanLimits,
  isOpen: (kind: BatchKind) => boolean,
): { readonly batch: StoredBatch; readonly version: Version } | undefined {
  const unseen = batches.filter((batch) => eventOfBatch(batch, events) === undefined);
  const logged = idsOf(batches.filter((batch) => !unseen.includes(batch)));
  for (const batch of unseen) {
    if (!isOpen(batch.kind) || batch.circuit !== options.circuits[batch.kind]) continue;
    if (batch.kind === "accesses" && batch.ids.some((id) => logged.has(id))) continue;
    const version = takenUnder(batch, view, limits);
    if (version !== undefined) return { batch, version };
  }
  return undefined;
}

async function makeConsents(
  room: Room,
  { view }: Look,
  now: number,
  close: boolean,
): Promise<StoredBatch | undefined> {
  const { state, shelf, options } = room;
  const circuit = options.circuits.consents;
  const plan = await room.change(async (): Promise<ConsentPlan | undefined> => {
    if (fillHoles(state, view, now)) {
      for (const { leaf, grant } of state.given) {
        if (!shelf.byLeaf.has(leaf)) await shelf.put(leaf, grant.consent);
      }
      await room.save();
    }
    return planConsents(state, view, shelf.byLeaf, { ...sizesOf(circuit), close });
  });
  if (plan === undefined) return undefined;
  const before = { root: view.current.root, live: view.current.live };
  const { witness, root, leaves, revoked, digest, page } = consentBatch({
    circuit,
    address: state.address,
    page: { leaves: view.leaves, live: before.live },
    form: state.form,
    grants: plan.grants.map(({ grant }) => grant),
    revocations: plan.revocations,
  });
  const proven = await provenOf(room, witness);
  return keep(room, { kind: "consents", before, root, live: page.live, leaves, revoked, digest, ...proven });
}

async function makeAccesses(
  room: Room,
  { view, events }: Look,
  limits: PlanLimits,
): Promise<StoredBatch | undefined> {
  const { state, shelf, queue, options } = room;
  const circuit = options.circuits.accesses;
  const window = await room.change((): Window | undefined => {
    const onChain = state.batches.filter((batch) => eventOfBatch(batch, events) !== undefined);
    const logged = idsOf(onChain);
    const found = nextWindow(
      view,
      queue.waiting.filter(({ id }) => !logged.has(id)),
      limits,
    );
    // From here on no access before its end is accepted.
    if (found !== undefined) room.closing = { from: found.version.logged, end: found.end };
    return found;
  });
  if (window === undefined) return undefined;
  try {
    const { version, base, end, accesses } = window;
    const batch = accessBatch({
      circuit,
      address: state.address,
      page: { leaves: view.leaves.slice(0, version.filled), live: version.live },
      base,
      span: end - base,
      accesses: accesses.map(({ slot, actor, role, purpose, class: of, at, glass, leaf }) => ({
        ...{ slot, actor, role, purpose, class: of, minute: minuteOf(at) - base, glass },
        consent: shelf.byLeaf.get(leaf)!,
      })),
    });
    // Before the proof already: whatever becomes of it, this nonce is for these records.
    await room.book.book(batch);
    const { header, body, digest } = batch;
    const proven = await provenOf(room, batch.witness);
    const ids = accesses.map(({ id }) => id);
    const { root, live, logged } = version;
    return await keep(room, { kind: "accesses", root, live, ids, header, body, logged, digest, ...proven });
  } finally {
    room.closing = undefined;
  }
}

async function provenOf({ options }: Room, witness: Witness) {
  const artifacts = await options.artifacts.load(witness.circuit);
  const { proof, publicInputs, circuit } = await prove(options.prover, artifacts, witness);
  return { circuit, publicInputs, proof };
}

/** Stores a batch; only then may it be sent. */
function keep(room: Room, batch: StoredBatch): Promise<StoredBatch> {
  return room.change(async () => {
    room.state.batches = [...room.state.batches, batch];
    await room.save();
    return batch;
  });
}

function idsOf(batches: readonly StoredBatch[]): Set<string> {
  return new Set(batches.flatMap((batch) => (batch.kind === "accesses" ? batch.ids : [])));
}

function countOf(batch: StoredBatch): number {
  return batch.kind === "accesses" ? batch.ids.length : batch.leaves.length + batch.revoked;
}
