// SPDX-License-Identifier: GPL-3.0-or-later
import type { Question } from "./entry.ts";
import { dipping } from "./examples.ts";

const still = [0, 0, 1] as const;

export const MOTION: readonly Question[] = [
  {
    kind: "question",
    name: "falls",
    title: "At least one fall-like impact of 2.5 g",
    words:
      "The sensor on the body felt a hard jolt, as in a fall. A jolt is not always a fall, and a soft fall may not be one. Used as an alert.",
    metric: "acceleration",
    template: "impact",
    about: "count",
    alert: true,
    sources: [
      {
        citation:
          "Bourke AK, O'Brien JV, Lyons GM. Evaluation of a threshold-based tri-axial accelerometer fall detection algorithm. Gait & Posture 2007;26(2):194-199",
        at: "https://doi.org/10.1016/j.gaitpost.2006.09.012",
        says: "Falls can be told from daily activities by one threshold on the resultant acceleration at the trunk. Their threshold comes from their own sensor and falls; see the next source for this one.",
      },
      {
        citation:
          "Casilari E, Santoyo-Ramón JA, Cano-García JM. UMAFall: A Multisensor Dataset for the Research on Automatic Fall Detection. Procedia Computer Science 2017;110:32-39",
        at: "https://doi.org/10.1016/j.procs.2017.06.110",
        says: "Falls and daily activities, labelled, with a sensor at the waist at 20 Hz. 2.5 g is this question's own level: none of the 19 daily activities of its first subject that the tests hold reaches it. How many falls it finds depends on the sensor and where it is worn, and is not shown here.",
      },
    ],
    forms: [
      {
        window: "30 seconds",
        profile: "acceleration-20hz",
        circuit: "fall-window",
        offset: 0,
        request: { template: "impact", magnitude: "2.5", count: { atLeast: 1 } },
        passing: dipping("One sample of exactly 2.5 g: 1.5 g forwards and 2 g up.", still, 300, 1, [
          "1.5",
          0,
          2,
        ]),
        failing: dipping("The hardest sample is 1.5 g forwards and 1.98 g up.", still, 300, 1, [
          "1.5",
          0,
          "1.98",
        ]),
      },
    ],
  },
];
