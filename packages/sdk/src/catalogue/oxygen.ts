// SPDX-License-Identifier: GPL-3.0-or-later
import type { Question, Source } from "./entry.ts";
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
const five = dipping("Oxygen is at 89 % for 300 seconds, not longer.", 96, 1_000, 300, 89);
const longer = dipping("Oxygen is at 89 % for 301 seconds.", 96, 1_000, 301, 89);
const window = { window: "1 hour", profile: "spo2-1s", circuit: "spo2-hour-episodes", offset: 0 } as const;
const low = { template: "episode", band: { below: 90 }, minRun: { longerThan: 300 } } as const;

export const OXYGEN: readonly Question[] = [
  {
    ...common,
    name: "desaturation",
    title: "Oxygen below 90 % for more than 5 minutes, at least once",
    words:
      "At least once the oxygen in the blood stayed too low for more than five minutes. Used as an alert.",
    alert: true,
    forms: [{ ...window, request: { ...low, runs: { atLeast: 1 } }, passing: longer, failing: five }],
  },
  {
    ...common,
    name: "stable-oxygen",
    title: "Oxygen never below 90 % for more than 5 minutes",
    words:
      "The oxygen in the blood was never too low for more than five minutes. Missing seconds count as too low until they would make five minutes.",
    alert: false,
    forms: [{ ...window, request: { ...low, runs: { atMost: 0 } }, passing: five, failing: longer }],
  },
];
