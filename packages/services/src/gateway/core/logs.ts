// SPDX-License-Identifier: GPL-3.0-or-later
import { METRICS, type Metric } from "@vitalproof/readers";
import {
  type AttesterServices,
  assertOffset,
  type DeviceSigner,
  type Profile,
  type ProfileName,
  profileOf,
  type SealerTrust,
  VitalproofError,
} from "@vitalproof/sdk";

/** Where a log's heads go. */
export type GatewayAttester = {
  /** Local, for messages. */
  readonly name: string;
  readonly services: Pick<AttesterServices, "enrol" | "submitHead">;
  readonly trust: SealerTrust;
  /** Seconds after an epoch's end within which its head must arrive. */
  readonly intakeTime: number;
};

/** A log that the gateway seals: one person's readings under one profile. */
export type GatewayLog = {
  /** `a-z 0-9 _ -`, local; no name of a person. */
  readonly person: string;
  readonly subject: bigint;
  readonly profile: ProfileName;
  /** Quarter hours after 00:00 UTC. */
  readonly offset: number;
  /** Names that messages give to the devices that measure it. */
  readonly devices: readonly string[];
  /** Signs heads. */
  readonly signer: DeviceSigner;
  readonly attester: GatewayAttester;
  /** Seconds after an epoch's end until which readings of it are waited for; the gateway's `grace` when left out. */
  readonly grace?: number;
  /** Alerts are proven of it: it is sealed and sent before all others, and each as soon as it is due. */
  readonly urgent?: boolean;
};

/** A configured log with its local name and its profile's facts. */
export type KnownLog = GatewayLog & { readonly name: string; readonly facts: Profile };

/** Why a reading belongs to no log. */
export type Homeless = "device-unknown" | "metric-unknown";

/** The local name of a log. */
export function logName(person: string, profile: ProfileName): string {
  return `${person}.${profile}`;
}

/** The name under which a person's texts have a log. @param generation rises when an operator lets a stopped log go on */
export function textName(log: string, generation: number): string {
  return `${log}.${generation}`;
}

/** The configured logs, and which of them a device's readings belong to. */
export class Directory {
  readonly #byName = new Map<string, KnownLog>();
  readonly #byDevice = new Map<string, KnownLog[]>();

  /** @throws INVALID_ARGUMENT for two logs that one reading could belong to, or for a name that is not local */
  constructor(logs: readonly GatewayLog[]) {
    for (const log of logs) this.add(this.check(log));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  get all(): readonly KnownLog[] {
    return [...this.#byName.values()];
  }

  get(name: string): KnownLog | undefined {
    return this.#byName.get(name);
  }

  /** The log of a device that has a metric. Where none has its unit either, the log refuses it. */
  find(device: string, metric: Metric, unit: string): KnownLog | Homeless {
    const logs = this.#byDevice.get(device);
    if (logs === undefined) return "device-unknown";
    const fitting = logs.filter(({ facts }) => measures(facts, metric, unit));
    return fitting.find(({ facts }) => facts.ucum === unit) ?? fitting[0] ?? "metric-unknown";
  }

  /** A log with its name, where it can be told apart from the others. @throws INVALID_ARGUMENT */
  check(log: GatewayLog): KnownLog {
    const { person, profile, offset, devices } = log;
    const name = logName(person, profile);
    const facts = profileOf(profile);
    assertOffset(facts, offset);
    if (!/^[a-z0-9_-]{1,60}$/.test(person))
      throw invalid("A person's local name must be a-z, 0-9, _ and -.", {});
    if (this.#byName.has(name)) throw invalid(`The log ${name} is configured twice.`, { log: name });
    for (const device of devices) {
      const rival = this.#byDevice
        .get(device)
        ?.find((other) => other.facts.ucum === facts.ucum && other.facts.metric === facts.metric);
      if (rival !== undefined) {
        throw invalid(`A device's readings could belong to ${rival.name} and to ${name}.`, {
          logs: [rival.name, name],
        });
      }
    }
    return { ...log, name, facts };
  }

  /** @param known as `check` gave it */
  add(known: KnownLog): void {
    this.#byName.set(known.name, known);
    for (const device of new Set(known.devices))
      this.#byDevice.set(device, [...(this.#byDevice.get(device) ?? []), known]);
  }
}

function measures({ name, loinc, ucum }: Profile, metric: Metric, unit: string): boolean {
  if (metric === "other") return ucum === unit;
  return METRICS[metric].loinc.includes(loinc) || name.startsWith(`${metric}-`);
}

function invalid(message: string, details: Record<string, string | readonly string[]>): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", message, {
    details,
    hint: "Mend the logs in the gateway's configuration.",
  });
}
