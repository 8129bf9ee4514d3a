// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's page through random days: offers, consents, revocations, accesses, processes that die at any write and
// around any transaction, and reorganisations. `check` compares what was accepted with what the chain has in the end.
import { VitalproofError } from "@vitalproof/sdk";
import {
  CustodianPage,
  ciphersOf,
  findAccesses,
  type LedgerChain,
  type Report,
  type SlotOffer,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { Died, DyingStore } from "./dyingStore.ts";
import { grantOf, type Patient, patientOf, RIGHTS } from "./ledgerPage.ts";
import { keysAlone, simulatingProver } from "./ledgerProver.ts";
import type { LedgerWorld } from "./ledgerWorld.ts";

type Posted = Parameters<CustodianPage["record"]>[0];
type Circuits = { readonly accesses: string; readonly consents: string };

type PageVersion = { since: number; until: number; live: bigint; filled: number };

/** What happened, so that a run that tests nothing is seen. */
export type Tally = Record<
  | "accepted"
  | "refused"
  | "missed"
  | "broken"
  | "given"
  | "revoked"
  | "forced"
  | "died"
  | "reorganised"
  | "again"
  | "late"
  | "lost",
  number
>;

export class CustodianStory {
  readonly tally: Tally = {
    ...{ accepted: 0, refused: 0, missed: 0, broken: 0, given: 0, revoked: 0, forced: 0 },
    ...{ died: 0, reorganised: 0, again: 0, late: 0, lost: 0 },
  };
  readonly #world: LedgerWorld;
  readonly #circuits: Circuits;
  readonly #random: () => number;
  readonly #disk = new DyingStore();
  /** By slot. */
  readonly #patients = new Map<number, Patient>();
  readonly #accepted = new Map<string, Posted>();
  /** Posted to a process that died before it answered. */
  #unanswered: Posted[] = [];
  readonly #broken = new Set<string>();
  #page!: CustodianPage;
  #actor = 0;
  #chainDies: "before" | "after" | undefined;
  #wasSilent = false;

  private constructor(world: LedgerWorld, circuits: Circuits, seed: number) {
    this.#world = world;
    this.#circuits = circuits;
    this.#random = randomOf(seed);
  }

  static async begin(world: LedgerWorld, circuits: Circuits, seed: number): Promise<CustodianStory> {
    const story = new CustodianStory(world, circuits, seed);
    await story.#open({ fromBlock: world.fromBlock });
    await story.#consents(4);
    await story.#finalise();
    return story;
  }

  /** @param steps random ones */
  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) await this.#alive(() => this.#step());
  }

  async #step(): Promise<void> {
    const world = this.#world;
    const kind = this.#below(100);
    if (kind < 8) await this.#consents(1 + this.#below(3));
    else if (kind < 12) await this.#revoke();
    else if (kind < 16) await this.#force();
    else if (kind < 50) await this.#post(1 + this.#below(4));
    else if (kind < 62) world.clock += 20 + this.#below(300);
    else if (kind < 82) {
      const report = await (kind < 72 ? this.#page.advance() : this.#page.close());
      this.#note(report);
      await this.#decide(report, this.#below(4));
    } else if (kind < 87) await this.#finalise();
    else if (kind < 91) {
      await world.reorganise(() => this.#below(3) > 0);
      this.tally.reorganised += 1;
    } else if (kind < 97) {
      this.#disk.isLastDone = this.#below(2) === 0;
      this.#disk.writesLeft = this.#below(6);
    } else if (kind < 99) this.#chainDies = this.#below(2) === 0 ? "before" : "after";
    else if (!this.#wasSilent) {
      this.#wasSilent = true;
      world.clock += 60 * 4_200;
    }
  }

  /** Brings everything to the chain, and compares. */
  async check(): Promise<void> {
    const world = this.#world;
    let report: Report | undefined;
    for (let i = 0; i < 12; i++) {
      this.#disk.writesLeft = Number.POSITIVE_INFINITY;
      this.#chainDies = undefined;
      await this.#alive(async () => {
        world.clock += 150;
        report = await this.#page.close();
        this.#note(report);
        await this.#decide(report, i);
        if (i === 5) await this.#finalise();
      });
    }
    expect(report!.waiting, "accesses that wait").to.equal(report!.missed.length);
    const versions = await this.#versions();
    const records = await this.#read(versions);
    this.tally.missed = report!.missed.length;
    const missed = new Map(report!.missed.map((each) => [each.access.key, each]));
    for (const [key, { actor }] of this.#accepted) {
      const found = missed.get(key);
      const times = records.filter((record) => record.actor === actor).length;
      expect(times, `records of access ${key}, missed: ${found?.reason}`).to.equal(
        found === undefined ? 1 : 0,
      );
      if (found === undefined) continue;
      const { slot, at, glass } = found.access;
      expect(found.reason).to.equal(glass === 1 ? "not-in-page" : "not-live");
      // It is true that no version of that minute allows it.
      const minute = Math.floor(at / 60);
      const allowing = versions.filter(
        (each) => each.since <= minute && minute <= each.until && allows(each, slot, glass),
      );
      expect(allowing).to.deep.equal([]);
    }
    const accepted = [...this.#accepted.values()].map(({ actor }) => actor);
    expect(records.filter(({ actor }) => !accepted.includes(actor))).to.deep.equal([]);
    // A slot without a patient was never live.
    const strangers = versions.filter(({ live, filled }) =>
      Array.from({ length: filled }, (_, slot) => slot).some(
        (slot) => !this.#patients.has(slot) && ((live >> BigInt(slot)) & 1n) === 1n,
      ),
    );
    expect(strangers).to.deep.equal([]);
  }

  /** Every record that its patient finds, each compared with what was posted. */
  async #read(versions: readonly PageVersion[]) {
    const batches = await this.#world.logged();
    const nonces = batches.map(({ header }) => header >> 80n);
    expect(new Set(nonces).size, "nonces").to.equal(nonces.length);
    const byActor = new Map([...this.#accepted.values()].map((access) => [access.actor, access]));
    const found = batches.flatMap(({ header, body, version }) => {
      const [count, base] = [Number(header & 0xffffn), Number((header >> 32n) & 0xffff_ffffn)];
      const records = [...this.#patients].flatMap(([slot, { consent }]) =>
        findAccesses(ciphersOf(body, count), header >> 80n, { slot, audit: consent.audit }),
      );
      expect(records.length, "records that no patient reads").to.equal(count);
      return records.map(({ record }) => ({ ...record, at: base + record.minute, version }));
    });
    for (const { actor, version, at, minute: _, glass, ...record } of found) {
      const access = byActor.get(actor);
      if (access === undefined) continue;
      const { slot, role, purpose, class: of } = access;
      expect(record).to.deep.equal({ slot, role, purpose, class: of });
      expect(at).to.equal(Math.floor(access.at / 60));
      if (!this.#broken.has(access.key)) expect(glass).to.equal(access.glass);
      const under = versions[version]!;
      expect(under.since <= at && at <= under.until, `minute ${at} is in version ${version}`).to.equal(true);
      expect(allows(under, slot, glass), `version ${version} allows access ${access.key}`).to.equal(true);
    }
    return found;
  }

  /** Of the page, from its events alone. */
  async #versions(): Promise<PageVersion[]> {
    const events = await this.#world.events.pageEvents(this.#world.address.page, this.#world.fromBlock);
    const versions: PageVersion[] = [];
    for (const event of events) {
      if (event.kind === "logged") continue;
      const since = Math.floor(event.time / 60);
      const last = versions.at(-1) ?? { since, until: since, live: 0n, filled: 0 };
      last.until = since;
      const live =
        event.kind === "changed"
          ? event.live
          : event.kind === "forced"
            ? last.live & ~(1n << BigInt(event.slot))
            : 0n;
      const filled = last.filled + (event.kind === "changed" ? event.granted : 0);
      versions.push({ since, until: Number.POSITIVE_INFINITY, live, filled });
    }
    return versions;
  }

  async #consents(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const offer = await this.#page.offer({ rights: RIGHTS, grantee: this.#below(1_000) });
      const answer = this.#patients.size < 4 ? 9 : this.#below(10);
      if (answer === 0) await this.#page.withdraw(offer.slot);
      if (answer > 1) await this.#answer(offer);
    }
    if (this.#patients.size <= 4) this.#note(await this.#page.close());
  }

  async #answer(offer: SlotOffer): Promise<void> {
    const { key, secret, consent } = patientOf(`slot ${offer.slot}`, offer.rights);
    const patient = { key, secret, consent: { ...consent, grantee: offer.grantee, audit: offer.audit } };
    // It may be stored though the process dies.
    this.#patients.set(offer.slot, patient);
    await this.#page.accept(grantOf(patient, offer.slot, offer.address));
    this.tally.given += 1;
  }

  async #revoke(): Promise<void> {
    const slot = this.#slot();
    try {
      await this.#page.revoke(slot, this.#patients.get(slot)!.secret);
      this.tally.revoked += 1;
    } catch (error) {
      if (VitalproofError.find(error, "REVOCATION_NOT_POSSIBLE") === undefined) throw error;
    }
  }

  async #force(): Promise<void> {
    const slot = this.#slot();
    const { live } = await this.#world.chain.page(this.#world.address.page);
    if (((live >> BigInt(slot)) & 1n) === 0n || this.#below(3) > 0) return;
    await this.#world.forceRevoke(slot);
    this.tally.forced += 1;
  }

  async #post(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const actor = ++this.#actor;
      await this.#record({
        ...{ key: `access ${actor}`, slot: this.#slot(), actor, role: this.#below(4) },
        ...{ purpose: [1, 2, 4, 4, 4, 5][this.#below(6)]!, class: 4 + this.#below(4) },
        ...{ at: this.#world.clock - this.#below(90), glass: this.#below(8) === 0 ? 1 : 0 },
      });
    }
  }

  async #record(access: Posted): Promise<void> {
    this.#unanswered.push(access);
    try {
      await this.#page.record(access);
      this.#accepted.set(access.key, access);
      this.tally.accepted += 1;
      // The caller's answer was lost, and it asks again.
      if (this.#below(5) === 0) expect(await this.#page.record(access)).to.equal("known");
      if (access.glass === 0) expect(access.purpose).to.not.equal(5);
    } catch (error) {
      if (VitalproofError.find(error, "ACCESS_NOT_ALLOWED") === undefined) throw error;
      this.tally.refused += 1;
    }
    this.#unanswered = this.#unanswered.filter((each) => each !== access);
  }

  async #finalise(): Promise<void> {
    const { unsettled } = await this.#page.advance();
    await this.#world.finalise();
    for (const hash of unsettled) await this.#page.settled(hash);
  }

  /** Runs a step; a process that died is started again, and asked again what it did not answer. */
  async #alive(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!this.#disk.isDead) throw error;
      this.tally.died += 1;
      await this.#open();
      const again = this.#unanswered;
      this.#unanswered = [];
      for (const access of again) await this.#record(access);
    }
  }

  async #open(fresh?: { fromBlock: number }): Promise<void> {
    const world = this.#world;
    this.#page = await CustodianPage.open(
      {
        store: this.#disk.start(),
        chain: this.#mortal(world.chain),
        events: world.events,
        prover: simulatingProver(() => this.#duringProof()),
        artifacts: keysAlone,
        circuits: this.#circuits,
        clock: () => world.clock,
        offerTime: 300,
      },
      world.address,
      fresh,
    );
  }

  async #duringProof(): Promise<void> {
    const kind = this.#patients.size < 4 ? 9 : this.#below(10);
    if (kind < 2) await this.#post(1);
    if (kind === 2) await this.#force();
    if (kind === 3) this.#world.clock += 70;
  }

  /** The process may die before a transaction, or after it before it knows. */
  #mortal(chain: LedgerChain): LedgerChain {
    const send = async <T>(act: () => Promise<T>): Promise<T> => {
      const dies = this.#chainDies;
      this.#chainDies = undefined;
      if (dies !== "before") {
        const sent = await act();
        if (dies === undefined) return sent;
      }
      this.#disk.kill();
      throw new Died();
    };
    return {
      ...{ pageAddress: chain.pageAddress, page: chain.page, lateTime: chain.lateTime },
      changeConsents: (...args) => send(() => chain.changeConsents(...args)),
      logAccesses: (...args) => send(() => chain.logAccesses(...args)),
      logLate: (...args) => send(() => chain.logLate(...args)),
    };
  }

  #note({ happened }: Report): void {
    for (const { what, late } of happened) {
      if (what === "sent-again") this.tally.again += 1;
      if (what === "lost") this.tally.lost += 1;
      if (late) this.tally.late += 1;
    }
  }

  /** What somebody says about accesses that the chain's revocations forbid. */
  async #decide({ missed }: Report, choice: number): Promise<void> {
    for (const { access, reason } of missed) {
      if (reason !== "not-live") continue;
      if (choice === 1) await this.#page.leaveOut(access.key);
      if (choice !== 2) continue;
      // It may be stored though the process dies.
      this.#broken.add(access.key);
      try {
        await this.#page.breakGlass(access.key);
        this.tally.broken += 1;
      } catch (error) {
        // It was left out before, and a window has passed it.
        if (VitalproofError.find(error, "INVALID_ARGUMENT") === undefined) throw error;
      }
    }
  }

  #slot(): number {
    const slots = [...this.#patients.keys()];
    return slots[this.#below(slots.length)]!;
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }
}

function allows({ live, filled }: PageVersion, slot: number, glass: number): boolean {
  return slot < filled && (glass === 1 || ((live >> BigInt(slot)) & 1n) === 1n);
}

/** mulberry32: the same numbers for a seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
