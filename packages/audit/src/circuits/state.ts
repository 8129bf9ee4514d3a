// SPDX-License-Identifier: GPL-3.0-or-later
import { claimFactsOf } from "@vitalproof/sdk";
import { ZeroAddress } from "ethers";
import type { ChainEvent } from "../events.ts";
import type { FindingCode, Findings } from "../findings.ts";
import { Role } from "../role.ts";
import { StopHistory } from "../stops.ts";
import { brokenRules, isSame, proposalIn } from "./proposals.ts";
import { CircuitTurns } from "./turns.ts";
import type { CircuitState, ProposalFields, RegistryFacts } from "./types.ts";

type Announced = { readonly proposal: ProposalFields; readonly addableFrom: number };

/** CircuitRegistry as its events tell it. Each event is checked against the rule under which it may be emitted. */
export class CircuitsState {
  readonly circuits = new Map<string, CircuitState>();
  readonly turns: CircuitTurns<CircuitState>;
  readonly governor: Role;
  readonly guardian: Role;
  readonly facts: RegistryFacts;
  readonly #findings: Findings;
  readonly #announced = new Map<string, Announced>();
  /** The transaction that made the registry: what is added in it needs no announcement. */
  #genesis: string | undefined;

  constructor(findings: Findings, facts: RegistryFacts) {
    this.#findings = findings;
    this.facts = facts;
    this.turns = new CircuitTurns(this.circuits, facts.delay + facts.suspensionTime);
    this.governor = new Role("governor", findings);
    this.guardian = new Role("guardian", findings);
  }

  apply(event: ChainEvent): void {
    const actions: Record<string, (event: ChainEvent) => void> = {
      GovernorChanged: () => this.#governorChanged(event),
      GovernorNominated: () => this.governor.nominated(event),
      GuardianChanged: () => this.guardian.changed(event),
      GuardianNominated: () => this.guardian.nominated(event),
      CircuitProposed: () => this.#proposed(event),
      ProposalCancelled: () => this.#cancelled(event),
      CircuitAdded: () => this.#added(event),
      CircuitSuspended: () => this.#known(event, (record) => this.#suspended(event, record)),
      SuspensionEnded: () => this.#known(event, (record) => this.#resumed(event, record)),
      RetirementScheduled: () => this.#known(event, (record) => this.#retired(event, record)),
      ForgeryExposed: () => this.#known(event, (record) => this.#exposed(event, record)),
    };
    actions[event.name]?.(event);
  }

  /** Whether an account can replace or stop circuits. */
  isInCharge(account: string): boolean {
    return account === this.governor.holder || account === this.guardian.holder;
  }

  /** A circuit and all that follow it. */
  lineOf(id: string): CircuitState[] {
    const line: CircuitState[] = [];
    let record = this.circuits.get(id);
    while (record !== undefined) {
      line.push(record);
      record = record.successor === undefined ? undefined : this.circuits.get(record.successor);
    }
    return line;
  }

  #governorChanged(event: ChainEvent): void {
    if (this.governor.holder === ZeroAddress) this.#genesis = event.log.transactionHash;
    this.governor.changed(event);
  }

  #proposed(event: ChainEvent): void {
    const id = event.hex("circuitId");
    const proposal = proposalIn(event);
    const addableFrom = event.number("addableFrom");
    const { delay } = this.facts;
    const waiting = this.#announced.get(id);
    const again = waiting !== undefined && event.time < waiting.addableFrom + delay;
    if (again || addableFrom !== event.time + delay) {
      this.#find(
        "CIRCUIT_PROPOSAL_WRONG",
        `Circuit ${proposal.name} was announced at ${event.time}, addable from ${addableFrom}. The delay is ${delay} s${again ? ", and an earlier announcement of it was waiting" : ""}.`,
        event,
        id,
      );
    }
    this.#judge(event, id, proposal);
    this.#announced.set(id, { proposal, addableFrom });
  }

  #cancelled(event: ChainEvent): void {
    const id = event.hex("circuitId");
    if (!this.#announced.delete(id)) {
      this.#find(
        "CIRCUIT_PROPOSAL_WRONG",
        `The announcement of circuit ${id} was withdrawn, and there was none.`,
        event,
        id,
      );
    }
  }

  #added(event: ChainEvent): void {
    const id = event.hex("circuitId");
    const proposal = proposalIn(event);
    if (event.log.transactionHash !== this.#genesis) this.#judgeAnnouncement(event, id, proposal);
    this.#announced.delete(id);
    this.#judge(event, id, proposal);
    const previous = proposal.predecessor === undefined ? undefined : this.circuits.get(proposal.predecessor);
    if (previous !== undefined) previous.successor = id;
    this.circuits.set(id, {
      ...proposal,
      id,
      claim: claimFactsOf(proposal),
      addedAt: event.time,
      successor: undefined,
      retiredAt: undefined,
      forgedAt: undefined,
      suspensions: new StopHistory(),
    });
  }

  #judgeAnnouncement(event: ChainEvent, id: string, proposal: ProposalFields): void {
    const announced = this.#announced.get(id);
    const { delay } = this.facts;
    if (announced === undefined || !isSame(announced.proposal, proposal)) {
      this.#find(
        "CIRCUIT_NOT_ANNOUNCED",
        `Circuit ${proposal.name} was added at ${event.time}, and ${announced === undefined ? "nobody had announced it" : "something else had been announced"}.`,
        event,
        id,
      );
      return;
    }
    const { addableFrom } = announced;
    if (event.time < addableFrom) {
      this.#find(
        "CIRCUIT_ADDED_EARLY",
        `Circuit ${proposal.name} was added at ${event.time}; its announcement had to wait until ${addableFrom}.`,
        event,
        id,
      );
    } else if (event.time >= addableFrom + delay) {
      this.#find(
        "CIRCUIT_ADDED_LATE",
        `Circuit ${proposal.name} was added at ${event.time}; its announcement had expired at ${addableFrom + delay}.`,
        event,
        id,
      );
    }
  }

  #judge(event: ChainEvent, id: string, proposal: ProposalFields): void {
    for (const [code, sentence] of brokenRules(id, proposal, this.circuits, this.facts)) {
      this.#find(code, sentence, event, id);
    }
  }

  #suspended(event: ChainEvent, record: CircuitState): void {
    this.#requireSound(event, record, "suspended");
    const until = event.number("until");
    const { suspensionTime, suspensionCooldown } = this.facts;
    const { suspensions } = record;
    // Also true while the last one runs.
    const last = suspensions.lastEnd();
    const tooSoon = last !== 0 && event.time < last + suspensionCooldown;
    if (until !== event.time + suspensionTime || tooSoon) {
      this.#find(
        "CIRCUIT_STOP_WRONG",
        `Circuit ${record.name} was suspended at ${event.time} until ${until}. A suspension lasts ${suspensionTime} s, with ${suspensionCooldown} s after the last one, which ended at ${last}.`,
        event,
        record.id,
      );
    }
    suspensions.begin(event.time, until, event.text("reason"));
  }

  #resumed(event: ChainEvent, record: CircuitState): void {
    this.#requireSound(event, record, "resumed");
    if (record.suspensions.runningUntil(event.time) === 0) {
      this.#find(
        "CIRCUIT_STOP_WRONG",
        `The suspension of circuit ${record.name} was ended at ${event.time}, when none was in force.`,
        event,
        record.id,
      );
    }
    record.suspensions.setEnd(event.time);
  }

  #requireSound(event: ChainEvent, { id, name, forgedAt }: CircuitState, what: string): void {
    if (forgedAt === undefined) return;
    this.#find(
      "CIRCUIT_STOP_OF_FORGED",
      `Circuit ${name} was ${what} at ${event.time}; it had been exposed as forged at ${forgedAt}, and its windows wait for a successor.`,
      event,
      id,
    );
  }

  #retired(event: ChainEvent, record: CircuitState): void {
    const retiredAt = event.number("retiredAt");
    if (record.retiredAt !== undefined || retiredAt !== event.time + this.facts.delay) {
      this.#find(
        "RETIREMENT_CHANGED",
        `Circuit ${record.name} was announced at ${event.time} to retire at ${retiredAt}. The delay is ${this.facts.delay} s, and it ${record.retiredAt === undefined ? "was not to retire before" : `had ${record.retiredAt} on record`}.`,
        event,
        record.id,
      );
    }
    record.retiredAt = retiredAt;
  }

  #exposed(event: ChainEvent, record: CircuitState): void {
    const { name, ceremony, zeroImpossible, forgedAt } = record;
    const wrong = [
      ...(ceremony === undefined ? ["its key is a development key"] : []),
      ...(zeroImpossible ? [] : ["an honest proof of zeros is possible"]),
      ...(forgedAt === undefined ? [] : [`it had been exposed at ${forgedAt}`]),
    ];
    if (wrong.length > 0) {
      this.#find(
        "CIRCUIT_EXPOSURE_WRONG",
        `Circuit ${name} was exposed as forged at ${event.time}, though ${wrong.join(" and ")}.`,
        event,
        record.id,
      );
    }
    record.forgedAt = forgedAt ?? event.time;
    record.retiredAt = Math.min(record.retiredAt ?? event.time, event.time);
  }

  #known(event: ChainEvent, change: (record: CircuitState) => void): void {
    const id = event.hex("circuitId");
    const record = this.circuits.get(id);
    if (record !== undefined) change(record);
    else {
      this.#find(
        "EVENT_WITHOUT_ORIGIN",
        `${event.name} concerns circuit ${id}, which was never added.`,
        event,
        id,
      );
    }
  }

  #find(code: FindingCode, sentence: string, event: ChainEvent, circuit: string): void {
    this.#findings.add(code, sentence, { ...event.place, circuit });
  }
}
