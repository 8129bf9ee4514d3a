// SPDX-License-Identifier: GPL-3.0-or-later

import {
  circuitsFor,
  compileQuery,
  explainProgram,
  explainQuery,
  type Program,
  parseQuery,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import fc from "fast-check";
import { type Belongs, boxesOf } from "../../src/research/query/boxes.ts";
import { codeThrown } from "../support.ts";
import { REGISTER } from "./register.ts";

const explained = (text: string): string[] => explainQuery(parseQuery(text), REGISTER);
const compiled = (text: string): Program => compileQuery(parseQuery(text), REGISTER);
const readBack = (text: string): string[] => explainProgram(compiled(text), REGISTER);

const GUIDE =
  "age >= 50 and hba1c >= 6.5; outcome: egfr < 60; groups: drug A vs B; statistic: difference of proportions";

describe("explaining a query", () => {
  it("says who counts, who is left out, what comes back and what everyone sees", () => {
    expect(explained(GUIDE)).to.deep.equal([
      "Query: by how much the share with the outcome differs between two groups.",
      'It is asked of all records of a page of "A diabetes register" with a live consent.',
      "Those count for which age is at least 50 years and hba1c is at least 6.5 %.",
      'Group A: those for which drug is "A".',
      'Group B: those for which drug is "B".',
      "The outcome: egfr is below 60 ml/min.",
      "Left out: records without egfr. A missing value is not counted as a no, in either group.",
      "Left out: records for which a missing age, hba1c or drug leaves open whether they belong to a group.",
      "You get exact figures for each group: the number of records and the number of those with the outcome. The statistic is computed from them.",
      "You get nothing if one of these has 1 to 10 people: group A, those with the outcome, those without it; group B, those with the outcome, those without it; all others, those left out too.",
      "You get nothing either if this answer and an earlier one together would tell something about 1 to 10 people.",
      "Everyone sees the program with its columns, codes and tables, the dataset, the fee, the times, and whether there was an answer. Only you see the figures.",
      'It takes 7 of 8 conditions: age is at least 50 years; hba1c is at least 6.5 %; egfr has a value; egfr is at least 60 ml/min; drug is value 2 of its list or a later one: "A", "B" or "both"; drug is value 3 of its list or a later one: "B" or "both"; drug is value 4 of its list or a later one: "both".',
      "Circuits that answer it: query-256 (256 records), query-1024 (1024 records).",
      "The smaller circuits are for one group, one value column and 4 conditions; this has 2, 1 and 7.",
    ]);
  });

  it("says so where a comparison means something else than it seems to", () => {
    const lines = explained(
      "hba1c > 6.45 and age <= 110 and not egfr > 500 and drug in (none, A, B, both); statistic: mean of hba1c",
    );
    expect(lines.filter((line) => line.startsWith("Note"))).to.deep.equal([
      "Note: hba1c > 6.45: the values next to 6.45 are 6.4 % and 6.5 %.",
      "Note: age <= 110 holds for every value: age is from 18 to 110 years in this dataset.",
      "Note: egfr > 500 holds for no value: egfr is from 1 to 200 ml/min in this dataset.",
      "Note: drug in (none, A, B, both) holds for every value: the column does not have other values.",
    ]);
  });

  it("says which missing values are left out, and which the query asks for", () => {
    const about = (text: string) => explained(text).filter((line) => /left out(?! too)/i.test(line));
    expect(about("statistic: count")).to.deep.equal(["No record is left out because a value is missing."]);
    expect(about("age is missing; statistic: mean of hba1c")).to.deep.equal([
      "Left out: records without hba1c. A missing value is not counted as a no.",
    ]);
    expect(about("nyha = 2; outcome: egfr is missing or egfr < 60; statistic: proportion")).to.deep.equal([
      "Left out: records for which a missing NYHA class leaves open whether they count.",
      "Records without egfr count as the outcome says, which asks for missing values. Where it leaves that open, they are left out.",
    ]);
  });

  it("has a sentence for each statistic, with its columns and figures", () => {
    const first = (text: string) => explained(text)[0];
    const [outcome, groups] = ["outcome: egfr < 60; ", "groups: drug A vs B; "];
    expect(first("statistic: count")).to.match(/how many records/);
    expect(first(`${outcome}statistic: proportion`)).to.match(/which share/);
    expect(first("statistic: mean of hba1c")).to.match(/the mean of hba1c/);
    expect(first("statistic: variance of hba1c")).to.match(/the variance of hba1c/);
    expect(first(`${outcome}${groups}statistic: fisher`)).to.match(/Fisher/);
    expect(first(`${outcome}${groups}statistic: z test`)).to.match(/z test/);
    expect(first(`${groups}statistic: difference of means of hba1c`)).to.match(
      /mean of hba1c differs.*Welch/,
    );
    expect(first("statistic: correlation of hba1c and age")).to.match(/hba1c and age/);
    expect(first("statistic: regression of hba1c on age")).to.match(/hba1c changes with age/);
    expect(explained("statistic: regression of hba1c on age").join("\n")).to.match(
      /the sums of hba1c and of its squares and the sums of age, of its squares and of the products of both/,
    );
  });

  it("names the circuits that fit: the small ones for one group, one value column, 4 conditions", () => {
    const names = (text: string) => circuitsFor(compiled(text)).map(({ name }) => name);
    const all = ["query-mean-256", "query-mean-1024", "query-256", "query-1024"];
    expect(names("age between 30 and 40; statistic: mean of hba1c")).to.deep.equal(all);
    expect(names("age between 30 and 40 and egfr < 60; statistic: mean of hba1c")).to.deep.equal(
      all.slice(2),
    );
    expect(names("statistic: regression of hba1c on age")).to.deep.equal(all.slice(2));
    expect(names("groups: age < 50 vs age >= 50; statistic: difference of means of hba1c")).to.deep.equal(
      all.slice(2),
    );
  });

  it("throws what compiling throws", () => {
    expect(codeThrown(() => explained("age > 200; statistic: count"))).to.equal("QUERY_NOT_POSSIBLE");
  });
});

describe("explaining a program", () => {
  it("reads the query back from conditions and tables", () => {
    expect(readBack(GUIDE).slice(8)).to.deep.equal([
      'Group A has the records for which age is at least 50 years, and hba1c is at least 6.5 %, and egfr has a value, and drug is "A".',
      'Group B has the records for which age is at least 50 years, and hba1c is at least 6.5 %, and egfr has a value, and drug is "B".',
      "Of them, the outcome holds for the records for which egfr is below 60 ml/min.",
      "The answer has the number of records and of outcomes of each group.",
    ]);
    expect(
      readBack("(age < 40 or age >= 80) and drug != A; statistic: regression of hba1c on egfr").slice(9),
    ).to.deep.equal([
      'The group has the records for which age is below 40 years or is at least 80 years, and hba1c has a value, and egfr has a value, and drug is "none", "B" or "both".',
      "It does not ask for an outcome.",
      "The answer has the number of records and of outcomes of each group.",
      "It has the sums of hba1c and of its squares, of the group.",
      "It has the sums of egfr and of its squares, of the group.",
      "It has the sum of hba1c times egfr, of the group.",
    ]);
    expect(readBack("age < 40 or egfr < 60 or drug is missing; statistic: count").slice(6, 10)).to.deep.equal(
      [
        "The group has the records for which one of these holds:",
        "- drug is missing",
        "- egfr is below 60 ml/min",
        "- age is below 40 years",
      ],
    );
    expect(readBack("statistic: count").slice(0, 3)).to.deep.equal([
      "Conditions:",
      "- holds for every record",
      "The group has every record.",
    ]);
  });

  it("shows what a program does that a compiled query would not: missing values as low ones", () => {
    const program: Program = {
      conditions: [
        { column: 1, from: 36 },
        { column: 2, from: 60 },
      ],
      a: 0b1111n,
      b: 0n,
      outcome: 0b0011n,
      wants: { v: false, u: false },
    };
    const lines = explainProgram(program, REGISTER);
    expect(lines).to.include("The group has every record.");
    expect(lines).to.include(
      "Of it, the outcome holds for the records for which egfr is missing or is below 60 ml/min.",
    );
    expect(lines.filter((line) => line.startsWith("Note"))).to.deep.equal([
      "Note: a missing egfr counts as one below 60 ml/min.",
    ]);
  });

  it("names conditions that always or never hold, and columns that the schema does not have", () => {
    const program: Program = {
      conditions: [
        { column: 0, from: 0 },
        { column: 0, from: 4_000 },
        { column: 9, from: 40 },
        { column: 4, from: 3 },
      ],
      a: (1n << 0b1101n) | (1n << 0b1100n) | (1n << 0b1111n),
      b: 1n << 0b0110n,
      outcome: 0n,
      wants: { v: false, u: false },
    };
    expect(explainProgram(program, REGISTER).slice(0, 7)).to.deep.equal([
      "Conditions:",
      "- holds for every record",
      "- never holds: codes of age end at 93",
      "- column 9 (not in the schema), code is at least 40",
      '- NYHA class is value 3 of its list or a later one: "3" or "4"',
      'Group A has the records for which NYHA class is "3" or "4", and column 9 (not in the schema), code is at least 40.',
      "Group B has no record.",
    ]);
    expect(codeThrown(() => explainProgram({ ...program, a: 0n }, REGISTER))).to.equal("INVALID_ARGUMENT");
  });

  it("finds boxes that cover exactly what belongs, and none that is not needed", () => {
    const sizes = fc.constantFrom([2, 2, 2], [3, 2, 2], [4, 3], [9], [5, 5], [3, 3, 3], [2, 2, 2, 2, 2]);
    const belongs = fc.constantFrom<Belongs>("yes", "yes", "no", "no", "may");
    const set = sizes.chain((levels) => {
      const count = levels.reduce((product, size) => product * size, 1);
      return fc.tuple(fc.constant(levels), fc.array(belongs, { minLength: count, maxLength: count }));
    });
    fc.assert(
      fc.property(set, ([levels, wanted]) => {
        const boxes = boxesOf(levels, wanted);
        const covers = (chosen: typeof boxes) =>
          wanted.map((_, state) => {
            let rest = state;
            const place = levels.map((size) => {
              const level = rest % size;
              rest = Math.floor(rest / size);
              return level;
            });
            return chosen.some((box) => box.every((side, axis) => side[place[axis]!]));
          });
        const agrees = (chosen: typeof boxes) =>
          covers(chosen).every(
            (isIn, state) => wanted[state] === "may" || isIn === (wanted[state] === "yes"),
          );
        expect(agrees(boxes)).to.equal(true);
        for (const box of boxes) expect(agrees(boxes.filter((other) => other !== box))).to.equal(false);
      }),
      { numRuns: 200 },
    );
  });
});
