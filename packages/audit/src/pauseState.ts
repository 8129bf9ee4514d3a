// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";
import { Role } from "./role.ts";
import { StopHistory } from "./stops.ts";
import { RESUME_TIME } from "./windows.ts";

const PAUSE_TIME = 3 * DAY;
const OUTAGE_TIME = 2 * DAY;
const OUTAGE_DECLARATION_TIME = DAY;

/** Seconds after the end of a window until no outage can extend it any more. */
export const REOPEN_TIME = OUTAGE_TIME + OUTAGE_DECLARATION_TIME;

/** PauseRegistry as its events tell it. Each event is checked against the rule under which it may be emitted. */
export class PausesState {
  readonly pauses = new StopHistory();
  readonly outages = new StopHistory();
  readonly pauser: Role;
  /** Seconds. */
  readonly pauseCooldown: number;
  readonly outageCooldown: number;
  readonly #findings: Findings;

  /** @param suspensionTime of the circuits whose suspensions touch the same windows */
  constructor(findings: Findings, suspensionTime: number) {
    this.#findings = findings;
    this.pauser = new Role("pauser", findings);
    this.pauseCooldown = 4 * RESUME_TIME + OUTAGE_TIME + 2 * suspensionTime;
    this.outageCooldown = 4 * RESUME_TIME + PAUSE_TIME + 2 * suspensionTime;
  }

  apply(event: ChainEvent): void {
    const actions: Record<string, () => void> = {
      Paused: () => this.#paused(event),
      PauseEnded: () => this.#ended(event),
      OutageDeclared: () => this.#outage(event),
      PauserNominated: () => this.pauser.nominated(event),
      PauserChanged: () => this.pauser.changed(event),
    };
    actions[event.name]?.();
  }

  /** When the pause that runs at `now` ends; 0 if none does. */
  pausedUntil(now: number): number {
    return this.pauses.runningUntil(now);
  }

  /** The latest end among the pauses and outages that began before `before`; 0 if there are none. */
  lastStopBefore(before: number): number {
    return Math.max(this.pauses.lastBefore(before)?.end ?? 0, this.outages.lastBefore(before)?.end ?? 0);
  }

  #paused(event: ChainEvent): void {
    const until = event.number("until");
    const last = this.pauses.lastEnd();
    const tooSoon = last !== 0 && event.time < last + this.pauseCooldown;
    if (until !== event.time + PAUSE_TIME || tooSoon) {
      this.#findings.add(
        "PAUSE_WRONG",
        `A pause began at ${event.time} until ${until}. It lasts ${PAUSE_TIME} s, with ${this.pauseCooldown} s after the last one, which ended at ${last}.`,
        event.place,
      );
    }
    this.pauses.begin(event.time, until, event.text("reason"));
  }

  #ended(event: ChainEvent): void {
    if (this.pauses.runningUntil(event.time) === 0) {
      this.#findings.add(
        "PAUSE_WRONG",
        `A pause was ended at ${event.time}, when there was none.`,
        event.place,
      );
    }
    this.pauses.setEnd(event.time);
  }

  #outage(event: ChainEvent): void {
    const [from, until] = [event.number("from"), event.number("until")];
    const last = this.outages.lastEnd();
    const valid =
      from < until &&
      until <= event.time &&
      event.time - until <= OUTAGE_DECLARATION_TIME &&
      until - from <= OUTAGE_TIME;
    if (!valid || (last !== 0 && from < last + this.outageCooldown)) {
      this.#findings.add(
        "OUTAGE_WRONG",
        `An outage from ${from} until ${until} was declared at ${event.time}. It lasts ${OUTAGE_TIME} s at most, is declared within ${OUTAGE_DECLARATION_TIME} s of its end and begins ${this.outageCooldown} s after the last one, which ended at ${last}.`,
        event.place,
      );
    }
    this.outages.begin(from, until, event.text("reason"));
  }
}
