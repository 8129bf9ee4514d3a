// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Attester,
  type AttesterRecords,
  type AttesterServices,
  type AttestHolderRequest,
  type ClosedDay,
  memoryStore,
  type Sent,
  storeRecords,
} from "@vitalproof/sdk";
import type { World } from "./world.ts";

const HOUR = 3600;

/**
 * A simulated attester: the SDK's own, over a store in memory or a service's, with the chain's clock and the story's accounts. Its
 * group is declared self-attested, since the devices of the story are software.
 */
export class SimulatedAttester extends Attester implements AttesterServices {
  static readonly TIMES = { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR } as const;

  readonly #world: World;

  private constructor(world: World, options: ConstructorParameters<typeof Attester>[0]) {
    super(options);
    this.#world = world;
  }

  /** Opens a group on the world's chain. @param records in memory when left out */
  static async open(
    world: World,
    records: AttesterRecords = storeRecords(memoryStore()),
  ): Promise<{ attester: SimulatedAttester; created: Sent<bigint> }> {
    const signer = world.roles.attester;
    const anchors = world.anchorsAs(signer);
    const created = await anchors.createGroup({ ...SimulatedAttester.TIMES, assurance: "self-attested" });
    const attester = new SimulatedAttester(world, {
      records,
      group: created.result,
      times: SimulatedAttester.TIMES,
      domain: await anchors.domain(),
      signer,
      clock: () => world.now,
    });
    return { attester, created };
  }

  /** The account that signs for the group. */
  get account(): string {
    return this.#world.roles.attester.address;
  }

  /** Signs an attestation for a policy after checking the enrolment proof that came with it. */
  async attest(request: AttestHolderRequest): Promise<string> {
    const { verificationKey } = await this.#world.artifacts.load("enrolment");
    const claims = this.#world.claimsAs(this.#world.roles.attester);
    return (await this.attestPolicy(request, { claims, verificationKey })).signature;
  }

  /** Closes a day and writes its root to the world's chain; undefined for a day without heads. */
  anchorDay(day: number): Promise<{ closed: ClosedDay; sent: Sent } | undefined> {
    return this.anchor(this.#world.anchorsAs(this.#world.roles.attester), day);
  }
}
