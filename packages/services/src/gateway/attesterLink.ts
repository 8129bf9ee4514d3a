// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  type AnchorDomain,
  type GroupAttesters,
  groupAttesters,
  type HttpAttester,
  httpAttester,
} from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";
import type { ChainConfig } from "../config.ts";
import type { Duty } from "../operate/loop.ts";
import type { GatewayAttesterConfig } from "./config.ts";
import type { GatewayAttester } from "./core/logs.ts";
import { serviceOptions } from "./serviceOptions.ts";

/** Milliseconds between two looks for a change of a group's attester. */
const FOLLOW = 60_000;

/** An attester over HTTP, and what the chain has of its group. Receipts count that the group's attester of
 * their time signed. */
export class AttesterLink implements GatewayAttester {
  readonly name: string;
  readonly group: bigint;
  readonly services: HttpAttester;
  readonly trust: GatewayAttester["trust"];
  readonly intakeTime: number;
  #attesters: GroupAttesters;

  private constructor(
    config: GatewayAttesterConfig,
    domain: AnchorDomain,
    intakeTime: number,
    attesters: GroupAttesters,
    services: HttpAttester,
  ) {
    this.name = config.name;
    this.group = config.group;
    this.services = services;
    this.intakeTime = intakeTime;
    this.#attesters = attesters;
    const current = (): GroupAttesters => this.#attesters;
    this.trust = {
      domain,
      get attester() {
        return current().attester;
      },
      get previous() {
        return current().previous ?? [];
      },
    };
  }

  /** @throws what the node and the files of the configuration give */
  static async open(config: GatewayAttesterConfig, groups: Groups): Promise<AttesterLink> {
    const { anchors } = groups;
    const { intakeTime } = await anchors.group(config.group);
    const attesters = await attestersOf(groups, config.group);
    const services = httpAttester(config.url, await serviceOptions(config));
    return new AttesterLink(config, await anchors.domain(), intakeTime, attesters, services);
  }

  /** Follows a change of the group's attester on the chain. Events are read again only after one. */
  async follow(groups: Groups): Promise<void> {
    const { attester } = await groups.anchors.group(this.group);
    if (attester !== this.#attesters.attester) this.#attesters = await attestersOf(groups, this.group);
  }
}

/** Where groups are looked up. */
export type Groups = {
  readonly anchors: AnchorClient;
  readonly runner: ContractRunner;
  readonly fromBlock: number | undefined;
};

export function groupsOf({ contracts, fromBlock }: ChainConfig, runner: ContractRunner): Groups {
  return { anchors: new AnchorClient(contracts.anchors, runner), runner, fromBlock };
}

function attestersOf({ anchors, runner, fromBlock }: Groups, group: bigint): Promise<GroupAttesters> {
  return groupAttesters(anchors.address, runner, group, fromBlock);
}

/** The duty that follows all groups. */
export function following(
  links: readonly AttesterLink[],
  groups: Groups,
  every: (milliseconds: number) => number,
): Duty {
  return {
    name: "attesters",
    every: every(FOLLOW),
    async act() {
      for (const link of links) await link.follow(groups);
      return false;
    },
  };
}
