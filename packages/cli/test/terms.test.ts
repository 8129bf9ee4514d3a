// SPDX-License-Identifier: GPL-3.0-or-later
import {
  catalogue,
  packTerms,
  profileOf,
  STATEMENTS,
  type StatementEntry,
  type StatementName,
  statements,
  type Terms,
  termsForQuestion,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Command } from "commander";
import {
  type Place,
  profilesOf,
  type StatementOptions,
  termsFrom,
  withStatementOptions,
} from "../src/terms.ts";

/** Terms of a command line. */
function terms(argv: readonly string[], place: Place = {}): { statement: StatementName; terms: Terms } {
  const command = withStatementOptions(new Command("x").exitOverride());
  command.parse(argv, { from: "user" });
  return termsFrom(command.opts<StatementOptions>(), place);
}

function codeOf(argv: readonly string[]): string {
  try {
    terms(argv);
  } catch (error) {
    return error instanceof VitalproofError ? error.code : String(error);
  }
  return "nothing thrown";
}

describe("statements on the command line", () => {
  const entries = catalogue().filter((entry): entry is StatementEntry => entry.kind === "statement");

  it("every form of the catalogue that a circuit proves gives the terms of its question", () => {
    let forms = 0;
    for (const { name, forms: all } of entries) {
      for (const { statement, profile, window, question, offset } of all) {
        if (statement === undefined) continue;
        const argv = ["--statement", name, "--window", window, "--profile", profile];
        const wanted = { statement, terms: termsForQuestion(statement, question, offset) };
        expect(terms(argv), argv.join(" ")).to.deep.equal(wanted);
        const [, , ...unit] = argv.slice(0, -2);
        const there = terms(["--statement", name, ...unit, "--unit", profileOf(profile).ucum], {
          profile,
          offset: 0,
        });
        expect(there.terms.offset).to.equal(0);
        expect(there.statement).to.equal(statement);
        expect(profilesOf(name)).to.include(profile);
        forms += 1;
      }
    }
    expect(forms).to.be.greaterThan(20);
  });

  it("circuits of every template take bounds one by one, as the builders of the SDK do", () => {
    const cases: [string, Parameters<typeof termsForQuestion>][] = [
      [
        "--statement glucose-day --above 69 --high 180 --at-least 62.5 --mean-below 154 --coverage 70 --coverage-at-most 90 --of-valid",
        [
          "glucose-day",
          {
            template: "distribution",
            semantics: "of-valid",
            band: { above: 69, atMost: 180 },
            share: { atLeast: 62.5 },
            mean: { below: 154 },
            coverage: { atLeast: 70, atMost: 90 },
          },
          0,
        ],
      ],
      [
        "--statement spo2-hour-episodes --below 88 --longer-than 5m --at-most 2",
        [
          "spo2-hour-episodes",
          { template: "episode", band: { below: 88 }, minRun: { longerThan: 300 }, runs: { atMost: 2 } },
          0,
        ],
      ],
      [
        "--statement device-usage-30d --sum 240 --days 21 --days-at-most 29 --semantics of-valid --coverage-at-least 50",
        [
          "device-usage-30d",
          {
            template: "regularity",
            semantics: "of-valid",
            level: { sum: 240 },
            epochs: { atLeast: 21, atMost: 29 },
            coverage: { atLeast: 50 },
          },
          0,
        ],
      ],
      [
        "--statement doses-30d --low 1 --level 2 --days 24 --at-least 80",
        [
          "doses-30d",
          {
            template: "regularity",
            band: { atLeast: 1 },
            level: { readings: 2 },
            epochs: { atLeast: 24 },
            share: { atLeast: 80 },
          },
          0,
        ],
      ],
      [
        "--statement fall-window --level 2.5 --min-run 1s --at-least 1",
        [
          "fall-window",
          { template: "impact", magnitude: "2.5", minRun: { seconds: 1 }, count: { atLeast: 1 } },
          0,
        ],
      ],
    ];
    const templates = new Set(cases.map(([, [statement]]) => STATEMENTS[statement].template));
    expect([...templates].sort()).to.deep.equal(
      [...new Set(statements().map(({ template }) => template))].sort(),
    );
    for (const [line, question] of cases) {
      const made = terms(line.split(" "));
      expect(made, line).to.deep.equal({ statement: question[0], terms: termsForQuestion(...question) });
      const packed = packTerms(made.terms);
      for (const word of [String(packed), `0x${packed.toString(16)}`]) {
        expect(terms(["--statement", made.statement, "--terms", word])).to.deep.equal(made);
      }
    }
  });

  it("what a statement does not have is refused, and never left out in silence", () => {
    const cases: [string, string][] = [
      ["", "USAGE"],
      ["--statement horoscope", "UNKNOWN_STATEMENT"],
      ["--statement trial-inclusion", "USAGE"],
      ["--statement time-in-range --terms 1", "USAGE"],
      ["--statement time-in-range --mean-at-least 3", "USAGE"],
      ["--statement time-in-range --sum 3", "USAGE"],
      ["--statement time-in-range --days 3", "INVALID_ARGUMENT"],
      ["--statement time-in-range --min-run 3", "INVALID_ARGUMENT"],
      ["--statement time-in-range --window century", "INVALID_ARGUMENT"],
      ["--statement time-in-range --profile pulse", "UNKNOWN_PROFILE"],
      ["--statement glucose-day --unit mg/dL --at-least 70", "USAGE"],
      ["--statement glucose-day --days 3", "USAGE"],
      ["--statement glucose-day --terms 1 --at-least 70", "USAGE"],
      ["--statement glucose-day --terms seventy", "USAGE"],
      ["--statement glucose-day", "TERMS_MET_BY_NOTHING"],
      ["--statement glucose-day --at-least 70 --of-valid --semantics worst-case", "USAGE"],
      ["--statement glucose-day --at-least 70 --semantics hopeful", "USAGE"],
      ["--statement glucose-day --at-least 70 --coverage 1 --coverage-at-least 1", "USAGE"],
      ["--statement spo2-hour-episodes --below 88 --at-most 0", "USAGE"],
      ["--statement spo2-hour-episodes --below 88 --min-run 5m --longer-than 5m --at-most 0", "USAGE"],
      ["--statement spo2-hour-episodes --below 88 --min-run 5m --at-most few", "USAGE"],
      ["--statement device-usage-30d --days 21", "USAGE"],
      ["--statement device-usage-30d --level 1 --sum 1 --days 21", "USAGE"],
      ["--statement fall-window --at-least 1", "USAGE"],
      ["--statement fall-window --level 2.5 --at-least 1 --low 3", "USAGE"],
    ];
    for (const [line, code] of cases) expect(codeOf(line.split(" ").filter(Boolean)), line).to.equal(code);
  });
});
