// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ASSURANCE_CLASSES,
  type AssuranceClass,
  DAY,
  OFFSET_STEP,
  type PeriodState,
  scopeOf,
  TERMS_HEADER,
} from "@vitalproof/sdk";
import { AbiCoder, keccak256, ZeroAddress } from "ethers";
import type { AnchorState } from "./anchorState.ts";
import type { CircuitState, CircuitsState } from "./circuitState.ts";
import type { ConsentsState } from "./consentState.ts";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";
import { StopHistory } from "./stops.ts";
import type { Transfers } from "./transfers.ts";

const PAUSE_TIME = 3 * DAY;
const RESUME_TIME = 3 * DAY;

export type ProgramState = {
  readonly id: bigint;
  readonly insurer: string;
  readonly scope: bigint;
  readonly group: bigint;
  readonly circuit: string;
  readonly assurance: AssuranceClass;
  /** As stored: first epoch 0. */
  readonly terms: bigint;
  readonly token: string;
  readonly benefit: bigint;
  readonly arbiter: string;
  readonly claimWindow: number;
  readonly reviewTime: number;
  readonly arbiterTime: number;
  readonly createdAt: number;
  readonly transaction: string;
  /** Parts of the terms, and what follows from the circuit. */
  readonly offset: number;
  readonly epochs: number;
  readonly epochSeconds: number;
  readonly ledger: Ledger;
};

/** Amounts in the token's smallest unit. `free + reserved + owed = funded - paid - withdrawn`, always. */
export type Ledger = {
  funded: bigint;
  withdrawn: bigint;
  paid: bigint;
  free: bigint;
  reserved: bigint;
  owed: bigint;
};

export type LedgerPoint = Readonly<Ledger> & {
  readonly time: number;
  readonly block: number;
  readonly event: string;
};

export type PeriodRecord = { state: PeriodState; until: number; claim: ClaimState | undefined };

export type PolicyState = {
  readonly id: bigint;
  readonly program: bigint;
  readonly holder: bigint;
  readonly controller: string;
  readonly payeeIssued: string;
  payee: string;
  readonly firstEpoch: number;
  readonly periodsIssued: number;
  /** Periods covered; less than issued once it was ended. */
  periods: number;
  /** Counts of periods, as the contract keeps them. */
  reserved: number;
  owed: number;
  paid: number;
  readonly issuedAt: number;
  readonly transaction: string;
  readonly attestation: string;
  /** Who had to sign the attestation. */
  readonly attester: string;
  readonly byPeriod: Map<number, PeriodRecord>;
};

/** `holder, anchorRoot, terms, scope`. */
export type PublicInputs = readonly [bigint, bigint, bigint, bigint];

/** One settled claim, with everything it rests on. */
export type ClaimState = {
  readonly policy: bigint;
  readonly period: number;
  /** Unix seconds, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly anchorDay: number;
  readonly settledAt: number;
  readonly block: number;
  readonly transaction: string;
  /** As the event says. */
  readonly circuit: string;
  readonly rootInEvent: bigint;
  readonly consent: string;
  /** Rebuilt: nothing of it is from the claim's own event. */
  readonly inputs: PublicInputs;
  readonly verificationKeyHash: string | undefined;
  readonly verifier: string | undefined;
  /** First second at which it could no longer be claimed, as known when it was. */
  readonly windowClosed: number;
  reviewUntil: number;
  rejection: { readonly time: number; readonly reason: string; readonly arbiterUntil: number } | undefined;
  /** `by` is undefined where the program has no review. */
  credited: { readonly time: number; readonly by: string | undefined } | undefined;
  denial: { readonly time: number; readonly reason: string } | undefined;
  paid: { readonly time: number; readonly payee: string; readonly transaction: string } | undefined;
  /** Filled in when the proof has been looked at. */
  proof: "verified" | "invalid" | "missing" | "key-unknown" | "not-checked";
};

type Coverage = { until: number; before: number; last: bigint };

export type ClaimsContext = {
  readonly chainId: bigint;
  /** Address of the claims contract, lower case. */
  readonly claims: string;
  readonly pauseCooldown: number;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly circuits: CircuitsState;
  /** Of the audited program's token. */
  readonly token: string | undefined;
  readonly transfers: Transfers;
  readonly findings: Findings;
};

/** ClaimsPayout as its events tell it, every rule executed again at the moment at which it applied. */
export class ClaimsState {
  readonly scopes = new Map<bigint, { creator: string; group: bigint; element: bigint }>();
  readonly programs = new Map<bigint, ProgramState>();
  readonly policies = new Map<bigint, PolicyState>();
  readonly pauses = new StopHistory();
  readonly claims: ClaimState[] = [];
  /** By program. */
  readonly history = new Map<bigint, LedgerPoint[]>();
  readonly purpose: string;
  readonly #context: ClaimsContext;
  readonly #coverage = new Map<string, Coverage>();
  readonly #attestations = new Set<string>();

  constructor(context: ClaimsContext) {
    this.#context = context;
    this.purpose = claimPurposeOf(context.claims);
  }

  apply(event: ChainEvent): void {
    const act = ACTIONS[event.name];
    if (act !== undefined) act(this, event);
  }

  /** Start of a policy's period, Unix seconds; `period` may be the one after the last. */
  startOf(program: ProgramState, policy: Pick<PolicyState, "firstEpoch">, period: number): number {
    return (
      OFFSET_STEP * program.offset + (policy.firstEpoch + period * program.epochs) * program.epochSeconds
    );
  }

  periodOf(policy: PolicyState, period: number): PeriodRecord {
    return policy.byPeriod.get(period) ?? { state: "open", until: 0, claim: undefined };
  }

  payeeOf(policy: PolicyState): string {
    return policy.payee === ZeroAddress ? policy.controller : policy.payee;
  }

  /** First second at which an unclaimed period's reserve becomes free, as things stand at `now`. */
  releasableFrom(program: ProgramState, policy: PolicyState, period: number, now: number): number {
    const { anchors } = this.#context;
    const start = this.startOf(program, policy, period);
    const end = start + program.epochs * program.epochSeconds;
    const day = anchorDayOf(end);
    const anchor = anchors.inForce(program.group, day);
    const group = anchors.groups.get(program.group);
    let from = 0;
    if (anchor?.corrected !== true && group !== undefined) {
      from = anchors.window(group, day).correctableUntil + 1;
    }
    if (anchor !== undefined)
      from = Math.max(from, this.#window(program, start, anchor.writtenAt, now).closes);
    return from;
  }

  // --- scopes and programs

  scopeCreated(event: ChainEvent): void {
    const { chainId, claims, findings } = this.#context;
    const id = event.big("scopeId");
    this.#inSequence("Scope", id, this.scopes.size, event);
    const element = scopeOf({ chainId, claims, scopeNumber: id });
    if (event.big("element") !== element) {
      findings.add(
        "SCOPE_ELEMENT_WRONG",
        `Scope ${id} was created with the element ${event.big("element")}; chain, contract and number give ${element}.`,
        event.place,
      );
    }
    this.scopes.set(id, { creator: event.hex("creator"), group: event.big("groupId"), element });
  }

  programCreated(event: ChainEvent): void {
    const { circuits, anchors, findings } = this.#context;
    const id = event.big("programId");
    this.#inSequence("Program", id, this.programs.size, event);
    const offer = event.struct("offer");
    const circuit = String(offer.getValue("circuit")).toLowerCase();
    const terms = offer.getValue("terms") as bigint;
    const record = circuits.circuits.get(circuit);
    const group = event.big("groupId");
    const program: ProgramState = {
      id,
      insurer: event.hex("insurer"),
      scope: event.big("scopeId"),
      group,
      circuit,
      assurance: ASSURANCE_CLASSES[Number(offer.getValue("assurance"))] ?? "self-attested",
      terms,
      token: String(offer.getValue("token")).toLowerCase(),
      benefit: offer.getValue("benefit") as bigint,
      arbiter: String(offer.getValue("arbiter")).toLowerCase(),
      claimWindow: Number(offer.getValue("claimWindow")),
      reviewTime: Number(offer.getValue("reviewTime")),
      arbiterTime: Number(offer.getValue("arbiterTime")),
      createdAt: event.time,
      transaction: event.log.transactionHash,
      offset: termsField(terms, "offset"),
      epochs: termsField(terms, "epochs"),
      epochSeconds: record?.epochSeconds ?? 0,
      ledger: { funded: 0n, withdrawn: 0n, paid: 0n, free: 0n, reserved: 0n, owed: 0n },
    };
    const place = { ...event.place, program: id };
    if (circuits.inForceAt(circuit, event.time)?.id !== circuit) {
      findings.add(
        "PROGRAM_CIRCUIT_NOT_IN_FORCE",
        `Program ${id} was created with circuit ${circuit}, which was not in force at ${event.time}.`,
        place,
      );
    }
    const expected = {
      template: record?.template,
      profile: record?.profile,
      epochs: record?.epochs,
      epoch: 0,
    };
    for (const [field, value] of Object.entries(expected)) {
      const actual = termsField(terms, field as keyof typeof expected);
      if (value === undefined || actual === value) continue;
      findings.add(
        "PROGRAM_TERMS_MISMATCH",
        `The terms of program ${id} have the ${field} ${actual}; its circuit has ${value}.`,
        place,
      );
    }
    const scope = this.scopes.get(program.scope);
    const assurance = anchors.groups.get(group)?.assurance;
    if (scope === undefined || scope.group !== group || assurance !== program.assurance) {
      findings.add(
        "PROGRAM_ASSURANCE_MISMATCH",
        `Program ${id} offers group ${group} as ${program.assurance}; its scope has group ${scope?.group ?? "none"}, of class ${assurance ?? "unknown"}.`,
        place,
      );
    }
    this.programs.set(id, program);
    this.history.set(id, []);
  }

  funded(event: ChainEvent): void {
    const program = this.#program(event);
    if (program === undefined) return;
    const amount = event.big("amount");
    const moved = { from: event.hex("from"), to: this.#context.claims, value: amount };
    if (this.#isAudited(program) && !this.#context.transfers.explain(event, { ...moved, as: "funding" })) {
      this.#context.findings.add(
        "FUNDING_WITHOUT_TRANSFER",
        `Program ${program.id} was credited with ${amount} from ${moved.from}; the token moved no such amount in that transaction.`,
        { ...event.place, program: this.#shown(program) },
      );
    }
    program.ledger.funded += amount;
    program.ledger.free += amount;
    this.#note(event, program);
  }

  withdrawn(event: ChainEvent): void {
    const program = this.#program(event);
    if (program === undefined) return;
    const amount = event.big("amount");
    const place = { ...event.place, program: this.#shown(program) };
    if (amount > program.ledger.free) {
      this.#context.findings.add(
        "WITHDRAWAL_EXCEEDS_FREE",
        `${amount} were withdrawn from program ${program.id}, in which ${program.ledger.free} were free.`,
        place,
      );
    }
    const moved = { from: this.#context.claims, to: event.hex("to"), value: amount };
    const silent = amount === 0n;
    if (
      this.#isAudited(program) &&
      !this.#context.transfers.explain(event, { ...moved, as: "withdrawal" }) &&
      !silent
    ) {
      this.#context.findings.add(
        "WITHDRAWAL_WITHOUT_TRANSFER",
        `Program ${program.id} says it sent ${amount} to ${moved.to}; the token moved no such amount in that transaction.`,
        place,
      );
    }
    program.ledger.withdrawn += amount;
    program.ledger.free -= amount;
    this.#note(event, program);
  }

  // --- policies

  issued(event: ChainEvent): void {
    const { findings, anchors, circuits } = this.#context;
    const program = this.#program(event);
    const id = event.big("policyId");
    this.#inSequence("Policy", id, this.policies.size, event);
    if (program === undefined) return;
    const place = { ...event.place, program: program.id, policy: id };
    const policy: PolicyState = {
      id,
      program: program.id,
      holder: event.big("holder"),
      controller: event.hex("controller"),
      payeeIssued: event.hex("payee"),
      payee: event.hex("payee"),
      firstEpoch: event.number("firstEpoch"),
      periodsIssued: event.number("periods"),
      periods: event.number("periods"),
      reserved: event.number("periods"),
      owed: 0,
      paid: 0,
      issuedAt: event.time,
      transaction: event.log.transactionHash,
      attestation: event.hex("attestation"),
      attester: anchors.groups.get(program.group)?.attester ?? ZeroAddress,
      byPeriod: new Map(),
    };
    if (this.#attestations.has(policy.attestation)) {
      findings.add(
        "POLICY_ATTESTATION_REUSED",
        `Policy ${id} was issued on an attestation that another policy had used.`,
        place,
      );
    }
    this.#attestations.add(policy.attestation);
    this.#cover(event, program, policy);
    const lastStart = this.startOf(program, policy, policy.periods - 1);
    if (circuits.inForceAt(program.circuit, lastStart) === undefined) {
      findings.add(
        "PROGRAM_CIRCUIT_NOT_IN_FORCE",
        `Policy ${id} covers a period from ${lastStart} on, for which no circuit was in force.`,
        place,
      );
    }
    const reserve = BigInt(policy.periods) * program.benefit;
    if (reserve > program.ledger.free) {
      findings.add(
        "POLICY_RESERVE_EXCEEDS_FREE",
        `Policy ${id} reserves ${reserve}; in program ${program.id} ${program.ledger.free} were free.`,
        place,
      );
    }
    program.ledger.free -= reserve;
    program.ledger.reserved += reserve;
    this.policies.set(id, policy);
    this.#note(event, program);
  }

  ended(event: ChainEvent): void {
    const found = this.#policy(event);
    if (found === undefined) return;
    const { policy, program } = found;
    const length = program.epochs * program.epochSeconds;
    const first = this.startOf(program, policy, 0);
    const begun = event.time < first ? 0 : Math.floor((event.time - first) / length) + 1;
    const kept = event.number("periods");
    const freed = event.number("freedPeriods");
    const by = event.hex("by");
    const allowed = by === policy.controller || by === program.insurer;
    if (!allowed || kept !== begun || freed !== policy.periods - begun || freed <= 0) {
      this.#context.findings.add(
        "POLICY_END_WRONG",
        `Policy ${policy.id} was ended by ${by} with ${kept} periods kept and ${freed} freed; at ${event.time} ${begun} of ${policy.periods} had begun.`,
        { ...event.place, program: program.id, policy: policy.id },
      );
    }
    policy.periods = kept;
    policy.reserved -= freed;
    this.#free(program, freed);
    const coverage = this.#coverage.get(`${program.scope}/${policy.holder}`);
    if (coverage?.last === policy.id) {
      coverage.until = kept === 0 ? coverage.before : first + kept * length;
    }
    this.#note(event, program);
  }

  redirected(event: ChainEvent): void {
    const found = this.#policy(event);
    if (found !== undefined) found.policy.payee = event.hex("payee");
  }

  // --- claims

  settled(event: ChainEvent): void {
    const found = this.#policy(event);
    if (found === undefined) return;
    const { policy, program } = found;
    const period = event.number("period");
    const place = { ...event.place, program: program.id, policy: policy.id, period };
    const find = this.#context.findings;
    if (period >= policy.periods) {
      find.add(
        "CLAIM_PERIOD_UNKNOWN",
        `A claim was settled for period ${period} of policy ${policy.id}, which has ${policy.periods}.`,
        place,
      );
    }
    const record = this.periodOf(policy, period);
    if (record.state !== "open") {
      find.add(
        "CLAIM_TWICE",
        `A claim was settled for period ${period} of policy ${policy.id}, which was ${record.state} by then.`,
        place,
      );
    }
    const pausedUntil = this.pauses.runningUntil(event.time);
    if (pausedUntil !== 0) {
      find.add(
        "CLAIM_WHILE_PAUSED",
        `A claim of policy ${policy.id} was settled at ${event.time}, in a pause until ${pausedUntil}.`,
        place,
      );
    }
    const claim = this.#rebuild(event, program, policy, period);
    this.#checkConsent(event, program, policy, claim);
    record.claim = claim;
    const reviewUntil = event.number("reviewUntil");
    const expected = program.reviewTime === 0 ? 0 : event.time + program.reviewTime;
    if (reviewUntil !== expected) {
      find.add(
        "CLAIM_REVIEW_TIME_WRONG",
        `The claim for period ${period} of policy ${policy.id} is under review until ${reviewUntil}; the program's review gives ${expected}.`,
        place,
      );
    }
    if (program.reviewTime === 0) this.#credit(policy, program, record, event, undefined);
    else {
      record.state = "under-review";
      record.until = reviewUntil;
    }
    policy.byPeriod.set(period, record);
    this.claims.push(claim);
    this.#note(event, program);
  }

  rejected(event: ChainEvent): void {
    const found = this.#period(event, ["under-review"]);
    if (found === undefined) return;
    const { policy, program, record, period } = found;
    const arbiterUntil = event.number("arbiterUntil");
    if (event.time >= record.until || arbiterUntil !== event.time + program.arbiterTime) {
      this.#context.findings.add(
        "REVIEW_OUT_OF_TURN",
        `The claim for period ${period} of policy ${policy.id} was rejected at ${event.time}, with the arbiter's time until ${arbiterUntil}; the review lasted until ${record.until}.`,
        { ...event.place, program: program.id, policy: policy.id, period },
      );
    }
    record.state = "rejected";
    record.until = arbiterUntil;
    if (record.claim !== undefined) {
      record.claim.rejection = { time: event.time, reason: event.text("reason"), arbiterUntil };
    }
  }

  credited(event: ChainEvent): void {
    const found = this.#period(event, ["under-review", "rejected"]);
    if (found === undefined) return;
    const { policy, program, record, period } = found;
    const by = event.hex("by");
    const arbitrated = record.state === "rejected" && by === program.arbiter && event.time < record.until;
    if (by !== program.insurer && event.time < record.until && !arbitrated) {
      this.#context.findings.add(
        "REVIEW_OUT_OF_TURN",
        `The claim for period ${period} of policy ${policy.id} was credited by ${by} at ${event.time}, who could not before ${record.until}.`,
        { ...event.place, program: program.id, policy: policy.id, period },
      );
    }
    this.#credit(policy, program, record, event, by);
    policy.byPeriod.set(period, record);
    this.#note(event, program);
  }

  denied(event: ChainEvent): void {
    const found = this.#period(event, ["rejected"]);
    if (found === undefined) return;
    const { policy, program, record, period } = found;
    if (event.time >= record.until) {
      this.#context.findings.add(
        "REVIEW_OUT_OF_TURN",
        `The claim for period ${period} of policy ${policy.id} was denied at ${event.time}; the arbiter's time ended at ${record.until}, and silence pays.`,
        { ...event.place, program: program.id, policy: policy.id, period },
      );
    }
    if (record.claim !== undefined) record.claim.denial = { time: event.time, reason: event.text("reason") };
    record.state = "denied";
    record.until = 0;
    policy.reserved -= 1;
    this.#free(program, 1);
    this.#note(event, program);
  }

  released(event: ChainEvent): void {
    const found = this.#period(event, ["open"]);
    if (found === undefined) return;
    const { policy, program, record, period } = found;
    const from = this.releasableFrom(program, policy, period, event.time);
    if (event.time < from) {
      this.#context.findings.add(
        "RELEASE_TOO_EARLY",
        `Period ${period} of policy ${policy.id} was released at ${event.time}; it could be claimed until ${from}.`,
        { ...event.place, program: program.id, policy: policy.id, period },
      );
    }
    record.state = "released";
    policy.byPeriod.set(period, record);
    policy.reserved -= 1;
    this.#free(program, 1);
    this.#note(event, program);
  }

  paid(event: ChainEvent): void {
    const found = this.#policy(event);
    if (found === undefined) return;
    const { policy, program } = found;
    const { findings, claims, transfers } = this.#context;
    const periods = event.number("periods");
    const amount = event.big("amount");
    const payee = event.hex("payee");
    const place = { ...event.place, program: program.id, policy: policy.id };
    if (periods !== policy.owed) {
      findings.add(
        "PAYMENT_NOT_OWED",
        `Policy ${policy.id} was paid for ${periods} periods; ${policy.owed} were owed.`,
        place,
      );
    }
    if (amount !== BigInt(periods) * program.benefit) {
      findings.add(
        "PAYMENT_AMOUNT_WRONG",
        `Policy ${policy.id} was paid ${amount} for ${periods} periods of ${program.benefit}.`,
        place,
      );
    }
    if (payee !== this.payeeOf(policy)) {
      findings.add(
        "PAYMENT_TO_ANOTHER",
        `Policy ${policy.id} was paid to ${payee}; its payee was ${this.payeeOf(policy)}.`,
        place,
      );
    }
    const moved = { from: claims, to: payee, value: amount, as: "payment" } as const;
    if (this.#isAudited(program) && !transfers.explain(event, moved)) {
      findings.add(
        "PAYMENT_WITHOUT_TRANSFER",
        `Policy ${policy.id} was paid ${amount} to ${payee}; the token moved no such amount in that transaction.`,
        { ...place, program: this.#shown(program) },
      );
    }
    policy.owed -= periods;
    policy.paid += periods;
    program.ledger.owed -= amount;
    program.ledger.paid += amount;
    for (const { claim } of policy.byPeriod.values()) {
      if (claim?.credited === undefined || claim.paid !== undefined) continue;
      claim.paid = { time: event.time, payee, transaction: event.log.transactionHash };
    }
    this.#note(event, program);
  }

  // --- stops

  paused(event: ChainEvent): void {
    const until = event.number("until");
    const last = this.pauses.lastEnd();
    const tooSoon = last !== 0 && event.time < last + this.#context.pauseCooldown;
    if (until !== event.time + PAUSE_TIME || tooSoon) {
      this.#context.findings.add(
        "PAUSE_WRONG",
        `A pause began at ${event.time} until ${until}; it lasts ${PAUSE_TIME} s, and the last one ended at ${last}.`,
        event.place,
      );
    }
    this.pauses.begin(event.time, until, event.text("reason"));
  }

  resumed(event: ChainEvent): void {
    if (this.pauses.runningUntil(event.time) === 0) {
      this.#context.findings.add(
        "PAUSE_WRONG",
        `A pause was ended at ${event.time}, when there was none.`,
        event.place,
      );
    }
    this.pauses.setEnd(event.time);
  }

  // --- internals

  /** What the claim had to prove and whether it could be made then, from anchors, circuits and policy alone. */
  #rebuild(event: ChainEvent, program: ProgramState, policy: PolicyState, period: number): ClaimState {
    const { anchors, findings } = this.#context;
    const now = event.time;
    const start = this.startOf(program, policy, period);
    const end = start + program.epochs * program.epochSeconds;
    const anchorDay = anchorDayOf(end);
    const anchor = anchors.inForce(program.group, anchorDay);
    const rootInEvent = event.big("anchorRoot");
    const circuit = event.hex("circuitId");
    const place = { ...event.place, program: program.id, policy: policy.id, period };
    const what = `The claim for period ${period} of policy ${policy.id}`;
    if (now < end) {
      findings.add(
        "CLAIM_PERIOD_NOT_OVER",
        `${what} was settled at ${now}; the period ends at ${end}.`,
        place,
      );
    }
    let applied: CircuitState | undefined;
    let windowClosed = 0;
    if (anchor === undefined) {
      findings.add(
        "CLAIM_NOT_ANCHORED",
        `${what} was settled when day ${anchorDay} of group ${program.group} had no anchor.`,
        { ...place, day: anchorDay },
      );
    } else {
      if (anchor.root !== rootInEvent) {
        findings.add(
          "CLAIM_ROOT_MISMATCH",
          `${what} was settled against root ${rootInEvent}; in force for day ${anchorDay} was ${anchor.root}.`,
          { ...place, day: anchorDay },
        );
      }
      const window = this.#window(program, start, anchor.writtenAt, now);
      windowClosed = window.closes;
      applied = window.settling.applied;
      if (now >= window.closes) {
        findings.add(
          "CLAIM_WINDOW_CLOSED",
          `${what} was settled at ${now}; its window closed at ${window.closes}.`,
          place,
        );
      }
      if (applied?.id !== circuit) {
        findings.add(
          "CLAIM_CIRCUIT_MISMATCH",
          `${what} was settled under circuit ${circuit}; in force for it was ${applied?.id ?? "none"}.`,
          { ...place, circuit },
        );
      }
      if (applied !== undefined && window.settling.blockedUntil !== 0) {
        findings.add(
          "CLAIM_CIRCUIT_BLOCKED",
          `${what} was settled at ${now}, while its circuit was suspended or exposed (until ${window.settling.blockedUntil}).`,
          { ...place, circuit },
        );
      }
    }
    return {
      policy: policy.id,
      period,
      start,
      end,
      anchorDay,
      settledAt: now,
      block: event.log.blockNumber,
      transaction: event.log.transactionHash,
      circuit,
      rootInEvent,
      consent: event.hex("consentId"),
      inputs: [
        policy.holder,
        anchor?.root ?? 0n,
        withFirstEpoch(program.terms, policy.firstEpoch + period * program.epochs),
        scopeOf({ chainId: this.#context.chainId, claims: this.#context.claims, scopeNumber: program.scope }),
      ],
      verificationKeyHash: applied?.verificationKeyHash,
      verifier: applied?.verifier,
      windowClosed,
      reviewUntil: event.number("reviewUntil"),
      rejection: undefined,
      credited: undefined,
      denial: undefined,
      paid: undefined,
      proof: "not-checked",
    };
  }

  /** When a period's window closes, stops included, and what settles it: as `_closeWithStops` counts. */
  #window(program: ProgramState, start: number, writtenAt: number, now: number) {
    const nominal = writtenAt + program.claimWindow;
    const settling = this.#context.circuits.settling(program.circuit, start, nominal, now);
    const { base, applied } = settling;
    let closes = nominal;
    if (base === undefined) return { closes, settling };
    for (;;) {
      const ends = [
        this.pauses.lastBefore(closes)?.end ?? 0,
        base.suspensions.lastBefore(closes)?.end ?? 0,
        applied?.suspensions.lastBefore(closes)?.end ?? 0,
      ];
      const end = Math.max(...ends);
      if (end === 0 || end + RESUME_TIME <= closes) return { closes, settling };
      closes = end + RESUME_TIME;
    }
  }

  #checkConsent(event: ChainEvent, program: ProgramState, policy: PolicyState, claim: ClaimState): void {
    const find = this.#context.findings;
    const place = {
      ...event.place,
      program: program.id,
      policy: policy.id,
      period: claim.period,
      consent: claim.consent,
    };
    const what = `The claim for period ${claim.period} of policy ${policy.id}`;
    const record = this.#context.consents.consents.get(claim.consent);
    if (record === undefined) {
      find.add(
        "CLAIM_CONSENT_UNKNOWN",
        `${what} rests on consent ${claim.consent}, which was never granted.`,
        place,
      );
      return;
    }
    record.claims.push({ policy: policy.id, period: claim.period });
    const { patient, grantee, purpose, program: of, from, until } = record.consent;
    const wrong = [
      ...(patient === policy.controller
        ? []
        : [`given by ${patient}, not by the controller ${policy.controller}`]),
      ...(grantee === program.insurer ? [] : [`given to ${grantee}, not to the insurer ${program.insurer}`]),
      ...(purpose === this.purpose ? [] : ["given for another purpose"]),
      ...(of === program.id ? [] : [`given for program ${of}`]),
    ];
    if (wrong.length > 0) {
      find.add("CLAIM_CONSENT_OF_ANOTHER_MATTER", `${what} rests on a consent ${wrong.join(", ")}.`, place);
    }
    if (event.time < from || event.time >= until) {
      find.add(
        "CLAIM_CONSENT_NOT_ACTIVE",
        `${what} was settled at ${event.time}; its consent is active from ${from} until ${until}.`,
        place,
      );
    }
    if (record.revokedAt !== undefined) {
      find.add(
        "CLAIM_CONSENT_REVOKED",
        `${what} was settled at ${event.time} under a consent revoked at ${record.revokedAt}.`,
        place,
      );
    }
  }

  #cover(event: ChainEvent, program: ProgramState, policy: PolicyState): void {
    const find = this.#context.findings;
    const place = { ...event.place, program: program.id, policy: policy.id };
    const start = this.startOf(program, policy, 0);
    const end = this.startOf(program, policy, policy.periods);
    if (start <= event.time) {
      find.add(
        "POLICY_ALREADY_BEGUN",
        `Policy ${policy.id} was issued at ${event.time} for time from ${start} on.`,
        place,
      );
    }
    const key = `${program.scope}/${policy.holder}`;
    const before = this.#coverage.get(key)?.until ?? 0;
    if (start < before) {
      find.add(
        "POLICY_COVERAGE_OVERLAPS",
        `Policy ${policy.id} covers from ${start} on a holder who is covered until ${before} in scope ${program.scope}.`,
        place,
      );
    }
    this.#coverage.set(key, { until: end, before, last: policy.id });
  }

  #credit(
    policy: PolicyState,
    program: ProgramState,
    record: PeriodRecord,
    event: ChainEvent,
    by: string | undefined,
  ): void {
    record.state = "credited";
    record.until = 0;
    policy.reserved -= 1;
    policy.owed += 1;
    program.ledger.reserved -= program.benefit;
    program.ledger.owed += program.benefit;
    if (record.claim !== undefined) record.claim.credited = { time: event.time, by };
  }

  #free(program: ProgramState, periods: number): void {
    const amount = BigInt(periods) * program.benefit;
    program.ledger.reserved -= amount;
    program.ledger.free += amount;
  }

  #note(event: ChainEvent, program: ProgramState): void {
    const { ledger } = program;
    const negative = Object.entries(ledger).filter(([, amount]) => amount < 0n);
    if (negative.length > 0) {
      this.#context.findings.add(
        "LEDGER_NEGATIVE",
        `After ${event.name} program ${program.id} has ${negative.map(([name, amount]) => `${amount} ${name}`).join(", ")}.`,
        { ...event.place, program: this.#shown(program) },
      );
    }
    this.history.get(program.id)?.push({
      ...ledger,
      time: event.time,
      block: event.log.blockNumber,
      event: event.name,
    });
  }

  #inSequence(what: string, id: bigint, known: number, event: ChainEvent): void {
    if (id === BigInt(known) + 1n) return;
    this.#context.findings.add(
      "SEQUENCE_BROKEN",
      `${what} ${id} was made when ${known} were known: the events between are missing, or this one is invented.`,
      event.place,
    );
  }

  /** Whether its money is in the audited token, so that the token's transfers are at hand. */
  #isAudited(program: ProgramState): boolean {
    return program.token === this.#context.token;
  }

  /** Money of every program in the audited token concerns the audit: one balance stands for all. */
  #shown(program: ProgramState): bigint | undefined {
    return this.#isAudited(program) ? undefined : program.id;
  }

  #program(event: ChainEvent): ProgramState | undefined {
    const program = this.programs.get(event.big("programId"));
    if (program === undefined) this.#orphan(event, `program ${event.big("programId")}`);
    return program;
  }

  #policy(event: ChainEvent): { policy: PolicyState; program: ProgramState } | undefined {
    const policy = this.policies.get(event.big("policyId"));
    const program = policy === undefined ? undefined : this.programs.get(policy.program);
    if (policy !== undefined && program !== undefined) return { policy, program };
    this.#orphan(event, `policy ${event.big("policyId")}`);
    return undefined;
  }

  #period(event: ChainEvent, from: readonly PeriodState[]) {
    const found = this.#policy(event);
    if (found === undefined) return undefined;
    const period = event.number("period");
    const record = this.periodOf(found.policy, period);
    if (!from.includes(record.state) || period >= found.policy.periods) {
      this.#context.findings.add(
        "PERIOD_TRANSITION_WRONG",
        `${event.name} came for period ${period} of policy ${found.policy.id}, which was ${record.state} (${found.policy.periods} periods).`,
        { ...event.place, program: found.program.id, policy: found.policy.id, period },
      );
    }
    return { ...found, period, record };
  }

  #orphan(event: ChainEvent, what: string): void {
    this.#context.findings.add(
      "EVENT_WITHOUT_ORIGIN",
      `${event.name} concerns ${what}, which was never made.`,
      event.place,
    );
  }
}

const ACTIONS: Readonly<Record<string, (state: ClaimsState, event: ChainEvent) => void>> = {
  ScopeCreated: (state, event) => state.scopeCreated(event),
  ProgramCreated: (state, event) => state.programCreated(event),
  ProgramFunded: (state, event) => state.funded(event),
  ProgramWithdrawn: (state, event) => state.withdrawn(event),
  PolicyIssued: (state, event) => state.issued(event),
  PolicyEnded: (state, event) => state.ended(event),
  PayeeChanged: (state, event) => state.redirected(event),
  ClaimSettled: (state, event) => state.settled(event),
  ClaimRejected: (state, event) => state.rejected(event),
  ClaimCredited: (state, event) => state.credited(event),
  ClaimDenied: (state, event) => state.denied(event),
  PeriodReleased: (state, event) => state.released(event),
  PolicyPaid: (state, event) => state.paid(event),
  Paused: (state, event) => state.paused(event),
  PauseEnded: (state, event) => state.resumed(event),
};

/** `keccak256(abi.encode("vitalproof/purpose/claim/1", claims contract))`. */
export function claimPurposeOf(claims: string): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(["string", "address"], ["vitalproof/purpose/claim/1", claims]),
  );
}

/** The day in which a stretch of time that ends before `end` has its last second. */
export function anchorDayOf(end: number): number {
  return Math.floor((end - 1) / DAY);
}

/** A field of the terms' header, which all templates share. */
export function termsField(terms: bigint, name: (typeof TERMS_HEADER)[number]["name"]): number {
  const field = TERMS_HEADER.find((candidate) => candidate.name === name)!;
  return Number((terms >> BigInt(field.shift)) & ((1n << BigInt(field.bits)) - 1n));
}

/** A program's terms with a period's first epoch put in; any template's. */
export function withFirstEpoch(terms: bigint, epoch: number): bigint {
  const field = TERMS_HEADER.find(({ name }) => name === "epoch")!;
  return terms | (BigInt(epoch) << BigInt(field.shift));
}
