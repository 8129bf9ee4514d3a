// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian of one page, whose patients have wallets and whose batches are real, and the log that a chain would have of it.
import {
  type Access,
  accessBatch,
  auditKeyOf,
  type ConsentOffer,
  consentBatch,
  type Grant,
  type KeptConsent,
  LedgerWallet,
  type LoggedBatch,
  type PageAddress,
  type PageState,
} from "@vitalproof/sdk/ledger";
import { getBytes, id } from "ethers";
import { ADDRESS, numberOf, RIGHTS } from "../../../test/support/ledgerPage.ts";
import { Identity } from "../src/index.ts";

export const MASTER = numberOf("master");
/** Minutes since 1970: 2026-02-01 02:40 UTC. */
export const BASE = 29_498_560;

export function identityOf(name: string): Identity {
  return new Identity(numberOf(name), getBytes(id(`${name}/seed`)));
}

export class TestCustodian {
  readonly address: PageAddress;
  readonly consents: KeptConsent[] = [];
  readonly wallets: LedgerWallet[] = [];
  readonly batches: LoggedBatch[] = [];
  page: PageState = { leaves: [], live: 0n };
  #version = 0;

  constructor(address: PageAddress = ADDRESS) {
    this.address = address;
  }

  offer(changes: Partial<ConsentOffer> = {}): ConsentOffer {
    const slot = this.page.leaves.length;
    const audit = auditKeyOf(MASTER, this.address.page, slot);
    return { address: this.address, slot, rights: RIGHTS, grantee: 77, audit, ...changes };
  }

  /** A patient's consent in the next slot, by a batch that checks its signature. */
  enrol(name: string, changes: Partial<ConsentOffer> = {}): KeptConsent {
    const wallet = new LedgerWallet(identityOf(name));
    const { grant, kept } = wallet.accept(this.offer(changes));
    this.change([grant]);
    this.consents.push(kept);
    this.wallets.push(wallet);
    return kept;
  }

  revoke(slot: number): void {
    this.change([], [this.wallets[slot]!.revocationOf(this.consents[slot]!)]);
  }

  access(slot: number, changes: Partial<Access> = {}): Access {
    return {
      ...{ slot, actor: 5, role: 1, purpose: 2, class: 4, minute: 0, glass: 0 },
      consent: this.consents[slot]!.consent,
      ...changes,
    };
  }

  log(base: number, span: number, accesses: readonly Access[], late = false): LoggedBatch {
    const circuit = accesses.length > 8 ? "access-batch-64" : "access-batch-test";
    const { header, body } = accessBatch({
      ...{ circuit, address: this.address, page: this.page, base, span, accesses },
    });
    const number = this.batches.length;
    const logged = {
      transaction: id(`transaction ${number} of ${this.address.page}`),
      block: 100 + number,
      time: (base + span) * 60 + 7,
      version: this.#version,
      ...{ header, body, late },
    };
    this.batches.push(logged);
    return logged;
  }

  private change(
    grants: readonly Grant[],
    revocations: Parameters<typeof consentBatch>[0]["revocations"] = [],
  ): void {
    const { address, page } = this;
    const request = { address, page, form: 0n, grants, revocations };
    this.page = consentBatch({ circuit: "consent-batch-test", ...request }).page;
    this.#version += 1;
  }
}
