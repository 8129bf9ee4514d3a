// SPDX-License-Identifier: GPL-3.0-or-later
//
// Programs of random queries against what the queries say about values (valuesOracle.ts).

import { VitalproofError } from "@vitalproof/sdk";
import {
  compileQuery,
  type DatasetSchema,
  dataPage,
  evaluateProgram,
  explainProgram,
  explainQuery,
  formatQuery,
  MOST_CONDITIONS,
  type Program,
  packProgram,
  parseQuery,
  type Query,
  unpackProgram,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import fc from "fast-check";
import { namedValues, queryOf, randomFrom, randomValue, valuesOf } from "./randomQueries.ts";
import { decided, membershipOf, plainCode, sumsOf, type ValueRecord } from "./valuesOracle.ts";

const RECORDS = 128;
const REGISTER: DatasetSchema = {
  title: "A register",
  columns: [
    { name: "age", kind: "number", unit: "years", minimum: 18, step: 1, maximum: 110 },
    { name: "hba1c", kind: "number", unit: "%", minimum: 3, step: 0.1, maximum: 20 },
    { name: "base excess", kind: "number", unit: "mmol/l", minimum: -2.5, step: 0.25, maximum: 7 },
    { name: "drug", kind: "category", values: ["A", "B", "both", "in"] },
    { name: "nyha", kind: "category", values: ["1", "2", "3", "4"] },
  ],
};
/** Small enough to look at every possible record. */
const SMALL: DatasetSchema = {
  title: "A small one",
  columns: [
    { name: "x", kind: "number", unit: "", minimum: -1, step: 1, maximum: 3 },
    { name: "y", kind: "number", unit: "", minimum: 0, step: 0.5, maximum: 2.5 },
    { name: "z", kind: "category", values: ["p", "q", "r", "s"] },
  ],
};

/** The program, or the reason of the refusal. */
function compiled(query: Query, schema: DatasetSchema): Program | VitalproofError {
  try {
    return compileQuery(query, schema);
  } catch (error) {
    if (error instanceof VitalproofError && error.code === "QUERY_NOT_POSSIBLE") return error;
    throw error;
  }
}

function pageOf(records: readonly ValueRecord[], schema: DatasetSchema) {
  const columns = schema.columns.map((column) =>
    records.map((record) => plainCode(schema, column.name, record[column.name])),
  );
  return dataPage(0, records.length, columns);
}

/** Every record that a schema allows, each column's value missing too. */
function everyRecord(schema: DatasetSchema): ValueRecord[] {
  return schema.columns.reduce<ValueRecord[]>(
    (records, column) =>
      [undefined, ...valuesOf(column)].flatMap((value) =>
        records.map((record) => ({ ...record, [column.name]: value })),
      ),
    [{}],
  );
}

/** Membership and outcome together. */
function kindOf(query: Query, record: ValueRecord): string {
  const side = membershipOf(query, record);
  const outcome = query.outcome !== undefined && decided(query.outcome, record) === 1;
  return side === "rest" || side === "both" ? side : `${side}${outcome ? "+" : ""}`;
}

describe("compiled queries", () => {
  it("count what the queries say, over 1,000 random queries and tables, missing values and boundaries included", () => {
    let answered = 0;
    let counted = 0;
    fc.assert(
      fc.property(queryOf(REGISTER), fc.integer(), (query, seed) => {
        const program = compiled(query, REGISTER);
        if (program instanceof VitalproofError) return;
        const random = randomFrom(seed);
        const named = namedValues(query);
        const records = Array.from(
          { length: RECORDS },
          (): ValueRecord =>
            Object.fromEntries(
              REGISTER.columns.map((column) => [
                column.name,
                randomValue(column, named.get(column.name) ?? [], random),
              ]),
            ),
        );
        const live = records.map(() => random() < 0.9);
        const bits = live.reduce((word, isLive, i) => (isLive ? word | (1n << BigInt(i)) : word), 0n);
        const wanted = sumsOf(
          query,
          records.filter((_, i) => live[i]),
          REGISTER,
        );
        const { sums } = evaluateProgram(
          pageOf(records, REGISTER),
          bits,
          unpackProgram(packProgram(program)),
        );
        const plain = (group: object) =>
          Object.fromEntries(Object.entries(group).map(([name, sum]) => [name, Number(sum)]));
        expect({ a: plain(sums.a), b: plain(sums.b) }).to.deep.equal(wanted);
        answered += 1;
        counted += wanted.a.n + wanted.b.n;
      }),
      { numRuns: 1_900 },
    );
    expect(answered, "queries that can be asked").to.be.greaterThan(1_000);
    expect(counted, "records that were counted").to.be.greaterThan(20_000);
  });

  it("are right about every possible record, need the fewest conditions, and are refused for the right reason", () => {
    const records = everyRecord(SMALL);
    const page = pageOf(records, SMALL);
    const codes = records.map((record) =>
      SMALL.columns.map(({ name }) => plainCode(SMALL, name, record[name])),
    );
    const placeOf = new Map(codes.map((code, i) => [code.join(), i]));
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(queryOf(SMALL), (query) => {
        const kinds = records.map((record) => kindOf(query, record));
        // A condition is needed at a code if some record becomes another kind from the code below to this one.
        const needed = SMALL.columns.flatMap(({ kind }, column) =>
          Array.from({ length: kind === "number" ? 6 : 4 }, (_, i) => i + 1).filter((code) =>
            codes.some((own, i) => {
              if (own[column] !== code) return false;
              const below = placeOf.get(own.with(column, code - 1).join())!;
              return kinds[below] !== kinds[i];
            }),
          ),
        ).length;
        const has = (side: string) => kinds.some((kind) => kind === side || kind === `${side}+`);
        const outcomes = new Set(kinds.filter((kind) => kind !== "rest").map((kind) => kind.endsWith("+")));
        const isEmpty = !has("a") || (query.groups !== undefined && !has("b"));
        const wanted = kinds.includes("both")
          ? "groups-overlap"
          : isEmpty
            ? "group-empty"
            : query.outcome !== undefined && outcomes.size === 1
              ? "outcome-constant"
              : needed > MOST_CONDITIONS
                ? "too-many-conditions"
                : "a program";
        const program = compiled(query, SMALL);
        const isRefused = program instanceof VitalproofError;
        seen.set(wanted, (seen.get(wanted) ?? 0) + 1);
        expect(isRefused ? program.details.reason : "a program").to.equal(wanted);
        if (isRefused) {
          if (wanted === "too-many-conditions") expect(program.details.needed).to.equal(needed);
          if (wanted === "groups-overlap")
            expect(membershipOf(query, witnessOf(program.details.record as Record<string, string>))).to.equal(
              "both",
            );
          return;
        }
        expect(program.conditions.length).to.equal(Math.max(1, needed));
        const { classes } = evaluateProgram(page, (1n << BigInt(records.length)) - 1n, program);
        expect(classes.map((one) => ["", "a+", "a", "b+", "b", "rest"][one])).to.deep.equal(kinds);
      }),
      { numRuns: 1_000 },
    );
    const reasons = ["a program", "groups-overlap", "group-empty", "outcome-constant", "too-many-conditions"];
    for (const reason of reasons) expect(seen.get(reason) ?? 0, reason).to.be.greaterThan(0);
  });

  it("are the same for the same query as text, and are explained", () => {
    fc.assert(
      fc.property(queryOf(REGISTER), (query) => {
        const again = parseQuery(formatQuery(query));
        expect(formatQuery(again)).to.equal(formatQuery(query));
        const program = compiled(query, REGISTER);
        if (program instanceof VitalproofError) return;
        expect(compileQuery(again, REGISTER)).to.deep.equal(program);
        expect(explainQuery(query, REGISTER).length).to.be.greaterThan(6);
        const lines = explainProgram(program, REGISTER);
        // Missing values only count as something where the query asks for them.
        if (!/is (missing|present)/.test(formatQuery(query)))
          expect(lines.filter((line) => line.startsWith("Note"))).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });
});

function witnessOf(record: Readonly<Record<string, string>>): ValueRecord {
  const read = ([name, value]: [string, string]) => {
    const isNumber = SMALL.columns.find((column) => column.name === name)!.kind === "number";
    return [name, value === "missing" ? undefined : isNumber ? Number(value) : value] as const;
  };
  return Object.fromEntries(Object.entries(record).map(read));
}
