// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { lintCircuits } from "../src/circuits.ts";
import { type LintRule, lintSource } from "../src/lint/rules.ts";
import { createProject, removeProjects } from "./helpers.ts";

/** Signals that a rule finds in a template with this body. */
function found(rule: LintRule, body: string, names?: Parameters<typeof lintSource>[1]): string[] {
  return lintSource(`pragma circom 2.2.3;\ntemplate T(N) {\n${body}\n}`, names)
    .filter((finding) => finding.rule === rule)
    .map(({ signal }) => signal);
}

describe("circuits lint", () => {
  after(removeProjects);

  describe("hint-without-constraint", () => {
    const hints = (body: string) => found("hint-without-constraint", body);

    it("finds a hint that nothing mentions, that only another hint mentions, or only an assert", () => {
      expect(hints("signal input a; signal b; b <-- a + 1;")).to.deep.equal(["b"]);
      expect(hints("signal input a; signal b <-- a; signal c <-- b; c * a === 1;")).to.deep.equal(["b"]);
      expect(hints("signal input a; signal b; a --> b; assert(b == a);")).to.deep.equal(["b"]);
      expect(hints("signal input a; signal output {binary} b <-- a;")).to.deep.equal(["b"]);
      expect(
        hints("signal input a[N]; signal b[N]; for (var i = 0; i < N; i++) { b[i] <-- a[i]; }"),
      ).to.deep.equal(["b"]);
    });

    it("accepts a hint in a constraint, a variable, a component's input or a whole bus", () => {
      expect(hints("signal input a; signal b <-- 1 / a; a * b === 1;")).to.deep.equal([]);
      expect(hints("signal input a; signal c; signal b <-- a; c <== b * b;")).to.deep.equal([]);
      expect(
        hints(
          "signal input in; signal out[N]; var sum = 0; for (var k = 0; k < N; k++) { out[k] <-- in >> k; sum += out[k] * 2 ** k; } sum === in;",
        ),
      ).to.deep.equal([]);
      expect(hints("signal input a; signal b <-- a; _ <== Num2Bits(8)(b);")).to.deep.equal([]);
      expect(hints("signal input a; signal b <-- a; Ordered(8)(b, a);")).to.deep.equal([]);
      expect(hints("signal input a; signal b <-- a; component n = Num2Bits(8); n.in <== b;")).to.deep.equal(
        [],
      );
      expect(
        hints(
          "signal input a; output Band band; band.low <-- a; band.high <-- a; check <== Checked()(band);",
        ),
      ).to.deep.equal([]);
      expect(
        hints("signal input a; output Band band; band.low <-- a; band.high <-- a; band.high * a === 1;"),
      ).to.deep.equal(["band.low"]);
    });

    it("reads tags, and declarations of several signals", () => {
      expect(
        hints(
          "signal output {binary} a, b; a <-- 1; b <-- 0; a * (a - 1) === 0; signal {max} c[N]; c.max = 3;",
        ),
      ).to.deep.equal(["b"]);
    });

    it("names file lines, and is not misled by comments", () => {
      const source =
        "pragma circom 2.2.3;\ntemplate T() {\n  signal input a;\n  // b * b === a;\n  signal b <-- a;\n}";
      expect(lintSource(source)).to.deep.equal([
        { rule: "hint-without-constraint", template: "T", signal: "b", line: 5 },
      ]);
    });
  });

  describe("comparator-without-range", () => {
    const compared = (body: string, names?: Parameters<typeof lintSource>[1]) =>
      found("comparator-without-range", body, names);

    it("finds inputs that nothing holds to a range: of named and of anonymous comparators, through variables", () => {
      expect(compared("signal input a, b; signal c <== LessThan(8)([a, b]);")).to.deep.equal(["a", "b"]);
      expect(
        compared("signal input a, b; component l = LessThan(8); l.in[0] <== a; l.in[1] <== 5;"),
      ).to.deep.equal(["a"]);
      expect(
        compared(
          "signal input a[N]; var sum = 0; for (var i = 0; i < N; i++) { sum += a[i]; } signal c <== GreaterThan(8)([sum, 3]);",
        ),
      ).to.deep.equal(["a"]);
      expect(
        compared("signal input a, b; _ <== Num2Bits(8)(a + b); signal c <== LessThan(8)([a, b]);"),
      ).to.deep.equal(["a", "b"]);
    });

    it("accepts tagged inputs, inputs of a range check, and parameters", () => {
      expect(compared("signal input {max} a; signal c <== LessThan(8)([a, N]);")).to.deep.equal([]);
      expect(
        compared("signal input a; _ <== Num2Bits(8)(a); signal c <== LessThan(8)([a, 7]);"),
      ).to.deep.equal([]);
      expect(
        compared("signal input a; component n = Num2Bits(8); n.in <== a; signal c <== LessThan(8)([a, 7]);"),
      ).to.deep.equal([]);
    });

    it("knows the project's own comparators and range checks", () => {
      const names = { comparators: ["Ordered"], rangeChecks: ["AtMost"] };
      expect(compared("signal input a, b; Ordered(8)(a, b);", names)).to.deep.equal(["a", "b"]);
      expect(
        compared(
          "signal input a, b; signal {max} c <== AtMost(9)(a); Ordered(8)(a, c); signal d <== LessThan(8)([b, b]);",
          names,
        ),
      ).to.deep.equal([]);
    });
  });

  describe("assert-on-signal", () => {
    it("finds asserts about signals, not about parameters and tags", () => {
      const asserted = (body: string) => found("assert-on-signal", body);
      expect(asserted("signal input a; assert(a < 10);")).to.deep.equal(["a"]);
      expect(asserted("signal input a; var b = a * 2; if (N > 1) { assert(b != 0); }")).to.deep.equal(["a"]);
      expect(asserted("signal input {max} a; assert(a.max < 2 ** N); assert(N > 1);")).to.deep.equal([]);
    });
  });

  it("lints the sources of all instances, honours exceptions with a reason, and finds stale ones", async () => {
    const project = await createProject("attack");
    const first = await lintCircuits(project.config);
    expect(first.ok).to.equal(false);
    expect(
      first.findings.map(({ file, template, signal, rule }) => [file, template, signal, rule]),
    ).to.deep.equal([["circuits/lib.circom", "UnconstrainedOutput", "sum", "hint-without-constraint"]]);
    const exceptions = (signals: string[]) => ({
      exceptions: [
        {
          rule: "hint-without-constraint",
          template: "UnconstrainedOutput",
          signals,
          why: "it is here to be found by a test",
        },
      ],
    });
    await project.write("lint.json", JSON.stringify(exceptions(["sum"])));
    const config = project.configure({ lint: { exceptions: "lint.json" } });
    expect(await lintCircuits(config)).to.deep.include({ ok: true, findings: [], excepted: 1 });
    await project.write("lint.json", JSON.stringify(exceptions(["sum", "product"])));
    const stale = await lintCircuits(config);
    expect(stale).to.deep.include({
      ok: false,
      stale: ["hint-without-constraint UnconstrainedOutput product"],
    });
    await project.write("lint.json", JSON.stringify({ exceptions: [{ rule: "odd" }] }));
    const failure = await lintCircuits(config).catch((error) => error);
    expect(failure.code).to.equal("EXPLANATIONS_INVALID");
  });
});
