// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CIRCUITS,
  type CircuitName,
  catalogue,
  circuits,
  packTerms,
  profileOf,
  type Question,
  type Terms,
  termsForRequest,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Command } from "commander";
import { type QuestionOptions, withQuestionOptions } from "../src/questionOptions.ts";
import { type Place, profilesOf, termsFrom } from "../src/terms.ts";

/** Terms of a command line. */
function terms(argv: readonly string[], place: Place = {}): { circuit: CircuitName; terms: Terms } {
  const command = withQuestionOptions(new Command("x").exitOverride());
  command.parse(argv, { from: "user" });
  return termsFrom(command.opts<QuestionOptions>(), place);
}

function codeOf(argv: readonly string[]): string {
  try {
    terms(argv);
  } catch (error) {
    return error instanceof VitalproofError ? error.code : String(error);
  }
  return "nothing thrown";
}

describe("circuits on the command line", () => {
  const entries = catalogue().filter((entry): entry is Question => entry.kind === "question");

  it("every form of the catalogue that a circuit proves gives the terms of its request", () => {
    let forms = 0;
    for (const { name, forms: all } of entries) {
      for (const { circuit, profile, window, request, offset } of all) {
        if (circuit === undefined) continue;
        const argv = ["--question", name, "--window", window, "--profile", profile];
        const wanted = { circuit, terms: termsForRequest(circuit, request, offset) };
        expect(terms(argv), argv.join(" ")).to.deep.equal(wanted);
        const [, , ...unit] = argv.slice(0, -2);
        const there = terms(["--question", name, ...unit, "--unit", profileOf(profile).ucum], {
          profile,
          offset: 0,
        });
        expect(there.terms.offset).to.equal(0);
        expect(there.circuit).to.equal(circuit);
        expect(profilesOf({ question: name })).to.include(profile);
        forms += 1;
      }
    }
    expect(forms).to.be.greaterThan(20);
  });

  it("circuits of every template take bounds one by one, as the builders of the SDK do", () => {
    const cases: [string, Parameters<typeof termsForRequest>][] = [
      [
        "--circuit glucose-day --above 69 --high 180 --at-least 62.5 --mean-below 154 --coverage 70 --coverage-at-most 90 --of-valid",
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
        "--circuit spo2-hour-episodes --below 88 --longer-than 5m --at-most 2",
        [
          "spo2-hour-episodes",
          { template: "episode", band: { below: 88 }, minRun: { longerThan: 300 }, runs: { atMost: 2 } },
          0,
        ],
      ],
      [
        "--circuit device-usage-30d --sum 240 --days 21 --days-at-most 29 --semantics of-valid --coverage-at-least 50",
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
        "--circuit doses-30d --low 1 --level 2 --days 24 --at-least 80",
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
        "--circuit fall-window --level 2.5 --min-run 1s --at-least 1",
        [
          "fall-window",
          { template: "impact", magnitude: "2.5", minRun: { seconds: 1 }, count: { atLeast: 1 } },
          0,
        ],
      ],
    ];
    const templates = new Set(cases.map(([, [circuit]]) => CIRCUITS[circuit].template));
    expect([...templates].sort()).to.deep.equal(
      [...new Set(circuits().map(({ template }) => template))].sort(),
    );
    for (const [line, request] of cases) {
      const made = terms(line.split(" "));
      expect(made, line).to.deep.equal({ circuit: request[0], terms: termsForRequest(...request) });
      const packed = packTerms(made.terms);
      for (const word of [String(packed), `0x${packed.toString(16)}`]) {
        expect(terms(["--circuit", made.circuit, "--terms", word])).to.deep.equal(made);
      }
    }
  });

  it("what a circuit does not have is refused, and never left out in silence", () => {
    const cases: [string, string][] = [
      ["", "USAGE"],
      ["--question horoscope", "UNKNOWN_QUESTION"],
      ["--circuit horoscope", "UNKNOWN_CIRCUIT"],
      ["--circuit time-in-range", "USAGE"],
      ["--question glucose-day", "USAGE"],
      ["--question time-in-range --circuit glucose-day", "USAGE"],
      ["--question trial-inclusion", "USAGE"],
      ["--question time-in-range --terms 1", "USAGE"],
      ["--question time-in-range --mean-at-least 3", "USAGE"],
      ["--question time-in-range --sum 3", "USAGE"],
      ["--question time-in-range --days 3", "INVALID_ARGUMENT"],
      ["--question time-in-range --min-run 3", "INVALID_ARGUMENT"],
      ["--question time-in-range --window century", "INVALID_ARGUMENT"],
      ["--question time-in-range --profile pulse", "UNKNOWN_PROFILE"],
      ["--circuit glucose-day --unit mg/dL --at-least 70", "USAGE"],
      ["--circuit glucose-day --days 3", "USAGE"],
      ["--circuit glucose-day --terms 1 --at-least 70", "USAGE"],
      ["--circuit glucose-day --terms seventy", "USAGE"],
      ["--circuit glucose-day", "TERMS_MET_BY_NOTHING"],
      ["--circuit glucose-day --at-least 70 --of-valid --semantics worst-case", "USAGE"],
      ["--circuit glucose-day --at-least 70 --semantics hopeful", "USAGE"],
      ["--circuit glucose-day --at-least 70 --coverage 1 --coverage-at-least 1", "USAGE"],
      ["--circuit spo2-hour-episodes --below 88 --at-most 0", "USAGE"],
      ["--circuit spo2-hour-episodes --below 88 --min-run 5m --longer-than 5m --at-most 0", "USAGE"],
      ["--circuit spo2-hour-episodes --below 88 --min-run 5m --at-most few", "USAGE"],
      ["--circuit device-usage-30d --days 21", "USAGE"],
      ["--circuit device-usage-30d --level 1 --sum 1 --days 21", "USAGE"],
      ["--circuit fall-window --at-least 1", "USAGE"],
      ["--circuit fall-window --level 2.5 --at-least 1 --low 3", "USAGE"],
    ];
    for (const [line, code] of cases) expect(codeOf(line.split(" ").filter(Boolean)), line).to.equal(code);
  });

  it("says what is wrong in the options' names and in percent, not in members of packed terms", () => {
    const said = (line: string): string => {
      try {
        terms(line.split(" "));
      } catch (error) {
        return `${(error as VitalproofError).code} ${(error as Error).message}`;
      }
      return "nothing thrown";
    };
    const cases: [line: string, code: string, ...parts: string[]][] = [
      ["--question time-in-range --semantics of-valid", "TERMS_INVALID", "needs --coverage", "--coverage 70"],
      ["--circuit glucose-day --at-least 70 --of-valid --coverage 0", "TERMS_INVALID", "needs --coverage"],
      [
        "--circuit glucose-day",
        "TERMS_MET_BY_NOTHING",
        "--at-least, --at-most, --mean-at-least",
        "--coverage.",
      ],
      [
        "--question time-in-range --at-least 0",
        "TERMS_MET_BY_NOTHING",
        ": --at-least, --at-most, --coverage.",
      ],
      ["--circuit device-usage-30d --sum 240 --days 0", "TERMS_MET_BY_NOTHING", "--days, --days-at-most"],
      [
        "--circuit spo2-hour-episodes --below 88 --longer-than 5m --at-least 1 --at-most 3",
        "TERMS_INVALID",
        "--at-least 1 and --at-most 3 cannot be combined",
        "Ask two questions",
      ],
      [
        "--circuit glucose-day --at-least 90 --at-most 50",
        "TERMS_INVALID",
        "--at-least 90 % and --at-most 50 %",
      ],
      [
        "--circuit glucose-day --low 180 --below 70 --at-least 9",
        "TERMS_INVALID",
        "--low and --below exclude",
      ],
      [
        "--circuit glucose-day --mean-above 200 --mean-at-most 100",
        "TERMS_INVALID",
        "--mean-above and --mean-at-most exclude",
      ],
      ["--question cpap-usage --days 40", "TERMS_INVALID", "--days 40 is out of range", "from 0 to 30"],
      ["--circuit device-usage-30d --sum 24000 --days 4", "TERMS_INVALID", "--sum 24000", "from 1 to 1440"],
      [
        "--circuit spo2-hour-episodes --below 88 --longer-than 5h --at-least 1",
        "TERMS_INVALID",
        "--longer-than 5h is longer than the whole window",
      ],
      ["--circuit fall-window --level 250 --at-least 1", "TERMS_INVALID", "--level 250 is beyond"],
    ];
    for (const [line, code, ...parts] of cases) {
      const text = said(line);
      expect(text, line).to.match(new RegExp(`^${code} `));
      for (const part of parts) expect(text, line).to.contain(part);
      expect(text, line).not.to.match(/[a-z](Min|Max)\b|1\/10000|minRun|threshold/);
    }
  });
});
