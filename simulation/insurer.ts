// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type CircuitName,
  circuitIdOf,
  circuitOf,
  DAY,
  type HolderAttestation,
  packTerms,
  type Sent,
  type Terms,
} from "@vitalproof/sdk";
import { ZeroAddress } from "ethers";
import type { World } from "./world.ts";

export interface Offer {
  readonly circuit: CircuitName;
  /** With first epoch 0. */
  readonly terms: Terms;
  /** Smallest units of the token. */
  readonly benefit: bigint;
  /** Seconds that a claim may wait after its period; 30 days when left out. */
  readonly claimWindow?: number;
  /** Who looks at claims, and for how many seconds; they are credited at once when left out. */
  readonly review?: { readonly arbiter: string; readonly reviewTime: number; readonly arbiterTime: number };
}

/** An insurer with one scope and one program, funded in the story's test token. */
export class Insurer {
  readonly program: bigint;
  readonly scopeNumber: bigint;
  /** The scope as a field element: a public input of every proof. */
  readonly scope: bigint;
  readonly terms: Terms;
  readonly benefit: bigint;
  readonly created: Sent<bigint>;
  /** Where custody has the program's money. */
  readonly escrow: bigint;
  readonly #world: World;

  private constructor(
    world: World,
    scopeNumber: bigint,
    scope: bigint,
    terms: Terms,
    benefit: bigint,
    created: Sent<bigint>,
    escrow: bigint,
  ) {
    this.#world = world;
    this.scopeNumber = scopeNumber;
    this.scope = scope;
    this.terms = terms;
    this.benefit = benefit;
    this.created = created;
    this.program = created.result;
    this.escrow = escrow;
  }

  static async publish(world: World, group: bigint, offer: Offer): Promise<Insurer> {
    const { terms, benefit } = offer;
    const claims = world.claimsAs(world.roles.insurer);
    const circuit = circuitOf(offer.circuit);
    const scope = await world.scopesAs(world.roles.insurer).createScope(group);
    const created = await claims.createProgram({
      circuit: circuitIdOf(circuit.name, circuit.version),
      scope: scope.result,
      assurance: "self-attested",
      terms: packTerms(terms),
      token: world.addresses.token,
      benefit,
      claimWindow: offer.claimWindow ?? 30 * DAY,
      ...(offer.review ?? { arbiter: ZeroAddress, reviewTime: 0, arbiterTime: 0 }),
    });
    const scopeElement = await claims.scopeElement(scope.result);
    const { escrow } = await claims.program(created.result);
    return new Insurer(world, scope.result, scopeElement, terms, benefit, created, escrow);
  }

  /** Mints test tokens and pays them into the program. */
  async fund(amount: bigint): Promise<Sent<bigint>> {
    const { insurer } = this.#world.roles;
    await (await this.#world.token.connect(insurer).mint(insurer.address, amount)).wait();
    await (await this.#world.token.connect(insurer).approve(this.#world.addresses.custody, amount)).wait();
    return this.#world.custodyAs(insurer).fund(this.escrow, amount);
  }

  issuePolicy(attestation: HolderAttestation, signature: string): Promise<Sent<bigint>> {
    return this.#world.claimsAs(this.#world.roles.insurer).issuePolicy(attestation, signature);
  }
}
