// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient without a browser: the SDK and the services of `npm run dapp` over HTTP, with real proofs. For tests of the
// other side.
import {
  anchorDayOf,
  bigintText,
  ClaimsClient,
  type Consent,
  ConsentClient,
  circuitIdOf,
  circuitOf,
  claimWitness,
  controllerOf,
  createIdentity,
  DAY,
  dayEnd,
  enrolmentWitness,
  epochEnd,
  epochStart,
  type HolderAttestation,
  httpArtifacts,
  Log,
  memoryStore,
  policyHashOf,
  profileOf,
  prove,
  SimulatedDevice,
  signConsent,
  type Terms,
  termsForPeriod,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { type Provider, ZeroAddress } from "ethers";

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
  readonly #contracts: { readonly claims: string; readonly consents: string };
  readonly #info: ProgramInfo;
  readonly #identity = createIdentity();
  readonly #device = new SimulatedDevice("p256");
  readonly #prover = childProcessProver();
  #log: Log | undefined;

  constructor(
    url: string,
    provider: Provider,
    contracts: { readonly claims: string; readonly consents: string },
    info: ProgramInfo,
  ) {
    this.#url = url;
    this.#provider = provider;
    this.#contracts = contracts;
    this.#info = info;
  }

  get #claims(): ClaimsClient {
    return new ClaimsClient(this.#contracts.claims, this.#provider);
  }

  /** Enrols and has the attester sign an application. @returns what the insurer issues on */
  async apply(
    firstEpoch: number,
    periods: number,
  ): Promise<{ attestation: HolderAttestation; signature: string }> {
    const { program, scopeNumber, terms } = this.#info;
    const { curve, publicKey } = this.#device;
    const { subject } = this.#identity;
    const { opening } = await ask<{
      opening: Record<"group" | "subject" | "genesis", string> & { firstEpoch: number };
    }>(this.#url, "/attester/people", {
      subject,
      device: { curve, publicKey },
      profile: PROFILE.name,
      offset: terms.offset,
      firstEpoch,
    });
    this.#log = await Log.create(memoryStore(), "readings", {
      ...(opening as never as Parameters<typeof Log.create>[2]),
      group: BigInt(opening.group),
      subject: BigInt(opening.subject),
      genesis: BigInt(opening.genesis),
    });
    const domain = await this.#claims.domain();
    const scope = await this.#claims.scopeElement(scopeNumber);
    const attestation: HolderAttestation = {
      program,
      holder: this.#identity.holder(scope),
      controller: controllerOf(this.#identity, { ...domain, program, index: 0 }).address,
      payee: ZeroAddress,
      firstEpoch,
      periods,
      nonce: 5n,
      expiry: BigInt((await now(this.#url)) + DAY),
    };
    const witness = enrolmentWitness(this.#identity.secret(), {
      scope,
      policyHash: policyHashOf(domain, attestation),
    });
    const { proof, publicInputs } = await prove(this.#prover, await this.#load("enrolment"), witness);
    const request = { attestation, scopeNumber, subject, proof, publicInputs };
    const { signature } = await ask<{ signature: string }>(this.#url, "/attester/attestations", request);
    return { attestation, signature };
  }

  /** @returns the consent's id */
  async consent(): Promise<string> {
    const { program, insurer } = this.#info;
    const controller = controllerOf(this.#identity, { ...(await this.#claims.domain()), program, index: 0 });
    const time = await now(this.#url);
    const consent: Consent = {
      patient: controller.address,
      grantee: insurer,
      purpose: await this.#claims.claimPurpose(),
      program,
      from: time - 1,
      until: time + 365 * DAY,
      receiptHash: `0x${"ab".repeat(32)}`,
      nonce: 0n,
    };
    const deadline = BigInt(time + DAY);
    const domain = await new ConsentClient(this.#contracts.consents, this.#provider).domain();
    const signature = await signConsent(controller, domain, consent, deadline);
    const { consentId } = await ask<{ consentId: string }>(this.#url, "/relayer/consents", {
      consent,
      deadline,
      signature,
    });
    return consentId;
  }

  /** Lives through an epoch with readings that hold, and seals and sends it. */
  async day(epoch: number): Promise<void> {
    const { offset } = this.#info.terms;
    const start = epochStart(PROFILE, offset, epoch);
    const log = this.#log!;
    await log.append(
      Array.from({ length: PROFILE.slots }, (_, slot) => ({
        time: start + slot * PROFILE.interval + 2,
        value: 120,
        unit: "mg/dL" as const,
      })),
    );
    await passUntil(this.#url, epochEnd(PROFILE, offset, epoch) + 60);
    await log.seal(await now(this.#url), epoch);
    const json = await ask<Record<"group" | "leaf" | "context", string>>(
      this.#url,
      "/attester/heads",
      await log.sign(epoch, this.#device),
    );
    const { group, leaf, context } = json;
    await log.accept(epoch, {
      ...(json as never as Parameters<Log["accept"]>[1]),
      group: BigInt(group),
      leaf: BigInt(leaf),
      context: BigInt(context),
    });
  }

  /** Waits for the anchor, proves and claims. @throws Error when the claim is not settled */
  async claim(policy: bigint, period: number, epoch: number, consentId: string): Promise<void> {
    const { terms, scopeNumber } = this.#info;
    const day = anchorDayOf(PROFILE, terms.offset, epoch);
    await passUntil(this.#url, dayEnd(day) + 6 * HOUR + 60);
    const log = this.#log!;
    const path = await ask<{ root: string; leaf: string; index: number; siblings: string[] }>(
      this.#url,
      `/attester/paths/${day}/${log.leaf(epoch)}`,
    );
    const witness = claimWitness(this.#identity.secret(), {
      circuit: CIRCUIT.name,
      terms: termsForPeriod(terms, epoch),
      scope: await this.#claims.scopeElement(scopeNumber),
      ...log.period(epoch, 1),
      path: {
        root: BigInt(path.root),
        leaf: BigInt(path.leaf),
        index: path.index,
        siblings: path.siblings.map(BigInt),
      },
    });
    const { proof } = await prove(this.#prover, await this.#load(CIRCUIT.name), witness);
    const { outcome } = await ask<{ outcome: string }>(this.#url, "/relayer/claims", {
      policy,
      period,
      consentId,
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      anchorRoot: path.root,
      proof,
    });
    if (outcome !== "settled") throw new Error(`The claim for period ${period} is ${outcome}, not settled.`);
  }

  async #load(circuit: string) {
    const manifest = await (await fetch(`${this.#url}/artifacts/${circuit}/manifest.json`)).text();
    return httpArtifacts(`${this.#url}/artifacts`, { [circuit]: manifest }).load(circuit);
  }
}
