// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Application,
  anchorDayOf,
  type CircuitName,
  type ClaimRequest,
  type Cover,
  circuitIdOf,
  circuitOf,
  claimRequest,
  createIdentity,
  DAY,
  enrol,
  Holder,
  type Identity,
  Log,
  type LogOpening,
  memoryStore,
  type ProfileName,
  type ProgramFacts,
  type ProofOf,
  type ProveOptions,
  type Prover,
  profileOf,
  programFacts,
  proofMaker,
  Sealer,
  type SendReport,
  type Sent,
  type SignedConsent,
  SimulatedDevice,
} from "@vitalproof/sdk";
import type { SimulatedAttester } from "./attester.ts";
import { sharedProver } from "./prover.ts";
import type { World } from "./world.ts";

/** A patient with an identity, a simulated device and a log; proves in other processes unless told otherwise. */
export class Patient {
  readonly identity: Identity = createIdentity();
  readonly device = new SimulatedDevice("p256");
  readonly holder: Holder;
  /** Every consent that was given, with its receipt, by id. */
  readonly consents = new Map<string, SignedConsent>();
  readonly #world: World;
  #sealer: Sealer | undefined;

  constructor(world: World, prover: Prover = sharedProver) {
    const { relayer } = world.roles;
    const chain = { claims: world.claimsAs(relayer), consents: world.consentsAs(relayer) };
    this.#world = world;
    this.holder = new Holder(this.identity, chain, proofMaker(prover, world.artifacts));
  }

  get sealer(): Sealer {
    if (this.#sealer === undefined) throw new Error("the patient is not enrolled yet");
    return this.#sealer;
  }

  get log(): Log {
    return this.sealer.log;
  }

  async enrol(
    attester: SimulatedAttester,
    log: { profile: ProfileName; offset: number; firstEpoch: number },
  ): Promise<LogOpening> {
    const { subject } = this.identity;
    const opening = await enrol(attester, { subject, device: this.device, ...log }, this.#world.now);
    const anchors = this.#world.anchorsAs(this.#world.roles.relayer);
    const trust = { domain: await anchors.domain(), attester: (await anchors.group(opening.group)).attester };
    this.#sealer = new Sealer(await Log.create(memoryStore(), "readings", opening), this.device, trust);
    return opening;
  }

  /** The fresh account that controls this patient's first policy in a program. */
  controller(program: bigint) {
    return this.holder.controller(program);
  }

  /** An application for a policy: what the attester is asked to sign, and the proof over it. */
  async apply(program: bigint, cover: Cover, options?: ProveOptions): Promise<Application> {
    const facts = await this.#program(program);
    return this.holder.apply(facts, cover, { now: this.#world.now, log: this.#sealer?.log.opening }, options);
  }

  /** Has the attester sign an application, and checks what it signed. */
  async attested(attester: SimulatedAttester, application: Application): Promise<string> {
    const signature = await attester.attest(application);
    const { opening } = this.log;
    const group = await this.#world.anchorsAs(this.#world.roles.relayer).group(opening.group);
    this.holder.assertAttested(application, signature, group.attester);
    return signature;
  }

  /** Signs a consent for a year over its receipt, which is kept; a relayer sends it. */
  async consent(program: bigint): Promise<Sent<string>> {
    const facts = await this.#program(program);
    const { now } = this.#world;
    // A second before now: a block may be mined in the second of the last one.
    const given = await this.holder.consent(facts, { now, latest: now - 1, lasts: 365 * DAY });
    this.consents.set(given.consentId, given);
    const { consent, deadline, signature } = given;
    return this.#world.consentsAs(this.#world.roles.relayer).grantWithSignature(consent, deadline, signature);
  }

  async revoke(program: bigint, consentId: string): Promise<Sent> {
    const { patient, deadline, signature } = await this.holder.revocation(
      program,
      consentId,
      this.#world.now,
    );
    const consents = this.#world.consentsAs(this.#world.roles.relayer);
    return consents.revokeWithSignature(patient, consentId, deadline, signature);
  }

  /** Seals all epochs that are over, sends their heads and keeps the receipts. */
  sealAndSend(attester: SimulatedAttester): Promise<SendReport> {
    return this.sealer.sealAndSend(attester, this.#world.now);
  }

  /** All that a claim needs of a period, against the root that the chain has for its day. */
  async claimRequest(
    attester: SimulatedAttester,
    { program = 0n, terms, scope }: Pick<ProgramFacts, "terms" | "scope"> & { program?: bigint },
    circuit: CircuitName,
    firstEpoch: number,
  ): Promise<ClaimRequest> {
    const { group } = attester;
    const day = anchorDayOf(profileOf(terms.profile), terms.offset, firstEpoch + terms.epochs - 1);
    const anchor = await this.#world.anchorsAs(this.#world.roles.relayer).anchorOf(group, day);
    const { name, version } = circuitOf(circuit);
    const on = { circuit: circuitIdOf(name, version), anchorRoot: anchor?.root ?? 0n };
    return claimRequest({ program, group, terms, scope }, on, firstEpoch, this.log, attester);
  }

  proveClaim(request: ClaimRequest, options?: ProveOptions): Promise<ProofOf> {
    return this.holder.prove(request, options);
  }

  #program(program: bigint): Promise<ProgramFacts> {
    const { relayer } = this.#world.roles;
    const chain = { claims: this.#world.claimsAs(relayer), custody: this.#world.custodyAs(relayer) };
    return programFacts(chain, program);
  }
}
