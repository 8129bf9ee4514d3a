// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Anchoring,
  type AttestHolderRequest,
  attestHolder,
  type ClosedDay,
  type DeviceKey,
  dayEnd,
  Intake,
  type LogOpening,
  memoryStore,
  type ProfileName,
  type Sent,
} from "@vitalproof/sdk";
import type { World } from "./world.ts";

const HOUR = 3600;
const MINUTE = 60;

/**
 * A simulated clinic: the attester's intake, anchoring and attestations over the SDK, with the chain's clock. Its
 * group is declared self-attested, since the devices of the story are software.
 */
export class SimulatedClinic {
  static readonly TIMES = { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR } as const;

  readonly group: bigint;
  readonly intake: Intake;
  readonly anchoring: Anchoring;
  readonly #world: World;

  private constructor(world: World, group: bigint, intake: Intake, anchoring: Anchoring) {
    this.#world = world;
    this.group = group;
    this.intake = intake;
    this.anchoring = anchoring;
  }

  static async open(world: World): Promise<{ clinic: SimulatedClinic; created: Sent<bigint> }> {
    const anchors = world.anchorsAs(world.roles.attester);
    const created = await anchors.createGroup({ ...SimulatedClinic.TIMES, assurance: "self-attested" });
    const store = memoryStore();
    const intake = new Intake({
      store,
      group: created.result,
      intakeTime: SimulatedClinic.TIMES.intakeTime,
      domain: await anchors.domain(),
      signer: world.roles.attester,
      clock: () => world.now,
    });
    const anchoring = new Anchoring(store, intake);
    return { clinic: new SimulatedClinic(world, created.result, intake, anchoring), created };
  }

  /** Files a person (whose identity a real clinic has checked) with a device, and opens the log. */
  async enrol(
    subject: bigint,
    device: DeviceKey,
    log: { profile: ProfileName; offset: number; firstEpoch: number },
  ): Promise<LogOpening> {
    await this.intake.registerPerson(subject);
    await this.intake.enrolDevice({ device, subject, profile: log.profile });
    return this.intake.openLog({ subject, ...log });
  }

  /** Signs a holder attestation after checking the enrolment proof that came with it. */
  async attest(request: AttestHolderRequest): Promise<string> {
    const { verificationKey } = await this.#world.artifacts.load("enrolment");
    const domain = await this.#world.claimsAs(this.#world.roles.attester).domain();
    return attestHolder(request, {
      domain,
      signer: this.#world.roles.attester,
      verificationKey,
      people: this.intake,
      now: this.#world.now,
    });
  }

  /** When the clinic anchors a day: a minute after the last head may arrive. */
  anchorTime(day: number): number {
    return dayEnd(day) + SimulatedClinic.TIMES.intakeTime + MINUTE;
  }

  /** Closes a day and writes its root on chain; undefined for a day without heads. */
  async anchor(day: number): Promise<{ closed: ClosedDay; sent: Sent } | undefined> {
    const closed = await this.anchoring.close(day);
    if (closed === undefined) return undefined;
    const sent = await this.#world.anchorsAs(this.#world.roles.attester).anchor(this.group, day, closed.root);
    return { closed, sent };
  }
}
