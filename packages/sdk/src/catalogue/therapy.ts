// SPDX-License-Identifier: GPL-3.0-or-later
import type { Question } from "./entry.ts";
import { inEpochs } from "./examples.ts";

/** Noon UTC, in quarter hours: a night is within one epoch. */
const NOON = 48;

const cpap: Question = {
  kind: "question",
  name: "cpap-usage",
  title: "Device used at least 4 hours on at least 21 of 30 nights",
  words:
    "The breathing device was used for four hours or more on at least 70 % of thirty nights, each counted from noon to noon. How it was used within a night stays private.",
  metric: "device-usage",
  template: "regularity",
  about: "epochs",
  alert: false,
  sources: [
    {
      citation:
        "Centers for Medicare & Medicaid Services. LCD L33718, Positive Airway Pressure (PAP) Devices for the Treatment of Obstructive Sleep Apnea",
      at: "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?LCDId=33718",
      says: "Adherence is use of at least 4 hours per night on 70 % of nights during a consecutive 30-day period: 21 of 30.",
    },
  ],
  forms: [
    {
      window: "30 nights",
      profile: "device-usage-3h",
      circuit: "device-usage-30d",
      offset: NOON,
      request: { template: "regularity", level: { sum: 240 }, epochs: { atLeast: 21 } },
      passing: inEpochs(
        "240 minutes on 21 nights, none on the other nine.",
        8,
        21,
        (part) => [0, 0, 0, 90, 150, 0, 0, 0][part],
        0,
      ),
      failing: inEpochs(
        "240 minutes on 20 nights, none on the other ten.",
        8,
        20,
        (part) => [0, 0, 0, 90, 150, 0, 0, 0][part],
        0,
      ),
    },
    {
      window: "30 nights",
      profile: "device-usage-night",
      circuit: "device-usage-nights-30d",
      offset: NOON,
      request: { template: "regularity", level: { sum: 240 }, epochs: { atLeast: 21 } },
      passing: inEpochs("240 minutes on 21 nights, none on the other nine.", 1, 21, () => 240, 0),
      failing: inEpochs("240 minutes on 20 nights, none on the other ten.", 1, 20, () => 240, 0),
    },
  ],
};

const adherence: Question = {
  kind: "question",
  name: "adherence",
  title: "At least 80 % of the doses taken, and a dose on at least 24 of 30 days",
  words:
    "Most of the scheduled doses were taken, and there were few days without any. Which doses were missed stays private.",
  metric: "doses",
  template: "regularity",
  about: "share",
  alert: false,
  sources: [
    {
      citation:
        "Pharmacy Quality Alliance. Proportion of Days Covered, as used in Medicare Part D Star Ratings",
      at: "https://www.pqaalliance.org/adherence-measures",
      says: "A person is adherent with a medicine available on at least 80 % of days. That measure counts days of supply from pharmacy claims; here doses reported as taken are counted.",
    },
  ],
  forms: [
    {
      window: "30 days",
      profile: "doses-12h",
      circuit: "doses-30d",
      offset: 0,
      request: {
        template: "regularity",
        band: { atLeast: 1 },
        level: { readings: 1 },
        epochs: { atLeast: 24 },
        share: { atLeast: 80 },
      },
      passing: inEpochs("Both doses on 24 days, none on six: 48 of 60.", 2, 24, () => 1, 0),
      failing: inEpochs("Both doses on 23 days, none on seven: 46 of 60.", 2, 23, () => 1, 0),
    },
  ],
};

const monitoring: Question = {
  kind: "question",
  name: "remote-monitoring-days",
  title: "Readings on at least 16 of 30 days",
  words:
    "The device sent something on at least sixteen of thirty days. What it measured does not matter and is not shown; what was not sent is missing.",
  metric: "any",
  template: "regularity",
  about: "epochs",
  alert: false,
  sources: [
    {
      citation:
        "American Medical Association. CPT 99454, remote monitoring of physiologic parameters: device supply with daily recordings or programmed alert transmission; CMS Physician Fee Schedule",
      at: "https://www.ngsmedicare.com/web/ngs/remote-monitoring-services?selectedArticleId=4521902",
      says: "To be billed, the device must have recorded and sent data on at least 16 days of a 30-day period.",
    },
  ],
  forms: [
    {
      window: "30 days",
      profile: "device-usage-3h",
      circuit: "device-usage-30d",
      offset: 0,
      request: { template: "regularity", level: { readings: 1 }, epochs: { atLeast: 16 } },
      passing: inEpochs(
        "One reading on each of 16 days.",
        8,
        16,
        (part) => (part === 3 ? 45 : undefined),
        undefined,
      ),
      failing: inEpochs(
        "One reading on each of 15 days.",
        8,
        15,
        (part) => (part === 3 ? 45 : undefined),
        undefined,
      ),
    },
  ],
};

export const THERAPY: readonly Question[] = [cpap, adherence, monitoring];
