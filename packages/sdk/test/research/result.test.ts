// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a query in words to its figure: compiled, evaluated over a page, and computed again from the values themselves.
import {
  codeOf,
  compileQuery,
  dataPage,
  evaluateProgram,
  parseQuery,
  type QueryResult,
  resultOf,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import { expectNear } from "../support.ts";
import { randomFrom } from "./randomQueries.ts";
import { REGISTER } from "./register.ts";

const RECORDS = 256;

type Patient = { age: number; hba1c?: number; egfr?: number; drug: string };

const random = randomFrom(16);
const patients: Patient[] = Array.from({ length: RECORDS }, () => {
  const hba1c = Math.round(10 * (5 + 5 * random())) / 10;
  const age = 18 + Math.floor(80 * random());
  return {
    age,
    ...(random() < 0.9 && { hba1c }),
    ...(random() < 0.8 && { egfr: Math.max(1, Math.round(150 - age + 40 * random() - 4 * hba1c)) }),
    drug: ["none", "A", "B", "both"][Math.floor(4 * random())]!,
  };
});

const page = dataPage(
  0,
  RECORDS,
  REGISTER.columns.map((column) =>
    patients.map((patient) => {
      const value = patient[column.name as keyof Patient];
      return value === undefined ? 0 : codeOf(column, value)!;
    }),
  ),
);

function asked(text: string): QueryResult {
  const query = parseQuery(text);
  const { sums, smallCells } = evaluateProgram(page, (1n << 256n) - 1n, compileQuery(query, REGISTER));
  expect(smallCells, text).to.deep.equal([]);
  return resultOf(query, REGISTER, sums);
}

describe("research: results of queries", () => {
  it("a difference of proportions is that of complete records", () => {
    const text = "age >= 40; outcome: egfr < 70; groups: drug A vs B; statistic: difference of proportions";
    const share = (drug: string) => {
      const group = patients.filter((one) => one.age >= 40 && one.drug === drug && one.egfr !== undefined);
      return group.filter((one) => one.egfr! < 70).length / group.length;
    };
    const result = asked(text);
    if (result.statistic !== "difference of proportions" || !("value" in result.difference))
      throw new Error();
    expectNear(result.difference.value.difference, share("A") - share("B"), 1e-12);
  });

  it("a mean is in the column's unit, of those who have a value", () => {
    const result = asked("age >= 40; statistic: mean of hba1c");
    const values = patients.filter((one) => one.age >= 40).flatMap((one) => one.hba1c ?? []);
    if (result.statistic !== "mean" || !("value" in result.mean)) throw new Error();
    const expected = values.reduce((sum, one) => sum + one, 0) / values.length;
    expectNear(result.mean.value.mean, expected, 1e-9);
    expect(values.length).to.be.lessThan(patients.filter((one) => one.age >= 40).length);
  });

  it("a regression is of the first column on the second, in their units", () => {
    const result = asked("statistic: regression of egfr on age");
    if (result.statistic !== "regression" || !("value" in result.regression)) throw new Error();
    const both = patients.filter((one) => one.egfr !== undefined);
    const meanOf = (of: (one: Patient) => number) =>
      both.reduce((sum, one) => sum + of(one), 0) / both.length;
    const [x, y] = [meanOf(({ age }) => age), meanOf(({ egfr }) => egfr!)];
    const slope =
      both.reduce((sum, one) => sum + (one.age - x) * (one.egfr! - y), 0) /
      both.reduce((sum, one) => sum + (one.age - x) ** 2, 0);
    expectNear(result.regression.value.slope.estimate, slope, 1e-9);
    expectNear(result.regression.value.intercept.estimate, y - slope * x, 1e-9);
  });

  it("what is not defined is said, and does not take the other figures along", () => {
    const equal = { n: 20n, outcomes: 20n, v: 400n, vv: 8_000n };
    const sums = { a: { ...equal, u: 0n, uu: 0n, uv: 0n }, b: { n: 20n, outcomes: 0n, v: 400n, vv: 8_000n } };
    const query = parseQuery("outcome: egfr < 60; groups: drug A vs B; statistic: fisher");
    const result = resultOf(query, REGISTER, sums);
    if (result.statistic !== "fisher") throw new Error();
    expect(result.test).to.have.property("value");
    expect(result.odds).to.have.property("undefinedBecause").that.includes("odds ratio");
    const means = parseQuery("groups: drug A vs B; statistic: difference of means of hba1c");
    expect(resultOf(means, REGISTER, sums)).to.have.nested.property("test.undefinedBecause");
  });
});
