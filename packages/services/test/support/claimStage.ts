// SPDX-License-Identifier: GPL-3.0-or-later
//
// A person whose gateway sealed two days, one that meets its policy's terms and one that does not, with the proof of the first.
// It is made once. Tests begin with a copy of chain and store.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { anchorDayOf, epochStart, type ProofMaker, proofMaker, type Relayer } from "@vitalproof/sdk";
import hre from "hardhat";
import * as v from "valibot";
import {
  BENEFIT,
  OFFSET,
  Patient,
  PROFILE,
  publishDayInRange,
  SimulatedAttester,
  sharedProver,
  World,
} from "../../../../simulation/index.ts";
import { type NodeConnection, Sender, type SenderLimits } from "../../src/chain/index.ts";
import { ClaimChain } from "../../src/gateway/claims/claimChain.ts";
import { ClaimDuty } from "../../src/gateway/claims/claimDuty.ts";
import { ClaimProver, type ProofStep } from "../../src/gateway/claims/claimProver.ts";
import type { ClaimRow } from "../../src/gateway/claims/claimRows.ts";
import { OfferDuty } from "../../src/gateway/claims/offerDuty.ts";
import { PeriodDuty } from "../../src/gateway/claims/periodDuty.ts";
import { PolicyDuty } from "../../src/gateway/claims/policyDuty.ts";
import { paidBy, relayed, type Submitter } from "../../src/gateway/claims/submitter.ts";
import { Gateway, gatewayTimes, type Notice, PayloadReader } from "../../src/gateway/index.ts";
import { backup, type Database, migrate, openDatabase, restore } from "../../src/store/index.ts";
import { accountOf, CHAIN_ID } from "./accounts.ts";
import { GLUCOSE_PAYLOADS } from "./gateways.ts";
import { room } from "./sealed.ts";
import { onBothStores } from "./stores.ts";
import { FINALITY, TestNode } from "./testChain.ts";

export { BENEFIT, FINALITY };

const DAY = 86_400;
const START = 20_600 * DAY + 1_000;
const PERSON = "p1";
const { signal } = new AbortController();

export class ClaimStage {
  readonly world: World;
  readonly node: TestNode;
  readonly attester: SimulatedAttester;
  readonly patient: Patient;
  readonly program: bigint;
  readonly policy: bigint;
  /** Epoch of the first period; it is met, and the second is not. */
  readonly firstEpoch: number;
  readonly #file: string;

  private constructor(made: Omit<ClaimStage, "copy" | "close"> & { file: string }) {
    this.world = made.world;
    this.node = made.node;
    this.attester = made.attester;
    this.patient = made.patient;
    this.program = made.program;
    this.policy = made.policy;
    this.firstEpoch = made.firstEpoch;
    this.#file = made.file;
  }

  static async make(): Promise<ClaimStage> {
    const world = await World.create(hre, START);
    const { provider } = world.connection;
    const node = new TestNode({
      request: async (method, ...params) => (await provider.request({ method, params })) as never,
      height: async () => Number(await provider.request({ method: "eth_blockNumber" })),
    });
    const { attester } = await SimulatedAttester.open(world);
    const insurer = await publishDayInRange(world, attester.group, 10);
    const patient = new Patient(world);
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-claims-"));
    const database = await openDatabase(`sqlite:${join(folder, "stage.db")}`);
    await migrate(database);

    const gateway = await openGateway(world, attester, patient, database);
    await act(gateway, "enrolment");
    const { running } = (await gateway.state()).logs[0]!;
    const firstEpoch = running!.epoch;
    const application = await patient.apply(insurer.program, { firstEpoch, periods: 2 });
    const { result: policy } = await insurer.issuePolicy(
      application.attestation,
      await attester.attest(application),
    );
    for (const [period, value] of [100, 250].entries()) {
      const epoch = firstEpoch + period;
      const start = epochStart(PROFILE, OFFSET, epoch);
      await world.passUntil(start + DAY);
      await Promise.all(
        Array.from({ length: PROFILE.samples }, (_, i) =>
          gateway.inbox.put({
            topic: "devices/device/d1",
            payload: Buffer.from(JSON.stringify({ t: start + i * PROFILE.interval, v: value })),
            receivedAt: world.now * 1000,
            retained: false,
          }),
        ),
      );
      await world.passUntil(start + DAY + 700);
      await act(gateway, "sealing", "sending");
      const day = anchorDayOf(PROFILE, OFFSET, epoch);
      await world.passUntil(attester.anchorTime(day));
      await attester.anchorDay(day);
    }
    await mineEach(world, FINALITY + 1);
    await world.follow();
    const file = join(folder, "copy.db");
    await backup(database, file);
    await gateway.close();
    await database.close();
    return new ClaimStage({
      world,
      node,
      attester,
      patient,
      program: insurer.program,
      policy,
      firstEpoch,
      file,
    });
  }

  /** What the stage has, in an empty store. */
  async copy(url: string, submitted: "relayed" | "paid" = "paid"): Promise<Claiming> {
    const database = await openDatabase(url);
    await restore(this.#file, database);
    return new Claiming(this, database, submitted);
  }

  async close(): Promise<void> {
    await this.world.connection.close();
    rmSync(dirname(this.#file), { recursive: true, force: true });
  }
}

async function openGateway(
  world: World,
  attester: SimulatedAttester,
  patient: Patient,
  database: Database,
): Promise<Gateway> {
  const anchors = world.anchorsAs(world.roles.relayer);
  const wall = (): number => world.now * 1000;
  return Gateway.start({
    database,
    personKeys: room(database).keys,
    reader: new PayloadReader(GLUCOSE_PAYLOADS),
    times: v.parse(gatewayTimes, { settle: 0, look: 10 }),
    clock: { wall, monotonic: wall },
    logs: [
      {
        person: PERSON,
        subject: patient.identity.subject,
        profile: PROFILE.name,
        offset: OFFSET,
        devices: ["d1"],
        signer: patient.device,
        attester: {
          name: "attester",
          services: attester,
          trust: { domain: await anchors.domain(), attester: attester.account },
          intakeTime: SimulatedAttester.TIMES.intakeTime,
        },
      },
    ],
  });
}

/** Block by block: of blocks that were mined as one interval the chain in this process has no state after a snapshot. */
export async function mineEach({ connection }: World, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) await connection.networkHelpers.mine(1);
}

async function act(gateway: Gateway, ...names: string[]): Promise<void> {
  for (const name of names) {
    const duty = gateway.duties.find((each) => each.name === name)!;
    while (await duty.act(signal));
  }
}

const proofs = new Map<string, ReturnType<ProofMaker>>();

/** The claims of a gateway on a copy of the stage. What it does it does with new objects each time, as after a crash. */
export class Claiming {
  readonly database: Database;
  readonly notices: Notice[] = [];
  /** The next proof is not made. */
  failing: (() => Error) | undefined;
  relayer: Pick<Relayer, "claim"> | undefined;
  /** Through which the chain is asked and written to, in place of one that is honest. */
  through:
    | {
        readonly chain: () => ClaimChain;
        readonly node: NodeConnection;
        readonly limits: Partial<SenderLimits>;
      }
    | undefined;
  readonly #stage: ClaimStage;
  readonly #submitted: "relayed" | "paid";

  constructor(stage: ClaimStage, database: Database, submitted: "relayed" | "paid") {
    this.#stage = stage;
    this.database = database;
    this.#submitted = submitted;
  }

  readonly account = accountOf(15);

  get chain(): ClaimChain {
    if (this.through !== undefined) return this.through.chain();
    const { world, node } = this.#stage;
    const { relayer } = world.roles;
    return new ClaimChain({
      claims: world.claimsAs(relayer),
      consents: world.consentsAs(relayer),
      custody: world.custodyAs(relayer),
      node,
      runner: relayer,
      fromBlock: 0,
    });
  }

  get submitter(): Submitter {
    if (this.#submitted === "relayed") return relayed({ claim: (item) => this.relayer!.claim(item) });
    const from = { chainId: CHAIN_ID, address: this.account.address };
    return paidBy(this.database, from, this.#stage.world.addresses.claims);
  }

  /** Looks for policies and periods that are over. */
  async find(): Promise<void> {
    const { patient, program, world } = this.#stage;
    const common = { database: this.database, chain: this.chain, every: 10 };
    await new PolicyDuty({
      ...common,
      programs: [program],
      people: async () => [{ person: PERSON, secret: patient.identity.secret() }],
      report: (notice) => this.notices.push(notice),
    }).act(signal);
    const periods = new PeriodDuty({ ...common, time: async () => world.now });
    while (await periods.act());
  }

  /** Looks at every claim once. */
  async look(): Promise<void> {
    const { world } = this.#stage;
    await this.database.step((queries) =>
      queries.updateTable("gateway_claim").set({ next_look: 0 }).where("next_look", "is not", null).execute(),
    );
    await this.claimDuty().act(signal);
    await world.follow();
  }

  claimDuty(): ClaimDuty {
    const { world } = this.#stage;
    return new ClaimDuty({
      database: this.database,
      personKeys: room(this.database).keys,
      chain: this.chain,
      submitter: this.submitter,
      report: (notice) => this.notices.push(notice),
      time: async () => world.now,
      waits: { soon: 15, later: 300 },
      every: 10,
    });
  }

  /** Proves what is offered. A proof of the same is made once for all tests. */
  async prove(): Promise<void> {
    const prover = this.prover((task) => {
      if (this.failing !== undefined) throw this.failing();
      const key = JSON.stringify(task, (_, value) => (typeof value === "bigint" ? String(value) : value));
      const made = proofs.get(key) ?? proofMaker(sharedProver, this.#stage.world.artifacts)(task);
      proofs.set(key, made);
      return made;
    });
    const offers = {
      offer: async (steps: readonly { step: ProofStep }[]) => {
        for (const { step } of steps) await prover.prove(step).catch(() => undefined);
      },
    };
    await new OfferDuty(this.database, offers, 10).act();
  }

  prover(make: ProofMaker): ClaimProver {
    const { patient, attester, world } = this.#stage;
    return new ClaimProver({
      database: this.database,
      personKeys: room(this.database).keys,
      secretOf: async () => patient.identity.secret(),
      chain: this.chain,
      pathsOf: () => attester,
      make,
      report: (notice) => this.notices.push(notice),
      clock: () => world.now,
    });
  }

  /** Has what is wanted sent. */
  async send(): Promise<void> {
    const { node, world } = this.#stage;
    const sender = new Sender({
      database: this.database,
      signer: this.account,
      chainId: CHAIN_ID,
      provider: this.through?.node ?? node,
      limits: this.through?.limits ?? { patience: 0, refusals: 2, stuck: 0, again: 0 },
      clock: () => world.now,
    });
    await sender.advance();
    await sender.advance();
  }

  rows(): Promise<ClaimRow[]> {
    return this.database.reads.selectFrom("gateway_claim").selectAll().orderBy("period").execute();
  }

  async states(): Promise<string[]> {
    return (await this.rows()).map(({ state, reason }) => (reason === null ? state : `${state} ${reason}`));
  }
}

/** What tests have of a stage. Each begins with the chain and the store as they were made. */
export type OnStage = {
  readonly stage: () => ClaimStage;
  /** A gateway's claims over a store of its own. An account of its own sends them when left out. */
  copy(submitted?: "relayed" | "paid"): Promise<Claiming>;
  /** The same, with its policies found. */
  begin(submitted?: "relayed" | "paid"): Promise<Claiming>;
  mine(blocks: number): Promise<void>;
  owed(): Promise<bigint>;
};

let shared: Promise<ClaimStage> | undefined;

// The processes of provers load this file as well, and have no hooks.
if (typeof after === "function") after(async () => (await shared)?.close());

/** Runs tests of claims on both databases, on one stage for the whole run. */
export function onClaimStage(title: string, tests: (on: OnStage) => void): void {
  onBothStores(title, (stores) => {
    let stage: ClaimStage;
    before(async function () {
      this.timeout(120_000);
      shared ??= ClaimStage.make();
      stage = await shared;
    });
    let snapshot: Awaited<ReturnType<typeof stage.world.connection.networkHelpers.takeSnapshot>>;
    const open: Claiming[] = [];
    beforeEach(async () => {
      snapshot = await stage.world.connection.networkHelpers.takeSnapshot();
    });
    afterEach(async () => {
      for (const each of open.splice(0)) await each.database.close();
      await snapshot.restore();
      await stage.world.follow();
    });
    const on: OnStage = {
      stage: () => stage,
      async copy(submitted = "paid") {
        const claiming = await stage.copy(await stores.fresh(), submitted);
        open.push(claiming);
        return claiming;
      },
      async begin(submitted) {
        const claiming = await on.copy(submitted);
        await claiming.find();
        return claiming;
      },
      mine: (blocks) => mineEach(stage.world, blocks),
      owed: () => stage.world.claimsAs(stage.world.roles.relayer).owedOf(stage.policy),
    };
    tests(on);
  });
}
