// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's page on a chain in memory, with patients in its first slots.
import {
  type CustodianOptions,
  CustodianPage,
  ciphersOf,
  findAccesses,
  type Grant,
  type PostedAccess,
  type Rights,
  type SlotOffer,
} from "@vitalproof/sdk/ledger";
import { DyingStore } from "./dyingStore.ts";
import { grantOf, type Patient, patientOf, RIGHTS } from "./ledgerPage.ts";
import { keysAlone, simulatingProver } from "./ledgerProver.ts";
import { MemoryLedger } from "./memoryLedger.ts";

export class CustodianDesk {
  readonly world: MemoryLedger;
  readonly disk = new DyingStore();
  readonly patients = new Map<number, Patient>();
  page!: CustodianPage;
  #keys = 0;

  constructor(world = new MemoryLedger()) {
    this.world = world;
  }

  /** @param count patients whose consents are final */
  static async with(count: number): Promise<CustodianDesk> {
    const desk = new CustodianDesk();
    await desk.open({ fresh: true });
    for (let i = 0; i < count; i++) await desk.give();
    await desk.page.close();
    await desk.finalise();
    return desk;
  }

  async open({
    fresh = false,
    ...changes
  }: Partial<CustodianOptions> & { readonly fresh?: boolean } = {}): Promise<void> {
    const { world } = this;
    const options = {
      ...{ store: this.disk.start(), chain: world.chain, events: world.events, artifacts: keysAlone },
      ...{ prover: simulatingProver(), clock: () => world.clock },
      circuits: { accesses: "access-batch-test", consents: "consent-batch-test" },
      ...changes,
    };
    const page = fresh ? { fromBlock: world.fromBlock, master: 77n } : undefined;
    this.page = await CustodianPage.open(options, world.address, page);
  }

  /** An offer and its answer. */
  async give(rights = RIGHTS): Promise<SlotOffer> {
    const offer = await this.page.offer({ rights, grantee: 9 });
    await this.page.accept(this.answer(offer));
    return offer;
  }

  answer(offer: SlotOffer, changes: { readonly rights?: Rights; readonly grantee?: number } = {}): Grant {
    const { rights, grantee, audit } = { ...offer, ...changes };
    const { key, secret, consent } = patientOf(`slot ${offer.slot}`, rights);
    const patient = { key, secret, consent: { ...consent, grantee, audit } };
    this.patients.set(offer.slot, patient);
    return grantOf(patient, offer.slot, offer.address);
  }

  /** An access that the consents of this page allow. */
  access(slot: number, changes: Partial<PostedAccess> = {}): PostedAccess {
    const key = `access ${++this.#keys}`;
    const record = { slot, actor: this.#keys, role: 1, purpose: 2, class: 4, glass: 0 } as const;
    return { key, ...record, at: this.world.clock, ...changes };
  }

  async record(slot: number, changes: Partial<PostedAccess> = {}): Promise<PostedAccess> {
    const access = this.access(slot, changes);
    await this.page.record(access);
    return access;
  }

  pass(minutes: number): void {
    this.world.clock += 60 * minutes;
  }

  async finalise(): Promise<void> {
    const { unsettled } = await this.page.advance();
    await this.world.finalise();
    for (const hash of unsettled) await this.page.settled(hash);
  }

  /** Actors that a patient reads, in all batches of the chain. */
  async actorsOf(slot: number): Promise<number[]> {
    const { audit } = this.patients.get(slot)!.consent;
    return (await this.world.logged()).flatMap(({ header, body }) =>
      findAccesses(ciphersOf(body, Number(header & 0xffffn)), header >> 80n, { slot, audit }).map(
        ({ record }) => record.actor,
      ),
    );
  }

  /** Begin and length of all windows, in minutes, with their versions. */
  async windows(): Promise<{ base: number; span: number; version: number; count: number }[]> {
    return (await this.world.logged()).map(({ header, version }) => ({
      base: Number((header >> 32n) & 0xffff_ffffn),
      span: Number((header >> 64n) & 0xffffn),
      version,
      count: Number(header & 0xffffn),
    }));
  }
}
