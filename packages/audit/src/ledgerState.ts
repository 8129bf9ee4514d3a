// SPDX-License-Identifier: GPL-3.0-or-later
import {
  boundConsentIdOf,
  LEDGER_PURPOSES,
  type Matter,
  type Rights,
  unpackRights,
} from "@vitalproof/sdk/ledger";
import type { ConsentState } from "./consentState.ts";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";
import { LedgerPage, minuteOf } from "./ledgerPage.ts";

const MINUTE = 60;
const PAYMENT = 1 << LEDGER_PURPOSES.findIndex(({ name }) => name === "payment");

/** A consent of a page that was bound to a matter. */
export type BoundConsent = ConsentState & {
  readonly source: "ledger";
  readonly page: bigint;
  readonly slot: number;
  /** Packed, as the event has them. */
  readonly rights: bigint;
  /** Minutes since 1970-01-01 UTC; the minute itself is out. */
  readonly until: number;
  readonly matter: Matter;
  /** Number of the grantee when it was bound; 0 if it had none. */
  readonly granteeNumber: number;
  /** Root of the page when it was bound. */
  readonly root: bigint | undefined;
};

/** HealthLedger as its events tell it, as far as claims rest on it: pages, numbers of grantees, bindings. */
export class HealthLedgerState {
  readonly pages = new Map<bigint, LedgerPage>();
  readonly consents = new Map<string, BoundConsent>();
  /** Numbers of accounts. */
  readonly grantees = new Map<string, number>();
  readonly #byPage = new Map<bigint, BoundConsent[]>();
  readonly #findings: Findings;
  readonly #audited: { readonly insurer: string | undefined; readonly pages: ReadonlySet<bigint> };
  #granteeCount = 0;

  /**
   * @param audited the program's insurer, and the pages with consents that were bound for it: they are checked, the
   * others only recorded
   */
  constructor(
    findings: Findings,
    audited: { readonly insurer: string | undefined; readonly pages: ReadonlySet<bigint> },
  ) {
    this.#findings = findings;
    this.#audited = audited;
  }

  apply(event: ChainEvent): void {
    if (event.name === "PageOpened") this.#opened(event);
    else if (event.name === "GranteeRegistered") this.#registered(event);
    else if (event.name === "ConsentBound") this.#bound(event);
    else this.#changed(event);
  }

  #opened(event: ChainEvent): void {
    const page = new LedgerPage(event);
    this.#findings.inSequence("Page", page.id, this.pages.size, event.place);
    this.pages.set(page.id, page);
  }

  #registered(event: ChainEvent): void {
    const account = event.hex("account");
    const number = event.number("grantee");
    this.#findings.inSequence("Grantee", event.big("grantee"), this.#granteeCount, event.place);
    this.#granteeCount = number;
    const before = this.grantees.get(account);
    if (before !== undefined && account === this.#audited.insurer) {
      this.#findings.add(
        "GRANTEE_TWICE",
        `${account} became grantee ${number} of the health ledger, and was grantee ${before} already.`,
        event.place,
      );
    }
    this.grantees.set(account, number);
  }

  #changed(event: ChainEvent): void {
    const page = this.#page(event);
    if (page === undefined) return;
    const broken = page.apply(event);
    if (this.#audited.pages.has(page.id)) {
      for (const [code, sentence] of broken) this.#findings.add(code, sentence, event.place);
    }
    for (const consent of this.#byPage.get(page.id) ?? []) {
      // Final, even where the page says later that it lives again.
      if (!page.isLive(consent.slot)) consent.revokedAt ??= event.time;
    }
  }

  #bound(event: ChainEvent): void {
    const page = this.#page(event);
    if (page === undefined) return;
    const matter = matterOf(event);
    const id = event.hex("consentId");
    const slot = event.number("slot");
    const packed = event.big("rights");
    const rights = rightsIn(packed);
    const granteeNumber = this.grantees.get(matter.grantee) ?? 0;
    if (matter.grantee === this.#audited.insurer) {
      this.#check(event, page, { id, slot, matter, packed, rights, granteeNumber });
    }
    const until = rights?.until ?? 0;
    const { patient, grantee, purpose, program } = matter;
    const bound: BoundConsent = {
      id,
      source: "ledger",
      consent: { patient, grantee, purpose, program, from: event.time, until: until * MINUTE },
      grantedAt: event.time,
      transaction: event.log.transactionHash,
      revokedAt: page.isLive(slot) ? undefined : event.time,
      claims: [],
      page: page.id,
      slot,
      rights: packed,
      until,
      matter,
      granteeNumber,
      root: page.root,
    };
    this.consents.set(id, bound);
    this.#byPage.set(page.id, [...(this.#byPage.get(page.id) ?? []), bound]);
  }

  #check(
    event: ChainEvent,
    page: LedgerPage,
    binding: {
      readonly id: string;
      readonly slot: number;
      readonly matter: Matter;
      readonly packed: bigint;
      readonly rights: Rights | undefined;
      readonly granteeNumber: number;
    },
  ): void {
    const { id, slot, matter, packed, rights, granteeNumber } = binding;
    const find = this.#findings;
    const place = { ...event.place, consent: id, program: matter.program };
    const rebuilt = boundConsentIdOf(page.id, slot, matter);
    if (rebuilt !== id) {
      find.add(
        "CONSENT_ID_WRONG",
        `Consent ${id} is bound under another id than its page, slot and matter give, ${rebuilt}.`,
        place,
      );
    }
    if (this.consents.has(id)) {
      find.add("CONSENT_GRANTED_TWICE", `Consent ${id} was bound again, after it had been bound.`, place);
    }
    if (!page.isLive(slot)) {
      find.add(
        "CONSENT_BOUND_NOT_LIVE",
        `Consent ${id} was bound when slot ${slot} of page ${page.id} was not live.`,
        place,
      );
    }
    const wrong = [
      ...(granteeNumber === 0 ? [`${matter.grantee}, to whom it was given, had no number`] : []),
      ...(rights === undefined ? [`its rights are ${packed}, which no consent has`] : []),
      ...(rights !== undefined && (rights.purposes & PAYMENT) === 0 ? ["it is not for payment"] : []),
      ...(rights !== undefined && rights.until <= minuteOf(event)
        ? [`it had ended at ${rights.until * MINUTE}`]
        : []),
      ...(page.form !== 0n && page.form !== packed
        ? [`its rights are ${packed}, and all in page ${page.id} have ${page.form}`]
        : []),
    ];
    if (wrong.length === 0) return;
    find.add(
      "CONSENT_BOUND_WRONGLY",
      `Consent ${id} was bound at ${event.time}, though ${wrong.join(" and ")}.`,
      place,
    );
  }

  #page(event: ChainEvent): LedgerPage | undefined {
    const id = event.big("page");
    const page = this.pages.get(id);
    if (page === undefined && this.#audited.pages.has(id)) {
      this.#findings.add(
        "EVENT_WITHOUT_ORIGIN",
        `${event.name} concerns page ${id} of the health ledger, which was never opened.`,
        event.place,
      );
    }
    return page;
  }
}

function matterOf(event: ChainEvent): Matter {
  const matter = event.struct("matter");
  const hex = (field: string) => String(matter.getValue(field)).toLowerCase();
  return {
    patient: hex("patient"),
    grantee: hex("grantee"),
    purpose: hex("purpose"),
    program: matter.getValue("program") as bigint,
  };
}

/** Undefined for a word that no circuit lets through as rights. */
function rightsIn(packed: bigint): Rights | undefined {
  try {
    return unpackRights(packed);
  } catch {
    return undefined;
  }
}
