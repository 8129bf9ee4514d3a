// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of the health ledger as a node would tell of it, without a chain: batches are the SDK's, and a replay of the
// contract's rules gives the page after each.
import {
  type Access,
  accessBatch,
  auditKeyOf,
  type ConsentOffer,
  consentBatch,
  type Grant,
  type HistoryEntry,
  isLive,
  type OpenConsent,
  type PageAddress,
  type PageHistory,
  type PageRecord,
  PageReplay,
  type Revocation,
  type Rights,
} from "@vitalproof/sdk/ledger";
import { id } from "ethers";
import { grantOf, numberOf, patientOf } from "../../../../../test/support/ledgerPage.ts";
import type { LedgerChain } from "../../../src/patient/looked/ledgerChain.ts";
import { PROOF } from "../helpers.ts";

/** 2026-02-01 02:40 UTC, in minutes. */
export const BEGIN = 29_498_560;
export const HOSPITAL = "0x00000000000000000000000000000000000000C1";
export const LEDGER = "0x00000000000000000000000000000000000000A1";
export const RIGHTS: Rights = { purposes: 0b11, roles: 0b11, classes: 0b110, until: BEGIN + 10_000 };
const CARRIED = { circuit: id("circuit"), proof: PROOF, digest: 0n };

export class MadePage {
  readonly address: PageAddress;
  /** Minutes. */
  now = BEGIN;
  entries: HistoryEntry[] = [];
  readonly #consents: OpenConsent[] = [];
  #block = 10;

  constructor(page = 1n, form = 0n) {
    this.address = { chainId: 31_337n, ledger: LEDGER, page };
    this.entries.push({ ...this.#place(), kind: "opened", custodian: HOSPITAL, form });
  }

  offer(changes: Partial<ConsentOffer> = {}): ConsentOffer {
    const slot = this.#consents.length;
    const audit = auditKeyOf(numberOf("master"), this.address.page, slot);
    return { address: this.address, slot, rights: RIGHTS, grantee: 0, audit, ...changes };
  }

  enter(...grants: readonly Grant[]): void {
    this.#change(grants, []);
    this.#consents.push(...grants.map(({ consent }) => consent));
  }

  /** Somebody else's consent in the next place. */
  enterOther(): void {
    const slot = this.#consents.length;
    this.enter(grantOf(patientOf(`other ${slot}`, RIGHTS), slot, this.address));
  }

  revoke(revocation: Revocation): void {
    this.#change([], [revocation]);
  }

  force(slot: number): void {
    this.entries.push({
      ...{ ...this.#place(), kind: "forced", slot, version: this.#replayed().version + 1 },
      carried: CARRIED,
    });
  }

  handOver(custodian: string): void {
    this.entries.push({
      ...{ ...this.#place(), kind: "handed-over", previous: this.#replayed().custodian, custodian },
    });
  }

  /** Minutes from `base` until now. */
  log(base: number, accesses: readonly Partial<Access>[]): void {
    const { leaves, live, version } = this.#replayed();
    const circuit = "access-batch-test";
    const all = accesses.map((access) => {
      const plain = { slot: 0, actor: 5, role: 1, purpose: 0, class: 1, minute: 0, glass: 0, ...access };
      return { ...plain, consent: this.#consents[plain.slot]! };
    });
    const window = { base, span: this.now - base };
    const batch = accessBatch({
      ...{ circuit, address: this.address, page: { leaves, live }, ...window, accesses: all },
    });
    const { header, body, headerWord } = batch;
    const place = this.#place();
    this.entries.push({
      ...{ ...place, kind: "logged", headerWord, carried: CARRIED, versions: [] },
      batch: { ...place, version, header, body, late: false },
    });
  }

  history(): PageHistory {
    const transactions = this.entries.map(({ transaction: hash, block, time }) => ({
      ...{ hash, block, time, events: [] },
    }));
    const { address, entries } = this;
    return { address, block: this.#block, state: this.state(), entries: [...entries], transactions };
  }

  state(): PageRecord {
    const { root, live, custodian, version, since, logged, history, form, leaves } = this.#replayed();
    return { root, live, custodian, version, since, logged, history, form, filled: leaves.length };
  }

  isLive(slot: number): boolean {
    return isLive(this.#replayed().live, slot);
  }

  #replayed(): PageReplay {
    const replay = new PageReplay({ address: this.address, entries: this.entries });
    for (const entry of this.entries) if (entry.kind !== "opened") replay.apply(entry);
    return replay;
  }

  #change(grants: readonly Grant[], revocations: readonly Revocation[]): void {
    const { leaves, live, form, version } = this.#replayed();
    const batch = consentBatch({
      ...{ circuit: "consent-batch-test", address: this.address, page: { leaves, live } },
      ...{ form, grants, revocations },
    });
    const { root, page, revoked, leaves: added } = batch;
    this.entries.push({
      ...{ ...this.#place(), kind: "changed", version: version + 1, root, live: page.live },
      ...{ revoked, leaves: added, carried: CARRIED },
    });
  }

  #place() {
    this.#block += 1;
    const transaction = id(`${this.address.page}/${this.#block}`);
    return { transaction, block: this.#block, time: this.now * 60 + 7 };
  }
}

/** The chain that a session reads, made of pages. */
export function chainOf(pages: readonly MadePage[], grantees: Readonly<Record<string, number>> = {}) {
  const pageOf = (page: bigint) => pages.find(({ address }) => address.page === page)!;
  const forgotten: bigint[] = [];
  const chain: Omit<LedgerChain, never> = {
    chainId: 31_337n,
    ledger: LEDGER,
    now: async () => pages[0]!.now * 60 + 30,
    page: async (page: bigint) => pageOf(page).state(),
    granteeOf: async (account: string) => grantees[account] ?? 0,
    history: async (page: bigint) => pageOf(page).history(),
    forget: (page: bigint) => void forgotten.push(page),
  };
  return { chain: chain as LedgerChain, forgotten };
}
