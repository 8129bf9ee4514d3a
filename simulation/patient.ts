// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  type ClaimRequest,
  type Consent,
  claimWitness,
  controllerOf,
  createIdentity,
  DAY,
  enrolmentWitness,
  type HolderAttestation,
  type Identity,
  Log,
  type LogOpening,
  memoryStore,
  type ProfileName,
  type ProofOf,
  type ProveOptions,
  type Prover,
  policyHashOf,
  profileOf,
  prove,
  randomFieldElement,
  type Sent,
  type SignedReceipt,
  SimulatedDevice,
  signConsent,
  signRevocation,
  termsForPeriod,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { toBeHex, type Wallet, ZeroAddress, zeroPadValue } from "ethers";
import type { SimulatedClinic } from "./clinic.ts";
import type { Insurer } from "./insurer.ts";
import type { World } from "./world.ts";

/** A person with an identity, a simulated device and a log; proves in a process of its own unless told otherwise. */
export class Patient {
  readonly identity: Identity = createIdentity();
  readonly device = new SimulatedDevice("p256");
  readonly #world: World;
  readonly #prover: Prover;
  #log: Log | undefined;
  #consents = 0n;

  constructor(world: World, prover: Prover = childProcessProver()) {
    this.#world = world;
    this.#prover = prover;
  }

  get log(): Log {
    if (this.#log === undefined) throw new Error("the patient is not enrolled yet");
    return this.#log;
  }

  async enrol(
    clinic: SimulatedClinic,
    log: { profile: ProfileName; offset: number; firstEpoch: number },
  ): Promise<LogOpening> {
    const opening = await clinic.enrol(this.identity.subject, this.device, log);
    this.#log = await Log.create(memoryStore(), "readings", opening);
    return opening;
  }

  /** The fresh account that controls this person's first policy in a program. */
  async controller(program: bigint): Promise<Wallet> {
    const { chainId, claims } = await this.#world.claimsAs(this.#world.roles.relayer).domain();
    return controllerOf(this.identity, { chainId, claims, program, index: 0 });
  }

  /** An application for a policy: what the attester is asked to sign, and the proof that it is wanted. */
  async apply(
    insurer: Insurer,
    cover: { firstEpoch: number; periods: number },
    options?: ProveOptions,
  ): Promise<{ attestation: HolderAttestation; proof: ProofOf }> {
    const domain = await this.#world.claimsAs(this.#world.roles.relayer).domain();
    const attestation: HolderAttestation = {
      program: insurer.program,
      holder: this.identity.holder(insurer.scope),
      controller: (await this.controller(insurer.program)).address,
      payee: ZeroAddress,
      ...cover,
      nonce: randomFieldElement(),
      expiry: BigInt(this.#world.now + DAY),
    };
    const witness = enrolmentWitness(this.identity.secret(), {
      scope: insurer.scope,
      policyHash: policyHashOf(domain, attestation),
    });
    const artifacts = await this.#world.artifacts.load("enrolment");
    return { attestation, proof: await prove(this.#prover, artifacts, witness, options) };
  }

  /** Signs a consent for a year; a relayer carries it to the chain. */
  async consent(program: bigint): Promise<Sent<string>> {
    const { relayer, insurer } = this.#world.roles;
    const controller = await this.controller(program);
    const consents = this.#world.consentsAs(relayer);
    const consent: Consent = {
      patient: controller.address,
      grantee: insurer.address,
      purpose: await this.#world.claimsAs(relayer).claimPurpose(),
      program,
      from: this.#world.now - 1,
      until: this.#world.now + 365 * DAY,
      receiptHash: zeroPadValue(toBeHex(randomFieldElement()), 32),
      nonce: this.#consents++,
    };
    const deadline = BigInt(this.#world.now + DAY);
    const signature = await signConsent(controller, await consents.domain(), consent, deadline);
    return consents.grantWithSignature(consent, deadline, signature);
  }

  async revoke(program: bigint, consentId: string): Promise<Sent> {
    const controller = await this.controller(program);
    const consents = this.#world.consentsAs(this.#world.roles.relayer);
    const deadline = BigInt(this.#world.now + DAY);
    const signature = await signRevocation(controller, await consents.domain(), consentId, deadline);
    return consents.revokeWithSignature(controller.address, consentId, deadline, signature);
  }

  /** Seals all epochs that are over, signs their heads and hands them to intake. */
  async sealAndSend(clinic: SimulatedClinic): Promise<SignedReceipt[]> {
    const receipts: SignedReceipt[] = [];
    for (const { epoch } of await this.log.seal(this.#world.now)) {
      const receipt = await clinic.intake.submit(await this.log.sign(epoch, this.device));
      await this.log.accept(epoch, receipt);
      receipts.push(receipt);
    }
    return receipts;
  }

  /** All that a claim needs of a period, the attester's path included. */
  async claimRequest(
    clinic: SimulatedClinic,
    insurer: Pick<Insurer, "terms" | "scope">,
    circuit: string,
    firstEpoch: number,
  ): Promise<ClaimRequest> {
    const terms = termsForPeriod(insurer.terms, firstEpoch);
    const lastEpoch = firstEpoch + terms.epochs - 1;
    const day = anchorDayOf(profileOf(terms.profile), terms.offset, lastEpoch);
    return {
      circuit,
      terms,
      scope: insurer.scope,
      ...this.log.period(firstEpoch, terms.epochs),
      path: await clinic.anchoring.path(day, this.log.leaf(lastEpoch)),
    };
  }

  async proveClaim(request: ClaimRequest, options?: ProveOptions): Promise<ProofOf> {
    const artifacts = await this.#world.artifacts.load(request.circuit);
    return prove(this.#prover, artifacts, claimWitness(this.identity.secret(), request), options);
  }
}
