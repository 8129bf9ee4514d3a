// SPDX-License-Identifier: GPL-3.0-or-later
import type { Duty } from "../operate/loop.ts";
import type { Problem } from "../operate/status.ts";
import { type AlertSettings, withAlerts } from "./alerts/index.ts";
import type { AttesterLink } from "./attesterLink.ts";
import type { GatewayPersonConfig } from "./config.ts";
import type { Gateway } from "./core/gateway.ts";
import type { GatewayLog } from "./core/logs.ts";
import { isTemporary } from "./core/parts.ts";
import { codeOf } from "./core/troubles.ts";
import type { Report } from "./notice.ts";
import type { People } from "./people/index.ts";

/** People whose keys are opened at once. */
const AT_ONCE = 16;

export type AdmissionOptions = {
  readonly people: readonly GatewayPersonConfig[];
  readonly kept: People;
  readonly links: ReadonlyMap<string, AttesterLink>;
  readonly gateway: Pick<Gateway, "add">;
  /** Their logs are sealed early. */
  readonly alerts: AlertSettings;
  readonly report: Report;
  /** Milliseconds between two looks for people who were admitted since. */
  readonly every: number;
};

/**
 * Gives the gateway the logs of configured people as soon as they are admitted. One who was not admitted, or was erased, does
 * not stop the others.
 */
export class Admission implements Duty {
  readonly name = "admission";
  readonly every: number;
  readonly #options: AdmissionOptions;
  /** Configured people whose logs the gateway does not have, and why. */
  readonly #waiting = new Map<string, { readonly person: GatewayPersonConfig; code: string | undefined }>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.every = options.every;
    for (const person of options.people) this.#waiting.set(person.person, { person, code: undefined });
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws STORE_FAILED */
  async act(): Promise<boolean> {
    const people = [...this.#waiting.values()].filter(({ code }) => code !== "PERSON_ERASED");
    for (let from = 0; from < people.length; from += AT_ONCE) {
      const some = people.slice(from, from + AT_ONCE);
      const found = await Promise.all(some.map(({ person }) => this.#logsOf(person)));
      // A store takes one step after the other anyway.
      for (const [i, logs] of found.entries()) if (logs !== undefined) await this.#add(some[i]!.person, logs);
    }
    return false;
  }

  get problems(): Problem[] {
    return [...this.#waiting.values()].flatMap(({ person: { person }, code }) =>
      code === undefined ? [] : [problemOf(person, code)],
    );
  }

  /** @returns undefined for a person who cannot be had now */
  async #logsOf({ person, logs }: GatewayPersonConfig): Promise<GatewayLog[] | undefined> {
    const { kept, links, alerts } = this.#options;
    try {
      const subject = await kept.subjectOf(person);
      const all = await Promise.all(
        logs.map(async ({ profile, offset, devices, attester }) => ({
          person,
          subject,
          profile,
          offset,
          devices,
          signer: await kept.deviceOf(person, profile),
          attester: links.get(attester)!,
        })),
      );
      return withAlerts(all, alerts);
    } catch (error) {
      this.#note(person, error);
      return undefined;
    }
  }

  async #add({ person }: GatewayPersonConfig, logs: readonly GatewayLog[]): Promise<void> {
    const { gateway, report } = this.#options;
    try {
      await gateway.add(logs);
      this.#waiting.delete(person);
      for (const { profile } of logs)
        report({ level: "info", event: "log-added", log: `${person}.${profile}` });
    } catch (error) {
      this.#note(person, error);
    }
  }

  #note(person: string, error: unknown): void {
    if (isTemporary(error)) throw error;
    const entry = this.#waiting.get(person)!;
    const code = codeOf(error);
    // Told once, and not at every look.
    if (entry.code !== code)
      this.#options.report({ level: "warn", event: "person-waits", log: person, code });
    entry.code = code;
  }
}

function problemOf(person: string, code: string): Problem {
  switch (code) {
    case "PERSON_KEY_MISSING":
      return {
        what: `${person} was not admitted: readings of this person's devices are refused.`,
        todo: `Run \`vitalproof gateway admit ${person}\` with the person's vault. The gateway finds it on its own.`,
      };
    case "PERSON_ERASED":
      return { what: `${person} was erased.`, todo: "Remove the person from the configuration." };
    case "NOT_ALLOWED":
      return {
        what: `The store has a log of ${person} with another offset or subject.`,
        todo: "Give the log the offset that it was opened with, or use another local name for another person.",
      };
    case "MASTER_KEY_OTHER":
      return {
        what: `The key of ${person} is wrapped under a master key that is not configured.`,
        todo: "Name that master key in olderMasterKeys, then run `vitalproof gateway rotate-key`.",
      };
    default:
      return {
        what: `The logs of ${person} cannot be opened (${code}).`,
        todo: "It is tried again. See the code in docs/operations.md.",
      };
  }
}
