// SPDX-License-Identifier: GPL-3.0-or-later
//
// Programs, policies and their money from events by hand: coverage, releases in ranges, roles of an insurer, other products.
import {
  circuitIdOf,
  circuitOf,
  claimFamilyFields,
  DAY,
  epochStart,
  packTerms,
  profileOf,
  termsOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { keccak256, toUtf8Bytes, ZeroAddress, ZeroHash } from "ethers";
import { AnchorState } from "../src/anchorState.ts";
import { CircuitsState } from "../src/circuits/state.ts";
import { applyToClaims } from "../src/claims/apply.ts";
import { termsField } from "../src/claims/rules.ts";
import { ClaimsState } from "../src/claims/state.ts";
import { ConsentsState } from "../src/consentState.ts";
import { CustodyState } from "../src/custodyState.ts";
import type { ContractName } from "../src/events.ts";
import { Findings } from "../src/findings.ts";
import { HealthLedgerState } from "../src/ledgerState.ts";
import { PausesState } from "../src/pauseState.ts";
import { ScopesState } from "../src/scopeState.ts";
import { Transfers } from "../src/transfers.ts";
import { explainTransfers } from "../src/unexplained.ts";
import { account, eventOf } from "./support/events.ts";

const CIRCUIT = circuitOf("glucose-day");
const ID = circuitIdOf(CIRCUIT.name, CIRCUIT.version);
const EPOCH = 20_500;
const PROFILE = profileOf("glucose-mg-dl-5min");
const START = epochStart(PROFILE, 0, EPOCH);
const TERMS = packTerms(termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 }));
const [CLAIMS, CUSTODY, TOKEN, INSURER, ATTESTER, GOVERNOR, PATIENT, STRANGER] = [1, 2, 3, 4, 5, 6, 7, 8].map(
  account,
) as [string, string, string, string, string, string, string, string];
const BENEFIT = 25n;
const WINDOW = 10;
const HOLDER = 77n;
const OFFER = [ID, 1n, 2, TERMS, TOKEN, BENEFIT, ZeroAddress, WINDOW * DAY, 0, 0];
const facts = {
  delay: 40 * DAY,
  suspensionTime: 41 * DAY,
  suspensionCooldown: 90 * DAY,
  allowsDevelopmentKeys: true,
};

/** Registries with one group and circuit, and program 1 with 1,000 in escrow 1. Times are days from the first epoch. */
class Story {
  readonly findings = new Findings(1n);
  readonly anchors = new AnchorState(this.findings, 1n);
  readonly circuits = new CircuitsState(this.findings, facts);
  readonly pauses = new PausesState(this.findings, facts.suspensionTime);
  readonly scopes = new ScopesState({ chainId: 1n, address: STRANGER, findings: this.findings });
  readonly custody = new CustodyState(this.findings);
  readonly transfers = new Transfers([]);
  readonly claims = new ClaimsState({
    chainId: 1n,
    claims: CLAIMS,
    custodyAddress: CUSTODY,
    anchors: this.anchors,
    consents: new ConsentsState(this.findings, INSURER),
    healthLedger: new HealthLedgerState(this.findings, { insurer: INSURER, pages: new Set() }),
    circuits: this.circuits,
    scopes: this.scopes,
    pauses: this.pauses,
    custody: this.custody,
    // Another token is audited: transfers are no matter here.
    token: STRANGER,
    transfers: this.transfers,
    findings: this.findings,
  });
  #policies = 0;

  constructor() {
    const genesis = keccak256("0x01");
    this.emit("circuits", "GovernorChanged", [ZeroAddress, GOVERNOR], -20, genesis);
    this.emit("circuits", "GuardianChanged", [ZeroAddress, STRANGER], -20, genesis);
    this.emit("circuits", "CircuitAdded", [ID, STRANGER, proposal()], -20, genesis);
    this.emit("pauses", "PauserChanged", [ZeroAddress, STRANGER], -20);
    this.emit("anchors", "GroupCreated", [1n, ATTESTER, 6 * 3600, 12 * 3600, 2 * DAY, 2], -20);
    this.emit("scopes", "ScopeCreated", [1n, INSURER, 1n, this.scopes.elementOf(1n)], -20);
    this.create(1n, 1n);
    this.emit("custody", "EscrowFunded", [1n, INSURER, 1_000n], -18);
  }

  emit(
    contract: Exclude<ContractName, "consents" | "ledger">,
    name: string,
    args: readonly unknown[],
    day: number,
    transaction?: string,
  ): this {
    const event = eventOf(contract, name, args, START + Math.round(day * DAY), transaction);
    if (contract === "claims" || contract === "custody") applyToClaims(this.claims, event);
    else this[contract].apply(event);
    return this;
  }

  create(program: bigint, escrow: bigint, day = -19): this {
    this.emit("custody", "EscrowOpened", [escrow, CLAIMS, INSURER, TOKEN], day);
    return this.emit("claims", "ProgramCreated", [program, INSURER, 1n, 1n, escrow, OFFER], day);
  }

  issue(day: number, first: number, periods: number): this {
    const id = ++this.#policies;
    const attestation = keccak256(toUtf8Bytes(`attestation ${id}`));
    const args = [id, 1n, PATIENT, HOLDER, ZeroAddress, EPOCH + first, periods, attestation];
    return this.emit("claims", "PolicyIssued", args, day);
  }

  end(policy: number, day: number, kept: number, freed: number): this {
    return this.emit("claims", "PolicyEnded", [policy, INSURER, kept, freed], day);
  }

  anchor(period: number, root = 5n): this {
    return this.emit("anchors", "DayAnchored", [1n, EPOCH + period, root], period + 1.3);
  }

  release(day: number, from: number, until: number, released: number): this {
    return this.emit("claims", "PeriodsReleased", [1n, from, until, released], day);
  }

  covered(): [until: number, last: bigint] {
    const { until, last } = this.claims.coverage.get(`1/${HOLDER}`)!;
    return [until === 0 ? 0 : (until - START) / DAY, last];
  }

  codes(): string[] {
    return [...new Set(this.findings.all().map(({ code }) => code))].sort();
  }
}

function proposal(): unknown[] {
  const fields = claimFamilyFields({
    template: termsField(TERMS, "template"),
    profile: termsField(TERMS, "profile"),
    epochs: 1,
    epochSeconds: DAY,
    codes: 400,
    samples: PROFILE.samples,
  });
  return [
    CIRCUIT.name,
    CIRCUIT.version,
    STRANGER,
    ZeroHash,
    STRANGER,
    ZeroHash,
    fields.family,
    fields.facts,
    fields.inputs,
    fields.period,
    fields.zeroImpossible,
    ZeroHash,
    ZeroHash,
  ];
}

describe("audit: programs and policies", () => {
  it("coverage goes back to the latest policy that covers anything, in whatever order policies end", () => {
    const begin = () => new Story().issue(-5, 1, 3).issue(-5, 4, 5).issue(-5, 9, 2);
    expect(begin().covered()).to.deep.equal([11, 3n]);
    expect([...begin().claims.policies.values()].map(({ previous }) => previous)).to.deep.equal([0n, 1n, 2n]);
    // The last first, and the middle one first.
    expect(begin().end(3, 0, 0, 2).covered()).to.deep.equal([9, 2n]);
    expect(begin().end(2, 0, 0, 5).covered()).to.deep.equal([11, 3n]);
    expect(begin().end(2, 0, 0, 5).end(3, 0, 0, 2).covered()).to.deep.equal([4, 1n]);
    const none = begin().end(1, 0, 0, 3).end(2, 0, 0, 5).end(3, 0, 0, 2);
    expect(none.covered()).to.deep.equal([0, 0n]);
    // The holder can be covered again, for the same days.
    expect(none.issue(0, 1, 3).codes()).to.deep.equal([]);
    expect(begin().end(3, 0, 0, 2).issue(0, 8, 1).codes()).to.deep.equal(["POLICY_COVERAGE_OVERLAPS"]);
  });

  it("a range is released once all of its windows are over, outages included", () => {
    // Day 1 is written at 2.3; its window closes at 12.3, and reopens until 15.3. Day 2 can be corrected until 5.75.
    const begin = () => new Story().issue(-5, 1, 2).anchor(1);
    expect(begin().release(15.3, 0, 2, 2).codes()).to.deep.equal([]);
    expect(begin().release(15.2, 0, 2, 2).codes()).to.deep.equal(["RELEASE_TOO_EARLY"]);
    expect(begin().release(6, 1, 2, 1).codes()).to.deep.equal([]);
    expect(begin().release(5.7, 1, 2, 1).codes()).to.deep.equal(["RELEASE_TOO_EARLY"]);
    const outage = (story: Story) =>
      story.emit("pauses", "OutageDeclared", [START + 12 * DAY, START + 14 * DAY, "dark"], 14.5);
    expect(outage(begin()).release(16, 0, 1, 1).codes()).to.deep.equal(["RELEASE_TOO_EARLY"]);
    expect(outage(begin()).release(20, 0, 1, 1).codes()).to.deep.equal([]);
  });

  it("a release counts what was open, and no more", () => {
    const begin = () => new Story().issue(-5, 1, 4).release(30, 1, 2, 1);
    expect(begin().release(30, 0, 4, 3).codes()).to.deep.equal([]);
    const { ledger } = begin().release(30, 0, 4, 3).claims.programs.get(1n)!;
    expect(ledger).to.include({ free: 1_000n, reserved: 0n });
    expect(begin().release(30, 0, 4, 4).codes()).to.deep.equal(["LEDGER_NEGATIVE", "RELEASE_COUNT_WRONG"]);
    expect(begin().release(30, 1, 2, 0).codes()).to.deep.equal(["RELEASE_COUNT_WRONG"]);
    expect(begin().release(30, 0, 5, 3).codes()).to.deep.equal(["RELEASE_RANGE_WRONG"]);
  });

  it("who insures neither attests, governs, guards nor pauses, as programs are made and policies issued", () => {
    const story = () => new Story().issue(-5, 1, 1);
    expect(story().codes()).to.deep.equal([]);
    for (const [contract, name, args] of [
      ["circuits", "Governor", [GOVERNOR, INSURER]],
      ["circuits", "Guardian", [GOVERNOR, INSURER]],
      ["pauses", "Pauser", [STRANGER, INSURER]],
    ] as const) {
      const previous = name === "Governor" ? GOVERNOR : STRANGER;
      const told = new Story()
        .emit(contract, `${name}Nominated`, name === "Guardian" ? [STRANGER, INSURER] : args, -10)
        .emit(contract, `${name}Changed`, [previous, INSURER], -9);
      expect(told.issue(-5, 1, 1).codes(), name).to.deep.equal(["INSURER_GOVERNS"]);
    }
    const attests = new Story()
      .emit("anchors", "AttesterNominated", [1n, ATTESTER, INSURER, START - 6.25 * DAY + 1], -10)
      .emit("anchors", "AttesterChanged", [1n, ATTESTER, INSURER], -6.2);
    expect(attests.codes()).to.deep.equal([]);
    expect(attests.issue(-5, 1, 1).codes()).to.deep.equal(["INSURER_GOVERNS"]);
  });

  it("a nomination waits until no day up to its own can be written", () => {
    // A day's corrections end 2.75 days after it.
    const nominate = (from: number) =>
      new Story().emit("anchors", "AttesterNominated", [1n, ATTESTER, STRANGER, START + from * DAY + 1], 0.5);
    const accept = (story: Story, day: number) =>
      story.emit("anchors", "AttesterChanged", [1n, ATTESTER, STRANGER], day).codes();
    expect(accept(nominate(3.75), 3.76)).to.deep.equal([]);
    expect(accept(nominate(3.75), 3.74)).to.deep.equal(["ATTESTER_CHANGED_WRONGLY"]);
    expect(accept(nominate(2.75), 3.76)).to.deep.equal(["ATTESTER_NOMINATION_WRONG"]);
  });

  it("nothing is sold while paused, or under a circuit that is suspended; what is sold has an escrow of its own", () => {
    const paused = new Story().emit("pauses", "Paused", [START - 5 * DAY, "why"], -8);
    expect(paused.create(2n, 2n, -6).issue(-6, 1, 1).codes()).to.deep.equal(["POLICY_WHILE_PAUSED"]);
    expect(paused.create(3n, 3n, -5).issue(-5, 9, 1).codes()).to.deep.equal(["POLICY_WHILE_PAUSED"]);
    const suspended = new Story().emit("circuits", "CircuitSuspended", [ID, START + 33 * DAY, "why"], -8);
    expect(suspended.issue(-6, 1, 1).codes()).to.deep.equal(["POLICY_CIRCUIT_SUSPENDED"]);
    const shared = new Story().issue(-5, 1, 1);
    // Program 1's own escrow, once more.
    shared.emit("claims", "ProgramCreated", [1n, INSURER, 1n, 1n, 1n, OFFER], -4);
    expect(shared.codes()).to.deep.equal(["PROGRAM_ESCROW_MISMATCH", "SEQUENCE_BROKEN"]);
  });
});

describe("audit: transfers that no event tells of", () => {
  const transfer = (from: string, to: string, value: bigint) => ({ from, to, value });
  const tell = (
    moved: readonly { from: string; to: string; value: bigint }[],
    least: bigint,
    most = least,
  ) => {
    const findings = new Findings(1n);
    const transfers = new Transfers([]);
    for (const [i, each] of moved.entries()) {
      transfers.all.push({
        ...each,
        time: 1,
        block: 1,
        transaction: ZeroHash,
        logIndex: i,
        explainedBy: undefined,
      });
    }
    const donated = explainTransfers(transfers, CUSTODY, { least, most }, findings);
    return [donated, findings.all().map(({ code }) => code)];
  };

  it("are other products' if they come to what these paid, and gifts if they came in", () => {
    const out = transfer(CUSTODY, PATIENT, 30n);
    const gift = transfer(STRANGER, CUSTODY, 7n);
    expect(tell([], 0n)).to.deep.equal([0n, []]);
    expect(tell([out, out], 60n)).to.deep.equal([0n, []]);
    expect(tell([out], 0n, 50n)).to.deep.equal([0n, []]);
    expect(tell([gift], 0n)).to.deep.equal([7n, ["DONATION"]]);
    expect(tell([out], 0n)).to.deep.equal([-30n, ["TRANSFER_UNEXPLAINED"]]);
    expect(tell([out], 29n)).to.deep.equal([-30n, ["TRANSFER_UNEXPLAINED"]]);
    expect(tell([out], 31n)).to.deep.equal([0n, ["PAYMENT_WITHOUT_TRANSFER"]]);
    expect(tell([transfer(CUSTODY, PATIENT, 0n)], 0n)).to.deep.equal([0n, []]);
  });
});
