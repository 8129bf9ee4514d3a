// SPDX-License-Identifier: GPL-3.0-or-later
import { type Proof, VitalproofError } from "@vitalproof/sdk";
import {
  type AccountingReport,
  CONSENT_OFFER,
  type ConsentOffer,
  consentLeafOf,
  type KeptConsent,
  LedgerWallet,
  type PageHistory,
  type PageRecord,
  REVOCATION_REQUEST,
  revokeActionOf,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import type { HospitalConfig } from "../../config/config.ts";
import { same } from "../../data/addresses.ts";
import type { ProofOptions, ProverClient } from "../proverClient.ts";
import type { Vault } from "../vault.ts";
import { nameOf, type SignedConsent, signedConsents } from "./kept.ts";
import type { LedgerChain } from "./ledgerChain.ts";
import { leavesOf, type Reading, type ReadingJob, type Standing } from "./reading.ts";
import { reportOf } from "./report.ts";
import { type ConsentView, type LookedView, viewOf } from "./view.ts";

export type LookedParts = {
  readonly vault: Vault;
  readonly chain: LedgerChain;
  readonly prover: ProverClient;
  readonly hospitals: readonly HospitalConfig[];
  /** `readConsents`, here or in a worker. */
  readonly read: (job: ReadingJob) => Promise<Reading>;
};

/** An offer that can be signed, or that the patient has signed. */
export type OpenedOffer = {
  readonly offer: ConsentOffer;
  /** Account of the hospital that keeps the records. */
  readonly custodian: string;
  /** As the configuration or the patient calls it. */
  readonly name: string | undefined;
  /** Whom the consent names: the hospital, another that the page knows, nobody, or somebody unknown. */
  readonly grantee:
    | { readonly who: "hospital" | "nobody" | "unknown" }
    | { readonly who: "named"; readonly name: string };
  /** `entered`: it is on the chain already, and not in this vault. */
  readonly known: "new" | "signed" | "entered";
};

/** A patient's consents to hospitals, and who looked under them. Every step is in the vault before it returns. */
export class LookedSession {
  readonly #parts: LookedParts;
  readonly #wallet: LedgerWallet;
  #histories: readonly PageHistory[] = [];
  #last: { readonly key: string; readonly reading: Reading } | undefined;

  /** @throws NOT_ALLOWED for a locked vault */
  constructor(parts: LookedParts) {
    this.#parts = parts;
    this.#wallet = new LedgerWallet(parts.vault.identity);
  }

  /**
   * Reads a hospital's offer and checks all that can be checked before it is signed.
   * @param file its name, for messages
   * @throws DOCUMENT_INVALID for another file, chain or ledger; NOT_ALLOWED with a reason for an offer that would lead to
   *         nothing; what the chain's reads throw
   */
  async open(text: string, file: string): Promise<OpenedOffer> {
    const { chain, vault, hospitals } = this.#parts;
    const offer = parseDocument(CONSENT_OFFER, text, file);
    const { address, slot, rights } = offer;
    if (address.chainId !== chain.chainId || !same(address.ledger, chain.ledger))
      throw new VitalproofError(
        "DOCUMENT_INVALID",
        "This offer is for another network or another register.",
        {
          details: { chainId: address.chainId, ledger: address.ledger },
          hint: "Open it in the page that the hospital names, or ask the hospital for an offer for this one.",
        },
      );
    const own = await vault.recall<SignedConsent>(nameOf(address, slot));
    const page = await chain.page(address.page);
    const { custodian } = page;
    const consents = await signedConsents(vault);
    const name =
      hospitals.find(({ account }) => same(account, custodian))?.name ??
      consents.find((each) => same(each.custodian, custodian))?.name;
    const known = own === undefined ? await this.#standingOf(offer, page) : "signed";
    if (own !== undefined && leafOf(this.#wallet, offer) !== consentLeafOf(own.kept.consent))
      throw refused("You signed another offer for the same place.", "Ask the hospital for a new offer.");
    const now = await chain.now();
    if (known === "new" && rights.until * 60 <= now)
      throw refused("What this offer allows has ended already.", "Ask the hospital for a new offer.");
    return { offer, custodian, name, grantee: await this.#granteeOf(offer, custodian), known };
  }

  /**
   * Signs an offer and keeps the consent. What is on the chain already is kept and not signed anew.
   * @param name what the patient calls the hospital
   * @returns the answer for the hospital as a file
   * @throws what `LedgerWallet.accept` throws
   */
  async sign({ offer, custodian }: OpenedOffer, name: string): Promise<string> {
    const { vault, chain } = this.#parts;
    const { address, slot } = offer;
    const { kept } = this.#wallet.accept(offer);
    const id = nameOf(address, slot);
    const before = await vault.recall<SignedConsent>(id);
    const signed: SignedConsent = { offer, kept, custodian, name: name.trim(), signedAt: await chain.now() };
    if (before === undefined) await vault.keep(id, signed);
    return this.answer(before ?? signed);
  }

  /** The file with which the hospital enters a consent. The same each time. */
  answer({ offer }: SignedConsent): string {
    const { address, slot } = offer;
    return documentText(SIGNED_GRANT, { address, slot, grant: this.#wallet.accept(offer).grant });
  }

  /**
   * The file with which the hospital, or anyone who has the consent, revokes it.
   * @throws SLOT_NOT_OWNED
   */
  async askToRevoke({ id, signed }: ConsentView): Promise<string> {
    const { vault, chain } = this.#parts;
    const { slot, secret } = this.#wallet.revocationOf(signed.kept);
    const text = documentText(REVOCATION_REQUEST, { address: signed.kept.address, slot, secret });
    await vault.keep(id, {
      ...signed,
      askedAt: signed.askedAt ?? (await chain.now()),
    } satisfies SignedConsent);
    return text;
  }

  /**
   * Proves that a consent is the patient's own and is to end. The person who sends the proof ends it.
   * @throws SLOT_NOT_OWNED; what the prover and the chain's reads throw
   */
  async proveRevocation({ signed }: ConsentView, options?: ProofOptions): Promise<Proof> {
    const { chain, prover } = this.#parts;
    const { address } = signed.kept;
    const leaves = leavesOf(await chain.history(address.page));
    const { slot, consent, secret } = this.#wallet.revocationOf(signed.kept);
    const request = { leaves, slot, consent, secret, action: revokeActionOf(address) };
    return (await prover.prove({ kind: "own-slot", request }, options)).proof;
  }

  /**
   * Everything to show, read anew. A page that cannot be read makes its own consents unreadable, and no others.
   * @throws CHAIN_UNREACHABLE; what the reading throws
   */
  async view(): Promise<LookedView> {
    const { vault, chain, hospitals, read } = this.#parts;
    const signed = await signedConsents(vault);
    const consents = signed.map((each) => ({ id: nameOf(each.kept.address, each.kept.slot), signed: each }));
    const pages = [...new Set(signed.map(({ kept }) => kept.address.page))];
    const now = await chain.now();
    const kept = signed.map((each) => each.kept);
    let reading = await this.#readPages(kept, pages, read);
    const broken = pages.filter((page) =>
      kept.some(({ address }, i) => address.page === page && reading.standings[i]!.name === "unreadable"),
    );
    if (broken.length > 0) {
      // A reorganisation may have removed blocks that were known.
      for (const page of broken) chain.forget(page);
      reading = await this.#readPages(kept, pages, read);
    }
    return viewOf(consents, this.#histories, reading, { now, hospitals });
  }

  /** What the three files are made of. */
  report(view: LookedView): AccountingReport {
    return reportOf(view, this.#histories, this.#parts.hospitals);
  }

  async #readPages(
    consents: readonly KeptConsent[],
    pages: readonly bigint[],
    read: LookedParts["read"],
  ): Promise<Reading> {
    const { chain } = this.#parts;
    const faults = new Map<bigint, VitalproofError>();
    const histories = await Promise.all(
      pages.map((page) =>
        chain.history(page).catch((error: unknown) => {
          if (!(error instanceof VitalproofError)) throw error;
          faults.set(page, error);
        }),
      ),
    );
    this.#histories = histories.filter((history) => history !== undefined);
    const readable = consents.filter(({ address }) => !faults.has(address.page));
    const reading = await this.#read({ consents: readable, histories: this.#histories }, read);
    const standings = consents.map((kept): Standing => {
      const error = faults.get(kept.address.page);
      return error === undefined ? reading.standings[readable.indexOf(kept)]! : { name: "unreadable", error };
    });
    return { ...reading, standings };
  }

  /** Keys are tried on the records only when there are new ones. */
  async #read(job: ReadingJob, read: LookedParts["read"]): Promise<Reading> {
    const { consents, histories } = job;
    const key = JSON.stringify([
      consents.map(({ address, slot }) => nameOf(address, slot)),
      histories.map(({ address, transactions, state }) => [
        String(address.page),
        transactions.map(({ hash, block }) => [hash, block]),
        state.history,
        String(state.live),
      ]),
    ]);
    if (this.#last?.key === key) return this.#last.reading;
    const reading = await read(job);
    const isWhole = reading.standings.every(({ name }) => name !== "unreadable");
    this.#last = isWhole ? { key, reading } : undefined;
    return reading;
  }

  /** @throws NOT_ALLOWED for a place that is taken, or a page that would not take the consent */
  async #standingOf(offer: ConsentOffer, { filled, form }: PageRecord): Promise<"new" | "entered"> {
    const { address, slot } = offer;
    if (form !== (offer.form ?? 0n))
      throw refused(
        "The hospital's register does not take what this offer says.",
        "Ask the hospital for a new offer.",
      );
    if (slot >= filled) return "new";
    const leaves = leavesOf(await this.#parts.chain.history(address.page));
    if (leaves[slot] === leafOf(this.#wallet, offer)) return "entered";
    throw refused(
      "The place of this offer is taken by another consent.",
      "Offers get old when the hospital enters others first. Ask for a new one.",
    );
  }

  async #granteeOf({ grantee }: ConsentOffer, custodian: string): Promise<OpenedOffer["grantee"]> {
    const { chain, hospitals } = this.#parts;
    if (grantee === 0) return { who: "nobody" };
    if ((await chain.granteeOf(custodian)) === grantee) return { who: "hospital" };
    for (const { account, name } of hospitals)
      if ((await chain.granteeOf(account)) === grantee) return { who: "named", name };
    return { who: "unknown" };
  }
}

function leafOf(wallet: LedgerWallet, offer: ConsentOffer): bigint {
  return consentLeafOf(wallet.accept(offer).consent);
}

function refused(says: string, hint: string): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", says, { hint });
}
