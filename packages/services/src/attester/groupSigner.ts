// SPDX-License-Identifier: GPL-3.0-or-later
import { type AnchorClient, VitalproofError } from "@vitalproof/sdk";
import {
  AbstractSigner,
  type Provider,
  type TransactionRequest,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";
import type { ServiceSigner } from "../keys/index.ts";

/**
 * Signs with the key of the account that the chain has for the group: today's, or after a change of attester the next one.
 * So a change needs no moment at which everything stops.
 */
export class GroupSigner extends AbstractSigner {
  readonly #keys: readonly ServiceSigner[];
  #current: ServiceSigner;

  private constructor(keys: readonly ServiceSigner[], current: ServiceSigner) {
    super();
    this.#keys = keys;
    this.#current = current;
  }

  /**
   * @param keys today's, and the next one where a change is ahead
   * @throws NOT_ALLOWED when none of them is the group's attester
   */
  static async open(
    keys: readonly ServiceSigner[],
    anchors: AnchorClient,
    group: bigint,
  ): Promise<GroupSigner> {
    const { attester } = await anchors.group(group);
    const current = keys.find(({ address }) => isSame(address, attester));
    if (current !== undefined) return new GroupSigner(keys, current);
    const accounts = keys.map(({ address }) => address).join(", ");
    throw new VitalproofError("NOT_ALLOWED", `The chain has ${attester} as attester of group ${group}.`, {
      details: { group, attester, accounts },
      hint: "Configure the key of that account. After a change of attester, keep both until the chain has the new one.",
    });
  }

  /** The account that signs now. */
  get address(): string {
    return this.#current.address;
  }

  /** The configured account that is not the attester yet, if any. */
  get next(): ServiceSigner | undefined {
    return this.#keys.find((key) => key !== this.#current);
  }

  /** Follows the chain. @returns whether another key signs from now on */
  follow(attester: string): boolean {
    const found = this.#keys.find(({ address }) => isSame(address, attester));
    if (found === undefined || found === this.#current) return false;
    this.#current = found;
    return true;
  }

  getAddress(): Promise<string> {
    return this.#current.getAddress();
  }

  /** It signs without a node: what is sent goes through the store. */
  connect(_provider: Provider | null): GroupSigner {
    return this;
  }

  signTransaction(transaction: TransactionRequest): Promise<string> {
    return this.#current.signTransaction(transaction);
  }

  signMessage(message: string | Uint8Array): Promise<string> {
    return this.#current.signMessage(message);
  }

  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.#current.signTypedData(domain, types, value);
  }
}

export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
