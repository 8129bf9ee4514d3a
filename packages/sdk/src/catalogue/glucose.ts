// SPDX-License-Identifier: GPL-3.0-or-later

import { type ProfileName, profileOf } from "../profiles/profile.ts";
import type { TermsRequest } from "../templates/templates.ts";
import type { Form, Question, Source } from "./entry.ts";
import { dipping, partly, steady } from "./examples.ts";

// Levels are given once in each unit, as the sources print them. None is ever converted: 70 mg/dL is 3.885 mmol/L,
// and the consensus says 3.9.

const CONSENSUS_2019: Source = {
  citation:
    "Battelino T, Danne T, Bergenstal RM, et al. Clinical Targets for Continuous Glucose Monitoring Data Interpretation: Recommendations From the International Consensus on Time in Range. Diabetes Care 2019;42(8):1593-1603",
  at: "https://doi.org/10.2337/dci19-0028",
  says: "For most adults with type 1 or type 2 diabetes: more than 70 % of readings in 70-180 mg/dL (3.9-10.0 mmol/L), less than 4 % below 70 (3.9), less than 1 % below 54 (3.0), over 14 days with the sensor active at least 70 % of the time. The bounds here include the limits themselves.",
};

const EVENTS_2017: Source = {
  citation:
    "Danne T, Nimri R, Battelino T, et al. International Consensus on Use of Continuous Glucose Monitoring. Diabetes Care 2017;40(12):1631-1640",
  at: "https://doi.org/10.2337/dc17-1600",
  says: "A hypoglycaemic event begins with readings below the threshold, 70 mg/dL (3.9 mmol/L) or 54 mg/dL (3.0 mmol/L), for at least 15 minutes. There an event ends after 15 minutes above 70; here any reading outside the band ends it, so that one event of the consensus may count as two.",
};

const ADAG_2008: Source = {
  citation:
    "Nathan DM, Kuenen J, Borg R, et al. Translating the A1C Assay Into Estimated Average Glucose Values. Diabetes Care 2008;31(8):1473-1478",
  at: "https://doi.org/10.2337/dc08-0545",
  says: "An A1C of 7 % goes with an average glucose of 154 mg/dL (8.6 mmol/L).",
};

const OF_VALID = { semantics: "of-valid", coverage: { atLeast: 70 } } as const;

/** The grids of sensors, the usual ones first, with the circuit over one day. */
const DAYS = [
  ["glucose-mg-dl-5min", "glucose-day"],
  ["glucose-mmol-l-5min", "glucose-mmol-day"],
  ["glucose-mg-dl-15min", "glucose-15min-day"],
  ["glucose-mmol-l-15min", "glucose-mmol-15min-day"],
  ["glucose-mg-dl-1min", "glucose-1min-day"],
  ["glucose-mmol-l-1min", "glucose-mmol-1min-day"],
] as const;

function inMass(profile: ProfileName): boolean {
  return profileOf(profile).ucum === "mg/dL";
}

/** The forms for shares and means of CGM readings, in the order in which entries list them. */
function windows(
  mgdl: { request: Omit<TermsRequest & { template: "distribution" }, "template">; good: number; bad: number },
  mmol: { request: Omit<TermsRequest & { template: "distribution" }, "template">; good: string; bad: string },
  share: { passing: number; failing: number; words: [string, string] },
): Form[] {
  const form = (
    rest: Pick<Form, "window" | "profile" | "circuit">,
    { request, good, bad }: typeof mgdl | typeof mmol,
    semantics: object,
  ): Form => ({
    ...rest,
    offset: 0,
    request: { template: "distribution", ...request, ...semantics } as TermsRequest,
    passing: partly(share.words[0], share.passing, good, bad),
    failing: partly(share.words[1], share.failing, good, bad),
  });
  return [
    ...DAYS.map(([profile, circuit]) =>
      form({ window: "1 day", profile, circuit }, inMass(profile) ? mgdl : mmol, {}),
    ),
    form({ window: "14 days", profile: "glucose-mg-dl-5min", circuit: "glucose-14d" }, mgdl, OF_VALID),
    form({ window: "14 days", profile: "glucose-mmol-l-5min", circuit: "glucose-mmol-14d" }, mmol, OF_VALID),
  ];
}

const timeInRange: Question = {
  kind: "question",
  name: "time-in-range",
  title: "Glucose in range for at least 70 % of the time",
  words:
    "Most of the time glucose was where doctors want it: neither low nor high. The proof says that the share of readings in the range reached the bound, and nothing about any single reading.",
  metric: "glucose",
  template: "distribution",
  about: "share",
  alert: false,
  sources: [CONSENSUS_2019],
  forms: windows(
    { request: { band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } }, good: 180, bad: 181 },
    {
      request: { band: { atLeast: "3.9", atMost: "10.0" }, share: { atLeast: 70 } },
      good: "10.0",
      bad: "10.1",
    },
    {
      passing: 0.75,
      failing: 0.69,
      words: [
        "Three quarters of the readings are at the upper end of the range, the others just above it.",
        "69 % of the readings are at the upper end of the range, the others just above it.",
      ],
    },
  ),
};

const timeBelowRange: Question = {
  kind: "question",
  name: "time-below-range",
  title: "Glucose below 70 mg/dL (3.9 mmol/L) for at most 4 % of the time",
  words:
    "Glucose was rarely low. Low glucose makes people shaky and confused, and it is what treatment must avoid.",
  metric: "glucose",
  template: "distribution",
  about: "share",
  alert: false,
  sources: [CONSENSUS_2019],
  forms: windows(
    { request: { band: { below: 70 }, share: { atMost: 4 } }, good: 70, bad: 69 },
    { request: { band: { below: "3.9" }, share: { atMost: 4 } }, good: "3.9", bad: "3.8" },
    {
      passing: 0.97,
      failing: 0.95,
      words: [
        "3 % of the readings are just below the level.",
        "5 % of the readings are just below the level.",
      ],
    },
  ),
};

const timeBelowRange2: Question = {
  ...timeBelowRange,
  name: "time-below-range-level-2",
  title: "Glucose below 54 mg/dL (3.0 mmol/L) for at most 1 % of the time",
  words: "Glucose was almost never dangerously low.",
  forms: windows(
    { request: { band: { below: 54 }, share: { atMost: 1 } }, good: 54, bad: 53 },
    { request: { band: { below: "3.0" }, share: { atMost: 1 } }, good: "3.0", bad: "2.9" },
    {
      passing: 1,
      failing: 0.98,
      words: ["Every reading is at the level itself.", "2 % of the readings are just below the level."],
    },
  ),
};

const belowAllDay: Question = {
  kind: "question",
  name: "below-all-day",
  title: "Glucose never above a level for 24 hours (250 mg/dL, 13.9 mmol/L)",
  words:
    "Not one reading of the day was above the level. A missing reading counts as one that was above, so the day must be complete.",
  metric: "glucose",
  template: "distribution",
  about: "share",
  alert: false,
  sources: [
    {
      ...CONSENSUS_2019,
      says: "Glucose above 250 mg/dL (13.9 mmol/L) is level 2 hyperglycaemia, of which there should be less than 5 %. That there is none in a day is this question's own, stricter bound.",
    },
  ],
  forms: DAYS.map(([profile, circuit]): Form => {
    const mass = inMass(profile);
    const level = mass ? 250 : "13.9";
    return {
      window: "1 day",
      profile,
      circuit,
      offset: 0,
      request: { template: "distribution", band: { atMost: level }, share: { atLeast: 100 } },
      passing: steady("Every reading is at the level itself.", level),
      failing: mass
        ? dipping("One reading is one step above the level.", 120, 50, 1, 251)
        : dipping("One reading is missing.", "7.0", 50, 1, undefined),
    };
  }),
};

const averageGlucose: Question = {
  kind: "question",
  name: "average-glucose-below",
  title: "Average glucose below 154 mg/dL (8.6 mmol/L)",
  words: "On average glucose stayed below the level that goes with a long-term value (A1C) of 7 %.",
  metric: "glucose",
  template: "distribution",
  about: "mean",
  alert: false,
  sources: [ADAG_2008],
  forms: windows(
    { request: { mean: { below: 154 } }, good: 150, bad: 158 },
    { request: { mean: { below: "8.6" } }, good: "8.4", bad: "8.8" },
    {
      passing: 0.75,
      failing: 0.5,
      words: [
        "Three quarters of the readings are below the level, the others as far above it.",
        "Half of the readings are below the level and half as far above: the average is the level itself.",
      ],
    },
  ),
};

const hypoglycaemia: Question = {
  kind: "question",
  name: "hypoglycaemia-events",
  title: "No episode of 15 minutes below 54 mg/dL (3.0 mmol/L) in a day",
  words:
    "Glucose was never dangerously low for a quarter of an hour. With another level (below 70 mg/dL, 3.9 mmol/L) or number it counts milder or more events.",
  metric: "glucose",
  template: "episode",
  about: "runs",
  alert: false,
  sources: [EVENTS_2017],
  forms: [
    {
      window: "1 day",
      profile: "glucose-mg-dl-5min",
      circuit: "glucose-day-episodes",
      offset: 0,
      request: { template: "episode", band: { below: 54 }, minRun: { seconds: 900 }, runs: { atMost: 0 } },
      passing: dipping("Two readings in a row are below 54, ten minutes.", 90, 50, 2, 53),
      failing: dipping("Three readings in a row are below 54, fifteen minutes.", 90, 50, 3, 53),
    },
    {
      window: "1 day",
      profile: "glucose-mmol-l-5min",
      offset: 0,
      request: {
        template: "episode",
        band: { below: "3.0" },
        minRun: { seconds: 900 },
        runs: { atMost: 0 },
      },
      passing: dipping("Two readings in a row are below 3.0, ten minutes.", "5.0", 50, 2, "2.9"),
      failing: dipping("Three readings in a row are below 3.0, fifteen minutes.", "5.0", 50, 3, "2.9"),
    },
  ],
};

export const GLUCOSE: readonly Question[] = [
  timeInRange,
  timeBelowRange,
  timeBelowRange2,
  belowAllDay,
  averageGlucose,
  hypoglycaemia,
];
