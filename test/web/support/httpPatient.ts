// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient without a browser: the SDK and the services of `npm run dapp` over HTTP, with real proofs. For tests of the
// other side.
import {
  AnchorClient,
  anchorDayOf,
  bigintText,
  ClaimsClient,
  ConsentClient,
  Custody,
  circuitOf,
  createIdentity,
  DAY,
  dayEnd,
  enrol,
  epochEnd,
  epochStart,
  Holder,
  type HolderAttestation,
  type HttpAttester,
  type HttpRelayer,
  httpArtifacts,
  httpAttester,
  httpRelayer,
  Log,
  memoryStore,
  type ProgramFacts,
  periodFacts,
  profileOf,
  programFacts,
  proofMaker,
  Sealer,
  SimulatedDevice,
  type Terms,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import type { Provider } from "ethers";

const HOUR = 3600;
const CIRCUIT = circuitOf("glucose-day");
const PROFILE = profileOf("glucose-mg-dl-5min");

/** JSON of a service. @throws Error with what it answered when that is no success */
export async function ask<T>(url: string, path: string, body?: unknown): Promise<T> {
  const text = JSON.stringify(body, bigintText);
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? {} : { method: "POST", body: text, headers: { "content-type": "application/json" } },
  );
  const answer = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${answer}`);
  return JSON.parse(answer) as T;
}

/** Unix seconds, the chain's. */
export async function now(url: string): Promise<number> {
  return (await ask<{ now: number }>(url, "/demo/clock")).now;
}

export async function passUntil(url: string, to: number): Promise<void> {
  await ask(url, "/demo/clock", { to });
}

/** What the patient has to know of the program. */
export interface ProgramInfo {
  readonly program: bigint;
  readonly scopeNumber: bigint;
  readonly insurer: string;
  /** Of `glucose-day`. */
  readonly terms: Terms;
}

export class HttpPatient {
  readonly #url: string;
  readonly #provider: Provider;
  readonly #info: ProgramInfo;
  readonly #identity = createIdentity();
  readonly #device = new SimulatedDevice("p256");
  readonly #claims: ClaimsClient;
  readonly #custody: Custody;
  readonly #anchors: AnchorClient;
  readonly #attester: HttpAttester;
  readonly #relayer: HttpRelayer;
  readonly #holder: Holder;
  #sealer: Sealer | undefined;

  constructor(
    url: string,
    provider: Provider,
    contracts: Readonly<Record<"claims" | "custody" | "anchors" | "consents", string>>,
    info: ProgramInfo,
  ) {
    this.#url = url;
    this.#provider = provider;
    this.#info = info;
    this.#claims = new ClaimsClient(contracts.claims, provider);
    this.#custody = new Custody(contracts.custody, provider);
    this.#anchors = new AnchorClient(contracts.anchors, provider);
    this.#attester = httpAttester(`${url}/attester`, { timeout: 60_000 });
    this.#relayer = httpRelayer(`${url}/relayer`, { timeout: 60_000 });
    const chain = { claims: this.#claims, consents: new ConsentClient(contracts.consents, provider) };
    const artifacts = { load: (circuit: string) => this.#load(circuit) };
    this.#holder = new Holder(this.#identity, chain, proofMaker(childProcessProver(), artifacts));
  }

  /** Enrols and has the attester sign an application. @returns what the insurer issues on */
  async apply(
    firstEpoch: number,
    periods: number,
  ): Promise<{ attestation: HolderAttestation; signature: string }> {
    const { offset } = this.#info.terms;
    const { subject } = this.#identity;
    const request = { subject, device: this.#device, profile: PROFILE.name, offset, firstEpoch };
    const opening = await enrol(this.#attester, request, await now(this.#url));
    const { attester } = await this.#anchors.group(opening.group);
    const log = await Log.create(memoryStore(), "readings", opening);
    this.#sealer = new Sealer(log, this.#device, { domain: await this.#anchors.domain(), attester });
    const on = { now: await now(this.#url), log: opening };
    const application = await this.#holder.apply(await this.#program(), { firstEpoch, periods }, on);
    const { domain: _domain, ...asked } = application;
    const signature = await this.#attester.attest(asked);
    this.#holder.assertAttested(application, signature, attester);
    return { attestation: application.attestation, signature };
  }

  /** @returns the consent's id */
  async consent(): Promise<string> {
    const time = await now(this.#url);
    const { timestamp } = (await this.#provider.getBlock("latest"))!;
    const on = { now: time, latest: timestamp, lasts: 365 * DAY };
    const { consent, deadline, signature } = await this.#holder.consent(await this.#program(), on);
    return (await this.#relayer.consent({ consent, deadline, signature })).consentId;
  }

  /** Lives through an epoch with readings that hold, and seals and sends it. */
  async day(epoch: number): Promise<void> {
    const { offset } = this.#info.terms;
    const start = epochStart(PROFILE, offset, epoch);
    const sealer = this.#sealer!;
    await sealer.append(
      Array.from({ length: PROFILE.slots }, (_, slot) => ({
        time: start + slot * PROFILE.interval + 2,
        value: 120,
        unit: "mg/dL" as const,
      })),
    );
    await passUntil(this.#url, epochEnd(PROFILE, offset, epoch) + 60);
    await sealer.sealAndSend(this.#attester, await now(this.#url), epoch);
  }

  /** Waits for the anchor, proves and claims. @throws Error when the claim is not settled */
  async claim(policy: bigint, period: number, epoch: number, consentId: string): Promise<void> {
    const day = anchorDayOf(PROFILE, this.#info.terms.offset, epoch);
    await passUntil(this.#url, dayEnd(day) + 6 * HOUR + 60);
    const on = await periodFacts(this.#claims, policy, period);
    const from = { log: this.#sealer!.log, paths: this.#attester, consentId };
    const of = { policy, period, firstEpoch: epoch, on };
    const item = await this.#holder.claim(await this.#program(), of, from);
    const { outcome } = await this.#holder.submit(item, this.#relayer);
    if (outcome !== "settled") throw new Error(`The claim for period ${period} is ${outcome}, not settled.`);
  }

  async #program(): Promise<ProgramFacts> {
    const program = await programFacts({ claims: this.#claims, custody: this.#custody }, this.#info.program);
    if (program.circuit.name === CIRCUIT.name) return program;
    throw new Error(`Program ${this.#info.program} is about ${program.circuit.name}.`);
  }

  async #load(circuit: string) {
    const manifest = await (await fetch(`${this.#url}/artifacts/${circuit}/manifest.json`)).text();
    return httpArtifacts(`${this.#url}/artifacts`, { [circuit]: manifest }).load(circuit);
  }
}
