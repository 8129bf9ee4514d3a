// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "@vitalproof/sdk";
import {
  compileQuery,
  type DatasetSchema,
  dataPage,
  evaluateProgram,
  type Program,
  packProgram,
  parseQuery,
  type Query,
  unpackProgram,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import { codeThrown } from "../support.ts";
import { REGISTER } from "./register.ts";

const compiled = (text: string, schema: DatasetSchema = REGISTER): Program =>
  compileQuery(parseQuery(text), schema);

function refusalOf(text: string): VitalproofError {
  try {
    compiled(text);
  } catch (error) {
    if (error instanceof VitalproofError && error.code === "QUERY_NOT_POSSIBLE") return error;
    throw error;
  }
  throw new Error(`"${text}" can be asked`);
}

/** Conditions as `[column's name, code]`. */
const conditionsOf = ({ conditions }: Program) =>
  conditions.map(({ column, from }) => [REGISTER.columns[column]!.name, from] as const);

/** n and outcomes of both groups over records of codes, by column. */
function countsOf(program: Program, codes: readonly (readonly number[])[]) {
  const columns = REGISTER.columns.map((_, column) => codes.map((record) => record[column] ?? 0));
  const { a, b } = evaluateProgram(
    dataPage(0, codes.length, columns),
    (1n << BigInt(codes.length)) - 1n,
    program,
  ).sums;
  return [a.n, a.outcomes, b.n, b.outcomes].map(Number);
}

describe("compiling a query", () => {
  it("of the guide takes seven conditions, and six where no drug comes after B", () => {
    const text =
      "age >= 50 and hba1c >= 6.5; outcome: egfr < 60; groups: drug A vs B; statistic: difference of proportions";
    const program = compiled(text);
    expect(conditionsOf(program)).to.deep.equal([
      ["age", 33],
      ["hba1c", 36],
      ["egfr", 1],
      ["egfr", 60],
      ["drug", 2],
      ["drug", 3],
      ["drug", 4],
    ]);
    // A: all but "drug from 3, from 4"; with the outcome, not "egfr from 60" either. Bit p of an index is condition p.
    expect(program.a).to.equal((1n << 0b0011111n) | (1n << 0b0010111n));
    expect(program.b).to.equal((1n << 0b0111111n) | (1n << 0b0110111n));
    expect(program.outcome).to.equal((1n << 0b0010111n) | (1n << 0b0110111n));
    expect(program.wants).to.deep.equal({ v: false, u: false });
    expect(unpackProgram(packProgram(program))).to.deep.equal(program);
    const columns = REGISTER.columns.map((column) =>
      column.name === "drug" ? { ...column, values: ["A", "B"] } : column,
    ) as DatasetSchema["columns"];
    expect(compiled(text, { ...REGISTER, columns }).conditions.length).to.equal(6);
  });

  it("does not count a missing value as a low one, nor as a no", () => {
    const program = compiled("outcome: egfr < 60; groups: drug A vs B; statistic: fisher");
    //           age hba1c egfr drug
    const codes = [
      [1, 1, 59, 2],
      [1, 1, 60, 2],
      [1, 1, 0, 2], // no egfr: in neither group
      [1, 1, 59, 3],
      [1, 1, 59, 0], // no drug
      [1, 1, 0, 0],
    ];
    expect(countsOf(program, codes)).to.deep.equal([2, 1, 1, 1]);
    const others = compiled("outcome: egfr < 60; groups: drug = A vs drug != A; statistic: fisher");
    expect(countsOf(others, codes)).to.deep.equal([2, 1, 1, 1]);
  });

  it("leaves out a record whose outcome is only known if it is a yes", () => {
    // By Kleene's `or`, 59 and missing would be a yes, 60 and missing undecided: the share would be too high.
    const program = compiled("outcome: egfr < 60 or hba1c > 8; statistic: proportion");
    const codes = [
      [1, 0, 59],
      [1, 0, 60],
      [1, 51, 0],
      [1, 51, 59],
      [1, 51, 60],
      [1, 52, 60],
    ];
    expect(countsOf(program, codes)).to.deep.equal([3, 2, 0, 0]);
  });

  it("counts missing values where the query asks for them", () => {
    const codes = [
      [1, 1, 0],
      [1, 1, 59],
      [1, 1, 60],
    ];
    const counts = (outcome: string) =>
      countsOf(compiled(`outcome: ${outcome}; statistic: proportion`), codes);
    expect(counts("egfr < 60")).to.deep.equal([2, 1, 0, 0]);
    expect(counts("egfr is missing")).to.deep.equal([3, 1, 0, 0]);
    expect(counts("egfr is missing or egfr < 60")).to.deep.equal([3, 2, 0, 0]);
    expect(counts("egfr is present and egfr < 60")).to.deep.equal([3, 1, 0, 0]);
    expect(countsOf(compiled("egfr is missing; statistic: count"), codes)).to.deep.equal([1, 0, 0, 0]);
  });

  it("puts the columns that are summed up first, with the condition that they need anyway", () => {
    expect(conditionsOf(compiled("statistic: regression of hba1c on age"))).to.deep.equal([
      ["hba1c", 1],
      ["age", 1],
    ]);
    expect(compiled("statistic: regression of hba1c on age").wants).to.deep.equal({ v: true, u: true });
    // "Has a value" is implied here.
    expect(conditionsOf(compiled("age >= 50 and hba1c >= 6.5; statistic: mean of hba1c"))).to.deep.equal([
      ["hba1c", 36],
      ["age", 33],
    ]);
    expect(conditionsOf(compiled("hba1c < 6.5; statistic: mean of hba1c"))).to.deep.equal([
      ["hba1c", 1],
      ["hba1c", 36],
    ]);
  });

  it("takes the next code for an inequality between two steps, and none for an equality", () => {
    for (const text of ["hba1c > 6.4", "hba1c > 6.45", "hba1c >= 6.45", "hba1c >= 6.5", "not hba1c < 6.5"])
      expect(conditionsOf(compiled(`${text}; statistic: count`)), text).to.deep.equal([["hba1c", 36]]);
    const { details, message } = refusalOf("hba1c = 6.45; statistic: count");
    expect(details.reason).to.equal("not-a-value");
    expect(message).to.match(/in steps of 0.1. The nearest are 6.4 and 6.5/);
  });

  it("leaves out what is always or never so, and conditions that nothing depends on", () => {
    for (const text of [
      "age >= 18",
      "age >= -5",
      "age <= 110",
      "age < 500",
      "age is present",
      "age > 40 or age <= 40",
      "age >= 18 and (hba1c > 8 or not hba1c > 8 or hba1c is missing)",
    ])
      expect(conditionsOf(compiled(`${text}; statistic: count`)), text).to.deep.equal([["age", 1]]);
    expect(compiled("statistic: count")).to.deep.equal({
      conditions: [{ column: 0, from: 0 }],
      ...{ a: 0b10n, b: 0n, outcome: 0n, wants: { v: false, u: false } },
    });
  });

  it("gives one program for queries that mean the same", () => {
    const same = [
      "age >= 50 and drug in (A, B); outcome: egfr < 60; statistic: proportion",
      "not (age < 50 or not drug in (B, A)); outcome: not egfr >= 60; statistic: proportion",
      "(drug = B or drug = A) and age > 49 and age > 20; outcome: egfr <= 59; statistic: proportion",
      "age between 50 and 110 and drug != none and drug != both; outcome: egfr between 0 and 59.5; statistic: proportion",
    ];
    const [first, ...others] = same.map((text) => compiled(text));
    for (const other of others) expect(other).to.deep.equal(first);
  });

  it("puts nothing at indices that no record has", () => {
    // Of the four, "at least 60" without "at least 40" is impossible.
    const { a, outcome } = compiled("outcome: not (egfr between 40 and 59); statistic: proportion");
    const { conditions } = compiled("outcome: not (egfr between 40 and 59); statistic: proportion");
    expect(conditions.map(({ from }) => from)).to.deep.equal([1, 40, 60]);
    expect(a).to.equal((1n << 0b001n) | (1n << 0b011n) | (1n << 0b111n));
    expect(outcome).to.equal((1n << 0b001n) | (1n << 0b111n));
  });

  it("refuses more than 8 conditions, and says what they are for", () => {
    const eight = "age between 50 and 60 and hba1c between 6 and 8 and egfr between 40 and 60 and nyha = 2";
    expect(compiled(`${eight}; statistic: count`).conditions.length).to.equal(8);
    const { details, message } = refusalOf(`${eight} and drug != none; statistic: count`);
    expect(details).to.include({ reason: "too-many-conditions", needed: 9, most: 8 });
    expect(message).to.match(
      /needs 9 conditions, .* at most 8. They are for age between 50 and 60 \(2\); .*; drug != none; nyha = 2 \(2\)\. Each threshold/,
    );
    // States are not all looked at where there are too many.
    const names = ["a", "b", "c", "d", "e"];
    const scale = { kind: "number", unit: "", minimum: 1, step: 1, maximum: 100 } as const;
    const wide = { title: "Wide", columns: names.map((name) => ({ name, ...scale })) };
    const text = names.map((name) => `${name} in (10, 20, 30, 40, 50)`).join(" or ");
    expect(() => compiled(`${text}; statistic: count`, wide)).to.throw(/needs up to 55 conditions/);
  });

  it("refuses groups that overlap, with a record that is in both", () => {
    const { details, message } = refusalOf(
      "groups: drug = A vs age >= 60; outcome: egfr < 60; statistic: fisher",
    );
    expect(details.reason).to.equal("groups-overlap");
    expect(details.record).to.deep.equal({ age: "60", egfr: "1", drug: "A" });
    expect(message).to.match(/a record with age 60 years, egfr 1 ml\/min and drug "A" is in both/);
    // They do not overlap where one of the two is left out.
    compiled("age < 60; groups: drug = A vs age >= 50 and drug != A; outcome: egfr < 60; statistic: fisher");
  });

  it("refuses empty groups and outcomes that are known before", () => {
    const cases: Record<string, [reason: string, message: RegExp]> = {
      "age >= 200; statistic: count": [
        "group-empty",
        /age >= 200 holds for no value: age is from 18 to 110 years/,
      ],
      "age > 50 and age < 40; statistic: count": ["group-empty", /The group is empty/],
      "drug = A; groups: drug A vs B; outcome: egfr < 60; statistic: fisher": [
        "group-empty",
        /Group B is empty/,
      ],
      "drug is missing; groups: drug A vs B; outcome: egfr < 60; statistic: fisher": [
        "group-empty",
        /Group A is empty/,
      ],
      "hba1c is missing; statistic: mean of hba1c": ["group-empty", /The group is empty/],
      "age >= 50; outcome: age > 40; statistic: proportion": ["outcome-constant", /always holds/],
      "age >= 50; outcome: age < 40; statistic: proportion": ["outcome-constant", /never holds/],
    };
    for (const [text, [reason, message]] of Object.entries(cases)) {
      const refusal = refusalOf(text);
      expect(refusal.details.reason, text).to.equal(reason);
      expect(refusal.message, text).to.match(message);
    }
  });

  it("refuses what the dataset does not have", () => {
    const cases: Record<string, [reason: string, message: RegExp]> = {
      "ages > 5; statistic: count": ["unknown-column", /a column "ages"\. Did you mean "age"\?/],
      "HbA1c > 5; statistic: count": ["unknown-column", /Did you mean "hba1c"\?/],
      "weight > 5; statistic: count": ["unknown-column", /Its columns are age, hba1c,/],
      "statistic: mean of weight": ["unknown-column", /Its columns are/],
      "drug = a; statistic: count": ["not-a-value", /Did you mean "A"\?/],
      "drug in (A, C); statistic: count": ["not-a-value", /"C" is not a value.*"none", "A", "B", "both"/],
      "age = old; statistic: count": ["not-a-value", /"old" is not a value of column "age"/],
      "age > old; statistic: count": ["not-a-value", /"old" is not a number/],
      "age between 80 and 50; statistic: count": ["not-a-value", /smaller one first/],
      "hba1c between 6.46 and 6.44; statistic: count": ["not-a-value", /smaller one first/],
      "age = 111; statistic: count": ["not-a-value", /18 to 110 in steps of 1\.$/],
      "drug >= A; statistic: count": ["no-order", /Compare categories with/],
      "drug between A and B; statistic: count": ["no-order", /needs an order/],
      "statistic: mean of drug": ["not-a-number-column", /cannot be added up/],
      "statistic: correlation of age and age": ["part-unused", /of "age" and itself/],
    };
    for (const [text, [reason, message]] of Object.entries(cases)) {
      const refusal = refusalOf(text);
      expect(refusal.details.reason, text).to.equal(reason);
      expect(refusal.message, text).to.match(message);
    }
  });

  it("refuses a statistic without the parts it needs, and with parts that it would ignore", () => {
    const [outcome, groups] = ["outcome: egfr < 60; ", "groups: drug A vs B; "];
    const missing: readonly (readonly [text: string, part: string])[] = [
      ["statistic: proportion", "an outcome"],
      [`${groups}statistic: fisher`, "an outcome"],
      [`${outcome}statistic: fisher`, "a pair of groups"],
      [`${outcome}statistic: z test`, "a pair of groups"],
      [`${outcome}statistic: difference of proportions`, "a pair of groups"],
      ["statistic: difference of means of hba1c", "a pair of groups"],
      ["statistic: mean", "a value column"],
      [`${groups}statistic: difference of means`, "a value column"],
      ["statistic: regression", "a value column"],
    ];
    for (const [text, part] of missing)
      expect(refusalOf(text).details, text).to.include({ reason: "part-missing", part });
    const unused: readonly (readonly [text: string, part: string])[] = [
      [`${outcome}statistic: count`, "an outcome"],
      [`${outcome}statistic: mean of hba1c`, "an outcome"],
      [`${groups}statistic: mean of hba1c`, "a pair of groups"],
      [`${groups}${outcome}statistic: proportion`, "a pair of groups"],
      [`${groups}statistic: correlation of age and hba1c`, "a pair of groups"],
      ["statistic: count of age", "a value column"],
    ];
    for (const [text, part] of unused)
      expect(refusalOf(text).details, text).to.include({ reason: "part-unused", part });
    const against = { statistic: "mean", value: "hba1c", against: "age" } as const;
    expect(codeThrown(() => compileQuery(against, REGISTER))).to.equal("QUERY_NOT_POSSIBLE");
    const alone = { statistic: "regression", value: "hba1c" } as const;
    expect(codeThrown(() => compileQuery(alone, REGISTER))).to.equal("QUERY_NOT_POSSIBLE");
    expect(refusalOf(`${groups}statistic: mean of hba1c`).message).to.match(
      /ask for the difference of means/,
    );
  });

  it("checks the query's form and the schema, whatever their types say", () => {
    const query = {
      statistic: "count",
      where: { column: "age", is: "~", value: 5 },
    } as unknown as Query;
    expect(codeThrown(() => compileQuery(query, REGISTER))).to.equal("QUERY_NOT_UNDERSTOOD");
    const schema = { ...REGISTER, columns: [...REGISTER.columns, REGISTER.columns[0]!] };
    expect(codeThrown(() => compiled("statistic: count", schema))).to.equal("INVALID_ARGUMENT");
  });
});
