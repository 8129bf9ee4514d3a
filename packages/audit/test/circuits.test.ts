// SPDX-License-Identifier: GPL-3.0-or-later
//
// Circuit events by hand: an honest history has no finding, and each rule of the registry that is broken has its own.
import { circuitIdOf, DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import { keccak256, toUtf8Bytes, ZeroAddress, ZeroHash } from "ethers";
import { CircuitsState } from "../src/circuits/state.ts";
import { type FindingCode, Findings } from "../src/findings.ts";
import { account, eventOf } from "./support/events.ts";

const FACTS = {
  delay: 8 * DAY,
  suspensionTime: 10 * DAY,
  suspensionCooldown: 30 * DAY,
  allowsDevelopmentKeys: false,
};
const START = 1_000 * DAY;
const GENESIS = `0x${"99".repeat(32)}`;
const [GOVERNOR, GUARDIAN, STRANGER] = [account(1), account(2), account(3)];

const id = (version: number) => circuitIdOf("a-circuit", version);
const hash = (text: string) => keccak256(toUtf8Bytes(text));
const proposal = (version: number, changes: Readonly<Record<string, unknown>> = {}) => ({
  name: "a-circuit",
  version,
  verifier: account(4),
  verifierCodeHash: hash(`code ${version}`),
  verificationKey: account(5),
  verificationKeyHash: hash(`key ${version}`),
  family: "0x636c61696d7300000000000000000000",
  facts: hash("facts"),
  inputs: 4,
  period: DAY,
  zeroImpossible: true,
  ceremony: hash("transcript"),
  predecessor: version === 1 ? ZeroHash : id(version - 1),
  ...changes,
});

/** A registry with its first circuit, and what happens to it; times in days after its creation. */
class Story {
  readonly findings = new Findings(1n);
  readonly state = new CircuitsState(this.findings, FACTS);

  constructor(genesis: Readonly<Record<string, unknown>> = {}) {
    this.emit("GovernorChanged", [ZeroAddress, GOVERNOR], 0, GENESIS);
    this.emit("GuardianChanged", [ZeroAddress, GUARDIAN], 0, GENESIS);
    this.add(0, proposal(1, genesis), GENESIS);
  }

  emit(name: string, args: readonly unknown[], day: number, transaction?: string): this {
    this.state.apply(eventOf("circuits", name, args, START + Math.round(day * DAY), transaction));
    return this;
  }

  propose(day: number, of = proposal(2), addable = day + 8): this {
    const from = START + Math.round(addable * DAY);
    return this.emit("CircuitProposed", [idOf(of), Object.values(of), from], day);
  }

  add(day: number, of = proposal(2), transaction?: string): this {
    return this.emit("CircuitAdded", [idOf(of), of.verifier, Object.values(of)], day, transaction);
  }

  suspend(day: number, length = 10): this {
    return this.emit("CircuitSuspended", [id(1), START + (day + length) * DAY, "why"], day);
  }

  resume(day: number): this {
    return this.emit("SuspensionEnded", [id(1)], day);
  }

  retire(day: number, delay = 8): this {
    return this.emit("RetirementScheduled", [id(1), START + (day + delay) * DAY], day);
  }

  expose(day: number): this {
    return this.emit("ForgeryExposed", [id(1), STRANGER], day);
  }

  codes(): FindingCode[] {
    return [...new Set(this.findings.all().map(({ code }) => code))].sort();
  }
}

function idOf({ name, version }: { name: string; version: number }): string {
  return version === 0 ? ZeroHash : circuitIdOf(name, version);
}

describe("audit: circuit events", () => {
  it("an honest history has no finding", () => {
    const story = new Story()
      .suspend(1)
      .resume(3)
      .propose(4)
      .propose(30)
      .add(38)
      .retire(40)
      .propose(41, proposal(3))
      .emit("ProposalCancelled", [id(3)], 42)
      .propose(43, proposal(3))
      .add(58.9, proposal(3))
      .suspend(50)
      .emit("GovernorNominated", [GOVERNOR, STRANGER], 70)
      .emit("GovernorChanged", [GOVERNOR, STRANGER], 71)
      .emit("GuardianNominated", [GUARDIAN, GOVERNOR], 71)
      .emit("GuardianChanged", [GUARDIAN, GOVERNOR], 72);
    expect(story.codes()).to.deep.equal([]);
    expect(story.state.lineOf(id(1)).map(({ version }) => version)).to.deep.equal([1n, 2n, 3n]);
    expect([STRANGER, GOVERNOR, GUARDIAN].map((one) => story.state.isInCharge(one))).to.deep.equal([
      true,
      true,
      false,
    ]);
    const exposed = new Story().retire(1).expose(2);
    expect(exposed.codes()).to.deep.equal([]);
    const [record] = exposed.state.lineOf(id(1));
    expect([record!.forgedAt, record!.retiredAt]).to.deep.equal([START + 2 * DAY, START + 2 * DAY]);
  });

  const broken: Readonly<Record<string, readonly [() => Story, ...FindingCode[]]>> = {
    "added without an announcement": [() => new Story().add(20), "CIRCUIT_NOT_ANNOUNCED"],
    "added in another transaction than the registry's own, on the same day": [
      () => new Story().add(0),
      "CIRCUIT_NOT_ANNOUNCED",
    ],
    "added after the announcement was withdrawn": [
      () =>
        new Story()
          .propose(1)
          .emit("ProposalCancelled", [id(2)], 2)
          .add(9),
      "CIRCUIT_NOT_ANNOUNCED",
    ],
    "added with another verifier than announced": [
      () => new Story().propose(1).add(9, proposal(2, { verifier: STRANGER })),
      "CIRCUIT_NOT_ANNOUNCED",
    ],
    "added a second too early": [() => new Story().propose(1).add(9 - 1 / DAY), "CIRCUIT_ADDED_EARLY"],
    "added in the second in which the announcement expired": [
      () => new Story().propose(1).add(17),
      "CIRCUIT_ADDED_LATE",
    ],
    "announced with a shorter wait": [() => new Story().propose(1, proposal(2), 8), "CIRCUIT_PROPOSAL_WRONG"],
    "announced while an announcement waits": [
      () => new Story().propose(1).propose(16.9),
      "CIRCUIT_PROPOSAL_WRONG",
    ],
    "an announcement withdrawn that was not made": [
      () => new Story().emit("ProposalCancelled", [id(2)], 1),
      "CIRCUIT_PROPOSAL_WRONG",
    ],
    "added twice": [
      () => new Story().propose(1).add(9).add(10),
      "CIRCUIT_CHANGED",
      "CIRCUIT_NOT_ANNOUNCED",
      "CIRCUIT_SUCCESSOR_TWICE",
    ],
    "announced though on record": [() => new Story().propose(1, proposal(1)), "CIRCUIT_CHANGED"],
    "a successor with other facts": [
      () => new Story().propose(1, proposal(2, { facts: hash("others") })),
      "CIRCUIT_SUCCESSOR_DIFFERS",
    ],
    "a second successor of one circuit": [
      () =>
        new Story()
          .propose(1)
          .add(9)
          .propose(10, proposal(3, { predecessor: id(1) })),
      "CIRCUIT_SUCCESSOR_TWICE",
    ],
    "a successor of nothing": [
      () => new Story().propose(1, proposal(2, { predecessor: hash("nothing") })),
      "CIRCUIT_PREDECESSOR_UNKNOWN",
    ],
    "a period as long as the delay": [
      () => new Story().propose(1, proposal(2, { period: 8 * DAY, predecessor: ZeroHash })),
      "CIRCUIT_PERIOD_TOO_LONG",
    ],
    "no public inputs": [
      () => new Story().propose(1, proposal(2, { inputs: 0, predecessor: ZeroHash })),
      "CIRCUIT_FIELDS_INVALID",
    ],
    "a name that is too long": [
      () => new Story().propose(1, proposal(2, { name: "x".repeat(65) })),
      "CIRCUIT_FIELDS_INVALID",
    ],
    "an id that is not of name and version": [
      () => new Story().emit("CircuitProposed", [id(9), Object.values(proposal(2)), START + 9 * DAY], 1),
      "CIRCUIT_ID_WRONG",
    ],
    "a development key where none is taken": [
      () => new Story({ ceremony: ZeroHash }),
      "CIRCUIT_KEY_NOT_ALLOWED",
    ],
    "a suspension that is too long": [() => new Story().suspend(1, 11), "CIRCUIT_STOP_WRONG"],
    "a suspension while one runs": [() => new Story().suspend(1).suspend(5), "CIRCUIT_STOP_WRONG"],
    "a suspension in the cool-down": [() => new Story().suspend(1).suspend(40.9), "CIRCUIT_STOP_WRONG"],
    "the end of a suspension that was over": [() => new Story().suspend(1).resume(11), "CIRCUIT_STOP_WRONG"],
    "a forged circuit suspended": [() => new Story().expose(1).suspend(2), "CIRCUIT_STOP_OF_FORGED"],
    "a forged circuit's suspension ended": [
      () => new Story().suspend(1).expose(2).resume(3),
      "CIRCUIT_STOP_OF_FORGED",
    ],
    "a retirement with a shorter delay": [() => new Story().retire(1, 7), "RETIREMENT_CHANGED"],
    "a retirement moved": [() => new Story().retire(1).retire(2), "RETIREMENT_CHANGED"],
    "a forgery exposed twice": [() => new Story().expose(1).expose(2), "CIRCUIT_EXPOSURE_WRONG"],
    "a forgery exposed where zeros may be proven": [
      () => new Story({ zeroImpossible: false }).expose(1),
      "CIRCUIT_EXPOSURE_WRONG",
    ],
    "a stop of an unknown circuit": [
      () => new Story().emit("SuspensionEnded", [id(7)], 1),
      "EVENT_WITHOUT_ORIGIN",
    ],
    "a governor whom nobody nominated": [
      () => new Story().emit("GovernorChanged", [GOVERNOR, STRANGER], 1),
      "ROLE_CHANGED_WRONGLY",
    ],
    "a guardian after somebody who was not it": [
      () =>
        new Story()
          .emit("GuardianNominated", [GUARDIAN, STRANGER], 1)
          .emit("GuardianChanged", [GOVERNOR, STRANGER], 2),
      "ROLE_CHANGED_WRONGLY",
    ],
    "a nomination in another's name": [
      () => new Story().emit("GovernorNominated", [STRANGER, STRANGER], 1),
      "ROLE_CHANGED_WRONGLY",
    ],
  };
  for (const [what, [tell, ...codes]] of Object.entries(broken)) {
    it(`${what}: ${codes.join(", ")}`, () => {
      expect(tell().codes()).to.deep.equal([...codes].sort());
    });
  }
});
