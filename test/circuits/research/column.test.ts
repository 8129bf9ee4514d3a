// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q2, Q3: a page's values are in range, and a query opens the very values of the column that it names.
import { pageWitness } from "@vitalproof/sdk/research";
import { expect } from "chai";
import { dataPageOf } from "../../support/researchPage.ts";
import { type Circuit, compileCircuit, compileInstance } from "../support/circuit.ts";
import type { CircuitInput } from "../support/tester.ts";

const RECORDS = 128;
const BASE = 2n ** 13n;

describe("circuits: research, columns", function () {
  this.timeout(300_000);
  const page = dataPageOf(RECORDS);

  describe("page that is well formed", () => {
    let circuit: Circuit;
    before(async () => {
      circuit = await compileInstance("page-well-formed-test");
    });
    const input = () => pageWitness("page-well-formed-test", page).circuitInput() as CircuitInput;
    /** The page with other values, under the root that its packed words have. */
    const withValues = (change: (values: bigint[][]) => void): CircuitInput => {
      const values = page.columns.map(({ codes }) => codes.map(BigInt));
      change(values);
      return { ...input(), values };
    };

    it("holds for a page, with the SDK's root", async () => {
      await circuit.honest(input());
      expect(await circuit.accepts(input())).to.equal(true);
    });

    it("Q3: other values for the same words, and with them the same root, are refused", async () => {
      for (const column of [0, 13]) {
        const first = BigInt(page.columns[column]!.codes[0]!);
        const exchanged = withValues((values) => {
          values[column]![0] = first - BASE;
          values[column]![1]! += 1n;
        });
        expect(await circuit.accepts(exchanged), `${column}`).to.equal(false);
      }
    });

    it("Q3: a value beyond 12 bits is refused, whatever the root says", async () => {
      const columns = page.columns.map((column) => ({ ...column, codes: [...column.codes] }));
      for (const [value, good] of [
        [4_095, true],
        [4_096, false],
        [8_191, false],
      ] as const) {
        columns[5]!.codes[127] = value;
        // The root is that of the values as they are.
        const made = pageWitness("page-well-formed-test", {
          ...page,
          columns,
        }).circuitInput() as CircuitInput;
        expect(await circuit.accepts(made), `${value}`).to.equal(good);
      }
    });

    it("Q2: another number, salt or value has another root", async () => {
      expect(await circuit.accepts({ ...input(), number: 4 })).to.equal(false);
      const salts = page.columns.map(({ salt }, c) => (c === 9 ? salt + 1n : salt));
      expect(await circuit.accepts({ ...input(), salts })).to.equal(false);
      const other = withValues((values) => {
        values[4]![77]! ^= 1n;
      });
      expect(await circuit.accepts(other)).to.equal(false);
    });
  });

  describe("condition", () => {
    let circuit: Circuit;
    const codes = [0, 1, 64, 65, 66, 4_094, 4_095, 0, 7];
    before(async () => {
      circuit = await compileCircuit({ file: "research/column.circom", call: `Condition(${codes.length})` });
    });
    const input = (from: number, values: readonly (number | bigint)[] = codes) => ({
      values,
      reach: 4_096 - from,
      salt: 5n,
    });

    it("is exact at every code around its own, at 0 and at 4,096", async () => {
      for (const from of [0, 1, 65, 66, 4_095, 4_096]) {
        const witness = await circuit.honest(input(from));
        const holds = codes.map((_, i) => witness[circuit.system.wire(`holds[${i}]`)]);
        expect(holds, `${from}`).to.deep.equal(codes.map((code) => (code >= from ? 1n : 0n)));
      }
    });

    it("Q3: values of the same words are refused at every reach", async () => {
      const words = async (values: readonly (number | bigint)[]) => {
        const witness = await circuit.liar(input(65, values));
        return witness[circuit.system.wire("root")];
      };
      const exchanged = [BigInt(codes[0]!) - BASE, BigInt(codes[1]!) + 1n, ...codes.slice(2)];
      const borrowed = [
        ...codes.slice(0, 3),
        BigInt(codes[3]!) + BASE,
        BigInt(codes[4]!) - 1n,
        ...codes.slice(5),
      ];
      for (const values of [exchanged, borrowed]) {
        expect(await words(values)).to.equal(await words(codes));
        for (const from of [0, 1, 65, 4_096])
          expect(await circuit.accepts(input(from, values)), `${from}`).to.equal(false);
      }
    });
  });

  describe("column at a place", () => {
    let circuit: Circuit;
    const columns = Array.from({ length: 14 }, (_, c) => 1_000n + BigInt(c));
    before(async () => {
      circuit = await compileCircuit({ file: "research/column.circom", call: "ColumnAt()" });
    });

    it("is that column, and no place beyond the last has a witness", async () => {
      for (const index of [0, 1, 13]) {
        const witness = await circuit.honest({ columns, index });
        expect(witness[circuit.system.wire("out")]).to.equal(columns[index]);
      }
      for (const index of [14, 15, -1])
        expect(await circuit.accepts({ columns, index }), `${index}`).to.equal(false);
    });
  });
});
