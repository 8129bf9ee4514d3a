// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../../errors.ts";
import { assertField, randomFieldElement } from "../../field.ts";
import { assertInteger, invalid } from "../../invalid.ts";
import { Mutex } from "../../mutex.ts";
import { type AccessFault, accessesOf, accessFault } from "../accessBatch.ts";
import type { OpenConsent } from "../consent.ts";
import { type Grant, sizesOf } from "../consentBatch.ts";
import { isSamePage, type PageAddress } from "../page.ts";
import { packRecord, TIME_END } from "../words.ts";
import { type OfferRequest, offerSlot, type SlotOffer, takeGrant, takeRevocation } from "./desk.ts";
import { versionAt, versionOf } from "./plan.ts";
import { type AccessQueue, idOf, type PostedAccess } from "./queue.ts";
import type { Report, Round, RoundOptions } from "./report.ts";
import { type CustodianOptions, Room } from "./room.ts";
import { runBatches } from "./run.ts";
import { settleUpTo } from "./settle.ts";
import { BATCH_KINDS, type BatchKind, type CustodianState, loadState } from "./state.ts";
import { type PageStatus, statusOf } from "./status.ts";
import { diverged, minuteOf, unopenedPage } from "./view.ts";

const OFFER_TIME = 900;
/** Seconds by which the clock of a custodian's system may be ahead. */
const AHEAD = 60;

export type NewPage = {
  /** Block in which the page was opened, or an earlier one. */
  readonly fromBlock: number;
  /** Audit master of the custodian; a random one when left out. Secret. */
  readonly master?: bigint;
};

/**
 * One page of the health ledger, from its custodian's side: offers and takes consents, records accesses, makes batches and
 * brings them to the chain. All of it is in a store, so that the process may end at any moment.
 *
 * - **Slots.** An offer fixes a slot for one patient, and shows its audit key. So a slot is offered once. When an offer is
 *   not answered and a later one is, its slot is spent on an empty consent that is given and revoked in one batch; the
 *   patient gets a new offer. Everybody sees one consent more and one revocation more.
 * - **Accesses** without an emergency need a consent whose block is final: another one might be gone with a reorganisation,
 *   and with it every version that the access could be under.
 * - **Windows** follow each other and end `lag` minutes before now. A silence of more than 4,095 minutes is a gap before the
 *   next access, for everybody to see. There are no empty batches.
 *   A window of no minute, which fits the chain a second time, is made only where nothing else is possible: for the last minute
 *   of a version that ended when its windows go up to it already, and for what does not fit into one batch of a minute.
 * - **Versions.** An access belongs to the version of its second. In the minute of a change, which the contract cannot
 *   divide, it may be logged under the version before or after. Once a version ended its accesses go in a late batch.
 * - **Batches** are stored with all their calldata, and sent again as they are while the chain would take them. When it
 *   would not, what was in them waits again. Send a page's batches from one account: its transactions keep their order in a
 *   reorganisation, and the next one replaces one that was given up. From several accounts a later batch could come before an
 *   earlier one, which then fits no window any more, or a batch that was given up could come after all.
 * - **Missed** accesses were accepted and cannot be logged, since the chain had a revocation that the custodian had not seen,
 *   or time ran out. They stay in the store and in every report. For the first kind somebody says whether it was an emergency
 *   (`breakGlass`, `leaveOut`); accesses after it wait for that, at most `decisionTime`. Of all others somebody can say
 *   that they have been dealt with (`leaveOut`).
 *
 * Not done here: continuing a page whose consents another store has; forgetting keys of accesses that are done.
 */
export class CustodianPage {
  readonly #room: Room;
  readonly #runs = new Mutex();

  private constructor(room: Room) {
    this.#room = room;
  }

  /**
   * Continues with a page of the store; asks no node for it. Call `look` or `advance` before anything is recorded, since the page is
   * as of the last final block until then.
   * @throws LOG_CORRUPT, LOG_FORMAT_UNKNOWN; INVALID_ARGUMENT where the store has no such page and `fresh` is left out;
   *         PAGE_DIVERGED where it has consents already, or the chain is another one
   */
  static async open(
    options: CustodianOptions,
    address: PageAddress,
    fresh?: NewPage,
  ): Promise<CustodianPage> {
    assertInteger("lag", options.lag ?? 1, 1, 1_000);
    assertInteger("offerTime", options.offerTime ?? OFFER_TIME, 1, 30 * 86_400);
    assertInteger("decisionTime", options.decisionTime ?? 0, 0, TIME_END);
    accessesOf(options.circuits.accesses);
    sizesOf(options.circuits.consents);
    const stored = await loadState(options.store, address);
    const room = new Room(options, stored ?? (await newState(options, address, fresh)));
    await Promise.all([room.queue.load(), room.shelf.load()]);
    if (stored === undefined) await room.save();
    return new CustodianPage(room);
  }

  get address(): PageAddress {
    return this.#room.state.address;
  }

  /**
   * Offers the next slot to a patient, for `offerTime`.
   * @throws INVALID_ARGUMENT for rights that are not the page's form, and for a page with no slot left
   */
  offer(request: OfferRequest): Promise<SlotOffer> {
    const { state, options } = this.#room;
    return this.#room.change(async () => {
      const offer = offerSlot(state, request, this.#room.now() + (options.offerTime ?? OFFER_TIME));
      await this.#room.save();
      return offer;
    });
  }

  /** Withdraws an offer. Nothing happens when it was answered. */
  withdraw(slot: number): Promise<void> {
    const { state } = this.#room;
    return this.#room.change(async () => {
      state.offers = state.offers.filter((each) => each.slot !== slot);
      await this.#room.save();
    });
  }

  /**
   * Takes a consent that was offered and signed; the same again changes nothing. An answer counts after the offer expired,
   * too, until the slot is spent.
   * @throws GRANT_NOT_SIGNED
   */
  accept(grant: Grant): Promise<void> {
    const room = this.#room;
    return room.change(async () => {
      const given = takeGrant(room.state, grant);
      if (given === undefined) return;
      await room.shelf.put(given.leaf, grant.consent);
      await room.save();
    });
  }

  /**
   * Queues a revocation that its patient asks for. From now on accesses are refused.
   * @throws REVOCATION_NOT_POSSIBLE
   */
  revoke(slot: number, secret: bigint): Promise<void> {
    const room = this.#room;
    return room.change(async () => {
      const at = room.now();
      if (takeRevocation(room.state, room.view, room.shelf.byLeaf, { slot, secret, at })) await room.save();
    });
  }

  /**
   * Records an access, or refuses it at once. Resolves when it is stored: from then on it is logged or reported as missed.
   * Asks no node: it is judged by the page as `advance` saw it last.
   * @returns "known" where the key came before
   * @throws ACCESS_NOT_ALLOWED with `fault` in its details; INVALID_ARGUMENT for values out of range, and for a key that was
   *         another access's
   */
  record(access: PostedAccess): Promise<"recorded" | "known"> {
    const { queue } = this.#room;
    const { slot, actor, role, purpose, class: of, glass, at } = access;
    return this.#room.change(async () => {
      packRecord({ slot, actor, role, purpose, class: of, minute: 0, glass });
      assertInteger("at", at, 0, 60 * TIME_END - 1);
      if (await queue.has(access)) return "known";
      const judged = this.#judge(access);
      if (typeof judged === "bigint") {
        await queue.add({ key: access.key, slot, actor, role, purpose, class: of, at, glass }, judged);
        return "recorded";
      }
      throw new VitalproofError("ACCESS_NOT_ALLOWED", `The access is not allowed: ${judged}.`, {
        details: { fault: judged, slot },
        hint:
          judged === "outside-window"
            ? "Post accesses when they happen: the window of its time is closed."
            : "Refuse it and tell the compliance officer, or post it with broken glass if it is an emergency.",
      });
    });
  }

  /**
   * Says that an access that is missed as `not-live` was an emergency, so that it is logged and its patient reads it. Windows
   * do not pass it for `decisionTime`.
   * @throws INVALID_ARGUMENT for another access, and when a window has passed it
   */
  breakGlass(key: string): Promise<void> {
    return this.#decide(key, { glass: 1 });
  }

  /**
   * Says that an access stays missed: as `not-live` it was not an emergency, and for another reason somebody has dealt with
   * it. It stays in the reports, and nothing waits for it.
   * @throws INVALID_ARGUMENT for an access that is not missed
   */
  leaveOut(key: string): Promise<void> {
    return this.#decide(key, { isLeft: true });
  }

  /**
   * Looks at the chain, and makes and sends nothing: for what `record` and `revoke` judge by, and for an overview.
   * @param now Unix seconds
   * @throws what the chain throws; PAGE_DIVERGED
   */
  look(now = this.#room.now()): Promise<PageStatus> {
    return this.#runs.run(() => statusOf(this.#room, now));
  }

  /**
   * Compares with the chain, sends again what it lost, and sends what is due: consents that fill a batch or come with
   * revocations, accesses of versions that ended, and accesses that fill a batch. Call it for every new block.
   * @throws what chain, prover and store throw, once what another kind of batch has due is done; PAGE_DIVERGED. Nothing is lost
   *         by it: call again
   */
  advance(now = this.#room.now()): Promise<Report> {
    return this.#allOf([], now);
  }

  /** As `advance`, and closes what does not fill a batch. @param now Unix seconds */
  close(now = this.#room.now()): Promise<Report> {
    return this.#allOf(BATCH_KINDS, now);
  }

  /**
   * What `advance` and `close` do, for who decides of each kind of batch: its faults come with the report.
   * @throws what the chain's answers give; PAGE_DIVERGED; STORE_FAILED, and NOT_ALLOWED or ABORTED of store and prover
   */
  round(options: RoundOptions, now = this.#room.now()): Promise<Round> {
    return this.#runs.run(() => runBatches(this.#room, now, options));
  }

  /**
   * Says that the block of a transaction is final, and with it all before it. Never say it of one that is not: nothing is
   * kept to repair a reorganisation beyond it.
   * @returns false for a transaction that is not on the chain, or that was final
   */
  settled(hash: string): Promise<boolean> {
    return this.#runs.run(() => settleUpTo(this.#room, hash));
  }

  /** An opened consent of the page as it is now; for the custodian's own systems. Undefined for an empty slot. */
  consentAt(slot: number): OpenConsent | undefined {
    const leaf = this.#room.view.leaves[slot];
    return leaf === undefined ? undefined : this.#room.shelf.byLeaf.get(leaf);
  }

  /**
   * Secret: who has it reads every record of every page with this master, past and future, permanently. For
   * a regulator who is entitled to all of them; the audit key of one slot is enough for one patient (`auditKeyOf`).
   */
  auditMaster(): bigint {
    return this.#room.state.master;
  }

  /** Reveals nothing of the state. */
  toJSON(): Record<string, unknown> {
    return { type: "CustodianPage", page: this.address.page.toString(), state: "(secret)" };
  }

  async #allOf(closing: readonly BatchKind[], now: number): Promise<Report> {
    const { report, faults } = await this.round({ closing: new Set(closing), without: new Set() }, now);
    if (faults.size > 0) throw [...faults.values()][0];
    return report;
  }

  #decide(key: string, decision: Parameters<AccessQueue["decide"]>[1]): Promise<void> {
    const room = this.#room;
    return this.#runs.run(async () => {
      const lateTime = await room.chain.lateTime();
      await room.change(async () => {
        const access = room.queue.get(idOf(key));
        const limits = { minute: minuteOf(room.now()), lateTime };
        const reason = access === undefined ? undefined : versionOf(access, room.view, limits);
        if (access === undefined || typeof reason !== "string")
          throw invalid("access", key, "one that is missed");
        if ("glass" in decision) {
          if (reason !== "not-live") throw invalid("access", key, `missed as not-live, and not as ${reason}`);
          if (typeof versionOf({ ...access, ...decision }, room.view, limits) === "string")
            throw invalid("access", key, "decided before accesses after it are logged");
        }
        await room.queue.decide(access.id, decision);
      });
    });
  }

  /** The leaf of the consent that allows an access, or the reason to refuse it. */
  #judge({ key: _, at, slot, ...record }: PostedAccess): bigint | AccessFault {
    const { view, state, shelf } = this.#room;
    const minute = minuteOf(at);
    const version = versionAt(view, at);
    if (version === undefined || at > this.#room.now() + AHEAD) return "outside-window";
    if (this.#room.isClosed(minute, version)) return "outside-window";
    const leaf = slot < version.filled ? view.leaves[slot] : undefined;
    const consent = leaf === undefined ? undefined : shelf.byLeaf.get(leaf);
    if (leaf === undefined || consent === undefined) return "not-in-page";
    if (record.glass === 0 && state.final.leaves[slot] !== leaf) return "not-in-page";
    const isRevoked = state.revocations.some((each) => each.leaf === leaf && each.at <= at);
    if (record.glass === 0 && isRevoked) return "not-live";
    const page = { leaves: view.leaves.slice(0, version.filled), live: version.live };
    return accessFault({ ...record, slot, minute: 0, consent }, { page, base: minute, span: 0 }) ?? leaf;
  }
}

async function newState(
  { chain }: CustodianOptions,
  address: PageAddress,
  fresh: NewPage | undefined,
): Promise<CustodianState> {
  if (fresh === undefined)
    throw invalid("page", address.page, "one of the store, or come with the block in which it was opened");
  const master = fresh.master ?? randomFieldElement();
  assertField("audit master", master, { secret: true });
  const [there, page] = await Promise.all([chain.pageAddress(address.page), chain.page(address.page)]);
  if (!isSamePage(there, address))
    throw diverged(`the client is connected to ${there.ledger} on chain ${there.chainId}`);
  if (page.version !== 0) throw diverged(`it has ${page.filled} consents already, and this store has none`);
  return {
    ...{ format: 1, address, form: page.form, master, offered: 0 },
    ...{ final: unopenedPage(fresh.fromBlock - 1), offers: [], given: [], revocations: [], batches: [] },
  };
}
