// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import { CIRCUIT_REGISTRY_ABI } from "../generated/abi.ts";
import { verificationKeyFromCode } from "../prove/verificationKey.ts";
import { connect, read } from "./call.ts";
import type { CircuitRegistry } from "./contractTypes.ts";

/** Which verifier and which key are right for which circuit. */
export class CircuitClient {
  readonly address: string;
  readonly #runner: ContractRunner;
  readonly #contract: CircuitRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#runner = runner;
    this.#contract = connect<CircuitRegistry>(CIRCUIT_REGISTRY_ABI, address, runner);
  }

  governor(): Promise<string> {
    return read(this.#contract, "governor", () => this.#contract.governor());
  }

  guardian(): Promise<string> {
    return read(this.#contract, "guardian", () => this.#contract.guardian());
  }

  /** The record of a circuit; `id` is `circuitIdOf(name, version)`. @throws CONTRACT_REVERTED for an unknown one */
  circuit(id: string) {
    return read(this.#contract, "circuit", () => this.#contract.circuit(id));
  }

  /** Whether the guardian's stop of a circuit was running at a time, in Unix seconds. */
  isSuspendedAt(id: string, time: number): Promise<boolean> {
    return read(this.#contract, "isSuspendedAt", () => this.#contract.isSuspendedAt(id, time));
  }

  /**
   * The key under which claims in batches are verified, as it is on chain. Its hash must be the registered one.
   * @throws CONTRACT_REVERTED for an unknown circuit, ARTIFACT_MISMATCH
   */
  async verificationKeyOf(id: string): Promise<VerificationKey> {
    const { verificationKey, verificationKeyHash } = await this.circuit(id);
    const code = await read(
      this.#contract,
      "verificationKeyOf",
      async () => await this.#runner.provider?.getCode(verificationKey),
    );
    if (code === undefined) {
      throw new VitalproofError("CONTRACT_CALL_FAILED", "The account is not connected to a chain.", {
        hint: "Pass a provider, or a signer that is connected to one.",
      });
    }
    return verificationKeyFromCode(code, verificationKeyHash);
  }
}
