// SPDX-License-Identifier: GPL-3.0-or-later
import { type ContractRunner, ZeroAddress } from "ethers";
import { ANCHOR_REGISTRY_ABI } from "../generated/abi.ts";
import type { AnchorDomain } from "../log/receipt.ts";
import { argumentOf, connect, read, type Sent, send } from "./call.ts";
import { chainIdOf } from "./chain.ts";
import type { AnchorRegistry } from "./contractTypes.ts";

/** In the contract's order. A software signer's group is "self-attested". */
export const ASSURANCE_CLASSES = ["secure-element", "supervised-gateway", "self-attested"] as const;
export type AssuranceClass = (typeof ASSURANCE_CLASSES)[number];

export type Group = {
  attester: string;
  /** Seconds. */
  intakeTime: number;
  graceTime: number;
  correctionTime: number;
  assurance: AssuranceClass;
};

/** The offer of a group to another attester. */
export type Nomination = {
  nominee: string;
  /** First second, Unix, at which the nominee can accept. */
  acceptableFrom: number;
};

/** An attester's and everybody's view of the anchor registry. */
export class AnchorClient {
  readonly address: string;
  readonly #runner: ContractRunner;
  readonly #contract: AnchorRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#runner = runner;
    this.#contract = connect<AnchorRegistry>(ANCHOR_REGISTRY_ABI, address, runner);
  }

  /** EIP-712 domain of receipts. */
  async domain(): Promise<AnchorDomain> {
    return { chainId: await chainIdOf(this.#runner), anchors: this.address };
  }

  /** Opens a group whose attester is the caller; its times never change. */
  createGroup(group: Omit<Group, "attester">): Promise<Sent<bigint>> {
    const assurance = ASSURANCE_CLASSES.indexOf(group.assurance);
    return send(
      this.#contract,
      "createGroup",
      () => this.#contract.createGroup(group.intakeTime, group.graceTime, group.correctionTime, assurance),
      (events) => argumentOf(events, "GroupCreated", "groupId") as bigint,
    );
  }

  /** Writes a day's root, once; attester only. */
  anchor(group: bigint, day: number, root: bigint): Promise<Sent> {
    return send(this.#contract, "anchor", () => this.#contract.anchor(group, day, root));
  }

  /** Replaces a day's root or writes a missed one, once; the reason is public and must not hold personal data. */
  correct(group: bigint, day: number, root: bigint, reason: string): Promise<Sent> {
    return send(this.#contract, "correct", () => this.#contract.correct(group, day, root, reason));
  }

  /**
   * Offers a group to another attester, who accepts it once no day up to today's can be written any more; attester
   * only. The zero address withdraws the offer.
   * @returns the first second, Unix, at which it can be accepted
   */
  nominateAttester(group: bigint, nominee: string): Promise<Sent<number>> {
    return send(
      this.#contract,
      "nominateAttester",
      () => this.#contract.nominateAttester(group, nominee),
      (events) => Number(argumentOf(events, "AttesterNominated", "acceptableFrom")),
    );
  }

  /** Makes the caller the group's attester; who was nominated only. */
  acceptAttester(group: bigint): Promise<Sent> {
    return send(this.#contract, "acceptAttester", () => this.#contract.acceptAttester(group));
  }

  /** Who was offered a group, and from which second, Unix, it can be accepted; undefined while nobody was. */
  async nominationOf(group: bigint): Promise<Nomination | undefined> {
    const { nominee, acceptableFrom } = await read(this.#contract, "nominationOf", () =>
      this.#contract.nominationOf(group),
    );
    return nominee === ZeroAddress ? undefined : { nominee, acceptableFrom: Number(acceptableFrom) };
  }

  groupCount(): Promise<bigint> {
    return read(this.#contract, "groupCount", () => this.#contract.groupCount());
  }

  async group(group: bigint): Promise<Group> {
    const found = await read(this.#contract, "group", () => this.#contract.group(group));
    return {
      attester: found.attester,
      intakeTime: Number(found.intakeTime),
      graceTime: Number(found.graceTime),
      correctionTime: Number(found.correctionTime),
      assurance: ASSURANCE_CLASSES[Number(found.assurance)]!,
    };
  }

  /** The root of a day; undefined while there is none. */
  async anchorOf(
    group: bigint,
    day: number,
  ): Promise<{ root: bigint; writtenAt: number; corrected: boolean } | undefined> {
    const found = await read(this.#contract, "anchorOf", () => this.#contract.anchorOf(group, day));
    if (found.root === 0n) return undefined;
    return { root: found.root, writtenAt: Number(found.writtenAt), corrected: found.corrected };
  }

  /** First and last second at which a day may be anchored, and the last at which it may be corrected. */
  async anchorWindow(
    group: bigint,
    day: number,
  ): Promise<{ from: number; until: number; correctableUntil: number }> {
    const found = await read(this.#contract, "anchorWindow", () => this.#contract.anchorWindow(group, day));
    return { from: Number(found[0]), until: Number(found[1]), correctableUntil: Number(found[2]) };
  }
}
