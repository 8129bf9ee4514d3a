// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { SCOPE_REGISTRY_ABI } from "../generated/abi.ts";
import { argumentOf, connect, read, type Sent, send } from "./call.ts";
import type { ScopeRegistry } from "./contractTypes.ts";

/** A scope on record. */
export type ScopeRecord = { creator: string; group: bigint };

/** Scopes: in which a person is one pseudonym, and who may offer something in them. */
export class ScopeClient {
  readonly address: string;
  readonly #contract: ScopeRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<ScopeRegistry>(SCOPE_REGISTRY_ABI, address, runner);
  }

  /** Makes a scope over a group; the caller is its creator. @returns the scope's number */
  createScope(group: bigint): Promise<Sent<bigint>> {
    return send(
      this.#contract,
      "createScope",
      () => this.#contract.createScope(group),
      (events) => argumentOf(events, "ScopeCreated", "scopeId") as bigint,
    );
  }

  /** Lets another account make offers in a scope, or no longer; the scope's creator only. */
  setMember(scope: bigint, member: string, allowed: boolean): Promise<Sent> {
    return send(this.#contract, "setMember", () => this.#contract.setMember(scope, member, allowed));
  }

  /** @throws CONTRACT_REVERTED for an unknown scope */
  async scope(scope: bigint): Promise<ScopeRecord> {
    const [creator, group] = await read(this.#contract, "scope", () => this.#contract.scope(scope));
    return { creator, group };
  }

  async count(): Promise<bigint> {
    return read(this.#contract, "scopeCount", () => this.#contract.scopeCount());
  }

  /** Address of the registry of the groups that scopes are over. */
  anchors(): Promise<string> {
    return read(this.#contract, "anchors", () => this.#contract.anchors());
  }

  /** Whether the creator let this account in. The creator itself needs no membership. */
  isMember(scope: bigint, account: string): Promise<boolean> {
    return read(this.#contract, "isMember", () => this.#contract.isMember(scope, account));
  }

  /** The field element that goes into proofs; `scopeOf` gives the same. */
  elementOf(scope: bigint): Promise<bigint> {
    return read(this.#contract, "elementOf", () => this.#contract.elementOf(scope));
  }
}
