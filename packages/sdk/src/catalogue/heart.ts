// SPDX-License-Identifier: GPL-3.0-or-later

import type { TermsRequest } from "../templates/templates.ts";
import type { Form, Question, Source } from "./entry.ts";
import { dipping, partly, steady } from "./examples.ts";

const TACHYCARDIA_2015: Source = {
  citation:
    "Page RL, Joglar JA, Caldwell MA, et al. 2015 ACC/AHA/HRS Guideline for the Management of Adult Patients With Supraventricular Tachycardia. Circulation 2016;133(14):e506-e574",
  at: "https://doi.org/10.1161/CIR.0000000000000311",
  says: "Sinus rates above 100 per minute at rest are tachycardia.",
};

const NEWS2: Source = {
  citation:
    "Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the assessment of acute-illness severity in the NHS. London: RCP, 2017",
  at: "https://www.rcp.ac.uk/resources/national-early-warning-score-news-2/",
  says: "For orientation: a pulse of 91-110 scores 1, 111-130 scores 2, 131 and more 3. The level of 120 is an offer's own choice.",
};

const AF_2020: Source = {
  citation:
    "Hindricks G, Potpara T, Dagres N, et al. 2020 ESC Guidelines for the diagnosis and management of atrial fibrillation. European Heart Journal 2021;42(5):373-498",
  at: "https://doi.org/10.1093/eurheartj/ehaa612",
  says: "An episode of at least 30 s in a tracing is diagnostic of clinical atrial fibrillation. The flag here is the device's own finding for each minute. The proof says what the device said. It is not a diagnosis.",
};

type Distribution = TermsRequest & { template: "distribution" };

function hourAndDay(
  request: Omit<Distribution, "template">,
  examples: Pick<Form, "passing" | "failing">,
): Form[] {
  const common = {
    offset: 0,
    request: { template: "distribution", ...request } as TermsRequest,
    ...examples,
  };
  return [
    { window: "1 hour", profile: "heart-rate-1s", circuit: "heart-rate-hour", ...common },
    { window: "1 day", profile: "heart-rate-1min", circuit: "heart-rate-day", ...common },
    { window: "1 hour", profile: "heart-rate-5s", circuit: "heart-rate-5s-hour", ...common },
  ];
}

const common = { kind: "question", metric: "heart-rate", template: "distribution", alert: false } as const;

const heartRateBelow: Question = {
  ...common,
  name: "heart-rate-below",
  title: "Heart rate below 120 throughout",
  words:
    "In the whole hour or day not one reading of the heart rate reached the level. A missing reading counts as one that did.",
  about: "share",
  sources: [NEWS2],
  forms: hourAndDay(
    { band: { below: 120 }, share: { atLeast: 100 } },
    {
      passing: steady("Every reading is 119.", 119),
      failing: dipping("One reading is 120.", 80, 7, 1, 120),
    },
  ),
};

const averageAbove: Question = {
  ...common,
  name: "average-above",
  title: "Average heart rate above 100",
  words:
    "On average the heart beat faster than 100 times a minute: a fast heart, though not at every moment.",
  about: "mean",
  sources: [TACHYCARDIA_2015],
  forms: hourAndDay(
    { mean: { above: 100 } },
    {
      passing: dipping("Every reading is 100 but one, which is 101.", 100, 9, 1, 101),
      failing: steady("Every reading is 100.", 100),
    },
  ),
};

const averageBelow: Question = {
  ...common,
  name: "average-below",
  title: "Average heart rate below 100",
  words: "On average the heart beat fewer than 100 times a minute.",
  about: "mean",
  sources: [TACHYCARDIA_2015],
  forms: hourAndDay(
    { mean: { below: 100 } },
    {
      passing: dipping("Every reading is 100 but one, which is 99.", 100, 9, 1, 99),
      failing: steady("Every reading is 100.", 100),
    },
  ),
};

const resting: Question = {
  ...common,
  name: "resting-heart-rate",
  title: "Average heart rate at rest from 50 to below 100",
  words:
    "Over an hour of rest the average was neither slow nor fast. That the person was resting is the patient's word or the study's protocol; the proof is about the heart rate only.",
  about: "mean",
  sources: [
    {
      ...TACHYCARDIA_2015,
      says: "Sinus rates above 100 per minute at rest are tachycardia.",
    },
    {
      citation:
        "Kusumoto FM, Schoenfeld MH, Barrett C, et al. 2018 ACC/AHA/HRS Guideline on the Evaluation and Management of Patients With Bradycardia and Cardiac Conduction Delay. Circulation 2019;140(8):e382-e482",
      at: "https://doi.org/10.1161/CIR.0000000000000628",
      says: "Sinus bradycardia is a sinus rate below 50 per minute.",
    },
  ],
  forms: hourAndDay(
    { mean: { atLeast: 50, below: 100 } },
    {
      passing: partly("Half of the readings are 62 and half 66.", 0.5, 62, 66),
      failing: partly("Three readings of four are 104, the others 88: the average is 100.", 0.75, 104, 88),
    },
  ).filter(({ window }) => window === "1 hour"),
};

const noFibrillation: Question = {
  kind: "question",
  name: "no-atrial-fibrillation",
  title: "No minute with atrial fibrillation in an hour",
  words: "The monitor looked at every minute of the hour and found atrial fibrillation in none of them.",
  metric: "af-flag",
  template: "distribution",
  about: "share",
  alert: false,
  sources: [AF_2020],
  forms: [
    {
      window: "1 hour",
      profile: "af-flag-1min",
      circuit: "af-hour",
      offset: 0,
      request: { template: "distribution", band: { atMost: 0 }, share: { atLeast: 100 } },
      passing: steady("No minute is flagged.", 0),
      failing: dipping("One minute is flagged.", 0, 30, 1, 1),
    },
  ],
};

export const HEART: readonly Question[] = [
  heartRateBelow,
  averageAbove,
  averageBelow,
  resting,
  noFibrillation,
];
