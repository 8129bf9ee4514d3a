// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q5, Q6, Q7, Q16: what an answer says, and when it is suppressed. Circuit, SDK and an evaluation that was written from
// docs/research.md alone agree. `LONG=1` takes 1,000 random programs.
import {
  type AnswerClasses,
  answer,
  type DataPage,
  evaluateProgram,
  type Program,
  packProgram,
  querySizesOf,
  requestOf,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import {
  type Asked,
  allLive,
  answerOf,
  dataPageOf,
  lastRecords,
  numbersOf,
  REQUEST,
  RESEARCHER,
  randomProgram,
} from "../../support/researchPage.ts";
import { type Circuit, compileCircuit, compileInstance } from "../support/circuit.ts";
import type { CircuitInput } from "../support/tester.ts";
import { plainAnswer } from "./plain.ts";

const CIRCUIT = "query-test";
const RECORDS = 128;

describe("circuits: research, query", function () {
  this.timeout(3_600_000);
  let circuit: Circuit;
  const page = dataPageOf(RECORDS);
  before(async () => {
    circuit = await compileInstance(CIRCUIT);
  });

  /** Whether an answer is released, after circuit and SDK agreed on it. */
  const released = async (program: Program, more: Partial<Asked> = {}): Promise<boolean> => {
    const made = answerOf({ circuit: CIRCUIT, page, program, ...more });
    const witness = await circuit.honest(made.witness.circuitInput() as CircuitInput);
    expect(circuit.system.satisfiedBy(witness)).to.equal(true);
    const opened = RESEARCHER.open({ ...made.words, released: true }, requestOf(REQUEST));
    if (made.words.released) expect(opened).to.deep.equal(made.evaluation.sums);
    else
      expect(Object.values({ ...opened.a, ...opened.b })).to.satisfy((all: bigint[]) =>
        all.every((n) => n === 0n),
      );
    return made.words.released;
  };

  const programs = process.env.LONG === "1" ? 1_000 : 24;
  it(`agrees with the SDK and with plain counting on ${programs} random programs, suppression included`, async () => {
    const random = numbersOf("random programs");
    const outcomes = { released: 0, suppressed: 0 };
    const pages = Array.from({ length: 5 }, (_, number) => dataPageOf(RECORDS, number));
    for (let k = 0; k < programs; k++) {
      const page = pages[k % pages.length]!;
      const live = Array.from({ length: RECORDS }, (_, i) => (random(12) > 0 ? 1n << BigInt(i) : 0n)).reduce(
        (sum, bit) => sum | bit,
        0n,
      );
      const earlier: AnswerClasses[] = [];
      // Every fourth has earlier answers: of like programs, so that some cells are small and some are not.
      for (let q = 0; k % 4 === 3 && q < 1 + (k % 8 === 7 ? 1 : 0); q++)
        earlier.push({
          classes: evaluateProgram(
            page,
            random(2) === 0 ? live : allLive(RECORDS),
            randomProgram(`program ${random(2) === 0 ? k : k - 1}`, page, querySizesOf(CIRCUIT)),
          ).classes,
          salt: BigInt(k + q),
        });
      const program = randomProgram(`program ${k}`, page, querySizesOf(CIRCUIT));
      const made = answerOf({ circuit: CIRCUIT, page, program, live, earlier });
      const columns = page.columns.map(({ codes }) => codes);
      const plain = plainAnswer(
        packProgram(program),
        columns,
        live,
        earlier.map(({ classes }) => classes),
      );
      expect(made.words.released, `program ${k}`).to.equal(plain !== undefined);
      const witness = await circuit.honest(made.witness.circuitInput() as CircuitInput);
      expect(circuit.system.satisfiedBy(witness), `program ${k}`).to.equal(true);
      const { a, b } = RESEARCHER.open({ ...made.words, released: true }, requestOf(REQUEST));
      const words = [a.n, a.outcomes, a.v, a.vv, a.u, a.uu, a.uv, b.n, b.outcomes, b.v, b.vv];
      expect(words, `program ${k}`).to.deep.equal(plain ?? new Array(11).fill(0n));
      outcomes[made.words.released ? "released" : "suppressed"] += 1;
    }
    // A test of one kind alone would show little.
    expect(Math.min(outcomes.released, outcomes.suppressed), JSON.stringify(outcomes)).to.be.greaterThan(
      programs / 8,
    );
  });

  it("Q5: a cell holds at 0 and from 11 on", async () => {
    const cell = await compileCircuit({ file: "research/cells.circom", call: "CellHolds(8)" });
    for (let people = 0; people < 256; people++) {
      const witness = await cell.honest({ cell: people });
      const expected = people === 0 || people >= 11 ? 1n : 0n;
      expect(witness[cell.system.wire("out")], `${people}`).to.equal(expected);
    }
  });

  it("Q5: groups, their complement and their outcomes at 0, 10 and 11", async () => {
    for (const [people, expected] of [
      [0, true],
      [10, false],
      [11, true],
      [RECORDS - 11, true],
      [RECORDS - 10, false],
      [RECORDS, true],
    ] as const)
      expect(await released(lastRecords(RECORDS, people)), `n ${people}`).to.equal(expected);

    // A: the last 60; of them the last `with` have the outcome. B: those before, from `first` on.
    const split = (withOutcome: number, peopleInB: number): Program => ({
      conditions: [
        { column: 0, from: RECORDS - 60 + 1 },
        { column: 0, from: RECORDS - withOutcome + 1 },
        { column: 0, from: RECORDS - 60 - peopleInB + 1 },
      ],
      ...{ a: 0b1010_1010n, b: 0b0101_0000n, outcome: 0b1100_1100n, wants: { v: false, u: false } },
    });
    for (const [withOutcome, peopleInB, expected] of [
      [0, 0, true],
      [10, 0, false],
      [11, 0, true],
      [49, 0, true],
      [50, 0, false],
      [60, 0, true],
      [20, 10, false],
      [20, 11, true],
      // The rest, 10 or 11 people, follows from both groups and the public number of consents.
      [20, 57, true],
      [20, 58, false],
      [20, 68, true],
    ] as const)
      expect(await released(split(withOutcome, peopleInB)), `${withOutcome} ${peopleInB}`).to.equal(expected);
  });

  it("Q5: outcomes of group B at 10 and 11", async () => {
    for (const [withOutcome, expected] of [
      [10, false],
      [11, true],
      [29, true],
      [30, false],
    ] as const) {
      const program: Program = {
        conditions: [
          { column: 0, from: 89 },
          { column: 0, from: 49 },
          { column: 0, from: 89 - withOutcome },
        ],
        // A: 89 to 128. B: 49 to 88, the last of them with the outcome.
        ...{ a: 0b1010_1010n, b: 0b0100_0100n, outcome: 0b1101_0000n, wants: { v: false, u: false } },
      };
      expect(await released(program), `${withOutcome}`).to.equal(expected);
    }
  });

  describe("beside earlier answers", () => {
    const earlierOf = (program: Program, live = allLive(RECORDS)): AnswerClasses => ({
      classes: evaluateProgram(page, live, program).classes,
      salt: 99n,
    });

    it("Q6: a group that differs from an earlier one in 1 to 10 people is suppressed, and 0 or 11 are not", async () => {
      const earlier = [earlierOf(lastRecords(RECORDS, 60))];
      for (const [people, expected] of [
        [60, true],
        [61, false],
        [59, false],
        [50, false],
        [70, false],
        [71, true],
        [49, true],
      ] as const)
        expect(await released(lastRecords(RECORDS, people), { earlier }), `${people}`).to.equal(expected);
    });

    it("Q6: a far answer is not looked past for a near one, wherever it is", async () => {
      const [far, near] = [earlierOf(lastRecords(RECORDS, 30)), earlierOf(lastRecords(RECORDS, 59))];
      expect(await released(lastRecords(RECORDS, 60), { earlier: [far] })).to.equal(true);
      expect(await released(lastRecords(RECORDS, 60), { earlier: [far, near] })).to.equal(false);
      expect(await released(lastRecords(RECORDS, 60), { earlier: [near, far] })).to.equal(false);
    });

    it("Q6: two outcomes that differ in few people of groups that differ in many are suppressed", async () => {
      // Records 1 to 68 are of no group. The outcome: an even number above `from`.
      const withOutcome = (people: number, from: number): Program => ({
        conditions: [
          { column: 0, from: RECORDS - people + 1 },
          { column: 0, from },
        ],
        ...{ a: 0b1010n, b: 0n, outcome: 0b1100n, wants: { v: false, u: false } },
      });
      const earlier = [earlierOf(withOutcome(60, RECORDS - 29))];
      // 20 more people, and 0, 5 or 20 of those have the outcome.
      const more = (outcomes: number): Program => ({
        conditions: [
          { column: 0, from: RECORDS - 79 },
          { column: 0, from: RECORDS - 29 },
          { column: 0, from: RECORDS - 59 },
          { column: 0, from: RECORDS - 59 - outcomes },
        ],
        // The outcome: the last 30, and those just below 60.
        ...{ a: 0xaaaan, b: 0n, outcome: outcomesTable(outcomes), wants: { v: false, u: false } },
      });
      expect(await released(more(0), { earlier })).to.equal(true);
      expect(await released(more(5), { earlier })).to.equal(false);
      expect(await released(more(20), { earlier })).to.equal(true);
    });

    it("Q16: one consent revoked or given since suppresses the same query, and 11 do not", async () => {
      const program = lastRecords(RECORDS, 60);
      const earlier = [earlierOf(program)];
      const without = (...records: number[]) =>
        records.reduce((live, record) => live & ~(1n << BigInt(record)), allLive(RECORDS));
      const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
      // Inside the group, and outside: the answer does not say which.
      for (const records of [[127], [3], range(118, 10), range(0, 10)])
        expect(await released(program, { earlier, live: without(...records) }), `${records}`).to.equal(false);
      expect(await released(program, { earlier, live: without(...range(110, 11)) })).to.equal(true);
      expect(await released(program, { earlier, live: without(...range(110, 11), 3) })).to.equal(false);
      const fewer = [earlierOf(program, without(127))];
      expect(await released(program, { earlier: fewer })).to.equal(false);
      expect(await released(program, { earlier: fewer, live: without(127) })).to.equal(true);
    });
  });

  it("sums that a program does not want are 0", async () => {
    const all: Program = {
      conditions: [
        { column: 3, from: 1 },
        { column: 0, from: 1 },
        { column: 1, from: 2 },
      ],
      ...{ a: 0b1000_0000n, b: 0b0000_1000n, outcome: 0n, wants: { v: false, u: true } },
    };
    const small: DataPage = {
      ...page,
      columns: page.columns.map((column, c) =>
        c === 3 ? { ...column, codes: column.codes.map(() => 5) } : column,
      ),
    };
    for (const [v, u] of [
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const program = { ...all, wants: { v, u } };
      const made = answerOf({ circuit: CIRCUIT, page: small, program });
      const witness = await circuit.honest(made.witness.circuitInput() as CircuitInput);
      expect(circuit.system.satisfiedBy(witness)).to.equal(true);
      const { a, b } = RESEARCHER.open({ ...made.words, released: true }, requestOf(REQUEST));
      expect([a.v > 0n, a.vv > 0n, a.u > 0n, a.uu > 0n, a.uv > 0n, b.n > 0n]).to.deep.equal([
        ...[v, v, u, u, v && u, true],
      ]);
    }
  });

  it("refuses by name what a circuit is too small for", () => {
    const ask = (program: Program, earlier: AnswerClasses[] = []) =>
      answer({
        ...{ circuit: "query-mean-256", address: REQUEST, page: dataPageOf(256), program, earlier },
        ...{ live: allLive(256), key: RESEARCHER.publicKey },
      });
    const program = lastRecords(256, 60);
    const five = { ...program, conditions: new Array(5).fill(program.conditions[0]!) };
    const two = { ...program, conditions: [...program.conditions, ...program.conditions] };
    const classes = { classes: new Array(256).fill(5), salt: 1n };
    for (const [what, run] of [
      ["conditions", () => ask(five)],
      ["values", () => ask({ ...two, a: 0b1000n, wants: { v: true, u: true } })],
      ["groups", () => ask({ ...program, b: 0b01n })],
      ["earlier answers", () => ask(program, [classes, classes, classes])],
    ] as const)
      expect(run).to.throw().with.property("details").that.includes({ what });
    expect(ask(program).words.released).to.equal(true);
  });
});

/** Index: bit 0 in the group, bit 1 among the last 30, bit 2 among the last 60, bit 3 among those or the next `outcomes`. */
function outcomesTable(outcomes: number): bigint {
  let table = 0n;
  for (let t = 0; t < 16; t++) {
    const [, last30, last60, near] = [t & 1, t & 2, t & 4, t & 8];
    if (last30 !== 0 || (near !== 0 && last60 === 0 && outcomes > 0)) table |= 1n << BigInt(t);
  }
  return table;
}
