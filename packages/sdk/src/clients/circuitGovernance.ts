// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { circuitIdOf } from "../circuits/circuitId.ts";
import type { FamilyFields } from "../circuits/claimFacts.ts";
import { CIRCUIT_REGISTRY_ABI } from "../generated/abi.ts";
import { type Proof, proofCalldata } from "../prove/proof.ts";
import { argumentOf, connect, type Sent, send } from "./call.ts";
import type { CircuitRegistry } from "./contractTypes.ts";

const NONE = `0x${"0".repeat(64)}`;

/** What a governor proposes. Its members are explained at `CircuitProposal` in contracts/interfaces. */
export type CircuitProposal = FamilyFields & {
  readonly name: string;
  readonly version: number;
  /** Address of the deployed verifier. */
  readonly verifier: string;
  readonly verifierCodeHash: string;
  /** Address of the deployed verification key. */
  readonly verificationKey: string;
  readonly verificationKeyHash: string;
  /** SHA-256 of the transcript of the ceremony that made the key, with 0x; left out for a development key. */
  readonly ceremony?: string;
  /** Id of the circuit that this one may replace. */
  readonly predecessor?: string;
};

/** What governor, guardian and anyone can change in a circuit registry. `CircuitClient` reads it. */
export class CircuitGovernance {
  readonly address: string;
  readonly #contract: CircuitRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<CircuitRegistry>(CIRCUIT_REGISTRY_ABI, address, runner);
  }

  // --- governor

  /**
   * Announces a circuit. `add` accepts it for as long as the registry's delay; then it can be announced again.
   * @returns the first second, Unix, at which `add` accepts it
   */
  propose(proposal: CircuitProposal): Promise<Sent<number>> {
    return send(
      this.#contract,
      "propose",
      () => this.#contract.propose(proposalCalldata(proposal)),
      (events) => Number(argumentOf(events, "CircuitProposed", "addableFrom")),
    );
  }

  /** Withdraws an announced circuit. */
  cancelProposal(id: string): Promise<Sent> {
    return send(this.#contract, "cancelProposal", () => this.#contract.cancelProposal(id));
  }

  /** Announces that no period begins under a circuit any more. @returns from which second on, Unix */
  scheduleRetirement(id: string): Promise<Sent<number>> {
    return send(
      this.#contract,
      "scheduleRetirement",
      () => this.#contract.scheduleRetirement(id),
      (events) => Number(argumentOf(events, "RetirementScheduled", "retiredAt")),
    );
  }

  nominateGovernor(nominee: string): Promise<Sent> {
    return send(this.#contract, "nominateGovernor", () => this.#contract.nominateGovernor(nominee));
  }

  nominateGuardian(nominee: string): Promise<Sent> {
    return send(this.#contract, "nominateGuardian", () => this.#contract.nominateGuardian(nominee));
  }

  // --- guardian

  /** Stops claims under a circuit at once. The reason is public. @returns until which second, Unix */
  suspend(id: string, reason: string): Promise<Sent<number>> {
    return send(
      this.#contract,
      "suspend",
      () => this.#contract.suspend(id, reason),
      (events) => Number(argumentOf(events, "CircuitSuspended", "until")),
    );
  }

  /** Ends a running suspension early. */
  endSuspension(id: string): Promise<Sent> {
    return send(this.#contract, "endSuspension", () => this.#contract.endSuspension(id));
  }

  // --- the nominees

  acceptGovernor(): Promise<Sent> {
    return send(this.#contract, "acceptGovernor", () => this.#contract.acceptGovernor());
  }

  acceptGuardian(): Promise<Sent> {
    return send(this.#contract, "acceptGuardian", () => this.#contract.acceptGuardian());
  }

  // --- anyone

  /** Brings an announced circuit into force once its delay has passed. @returns its id */
  async add(proposal: CircuitProposal): Promise<Sent<string>> {
    const sent = await send(this.#contract, "add", () => this.#contract.add(proposalCalldata(proposal)));
    return { ...sent, result: circuitIdOf(proposal.name, proposal.version) };
  }

  /** Removes a circuit for good by a proof of public inputs that are all zero. Open windows wait for a successor. */
  exposeForgery(id: string, proof: Proof): Promise<Sent> {
    return send(this.#contract, "exposeForgery", () =>
      this.#contract.exposeForgery(id, proofCalldata(proof)),
    );
  }
}

function proposalCalldata({ ceremony = NONE, predecessor = NONE, ...proposal }: CircuitProposal) {
  return { ...proposal, ceremony, predecessor };
}
