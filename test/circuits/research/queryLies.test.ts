// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q1, Q2, Q4, Q6, Q7, Q8: what a custodian who wants another answer would try. The liar's witness generator has no checks of its
// own, so it is the constraints that refuse. Public inputs are those that the contract computes from its own words.
import { Forger, survivors } from "@vitalproof/hardhat-circom/attack";
import {
  type AnswerClasses,
  type AnswerWords,
  evaluateProgram,
  type Program,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import {
  type Asked,
  allLive,
  answerOf,
  contractInputs,
  dataPageOf,
  lastRecords,
  REQUEST,
  RESEARCHER,
  SMALL_ORDER,
} from "../../support/researchPage.ts";
import { type Circuit, compileCircuit, compileInstance } from "../support/circuit.ts";
import { inputWires } from "../support/inputs.ts";
import type { CircuitInput } from "../support/tester.ts";

const CIRCUIT = "query-test";
const RECORDS = 128;
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
type Inputs = Record<string, unknown>;

describe("circuits: research, lies about a query", function () {
  this.timeout(600_000);
  let circuit: Circuit;
  const page = dataPageOf(RECORDS);
  const program: Program = {
    conditions: [
      { column: 2, from: 1 },
      { column: 0, from: 60 },
      { column: 1, from: 2 },
      { column: 3, from: 2_000 },
    ],
    // Both groups have values in column 2; A is the late records, the outcome is about column 3.
    a: 0x0808n,
    b: 0x2020n,
    outcome: 0xff00n,
    wants: { v: true, u: true },
  };
  const asked: Asked = { circuit: CIRCUIT, page, program };
  const earlierOf = (one: Program, live = allLive(RECORDS)): AnswerClasses => ({
    classes: evaluateProgram(page, live, one).classes,
    salt: 77n,
  });

  before(async () => {
    circuit = await compileInstance(CIRCUIT);
  });

  const inputsOf = (about: Asked): Inputs => ({ ...answerOf(about).witness.circuitInput() });
  const accepts = (inputs: Inputs) => circuit.accepts(inputs as CircuitInput);
  /**
   * The answer to `lie`, sent as the answer to `truth`: the liar's digest is of their own words, and the contract's point and value
   * are of its own.
   */
  const passedOff = (lie: Asked, truth: Asked, words: Partial<AnswerWords> = {}): Inputs => {
    const made = answerOf(lie);
    const [digest, x, y] = contractInputs(truth, made.digest, { ...made.words, ...words });
    return { ...made.witness.circuitInput(), digest, x, y };
  };

  it("an honest answer is accepted, with the public inputs that the contract computes", async () => {
    const { words } = answerOf(asked);
    expect(words.released).to.equal(true);
    expect(await accepts(inputsOf(asked))).to.equal(true);
    expect(await accepts(passedOff(asked, asked))).to.equal(true);
  });

  const without = (record: number) => allLive(RECORDS) & ~(1n << BigInt(record));
  const changed = {
    ...page,
    columns: page.columns.map((column, c) =>
      c === 3 ? { ...column, codes: column.codes.map((code, i) => (i === 90 ? code ^ 1 : code)) } : column,
    ),
  };
  const lies: readonly (readonly [string, Asked, Asked])[] = [
    ["Q1: a record left out", { ...asked, live: without(100) }, asked],
    ["Q1: a record counted without its consent", asked, { ...asked, live: without(100) }],
    ["Q2: a value changed", { ...asked, page: changed }, asked],
    ["Q2: another page", { ...asked, page: dataPageOf(RECORDS, 4) }, asked],
    [
      "Q2: another column than the program's",
      {
        ...asked,
        program: { ...program, conditions: [...program.conditions.slice(0, 3), { column: 4, from: 2_000 }] },
      },
      asked,
    ],
    [
      "Q2: another threshold",
      {
        ...asked,
        program: {
          ...program,
          conditions: program.conditions.map((one) => (one.column === 0 ? { ...one, from: 61 } : one)),
        },
      },
      asked,
    ],
    ["Q2: another group", { ...asked, program: { ...program, a: 0x0800n } }, asked],
    ["Q2: another outcome", { ...asked, program: { ...program, outcome: 0x7f00n } }, asked],
    [
      "Q2: sums that were not asked for",
      asked,
      { ...asked, program: { ...program, wants: { v: true, u: false } } },
    ],
    ["Q6: an earlier answer left out", asked, { ...asked, earlier: [earlierOf(lastRecords(RECORDS, 60))] }],
    [
      "Q6: another earlier answer in its place",
      { ...asked, earlier: [earlierOf(lastRecords(RECORDS, 30))] },
      { ...asked, earlier: [earlierOf(lastRecords(RECORDS, 31))] },
    ],
    ["Q9: the answer to another query", { ...asked, address: { ...REQUEST, query: 2n } }, asked],
  ];
  for (const [title, lie, truth] of lies)
    it(title, async () => {
      // What is told is no nonsense: it would be right as an answer to itself.
      expect(await accepts(inputsOf(lie))).to.equal(true);
      expect(await accepts(passedOff(lie, truth))).to.equal(false);
    });

  it("Q2: the codes of one column opened as another's", async () => {
    const inputs = inputsOf(asked);
    const values = [...(inputs.values as number[][])];
    const valueSalts = [...(inputs.valueSalts as bigint[])];
    values[3] = page.columns[4]!.codes as number[];
    valueSalts[3] = page.columns[4]!.salt;
    expect(await accepts({ ...inputs, values, valueSalts })).to.equal(false);
  });

  it("Q3: a value raised and its neighbour lowered, under the same words", async () => {
    const inputs = inputsOf(asked);
    for (const p of [0, 3]) {
      const values = (inputs.values as number[][]).map((codes) => codes.map(BigInt));
      values[p]![0]! -= 2n ** 13n;
      values[p]![1]! += 1n;
      expect(await accepts({ ...inputs, values }), `${p}`).to.equal(false);
    }
  });

  describe("Q7: suppression", () => {
    const small: Asked = { ...asked, program: lastRecords(RECORDS, 10) };

    it("released though a cell is small, or suppressed though none is", async () => {
      for (const [about, released] of [
        [asked, true],
        [small, false],
      ] as const) {
        expect(answerOf(about).words.released).to.equal(released);
        expect(await accepts(passedOff(about, about, { released }))).to.equal(true);
        expect(await accepts(passedOff(about, about, { released: !released }))).to.equal(false);
      }
    });

    it("an earlier answer that there was not does not suppress", async () => {
      // Classes that would suppress it, said not to be used: the answer is released all the same.
      const near = earlierOf(program, without(100));
      const used = inputsOf({ ...asked, earlier: [near] });
      expect(answerOf({ ...asked, earlier: [near] }).words.released).to.equal(false);
      const honest = inputsOf(asked);
      const free = { ...honest, earlier: used.earlier, earlierSalts: used.earlierSalts };
      expect(await accepts(free)).to.equal(true);
      // And said to be used, they are not what the contract has.
      expect(await accepts({ ...free, earlierUsed: [1, 0] })).to.equal(false);
      expect(await accepts(passedOff({ ...asked, earlier: [near] }, asked))).to.equal(false);
    });

    it("an earlier answer that there was is used", async () => {
      const near = earlierOf(program, without(100));
      const inputs = inputsOf({ ...asked, earlier: [near] });
      expect(await accepts(inputs)).to.equal(true);
      expect(await accepts({ ...inputs, earlierUsed: [0, 0] })).to.equal(false);
    });

    it("other classes for an earlier answer, also under the same words", async () => {
      const inputs = inputsOf({ ...asked, earlier: [earlierOf(program, without(100))] });
      const classes = [...((inputs.earlier as number[][])[0] ?? [])].map(BigInt);
      const told = (change: (list: bigint[]) => void) => {
        const list = [...classes];
        change(list);
        return { ...inputs, earlier: [list, (inputs.earlier as number[][])[1]!] };
      };
      expect(await accepts(told((list) => (list[100] = 5n)))).to.equal(false);
      const exchanged = told((list) => {
        list[0]! -= 8n;
        list[1]! += 1n;
      });
      expect(await accepts(exchanged)).to.equal(false);
    });
  });

  describe("Q8: the seal", () => {
    it("ciphers, point or key of another answer", async () => {
      const other = answerOf({ ...asked, program: lastRecords(RECORDS, 60) }).words;
      const [first, second] = answerOf(asked).words.ciphers;
      for (const words of [
        { ciphers: other.ciphers },
        { ciphers: [first + 1n, second] as const },
        { point: [answerOf(asked).words.point[0], 0n] as const },
        { classes: other.classes },
      ])
        expect(await accepts(passedOff(asked, asked, words)), Object.keys(words)[0]).to.equal(false);
      const made = answerOf(asked);
      const [digest, x, y] = contractInputs(asked, made.digest, made.words, [1n, 1n]);
      expect(await accepts({ ...made.witness.circuitInput(), digest, x, y })).to.equal(false);
    });

    it("keys of small order and points that are not on the curve", async () => {
      const seal = await compileCircuit({ file: "research/seal.circom", call: "Seal(2)" });
      const input = (key: readonly bigint[]) => ({ key, ephemeral: 1_234n, request: 5n, plain: [6n, 7n] });
      expect(await seal.accepts(input(RESEARCHER.publicKey))).to.equal(true);
      // Neutral, of order 2, 4 and 8, and off the curve.
      for (const key of [
        [0n, 1n],
        [0n, R - 1n],
        ...SMALL_ORDER,
        [1n, 1n],
        [RESEARCHER.publicKey[0], RESEARCHER.publicKey[1] + 1n],
      ])
        expect(await seal.accepts(input(key)), key.join()).to.equal(false);
    });

    it("an ephemeral number of more than 250 bits, which could stand for two points", async () => {
      const inputs = inputsOf(asked);
      expect(await accepts({ ...inputs, ephemeral: (inputs.ephemeral as bigint) + 2n ** 251n })).to.equal(
        false,
      );
    });
  });

  it("Q4: marks that are not the tables', with every other wire made to fit", async () => {
    const inputs = inputsOf(asked) as CircuitInput;
    const witness = await circuit.honest(inputs);
    const forger = new Forger(circuit.system, inputWires(circuit, Object.keys(inputs)));
    const wireOf = (pattern: RegExp) => {
      const wires = circuit.system.names().filter((name) => pattern.test(name));
      return new Map(wires.map((name) => [Number(/(\d+)\]$/.exec(name)![1]), circuit.system.wire(name)]));
    };
    // Whether a record is in group A follows from its mark and the other two bits.
    const marks = wireOf(/Marks_\d+_\d+\.marks\[\d+\]$/);
    const bits = [undefined, wireOf(/^inGroup\[1\]\[\d+\]$/), wireOf(/^hasOutcome\[\d+\]$/)];
    let tried = 0;
    for (let i = 0; i < RECORDS; i++) {
      const mark = marks.get(i)!;
      for (const [bit, wires] of bits.entries()) {
        const isSet = (witness[mark]! >> BigInt(bit)) & 1n;
        const told = new Map([[mark, witness[mark]! + (isSet === 1n ? -1n : 1n) * 2n ** BigInt(bit)]]);
        const own = wires?.get(i);
        if (own !== undefined) told.set(own, 1n - witness[own]!);
        expect(forger.survives(witness, told), `record ${i}, bit ${bit}`).to.equal(false);
        tried += told.size;
      }
    }
    expect(tried).to.equal(5 * RECORDS);
  });

  it("Q4 Q7 Q8: no hint can be another: not the bit that releases, nor the seal, nor the classes", async () => {
    // Under the same digest: the lies above fail at the contract's words, these would not.
    const near = earlierOf(program, without(100));
    for (const about of [asked, { ...asked, earlier: [near] }]) {
      const inputs = inputsOf(about) as CircuitInput;
      const witness = await circuit.honest(inputs);
      const forger = new Forger(circuit.system, inputWires(circuit, Object.keys(inputs)));
      const { found, tried } = survivors(forger, witness, forger.hints);
      expect(tried).to.be.greaterThan(10_000);
      expect(found.filter(({ signal }) => !/IsZero(_\d+_\d+)?(\[\d+\])?\.inv$/.test(signal))).to.deep.equal(
        [],
      );
    }
  });

  it("programs out of their range: tables that are no bits, groups that overlap, reaches and wants", async () => {
    const small = await compileCircuit({ file: "research/program.circom", call: "Program(2, 2, 2)" });
    const good = {
      ...{ columns: [3, 13], reaches: [0, 4_096], wants: [1, 0] },
      groups: [
        [1, 0, 0, 0],
        [0, 1, 1, 0],
      ],
      outcome: [0, 1, 0, 1],
    };
    expect(await small.accepts(good)).to.equal(true);
    for (const [name, value] of [
      ["columns", [16, 0]],
      ["columns", [-1, 0]],
      ["reaches", [4_097, 0]],
      ["reaches", [0, -1]],
      ["wants", [2, 0]],
      ["outcome", [0, 2, 0, 0]],
      [
        "groups",
        [
          [1, 0, 0, 0],
          [1, 0, 0, 0],
        ],
      ],
      [
        "groups",
        [
          [-1, 0, 0, 0],
          [0, 0, 0, 0],
        ],
      ],
    ] as const)
      expect(await small.accepts({ ...good, [name]: value } as CircuitInput), `${name} ${value}`).to.equal(
        false,
      );
  });
});
