// SPDX-License-Identifier: GPL-3.0-or-later
//
// Custodian's services as operators run them, on the real HealthLedger of this process's chain. Proofs are simulated.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Prover, VitalproofError } from "@vitalproof/sdk";
import {
  type ConsentOffer,
  ciphersOf,
  findAccesses,
  httpCustodian,
  ledgerCircuitIdOf,
  type PostedAccess,
  revokeActionOf,
  type SignedGrant,
} from "@vitalproof/sdk/ledger";
import type { Role } from "@vitalproof/sdk/wire";
import { deployLedger } from "../../../../test/contracts/support/ledger.ts";
import {
  connection,
  ethers,
  load,
  networkHelpers,
  time,
} from "../../../../test/contracts/support/network.ts";
import { idOf, simulated } from "../../../../test/contracts/support/realCircuits.ts";
import { grantOf, type Patient, patientOf, RIGHTS } from "../../../../test/support/ledgerPage.ts";
import { keysAlone, simulatingProver } from "../../../../test/support/ledgerProver.ts";
import {
  doctor,
  loadConfig,
  logger,
  newToken,
  type RunningCustodian,
  runCustodian,
} from "../../src/index.ts";
import { accountOf } from "./accounts.ts";
import { until } from "./installations.ts";
import { SHORT } from "./jobs.ts";
import { FINALITY, TestNode } from "./testChain.ts";

const HOUR = 3_600;
const HURRY = 100;
const CIRCUITS = { accesses: "access-batch-64", consents: "consent-batch" };
export const GRANTEE = 7;
type Name = "operator" | "monitor" | "recorder";

export class Custodians {
  readonly node: TestNode;
  readonly folder = mkdtempSync(join(tmpdir(), "vitalproof-custodian-"));
  /** Every line that a service here has logged. */
  readonly lines: string[] = [];
  readonly tokens: Readonly<Record<Name, { token: string; sha256: string }>>;
  /** Unix seconds, of services; the chain is never behind it. */
  now: number;
  readonly #world: Awaited<ReturnType<typeof deployLedger>>;
  readonly #rpc: string;
  readonly #fromBlock: number;
  readonly #running = new Set<RunningCustodian>();
  readonly #patients = new Map<number, Patient>();

  private constructor(
    world: Awaited<ReturnType<typeof deployLedger>>,
    node: TestNode,
    rpc: string,
    at: Place,
  ) {
    this.#world = world;
    this.node = node;
    this.#rpc = rpc;
    this.#fromBlock = at.block;
    this.now = at.now;
    this.tokens = { operator: newToken(), monitor: newToken(), recorder: newToken() };
  }

  static async create(): Promise<Custodians> {
    const { provider } = connection;
    const node = new TestNode({
      request: async (method, ...params) => (await provider.request({ method, params })) as never,
      height: async () => Number(await provider.request({ method: "eth_blockNumber" })),
    });
    const world = await load(deployLedger);
    // Just after a closing time, so that a test says when the next one is.
    const now = (Math.floor((await time.latest()) / HOUR) + 1) * HOUR + 60;
    await time.increaseTo(now);
    await world.ledger.connect(world.custodian).openPage(0n);
    const block = await ethers.provider.getBlockNumber();
    const custodians = new Custodians(world, node, await node.serve(), { now, block });
    custodians.#secret("master", "5a".repeat(32));
    custodians.#secret("key", await keyOf(world.custodian.address));
    return custodians;
  }

  get address() {
    return { ...this.#world.address, page: 1n };
  }

  /**
   * @param prover simulates when left out; "real" proves with the files of `folder`
   * @param changes what else the configuration has
   */
  async start(store: string, { prover = simulatingProver(), log = this.log, ...changes }: StartOptions = {}) {
    const proving = prover === "real" ? {} : { proving: { prover, artifacts: keysAlone, queue: SHORT } };
    const service = await runCustodian(await this.configOf(store, changes), {
      log,
      clock: () => this.now,
      // A proof is waited for in the same hurry.
      hurry: prover === "real" ? HURRY / 20 : HURRY,
      ...proving,
    });
    this.#running.add(service);
    return service;
  }

  get log() {
    return logger({ level: "debug", destination: { write: (line) => void this.lines.push(line) } });
  }

  async configOf(store: string, changes?: ConfigChanges) {
    return loadConfig(await this.config(store, changes));
  }

  /** What `vitalproof custodian doctor` finds, by its looks. @param key of the account */
  async doctor(store: string, key?: string) {
    if (key !== undefined) this.#secret("key", key);
    const findings = await doctor(await this.configOf(store));
    return Object.fromEntries(findings.map((each) => [each.check, each]));
  }

  as(service: RunningCustodian, name: Name) {
    return httpCustodian(`${service.url}/custodian`, { token: this.tokens[name].token, retries: 0 });
  }

  /** Ends one service, as SIGTERM does. */
  async end(service: RunningCustodian): Promise<void> {
    this.#running.delete(service);
    await service.close();
  }

  async remove(): Promise<void> {
    for (const service of this.#running) await this.end(service);
    await this.node.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Unix second of the next closing. */
  get nextClosing(): number {
    return (Math.floor(this.now / HOUR) + 1) * HOUR;
  }

  /** Waits until a service has compared its page with the chain. */
  async isReady(service: RunningCustodian): Promise<void> {
    const ehr = this.as(service, "recorder");
    await until("the page is compared with the chain", () =>
      ehr.record(this.access("ready", { slot: 255 })).then(
        () => true,
        ({ code }: VitalproofError) => code !== "CHAIN_UNREACHABLE",
      ),
    );
  }

  /** Consents in the first slots, final. Afterwards it is a minute after a closing time. */
  async consents(service: RunningCustodian, count: number): Promise<void> {
    const desk = this.as(service, "operator");
    await this.isReady(service);
    for (let i = 0; i < count; i++) {
      const { offer } = await desk.offer({ rights: RIGHTS, grantee: GRANTEE });
      await desk.accept(this.answer(offer));
    }
    await this.passUntil(this.nextClosing);
    await until("the consents are on the chain", async () => Number((await this.page()).filled) === count);
    await until("a look sees them", async () => (await desk.status()).unsettled.length === 1);
    await this.finalise();
    await until("they are final", async () => (await desk.status()).unsettled.length === 0);
    await this.passUntil(this.now + 60);
  }

  /** Lets time pass, on the chain as well. @param second of Unix time */
  async passUntil(second: number): Promise<void> {
    await time.increaseTo(second);
    this.now = second;
  }

  /** A patient's answer to an offer. */
  answer(offer: ConsentOffer): SignedGrant {
    const { rights, grantee, audit, slot } = offer;
    const own = patientOf(`slot ${slot}`, rights, grantee);
    const patient = { ...own, consent: { ...own.consent, audit } };
    this.#patients.set(slot, patient);
    return { address: offer.address, slot, grant: grantOf(patient, slot, this.address) };
  }

  secretOf(slot: number): bigint {
    return this.#patients.get(slot)!.secret;
  }

  /** An access that the patients of these tests allow. */
  access(key: string, change: Partial<PostedAccess> = {}): PostedAccess {
    return { key, slot: 0, actor: 5, role: 1, purpose: 2, class: 4, at: this.now, glass: 0, ...change };
  }

  /** A revocation by a patient alone. */
  async forceRevoke(slot: number): Promise<void> {
    const { ledger, stranger } = this.#world;
    const { root } = await this.page();
    const proof = simulated("own-slot", [root, BigInt(slot), revokeActionOf(this.address)]);
    await ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), slot, proof);
  }

  /** The page goes to another account, whose key services have from now on. */
  async handOver(): Promise<void> {
    const { ledger, custodian, stranger } = this.#world;
    await ledger.connect(custodian).nominateCustodian(1n, stranger.address);
    await ledger.connect(stranger).acceptCustodian(1n);
    this.#secret("key", await keyOf(stranger.address));
  }

  /** The guardian takes a circuit out of force. */
  async suspend(circuit: string): Promise<void> {
    const { circuits, guardian } = this.#world;
    await circuits.connect(guardian).suspend(ledgerCircuitIdOf(circuit), "doubt");
  }

  /** The guardian puts it back. */
  async endSuspension(circuit: string): Promise<void> {
    const { circuits, guardian } = this.#world;
    await circuits.connect(guardian).endSuspension(ledgerCircuitIdOf(circuit));
  }

  /** Makes what is on the chain final. */
  async finalise(): Promise<void> {
    await networkHelpers.mine(FINALITY + 1, { interval: 0 });
  }

  page() {
    return this.#world.ledger.pageOf(1n);
  }

  /** Every batch of the page: what its patients read of it. */
  async logged() {
    const { ledger } = this.#world;
    const found = await ledger.queryFilter(ledger.filters.AccessesLogged(1n), this.#fromBlock);
    return Promise.all(
      found.map(async ({ transactionHash, args: { header } }) => {
        const { data } = (await ethers.provider.getTransaction(transactionHash))!;
        const body = ledger.interface.parseTransaction({ data })!.args.at(-1) as string;
        const ciphers = ciphersOf(body, Number(header & 0xffffn));
        return [...this.#patients].flatMap(([slot, { consent }]) =>
          findAccesses(ciphers, header >> 80n, { slot, audit: consent.audit }).map(({ record }) => record),
        );
      }),
    );
  }

  #secret(name: string, text: string): void {
    writeFileSync(join(this.folder, name), `${text}\n`, { mode: 0o600 });
  }

  /** Writes the configuration of a service. @returns its file */
  async config(
    store: string,
    { page = 1n, provers = 1, closeEvery = 60, folder }: ConfigChanges = {},
  ): Promise<string> {
    const path = join(this.folder, "custodian.json");
    const { ledger } = this.#world.address;
    const roles: Readonly<Record<Name, readonly Role[]>> = {
      operator: ["operator"],
      monitor: ["monitor"],
      recorder: ["recorder"],
    };
    const config = {
      store,
      chain: {
        id: "31337",
        rpc: this.#rpc,
        fromBlock: this.#fromBlock,
        contracts: { anchors: ledger, claims: ledger, consents: ledger, circuits: ledger },
      },
      http: { port: 0 },
      access: Object.entries(roles).map(([name, each]) => ({
        name,
        roles: each,
        expires: 40_000_000_000,
        sha256: this.tokens[name as Name].sha256,
      })),
      artifacts: join(import.meta.dirname, "../../../../circuits/artifacts"),
      custodian: {
        ledger,
        page: String(page),
        key: { kind: "file", path: "key" },
        masterKey: { kind: "file", path: "master" },
        closeEvery,
        provers,
        circuits: CIRCUITS,
        ...(folder === undefined ? {} : { folder }),
      },
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }
}

type ConfigChanges = {
  readonly page?: bigint;
  readonly provers?: number;
  readonly closeEvery?: number;
  readonly folder?: string;
};
type StartOptions = ConfigChanges & { readonly prover?: Prover | "real"; readonly log?: Custodians["log"] };

/** Starts a service before each test, and removes everything after it. @param storeOf address of an empty store */
export function forEachTest(
  storeOf: (all: Custodians) => string | Promise<string>,
  use: (all: Custodians, store: string, service: RunningCustodian) => void,
): void {
  let all: Custodians | undefined;
  beforeEach(async function () {
    this.timeout(20_000);
    all = await Custodians.create();
    const store = await storeOf(all);
    use(all, store, await all.start(store));
  });
  afterEach(async function () {
    this.timeout(20_000);
    await all?.remove();
  });
}

type Place = { readonly now: number; readonly block: number };

/** Of one of Hardhat's accounts. */
async function keyOf(address: string): Promise<string> {
  const index = (await ethers.getSigners()).findIndex((each) => each.address === address);
  return accountOf(index).privateKey;
}
