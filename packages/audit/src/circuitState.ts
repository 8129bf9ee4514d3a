// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimFacts, claimFactsOf } from "@vitalproof/sdk";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";
import { StopHistory } from "./stops.ts";

const NONE = `0x${"0".repeat(64)}`;

export type CircuitState = {
  readonly id: string;
  readonly name: string;
  readonly version: bigint;
  readonly verifier: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
  readonly family: string;
  readonly facts: string;
  readonly inputs: number;
  readonly period: number;
  readonly zeroImpossible: boolean;
  /** What `facts` say of a circuit that claims can be verified with; undefined for every other. */
  readonly claim: ClaimFacts | undefined;
  readonly keyKind: "development" | "production";
  readonly addedAt: number;
  readonly predecessor: string | undefined;
  successor: string | undefined;
  /** From this second on no further period begins under it. */
  retiredAt: number | undefined;
  retirementAnnouncedAt: number | undefined;
  exposed: { readonly time: number; readonly reporter: string } | undefined;
  readonly suspensions: StopHistory;
};

/** The registry's times in seconds, as its views give them. */
export type RegistryTimes = {
  readonly delay: number;
  readonly suspensionTime: number;
  readonly suspensionCooldown: number;
};

/** What settles a period at a moment, as `CircuitRegistry.settling` decides it. */
export type Settling = {
  readonly base: CircuitState | undefined;
  readonly applied: CircuitState | undefined;
  /** 0: may settle now; Infinity: never will. */
  readonly blockedUntil: number;
};

/** CircuitRegistry as its events tell it. */
export class CircuitsState {
  readonly circuits = new Map<string, CircuitState>();
  readonly #findings: Findings;
  readonly #times: RegistryTimes;

  constructor(findings: Findings, times: RegistryTimes) {
    this.#findings = findings;
    this.#times = times;
  }

  apply(event: ChainEvent): void {
    if (event.name === "CircuitAdded") {
      this.#added(event);
      return;
    }
    const changes: Record<string, (event: ChainEvent, record: CircuitState) => void> = {
      CircuitSuspended: (found, record) => this.#suspended(found, record),
      SuspensionEnded: (found, record) => this.#resumed(found, record),
      RetirementScheduled: (found, record) => this.#retired(found, record),
      ForgeryExposed: (found, record) => {
        record.exposed = { time: found.time, reporter: found.hex("reporter") };
        record.retiredAt = Math.min(record.retiredAt ?? found.time, found.time);
      },
    };
    const change = changes[event.name];
    if (change === undefined) return;
    const id = event.hex("circuitId");
    const record = this.circuits.get(id);
    if (record === undefined) {
      this.#findings.add(
        "EVENT_WITHOUT_ORIGIN",
        `${event.name} concerns circuit ${id}, which was never added.`,
        event.place,
      );
      return;
    }
    change(event, record);
  }

  /** The circuit under which a period beginning at `time` settles: itself, or its successor once it is retired. */
  inForceAt(id: string | undefined, time: number): CircuitState | undefined {
    let record = id === undefined ? undefined : this.circuits.get(id);
    for (let steps = 0; record !== undefined && steps <= this.circuits.size; steps++) {
      if (record.retiredAt === undefined || time < record.retiredAt) {
        return record.addedAt <= time ? record : undefined;
      }
      record = record.successor === undefined ? undefined : this.circuits.get(record.successor);
    }
    return undefined;
  }

  settling(id: string, start: number, closes: number, now: number): Settling {
    const base = this.inForceAt(id, start);
    if (base === undefined) return { base, applied: undefined, blockedUntil: Number.POSITIVE_INFINITY };
    let applied = base;
    if (now >= closes && (base.exposed !== undefined || base.suspensions.wasRunningAt(closes))) {
      applied = this.inForceAt(base.successor, now) ?? base;
    }
    const blockedUntil =
      applied.exposed === undefined ? applied.suspensions.runningUntil(now) : Number.POSITIVE_INFINITY;
    return { base, applied, blockedUntil };
  }

  /** A circuit and all that follow it. */
  lineOf(id: string): CircuitState[] {
    const found = new Map<string, CircuitState>();
    const visit = (next: string | undefined): void => {
      const record = next === undefined ? undefined : this.circuits.get(next);
      if (record === undefined || found.has(record.id)) return;
      found.set(record.id, record);
      visit(record.successor);
    };
    visit(id);
    return [...found.values()];
  }

  #added(event: ChainEvent): void {
    const id = event.hex("circuitId");
    const proposal = event.struct("proposal");
    const text = (field: string) => String(proposal.getValue(field));
    const hex = (field: string) => text(field).toLowerCase();
    const number = (field: string) => Number(proposal.getValue(field));
    const name = text("name");
    if (this.circuits.has(id)) {
      this.#findings.add("CIRCUIT_CHANGED", `Circuit ${name} was added a second time.`, {
        ...event.place,
        circuit: id,
      });
    }
    const predecessor = hex("predecessor");
    const previous = this.circuits.get(predecessor);
    if (previous !== undefined) previous.successor = id;
    const fields = {
      family: hex("family"),
      facts: hex("facts"),
      inputs: number("inputs"),
      period: number("period"),
      zeroImpossible: proposal.getValue("zeroImpossible") as boolean,
    };
    this.circuits.set(id, {
      id,
      name,
      version: proposal.getValue("version") as bigint,
      verifier: hex("verifier"),
      verifierCodeHash: hex("verifierCodeHash"),
      verificationKeyHash: hex("verificationKeyHash"),
      ...fields,
      claim: claimFactsOf(fields),
      keyKind: number("keyKind") === 0 ? "development" : "production",
      addedAt: event.time,
      predecessor: predecessor === NONE ? undefined : predecessor,
      successor: undefined,
      retiredAt: undefined,
      retirementAnnouncedAt: undefined,
      exposed: undefined,
      suspensions: new StopHistory(),
    });
  }

  #suspended(event: ChainEvent, record: CircuitState): void {
    const until = event.number("until");
    const { suspensionTime, suspensionCooldown } = this.#times;
    const { suspensions } = record;
    const running = suspensions.runningUntil(event.time) !== 0;
    const last = suspensions.lastEnd();
    const tooSoon = last !== 0 && event.time < last + suspensionCooldown;
    // The suspension that comes with an exposed forgery waits for no cool-down.
    const forgery = record.exposed?.time === event.time;
    if (until !== event.time + suspensionTime || (!forgery && (running || tooSoon))) {
      this.#findings.add(
        "CIRCUIT_STOP_WRONG",
        `Circuit ${record.name} was suspended at ${event.time} until ${until}; a suspension lasts ${suspensionTime} s, with ${suspensionCooldown} s after the last one, which ended at ${last}.`,
        { ...event.place, circuit: record.id },
      );
    }
    if (running) suspensions.setEnd(until);
    else suspensions.begin(event.time, until, event.text("reason"));
  }

  #resumed(event: ChainEvent, record: CircuitState): void {
    if (record.suspensions.runningUntil(event.time) === 0) {
      this.#findings.add(
        "CIRCUIT_STOP_WRONG",
        `The suspension of circuit ${record.name} was ended at ${event.time}, when none was in force.`,
        { ...event.place, circuit: record.id },
      );
    }
    record.suspensions.setEnd(event.time);
  }

  #retired(event: ChainEvent, record: CircuitState): void {
    const retiredAt = event.number("retiredAt");
    if (record.retiredAt !== undefined || retiredAt !== event.time + this.#times.delay) {
      this.#findings.add(
        "RETIREMENT_CHANGED",
        `Circuit ${record.name} was announced at ${event.time} to retire at ${retiredAt}; the delay is ${this.#times.delay} s, and it ${record.retiredAt === undefined ? "was not to retire before" : `had ${record.retiredAt} on record`}.`,
        { ...event.place, circuit: record.id },
      );
    }
    record.retiredAt = retiredAt;
    record.retirementAnnouncedAt = event.time;
  }
}
