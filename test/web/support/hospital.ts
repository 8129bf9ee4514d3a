// SPDX-License-Identifier: GPL-3.0-or-later
//
// A hospital with a page of the health ledger, on a stage's chain. Its proofs are made from the trapdoor of the development
// keys: they verify as real ones do, and only the patient's side is looked at here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedScalars } from "@vitalproof/hardhat-circom/measure";
import type { VerificationKey, Witness } from "@vitalproof/sdk";
import {
  type Access,
  accessBatch,
  CONSENT_OFFER,
  type ConsentOffer,
  consentBatch,
  LedgerClient,
  type OpenConsent,
  type PageAddress,
  type PageState,
  type Rights,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { HDNodeWallet, JsonRpcProvider, NonceManager } from "ethers";
import { numberOf } from "../../support/ledgerPage.ts";
import { inputPoints, simulatedProof } from "../../support/simulatedProof.ts";
import type { GivenFile } from "./hands.ts";
import type { Stage } from "./stage.ts";

const PHRASE = "test test test test test test test test test test test junk";
/** One of Hardhat's accounts that nobody else on the stage uses. */
const ACCOUNT = "m/44'/60'/0'/0/15";

export class Hospital {
  readonly account: string;
  readonly #provider: JsonRpcProvider;
  readonly #client: LedgerClient;
  #address: PageAddress | undefined;
  #state: PageState = { leaves: [], live: 0n };
  readonly #consents: OpenConsent[] = [];

  constructor({ url, config }: Stage) {
    this.#provider = new JsonRpcProvider(`${url}/rpc`, undefined, { cacheTimeout: -1, pollingInterval: 100 });
    const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, ACCOUNT).connect(this.#provider);
    this.account = wallet.address;
    this.#client = new LedgerClient(config.contracts.ledger, new NonceManager(wallet));
  }

  async open(): Promise<void> {
    const { result } = await this.#client.openPage();
    this.#address = await this.#client.pageAddress(result);
  }

  /** For the next free place. */
  async offer(rights: Rights, changes: Partial<ConsentOffer> = {}): Promise<GivenFile> {
    const slot = this.#state.leaves.length;
    const audit = numberOf(`audit ${slot}`);
    const offer = { address: this.#address!, slot, rights, grantee: 0, audit, ...changes };
    return {
      name: "offer.json",
      mimeType: "application/json",
      buffer: Buffer.from(documentText(CONSENT_OFFER, offer)),
    };
  }

  /** Enters what a patient's answer file holds. */
  async enter(answer: string): Promise<void> {
    const { grant } = parseDocument(SIGNED_GRANT, answer, "answer.json");
    const { page } = this.#address!;
    const batch = consentBatch({
      ...{ circuit: "consent-batch", address: this.#address!, page: this.#state, form: 0n },
      ...{ grants: [grant], revocations: [] },
    });
    await this.#client.changeConsents(page, batch, proofOf(batch.witness));
    this.#state = batch.page;
    this.#consents.push(grant.consent);
  }

  /** Reports accesses from where the page's last window ended until now, or only the last minutes of that time. */
  async log(accesses: readonly Omit<Access, "consent">[], minutes?: number): Promise<void> {
    const { page } = this.#address!;
    const { logged, since, live } = await this.#client.page(page);
    this.#state = { ...this.#state, live };
    const now = Math.floor((await this.now()) / 60);
    const base = minutes === undefined ? Math.max(logged, since) : now - minutes;
    const batch = accessBatch({
      ...{ circuit: "access-batch-64", address: this.#address!, page: this.#state, base, span: now - base },
      accesses: accesses.map((access) => ({ ...access, consent: this.#consents[access.slot]! })),
    });
    await this.#client.logAccesses(page, batch, proofOf(batch.witness));
  }

  isLive(slot: number): Promise<boolean> {
    return this.#client.isLive(this.#address!.page, slot);
  }

  async passTime(minutes: number): Promise<void> {
    await this.#provider.send("evm_increaseTime", [60 * minutes]);
    await this.#provider.send("evm_mine", []);
  }

  /** Unix seconds of the last block. */
  async now(): Promise<number> {
    return (await this.#provider.getBlock("latest"))!.timestamp;
  }

  close(): void {
    this.#provider.destroy();
  }
}

function proofOf({ circuit, publicInputs }: Witness) {
  const file = join(import.meta.dirname, "../../../circuits/artifacts", circuit, "verification_key.json");
  const key = JSON.parse(readFileSync(file, "utf8")) as VerificationKey;
  return simulatedProof(sharedScalars(), inputPoints(key), publicInputs, 7n);
}
