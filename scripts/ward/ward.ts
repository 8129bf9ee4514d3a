// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everybody and everything on the ward, once it is set up.
import { randomBytes } from "node:crypto";
import {
  createIdentity,
  distributionTerms,
  epochAt,
  explainTerms,
  type Identity,
  type ProgramFacts,
  programFacts,
} from "@vitalproof/sdk";
import { hashPassword, loadConfig, migrate, openDatabase, openGateway } from "@vitalproof/services";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { BENEFIT, CIRCUIT, Insurer, PROFILE, SimulatedAttester } from "../../simulation/index.ts";
import type { Report } from "../demo/report.ts";
import { usd } from "../demo/stage.ts";
import { BEDS, type Bed } from "./beds.ts";
import type { Account } from "./device.ts";
import { GatewayProcess } from "./gatewayProcess.ts";
import { freePort, Site } from "./site.ts";

const HOUR = 3_600;
/** Sunday evening. The day that counts begins at midnight. */
const START = Date.UTC(2026, 2, 1, 20) / 1_000;
/** Days of the program begin at midnight UTC. */
export const OFFSET = 0;
/** Seconds after the day's end until which what was late still belongs to it. */
export const GRACE = HOUR;
/** A password that a machine made needs no more. */
const COST = { ln: 14, p: 1 };

/** Somebody in a bed. */
export interface Patient {
  readonly bed: Bed;
  readonly identity: Identity;
  readonly account: Account;
}

export interface Ward {
  readonly report: Report;
  readonly site: Site;
  readonly group: bigint;
  readonly insurer: Insurer;
  readonly facts: ProgramFacts;
  readonly patients: readonly Patient[];
  readonly gateway: GatewayProcess;
  readonly brokerPort: number;
  /** The day that counts. */
  readonly epoch: number;
}

/**
 * From an empty chain to a gateway that runs.
 * @param onSite is told as soon as there is something to clean up
 */
export async function setWard(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  onSite: (site: Site) => void,
): Promise<Ward> {
  const site = await report.step("deploy the contracts with Ignition", async () => {
    const value = await Site.create(hre, START, CIRCUIT);
    onSite(value);
    return { value, detail: `ClaimsPayout at ${value.world.addresses.claims}` };
  });
  const patients = BEDS.map((bed) => ({
    bed,
    identity: createIdentity(),
    account: { name: bed.name, password: randomBytes(18).toString("base64url") },
  }));
  const group = await startServices(report, site, patients);
  const insurer = await publish(report, site, group);
  const { roles } = site.world;
  const facts = await programFacts(
    { claims: site.world.claimsAs(roles.relayer), custody: site.world.custodyAs(roles.relayer) },
    insurer.program,
  );
  const brokerPort = await freePort();
  const file = await gatewayFile(site, { group, program: insurer.program, patients, brokerPort });
  const gateway = new GatewayProcess(file, site.token("operator"));
  const epoch = epochAt(PROFILE, OFFSET, site.clock.now) + 1;
  return { report, site, group, insurer, facts, patients, gateway, brokerPort, epoch };
}

async function startServices(report: Report, site: Site, patients: readonly Patient[]): Promise<bigint> {
  const anchors = site.world.anchorsAs(site.world.roles.attester);
  return report.step("an attester and a relayer start, each with a store and a key of its own", async () => {
    const { result: group, gasUsed } = await anchors.createGroup({
      ...SimulatedAttester.TIMES,
      assurance: "self-attested",
    });
    await site.startAttester(group, [
      { name: "gateway", roles: ["sealer", "enroller"] },
      ...patients.map(({ bed, identity }) => ({
        name: bed.name,
        roles: ["patient"] as const,
        subject: identity.subject,
      })),
    ]);
    await startRelayer(site, patients);
    return { value: group, gas: gasUsed, detail: "over HTTP, and nobody gets anything without a token" };
  });
}

/** It is stopped and started again in the story. */
export function startRelayer(site: Site, patients: readonly Pick<Patient, "bed">[]): Promise<void> {
  const names = ["gateway", ...patients.map(({ bed }) => bed.name)];
  return site.startRelayer(names.map((name) => ({ name, roles: ["relayer-client"] })));
}

async function publish(report: Report, site: Site, group: bigint): Promise<Insurer> {
  const insurer = await report.step("the insurer publishes a program", async () => {
    const terms = distributionTerms({
      circuit: CIRCUIT,
      offset: OFFSET,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    });
    const value = await Insurer.publish(site.world, group, { circuit: CIRCUIT, terms, benefit: BENEFIT });
    return { value, gas: value.created.gasUsed, detail: explainTerms(value.terms).join("\n    ") };
  });
  await report.step("the insurer funds it", async () => {
    const { result, gasUsed } = await insurer.fund(BENEFIT * BigInt(BEDS.length));
    return { value: undefined, gas: gasUsed, detail: `${usd(result)} free` };
  });
  return insurer;
}

type GatewayFacts = Pick<Ward, "group" | "patients" | "brokerPort"> & { readonly program: bigint };

/** Writes the gateway's configuration, and does what `vitalproof gateway admit` does for each person. */
async function gatewayFile(
  site: Site,
  { group, program, patients, brokerPort }: GatewayFacts,
): Promise<string> {
  site.secret("master", randomBytes(32).toString("hex"));
  site.secret("gateway.token", site.token("gateway"));
  const tokenFile = "gateway.token";
  const devices = await Promise.all(
    patients.map(async ({ account: { name, password } }) => ({
      name,
      password: await hashPassword(password, COST),
    })),
  );
  const file = site.config("gateway", 0, [{ name: "operator", roles: ["operator"] }], {
    gateway: {
      masterKey: { kind: "file", path: "master" },
      broker: { port: brokerPort, devices },
      payloads: PAYLOADS,
      times: { grace: GRACE, settle: 0 },
      attesters: [
        { name: "attester", url: `${site.attester.url}/attester`, tokenFile, group: String(group) },
      ],
      people: patients.map(({ bed: { name } }) => ({
        person: name,
        logs: [{ profile: PROFILE.name, offset: OFFSET, devices: [name], attester: "attester" }],
      })),
      programs: [String(program)],
      relayer: { url: site.relayerUrl, tokenFile },
      circuits: site.circuits,
      zone: "UTC",
    },
  });
  await admit(site, file, patients);
  return file;
}

async function admit(site: Site, file: string, patients: readonly Patient[]): Promise<void> {
  const config = loadConfig(file);
  const database = await openDatabase(config.store);
  try {
    await migrate(database);
    const { people } = await openGateway(config.gateway!, database, () => site.clock.now);
    for (const { bed, identity } of patients) await people.admit(bed.name, identity.secret());
  } finally {
    await database.close();
  }
}

/** `devices/BED/glucose` with `{"t": 1772409600, "v": 118}`. */
const PAYLOADS = {
  rules: [
    {
      filter: "devices/+/glucose",
      format: "json",
      device: { level: 2 },
      time: { path: "$.t", form: "seconds" },
      values: [{ metric: "glucose", value: "$.v", unit: "mg/dL" }],
    },
  ],
};
