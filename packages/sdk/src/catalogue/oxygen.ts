// SPDX-License-Identifier: GPL-3.0-or-later

import type { CircuitName } from "../circuits/circuit.ts";
import { type ProfileName, profileOf } from "../profiles/profile.ts";
import type { TermsRequest } from "../templates/templates.ts";
import type { Example, Form, Question, Source } from "./entry.ts";
import { dipping } from "./examples.ts";

const HYPOXAEMIA: readonly Source[] = [
  {
    citation:
      "World Health Organization. Oxygen therapy for children: a manual for health workers. Geneva: WHO, 2016",
    at: "https://www.who.int/publications/i/item/9789241549554",
    says: "Oxygen saturation below 90 % is hypoxaemia that calls for oxygen.",
  },
  {
    citation:
      "Centers for Medicare & Medicaid Services. National Coverage Determination 240.2, Home Use of Oxygen",
    at: "https://www.cms.gov/medicare-coverage-database/view/ncd.aspx?NCDId=169",
    says: "For orientation: asks for saturation at or below 88 % for at least 5 minutes during sleep (added up, not in a row). Below 90 % for more than 5 minutes in a row is this question's own bound.",
  },
];

const common = {
  kind: "question",
  metric: "spo2",
  template: "episode",
  about: "runs",
  sources: HYPOXAEMIA,
} as const;
const low = { template: "episode", band: { below: 90 }, minRun: { longerThan: 300 } } as const;

/** Grids of oximeters besides the usual one: a run is as long on each. */
const OTHERS = ["spo2-2s", "spo2-4s", "spo2-1min"] as const;

/** A form for each grid, with an hour that has a run of just five minutes and one that has a longer one. */
function onEachGrid(
  request: TermsRequest,
  examples: (five: Example, longer: Example) => Pick<Form, "passing" | "failing">,
): Form[] {
  const form = (profile: ProfileName, circuit: CircuitName): Form => {
    const { interval } = profileOf(profile);
    const run = (seconds: number, words = ""): Example =>
      dipping(
        `Oxygen is at 89 % for ${seconds} seconds${words}.`,
        96,
        600 / interval,
        seconds / interval,
        89,
      );
    return {
      window: "1 hour",
      profile,
      circuit,
      offset: 0,
      request,
      ...examples(run(300, ", not longer"), run(300 + interval)),
    };
  };
  return [
    form("spo2-1s", "spo2-hour-episodes"),
    ...OTHERS.map((profile) => form(profile, `${profile}-hour-episodes`)),
  ];
}

export const OXYGEN: readonly Question[] = [
  {
    ...common,
    name: "desaturation",
    title: "Oxygen below 90 % for more than 5 minutes, at least once",
    words:
      "At least once the oxygen in the blood stayed too low for more than five minutes. Used as an alert.",
    alert: true,
    forms: onEachGrid({ ...low, runs: { atLeast: 1 } }, (five, longer) => ({
      passing: longer,
      failing: five,
    })),
  },
  {
    ...common,
    name: "stable-oxygen",
    title: "Oxygen never below 90 % for more than 5 minutes",
    words:
      "The oxygen in the blood was never too low for more than five minutes. Missing readings count as too low until they would make five minutes.",
    alert: false,
    forms: onEachGrid({ ...low, runs: { atMost: 0 } }, (five, longer) => ({
      passing: five,
      failing: longer,
    })),
  },
];
