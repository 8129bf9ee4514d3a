// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "@vitalproof/sdk";
import {
  type Amount,
  type Comparison,
  type Expression,
  formatExpression,
  formatQuery,
  parseQuery,
  type Query,
  RESEARCH_QUERY,
  RESERVED_WORDS,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import fc from "fast-check";
import { documentText, parseDocument } from "../../src/wire/documents.ts";
import { codeThrown } from "../support.ts";

const EXAMPLE =
  "age >= 50 and hba1c >= 6.5; outcome: egfr < 60; groups: drug A vs B; statistic: difference of proportions";

function whereOf(text: string): Expression {
  return parseQuery(`${text}; statistic: count`).where!;
}

function refusalOf(text: string): VitalproofError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof VitalproofError && error.code === "QUERY_NOT_UNDERSTOOD") return error;
    throw error;
  }
  throw new Error(`"${text}" was understood`);
}

describe("queries as text", () => {
  it("are read: the example of the guide", () => {
    expect(parseQuery(EXAMPLE)).to.deep.equal({
      where: {
        and: [
          { column: "age", is: ">=", value: 50 },
          { column: "hba1c", is: ">=", value: 6.5 },
        ],
      },
      outcome: { column: "egfr", is: "<", value: 60 },
      groups: { a: { column: "drug", is: "=", value: "A" }, b: { column: "drug", is: "=", value: "B" } },
      statistic: "difference of proportions",
    });
    expect(formatQuery(parseQuery(EXAMPLE))).to.equal(EXAMPLE);
  });

  it("have keywords in any case, sections in any order, and lines", () => {
    const text =
      'Statistic: Difference Of Means OF hba1c;\n GROUPS: "drug" "A" VS "B";\n where: AGE >= 50 AND hba1c ≥ 6.5;';
    expect(formatQuery(parseQuery(text))).to.equal(
      "AGE >= 50 and hba1c >= 6.5; groups: drug A vs B; statistic: difference of means of hba1c",
    );
  });

  it("bind `not` before `and` before `or`", () => {
    const [a, b, c] = ["a", "b", "c"].map((column): Comparison => ({ column, is: "=", value: 1 }));
    expect(whereOf("a = 1 or b = 1 and c = 1")).to.deep.equal({ or: [a, { and: [b, c] }] });
    expect(whereOf("(a = 1 or b = 1) and c = 1")).to.deep.equal({ and: [{ or: [a, b] }, c] });
    expect(whereOf("not a = 1 and b = 1")).to.deep.equal({ and: [{ not: a }, b] });
    expect(whereOf("not (a = 1 and b = 1)")).to.deep.equal({ not: { and: [a, b] } });
    expect(whereOf("a = 1 and b = 1 and c = 1")).to.deep.equal({ and: [a, b, c] });
  });

  it("have every operator", () => {
    const cases: Record<string, Expression> = {
      "x between 1 and 2.5": { column: "x", is: "between", values: [1, 2.5] },
      "x not between -1 and 2": { not: { column: "x", is: "between", values: [-1, 2] } },
      'x in (1, A, "b c")': { column: "x", is: "in", values: [1, "A", "b c"] },
      "x not in (E11.9)": { not: { column: "x", is: "in", values: ["E11.9"] } },
      "x is missing": { column: "x", is: "missing" },
      "x is not missing": { column: "x", is: "present" },
      "x is present": { column: "x", is: "present" },
      "x is not present": { column: "x", is: "missing" },
      "x != 3": { column: "x", is: "!=", value: 3 },
      "x ≠ 3": { column: "x", is: "!=", value: 3 },
      "x ≤ 3": { column: "x", is: "<=", value: 3 },
      'x = "and"': { column: "x", is: "=", value: "and" },
      'x = "say ""so"""': { column: "x", is: "=", value: 'say "so"' },
      '"base excess" > -2.5': { column: "base excess", is: ">", value: -2.5 },
    };
    for (const [text, wanted] of Object.entries(cases)) expect(whereOf(text), text).to.deep.equal(wanted);
  });

  it("keep values as they are written where a number would be another value", () => {
    for (const text of ["007", "6.50", "1234567890.12345678901234567890", "-0"])
      expect(whereOf(`x = ${text}`)).to.deep.equal({ column: "x", is: "=", value: text });
    expect(whereOf('x = "2"')).to.deep.equal({ column: "x", is: "=", value: "2" });
    expect(formatExpression({ column: "x", is: "=", value: "2" })).to.equal('x = "2"');
    expect(formatExpression({ column: "x", is: ">", value: 1e-7 })).to.equal("x > 0.0000001");
  });

  it("name their value columns", () => {
    const asked = (text: string) => {
      const { statistic, value, against } = parseQuery(`statistic: ${text}`);
      return [statistic, value, against];
    };
    expect(asked("count")).to.deep.equal(["count", undefined, undefined]);
    expect(asked("mean of hba1c")).to.deep.equal(["mean", "hba1c", undefined]);
    expect(asked("z test")).to.deep.equal(["z test", undefined, undefined]);
    expect(asked('correlation of "base excess" and age')).to.deep.equal([
      "correlation",
      "base excess",
      "age",
    ]);
    expect(asked("regression of hba1c on age")).to.deep.equal(["regression", "hba1c", "age"]);
  });

  it("are written so that the same query is read, whatever names and values are", () => {
    const name = fc.oneof(
      fc.constantFrom(...RESERVED_WORDS, "a", "base excess", 'a"b', "50mg", "x-", "ä", "_", "OR", "2"),
      fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes("\n")),
    );
    const value: fc.Arbitrary<Amount> = fc.oneof(
      name,
      fc.integer({ min: -9_999, max: 9_999 }),
      fc.integer({ min: -9_999, max: 9_999 }).map((digits) => digits / 100),
    );
    const comparison: fc.Arbitrary<Comparison> = fc.oneof(
      fc.record({ column: name, is: fc.constantFrom(">=", ">", "<=", "<", "=", "!="), value }),
      fc.record({ column: name, is: fc.constant("between"), values: fc.tuple(value, value) }),
      fc.record({
        column: name,
        is: fc.constant("in"),
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ column: name, is: fc.constantFrom("missing", "present") }),
    ) as fc.Arbitrary<Comparison>;
    const { any } = fc.letrec<{ any: Expression }>((tie) => {
      const parts = fc.array(tie("any"), { minLength: 2, maxLength: 3 });
      return {
        any: fc.oneof(
          { maxDepth: 4 },
          comparison,
          parts.map((and) => ({ and })),
          parts.map((or) => ({ or })),
          tie("any").map((not) => ({ not })),
        ),
      };
    });
    const query = fc.record(
      {
        where: any,
        outcome: any,
        groups: fc.record({ a: any, b: any }),
        statistic: fc.constantFrom("regression", "correlation"),
        value: name,
        against: name,
      },
      { requiredKeys: ["statistic", "value", "against"] },
    ) as fc.Arbitrary<Query>;
    fc.assert(
      fc.property(query, (asked) => {
        expect(parseQuery(formatQuery(asked))).to.deep.equal(asked);
        const file = documentText(RESEARCH_QUERY, asked as never);
        expect(parseDocument(RESEARCH_QUERY, file, "query.json")).to.deep.equal(asked);
      }),
      { numRuns: 500 },
    );
  });

  it("are refused with the place and what was expected", () => {
    const cases: readonly (readonly [text: string, line: number, column: number, message: RegExp])[] = [
      ["", 1, 1, /expected "; statistic:", found the end/],
      ["age >= 50", 1, 10, /expected "; statistic:", found the end.*Statistics are count/],
      ["age >= ; statistic: count", 1, 8, /expected a value, found ";/],
      ["age >= and x = 1", 1, 8, /expected a value.*"and" is a word of the language/],
      ["age => 50", 1, 6, /expected a value, found "> 50".*Signs are/],
      ["age == 50", 1, 6, /expected a value.*Signs are/],
      ["50 <= age", 1, 1, /name of a column.*begins with a column/],
      ["age 50", 1, 5, /between.*after the column "age"/],
      ["age >= 6,5", 1, 9, /decimal point/],
      ["age >= 50mg", 1, 8, /number on its own.*quotes/],
      ["age >= .5", 1, 8, /decimal point/],
      ['age = "x', 1, 7, /closing quote/],
      ["(age > 1", 1, 9, /"\)", found the end/],
      ["age > 1)", 1, 8, /"and", "or", ";"/],
      ["age > 1 b > 2", 1, 9, /"and", "or", ";" or the end/],
      ["age in 5", 1, 8, /"\(" and values/],
      ["age in ()", 1, 9, /expected a value/],
      ["age in (5", 1, 10, /"," or "\)"/],
      ["age between 5 or 6", 1, 15, /"and" and the upper end/],
      ["age is 5", 1, 8, /"missing" or "present".*compared with "="/],
      ["age > 5;\n  outcome egfr < 60", 2, 11, /":" after outcome/],
      ["age > 5; egfr < 60", 1, 10, /"where:" or "outcome:"/],
      ["age > 5; where: egfr < 60", 1, 10, /There are two of where/],
      ["outcome: a = 1; outcome: a = 2", 1, 17, /There are two of outcome/],
      ["groups: drug A", 1, 15, /"vs" and the second group/],
      ["groups: drug A vs B vs C", 1, 21, /compares two groups/],
      ["groups: drug A vs drug in (B, C)", 1, 24, /write out both/],
      ["statistic: meen of age", 1, 12, /a statistic.*The nearest is "mean"/],
      ["statistic: difference of proportion", 1, 12, /The nearest is "difference of proportions"/],
      ["statistic: correlation of a", 1, 28, /"and" and the other column/],
      ["statistic: regression of a and b", 1, 28, /"on" and the other column/],
      ["statistic: mean of", 1, 19, /name of a column/],
      ["statistic: count of", 1, 20, /name of a column/],
      ["statistic: count; DROP TABLE", 1, 19, /"where:"/],
      ["age > 5 & b > 2", 1, 9, /a name, a value or a sign/],
    ];
    for (const [text, line, column, message] of cases) {
      const { details, message: said } = refusalOf(text);
      expect([details.line, details.column], text).to.deep.equal([line, column]);
      expect(said, text).to.match(message);
      expect(String(details.excerpt).split("\n").at(-1)!.trim()).to.equal("^");
    }
    const { details } = refusalOf("age >= 1 and\n  b => 2; statistic: count");
    expect(details.excerpt).to.equal("  b => 2; statistic: count\n     ^");
  });

  it("have limits: of characters, of comparisons, of parentheses", () => {
    refusalOf(`${" ".repeat(30_000)}statistic: count`);
    const many = (count: number) => `${new Array(count).fill("a = 1").join(" or ")}; statistic: count`;
    expect(codeThrown(() => parseQuery(many(256)))).to.equal("nothing");
    refusalOf(many(257));
    const deep = (levels: number) =>
      `${"(a = 1 or a = 2 and ".repeat(levels)}a not in (3)${")".repeat(levels)}; statistic: count`;
    const deepest = parseQuery(deep(13));
    expect(parseDocument(RESEARCH_QUERY, documentText(RESEARCH_QUERY, deepest as never), "f")).to.deep.equal(
      deepest,
    );
    refusalOf(deep(14));
    refusalOf(deep(900));
    refusalOf(`${"not ".repeat(4_000)}a = 1`);
  });
});

describe("queries as documents", () => {
  const fileOf = (body: object) =>
    JSON.stringify({ kind: RESEARCH_QUERY.kind, version: RESEARCH_QUERY.version, ...body });
  const codeOfReading = (body: object) =>
    codeThrown(() => parseDocument(RESEARCH_QUERY, fileOf(body), "query.json"));

  it("have only the members of a query, at every depth", () => {
    const comparison = { column: "a", is: "=", value: 1 };
    expect(codeOfReading({ statistic: "count" })).to.equal("nothing");
    expect(codeOfReading({ statistic: "count", where: { and: [comparison, { not: comparison }] } })).to.equal(
      "nothing",
    );
    const wrong: object[] = [
      {},
      { statistic: "median" },
      { statistic: "count", extra: 1 },
      ...[
        { column: "a", is: "=" },
        { column: "a", is: "~", value: 1 },
        { column: "a", is: "=", value: null },
        { column: "a", is: "=", value: 1, values: [1] },
        { column: "a", is: "between", values: [1] },
        { column: "a", is: "in", values: [] },
        { column: "a", is: "missing", value: 1 },
        { and: [comparison] },
        { and: [comparison, comparison], or: [] },
        { not: [comparison] },
        [],
        "a = 1",
        null,
      ].map((where) => ({ statistic: "count", where })),
    ];
    for (const body of wrong) expect(codeOfReading(body), JSON.stringify(body)).to.equal("DOCUMENT_INVALID");
  });

  it("are refused when they are too deep or too long, without a stack that overflows", () => {
    const nested = (levels: number, open: string, close: string, inside: string) =>
      `{"kind":"${RESEARCH_QUERY.kind}","version":1,"statistic":"count","where":${open.repeat(levels)}${inside}${close.repeat(levels)}}`;
    const comparison = '{"column":"a","is":"=","value":1}';
    for (const file of [
      nested(5_000, '{"not":', "}", comparison),
      nested(5_000, "[", "]", "1"),
      nested(1, '{"or":[', "]}", new Array(300).fill(comparison).join(",")),
    ])
      expect(codeThrown(() => parseDocument(RESEARCH_QUERY, file, "f"))).to.equal("DOCUMENT_INVALID");
  });
});
