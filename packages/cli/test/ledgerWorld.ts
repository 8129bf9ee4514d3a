// SPDX-License-Identifier: GPL-3.0-or-later
//
// A health ledger on a chain of this process, served as a node, with a custodian whose batches are real and whose proofs come
// from their keys' trapdoors. Patients run the command.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controllerOf } from "@vitalproof/sdk";
import {
  type Access,
  auditKeyOf,
  CONSENT_OFFER,
  type ConsentOffer,
  type Grant,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
  type OpenConsent,
  type Rights,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { deployLedger, minute, TestPage } from "../../../test/contracts/support/ledger.ts";
import { connection, networkHelpers } from "../../../test/contracts/support/network.ts";
import { numberOf, type Patient } from "../../../test/support/ledgerPage.ts";
import { type ServedNode, serveNode } from "../../../test/support/serveNode.ts";
import { loadIdentity } from "../src/identity.ts";
import { withVault } from "../src/vault.ts";
import { expecting, ioOf, type Ran, vitalproof } from "./support.ts";

export const MASTER = numberOf("master of audit keys");
const PASSPHRASE = "correct horse battery staple";
const PAYER = ["--dev-account", "6"];

const purpose = (name: string) => LEDGER_PURPOSES.findIndex((each) => each.name === name);
const role = (name: string) => (LEDGER_ROLES as readonly string[]).indexOf(name);
const kind = (name: string) => (LEDGER_CLASSES as readonly string[]).indexOf(name);

/** Treatment and payment; physicians and nurses; laboratory and medication. */
export const RIGHTS: Omit<Rights, "until"> = {
  purposes: (1 << purpose("treatment")) | (1 << purpose("payment")),
  roles: (1 << role("physician")) | (1 << role("nurse")),
  classes: (1 << kind("laboratory")) | (1 << kind("medication")),
};

/** `share` asks nobody. */
const on = ([command]: readonly string[]) => (command === "share" ? [] : ["--deployment", "deployment.json"]);

export class LedgerWorld {
  readonly world: Awaited<ReturnType<typeof deployLedger>>;
  readonly node: ServedNode;
  readonly cwd: string;
  readonly page: TestPage;
  readonly #beginning: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;

  private constructor(
    world: Awaited<ReturnType<typeof deployLedger>>,
    node: ServedNode,
    page: TestPage,
    beginning: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>,
  ) {
    this.world = world;
    this.node = node;
    this.page = page;
    this.#beginning = beginning;
    this.cwd = mkdtempSync(join(tmpdir(), "vitalproof-ledger-"));
  }

  static async start(): Promise<LedgerWorld> {
    networkHelpers.clearSnapshots();
    const beginning = await networkHelpers.takeSnapshot();
    const world = await deployLedger();
    const page = await TestPage.open(world);
    const made = new LedgerWorld(world, await serveNode(connection.provider), page, beginning);
    const contracts = {
      CircuitRegistry: world.circuits,
      AnchorRegistry: world.anchors,
      ConsentRegistry: world.consents,
      ScopeRegistry: world.scopes,
      PauseRegistry: world.pauses,
      Custody: world.custody,
      HealthLedger: world.ledger,
      ClaimsPayout: world.claims,
    };
    const addresses = await Promise.all(
      Object.entries(contracts).map(async ([name, contract]) => [name, await contract.getAddress()]),
    );
    made.write("deployment.json", {
      schema: 1,
      chainId: Number(world.address.chainId),
      contracts: Object.fromEntries(addresses),
    });
    return made;
  }

  async stop(): Promise<void> {
    await this.node.stop();
    rmSync(this.cwd, { recursive: true, force: true });
    await this.#beginning.restore();
    networkHelpers.clearSnapshots();
  }

  // --- the command ----------------------------------------------------------------------------------------

  terminal(vault: string) {
    const env = {
      VITALPROOF_PASSPHRASE: PASSPHRASE,
      VITALPROOF_VAULT: join(this.cwd, vault),
      VITALPROOF_RPC: this.node.url,
      VITALPROOF_CLOCK: "chain",
    };
    return { cwd: this.cwd, env };
  }

  /** Everything that runs of the command wrote. */
  shown = "";

  readonly run = async (vault: string, ...argv: string[]): Promise<Ran> => {
    const ran = await vitalproof(this.terminal(vault), "--json", "--quiet", "ledger", ...argv, ...on(argv));
    this.shown += ran.out + ran.err;
    return ran;
  };
  readonly ok = expecting(this.run).ok;
  readonly refused = expecting(this.run).refused;

  /** What people see. */
  async text(vault: string, ...argv: string[]): Promise<string> {
    const { code, out, err } = await vitalproof(
      this.terminal(vault),
      "--quiet",
      "ledger",
      ...argv,
      ...on(argv),
    );
    this.shown += out + err;
    if (code !== 0) throw new Error(`${argv.join(" ")}: ${code} ${err}`);
    return out;
  }

  async newPatient(vault: string): Promise<void> {
    const { code, err } = await vitalproof(this.terminal(vault), "identity", "new", "--scrypt-cost", "14");
    if (code !== 0) throw new Error(err);
  }

  /** A policy of the world's program whose account is a vault's. */
  async policyOf(vault: string): Promise<bigint> {
    const { world } = this;
    const identity = await withVault(ioOf(this.terminal(vault)), {}, loadIdentity);
    const place = { chainId: world.address.chainId, claims: world.claimsAddress };
    const { address } = controllerOf(identity, { ...place, program: 1n, index: 0 });
    return world.issue({ controller: address });
  }

  payer = PAYER;

  write(file: string, content: unknown): void {
    writeFileSync(join(this.cwd, file), typeof content === "string" ? content : JSON.stringify(content));
  }

  read(file: string): string {
    return readFileSync(join(this.cwd, file), "utf8");
  }

  // --- the custodian --------------------------------------------------------------------------------------

  async until(days: number): Promise<number> {
    return (await minute()) + days * 24 * 60;
  }

  /** Writes an offer for a slot. */
  async offer(file: string, slot: number, changes: Partial<ConsentOffer> = {}): Promise<ConsentOffer> {
    const { address } = this.page;
    const rights = { ...RIGHTS, until: await this.until(300) };
    const audit = auditKeyOf(MASTER, address.page, slot);
    const offer = { address, slot, rights, grantee: 77, audit, ...changes };
    this.write(file, documentText(CONSENT_OFFER, offer));
    return offer;
  }

  /** The grant that a patient's file has. */
  grant(file: string): Grant {
    return parseDocument(SIGNED_GRANT, this.read(file), file).grant;
  }

  /** Enters consents into the next slots. */
  async enter(...grants: Grant[]): Promise<void> {
    const batch = this.page.batch(grants);
    const { ledger, custodian } = this.world;
    await ledger.connect(custodian).changeConsents(...this.page.changes(batch));
    this.page.patients.push(...grants.map(({ consent }) => ({ consent }) as Patient));
    this.page.state = batch.page;
  }

  /** Sends revocations that a custodian made of patients' secrets. */
  async revoke(slot: number, secret: bigint): Promise<void> {
    const { consent } = this.page.patients[slot]!;
    const batch = this.page.batch([], [{ slot, consent, secret }]);
    await this.world.ledger.connect(this.world.stranger).changeConsents(...this.page.changes(batch));
    this.page.state = batch.page;
  }

  /** After this the custodian sees what a patient did alone. */
  ended(slot: number): void {
    const { leaves, live } = this.page.state;
    this.page.state = { leaves, live: live & ~(1n << BigInt(slot)) };
  }

  access(slot: number, values: { consent?: OpenConsent } & Partial<Access> = {}): Access {
    return this.page.access(slot, {
      ...{ purpose: purpose("treatment"), role: role("nurse"), class: kind("medication") },
      ...values,
    });
  }

  /** Logs accesses in a window of an hour that begins some minutes after the page's `logged`. */
  async log(accesses: readonly Access[], pause = 0): Promise<number> {
    const { ledger, custodian } = this.world;
    const { logged } = await ledger.pageOf(1n);
    const base = Number(logged) + pause;
    await networkHelpers.time.increaseTo((base + 61) * 60);
    const { args } = this.page.accesses(base, 60, accesses);
    await ledger.connect(custodian).logAccesses(1n, ...args);
    return base;
  }
}
