// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  artifactFiles,
  DAY,
  prove,
  randomFieldElement,
  VitalproofError,
  type Witness,
} from "@vitalproof/sdk";
import {
  type Access,
  accessBatch,
  accessesOf,
  accessFault,
  auditKeyOf,
  CONSENT_OFFER,
  consentBatch,
  type Grant,
  isLive,
  LedgerClient,
  MAX_SPAN,
  type OpenConsent,
  type PageAddress,
  REVOCATION_REQUEST,
  type Revocation,
  type Rights,
  readHistory,
  rebuildPage,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { Mutex, proverPool } from "@vitalproof/sdk/node";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import type { App } from "@vitalproof/services";
import type { World } from "../../simulation/index.ts";

const CONSENTS = "consent-batch";
const ACCESSES = "access-batch-64";
/** Place among the chain's accounts. */
const ACCOUNT = 10;
export const HOSPITAL_NAME = "Demo hospital";

/** Physicians, nurses and the laboratory, to treat and to run the hospital; all but the two most private classes. */
const RIGHTS: Omit<Rights, "until"> = { roles: 0b1_0011, purposes: 0b101, classes: 0b11_1111 };
/** Synthetic looks that the consent allows, as parts of a report's time. */
const LOOKS = [
  { actor: 17, role: 1, purpose: 0, class: 0, part: 0.2 },
  { actor: 4, role: 0, purpose: 0, class: 3, part: 0.5 },
  { actor: 31, role: 4, purpose: 2, class: 1, part: 0.7 },
];
/** One that it does not: mental health, in an emergency. */
const EMERGENCY = { actor: 8, role: 0, purpose: 0, class: 6, part: 0.9 };

/** Whether the keys of a custodian's circuits are built. They are large, and only this needs them. */
export function hospitalIsBuilt(root: string): boolean {
  return [CONSENTS, ACCESSES].every((circuit) =>
    existsSync(join(root, "build/circuits", circuit, artifactFiles(circuit).zkey)),
  );
}

/** A hospital of the demonstration: a custodian of one page, whose batches have real proofs. Its staff's looks are synthetic. */
export class DemoHospital {
  readonly account: string;
  readonly #world: World;
  readonly #client: LedgerClient;
  readonly #address: PageAddress;
  readonly #grantee: number;
  readonly #prover = proverPool({ size: 1 });
  readonly #master = randomFieldElement();
  /** By slot. */
  readonly #consents: OpenConsent[] = [];
  readonly #mutex = new Mutex();

  private constructor(
    world: World,
    signer: HardhatEthersSigner,
    client: LedgerClient,
    address: PageAddress,
    grantee: number,
  ) {
    this.#world = world;
    this.account = signer.address;
    this.#client = client;
    this.#address = address;
    this.#grantee = grantee;
  }

  static async open(world: World): Promise<DemoHospital> {
    const signer = (await world.connection.ethers.getSigners())[ACCOUNT]!;
    const client = new LedgerClient(world.addresses.ledger, signer);
    const grantee = await client.registerGrantee();
    const { result } = await client.openPage();
    return new DemoHospital(world, signer, client, await client.pageAddress(result), grantee);
  }

  /** The file of an offer for the next free place, for a year. */
  offer(): string {
    const slot = this.#consents.length;
    const until = Math.floor((this.#world.now + 365 * DAY) / 60);
    const audit = auditKeyOf(this.#master, this.#address.page, slot);
    return documentText(CONSENT_OFFER, {
      ...{ address: this.#address, slot, rights: { ...RIGHTS, until }, grantee: this.#grantee, audit },
    });
  }

  /**
   * Enters a patient's answer or request for revocation: half a minute, for the proof.
   * @throws DOCUMENT_INVALID for another file; GRANT_NOT_SIGNED, REVOCATION_NOT_POSSIBLE, NOT_ALLOWED for another page
   */
  take(text: string): Promise<void> {
    return this.#mutex.run(async () => {
      if (text.includes(`"${REVOCATION_REQUEST.kind}"`)) {
        const { address, slot, secret } = parseDocument(REVOCATION_REQUEST, text, "the file");
        this.#assertOwn(address);
        const consent = this.#consents[slot];
        if (consent === undefined) throw refused("The hospital has no such consent.");
        await this.#change([], [{ slot, secret, consent }]);
        return;
      }
      const { address, slot, grant } = parseDocument(SIGNED_GRANT, text, "the file");
      this.#assertOwn(address);
      if (slot !== this.#consents.length)
        throw refused("This place is taken: the answer was given before, or another came first.");
      if (grant.consent.audit !== auditKeyOf(this.#master, address.page, slot))
        throw refused("The answer is to another offer.");
      await this.#change([grant], []);
      this.#consents.push(grant.consent);
    });
  }

  /** Reports synthetic looks under every consent that holds, for the time since the last report: half a minute. */
  report(): Promise<void> {
    return this.#mutex.run(async () => {
      const { page } = this.#address;
      const state = await this.#page();
      const until = Math.floor((await this.#world.connection.networkHelpers.time.latest()) / 60);
      // What is longer than a batch takes stays without a report, as the page shows.
      const base = Math.max(state.logged, state.since, until - MAX_SPAN);
      const window = { page: state, base, span: Math.max(0, until - base) };
      const accesses = this.#consents
        .flatMap((consent, slot) => looksAt(consent, slot, window.span, isLive(state.live, slot)))
        .filter((access) => accessFault(access, window) === undefined)
        .slice(0, accessesOf(ACCESSES));
      const batch = accessBatch({ circuit: ACCESSES, address: this.#address, ...window, accesses });
      await this.#client.logAccesses(page, batch, await this.#proven(batch.witness));
    });
  }

  close(): Promise<void> {
    return this.#prover.close();
  }

  async #change(grants: readonly Grant[], revocations: readonly Revocation[]): Promise<void> {
    const { page } = this.#address;
    const state = await this.#page();
    const batch = consentBatch({
      ...{ circuit: CONSENTS, address: this.#address, page: state, form: 0n, grants, revocations },
    });
    await this.#client.changeConsents(page, batch, await this.#proven(batch.witness));
  }

  /** From the chain: patients revoke without the hospital. */
  async #page() {
    const { ledger, page } = this.#address;
    return rebuildPage(await readHistory(ledger, this.#world.connection.ethers.provider, page));
  }

  async #proven(witness: Witness) {
    const artifacts = await this.#world.artifacts.load(witness.circuit);
    return (await prove(this.#prover, artifacts, witness)).proof;
  }

  #assertOwn({ page, ledger }: PageAddress): void {
    if (page !== this.#address.page || ledger.toLowerCase() !== this.#address.ledger.toLowerCase())
      throw refused("The file is for another hospital.");
  }
}

function looksAt(consent: OpenConsent, slot: number, span: number, live: boolean): Access[] {
  const access = ({ part, ...look }: (typeof LOOKS)[number], glass: 0 | 1): Access => {
    return { ...look, slot, consent, glass, minute: Math.floor(part * span) };
  };
  return [...(live ? LOOKS.map((look) => access(look, 0)) : []), access(EMERGENCY, 1)];
}

function refused(message: string): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", message, {
    hint: "Get a new offer from the hospital, and sign it.",
  });
}

/** The hospital's side of its files. A body is a file's text, which is JSON. */
export function hospitalRoutes(app: App, hospital: DemoHospital): void {
  app.get("/offer", async (_, reply) => reply.type("application/json; charset=utf-8").send(hospital.offer()));
  app.post("/files", async ({ body }) => {
    await hospital.take(JSON.stringify(body));
    return {};
  });
  app.post("/reports", async () => {
    await hospital.report();
    return {};
  });
}
