// SPDX-License-Identifier: GPL-3.0-or-later
import { PROFILES, type Profile, type ProfileName, profileOf } from "@vitalproof/sdk";
import type { Metric } from "./format.ts";

export type MetricFacts = {
  readonly title: string;
  /** LOINC codes under which the metric is reported, the usual one first. Source: loinc.org. */
  readonly loinc: readonly string[];
  /**
   * UCUM units that readings of it may have, case-sensitive form. Values are never converted between them: a threshold
   * of one system is not a reading of the other. Source: ucum.org.
   */
  readonly ucum: readonly string[];
  /** Whether 0 cannot be measured, so that a file's 0 means "nothing measured". */
  readonly zeroIsMissing: boolean;
  /**
   * Seconds within which the same value again is a copy and not a new measurement: less than the fastest sensor's step.
   * Left out where sensors measure every second, so that a copy cannot be told from a steady value.
   */
  readonly copySeconds?: number;
};

/** What each metric is called elsewhere. */
export const METRICS: Readonly<Record<Metric, MetricFacts>> = {
  glucose: {
    title: "glucose",
    // Interstitial fluid (mass, moles), blood (mass, moles), capillary blood by meter (mass, moles), serum or plasma.
    loinc: ["99504-3", "105272-9", "2339-0", "15074-8", "41653-7", "14743-9", "2345-7", "14749-6"],
    ucum: ["mg/dL", "mmol/L"],
    zeroIsMissing: true,
    // The fastest sensors give a value a minute.
    copySeconds: 30,
  },
  "heart-rate": {
    title: "heart rate",
    // Heart rate; by pulse oximetry; resting.
    loinc: ["8867-4", "8889-8", "40443-4"],
    ucum: ["/min"],
    zeroIsMissing: true,
  },
  spo2: {
    title: "oxygen saturation",
    // In arterial blood; by pulse oximetry; in blood.
    loinc: ["2708-6", "59408-5", "20564-1"],
    ucum: ["%"],
    zeroIsMissing: true,
  },
  // [g] is UCUM's standard acceleration of free fall; g would be grams.
  acceleration: {
    title: "acceleration",
    loinc: [],
    ucum: ["[g]", "m/s2"],
    zeroIsMissing: false,
  },
  "device-usage": {
    title: "device usage",
    loinc: [],
    ucum: ["min", "h", "s"],
    zeroIsMissing: false,
  },
  doses: { title: "doses taken", loinc: [], ucum: ["1", "{dose}"], zeroIsMissing: false },
  "af-flag": {
    title: "atrial-fibrillation flag",
    loinc: [],
    ucum: ["1"],
    zeroIsMissing: false,
  },
  other: { title: "another metric", loinc: [], ucum: [], zeroIsMissing: false },
};

/** Every metric there is. */
export const METRIC_NAMES = Object.keys(METRICS) as readonly Metric[];

/** The metric of a LOINC code; undefined for codes of other things. */
export function metricOfLoinc(code: string): Metric | undefined {
  return METRIC_NAMES.find((metric) => METRICS[metric].loinc.includes(code));
}

/** Spellings of units outside UCUM's case-sensitive form, as files and their headers have them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  "mg/dl": "mg/dL",
  "mmol/l": "mmol/L",
  bpm: "/min",
  "beats/min": "/min",
  "beats/minute": "/min",
  "{beats}/min": "/min",
  "{beat}/min": "/min",
  "1/min": "/min",
  "count/min": "/min",
  "breaths/min": "/min",
  percent: "%",
  "%{hemoglobinsaturation}": "%",
  g: "[g]",
  gn: "[g]",
  "m/s^2": "m/s2",
  "m/s²": "m/s2",
  minutes: "min",
  hours: "h",
  seconds: "s",
};

/**
 * The UCUM unit of a metric that a spelling means.
 * @returns undefined where the metric is not measured in it ("kg" for glucose)
 */
export function ucumOf(metric: Metric, unit: string): string | undefined {
  const trimmed = unit.trim();
  if (metric === "other") return trimmed === "" ? undefined : trimmed;
  const { ucum } = METRICS[metric];
  if (ucum.includes(trimmed)) return trimmed;
  const spelled = SPELLINGS[trimmed.toLowerCase()];
  return spelled !== undefined && ucum.includes(spelled) ? spelled : undefined;
}

/** The metric that a unit alone stands for, where there is one: "mg/dL" is glucose, "1" is nothing in particular. */
export function metricOfUnit(unit: string): Metric | undefined {
  const usual: readonly Metric[] = ["glucose", "heart-rate", "spo2", "acceleration"];
  return usual.find((metric) => ucumOf(metric, unit) !== undefined);
}

/**
 * The profiles that readings of a metric and unit can be sealed under, the shortest interval first.
 * @param unit UCUM
 */
export function profilesFor(metric: Metric, unit: string): Profile[] {
  return (Object.keys(PROFILES) as ProfileName[])
    .map((name) => profileOf(name))
    .filter(
      ({ name, loinc, ucum }) =>
        ucum === unit && (METRICS[metric].loinc.includes(loinc) || name.startsWith(`${metric}-`)),
    )
    .sort((a, b) => a.interval - b.interval || a.id - b.id);
}

/**
 * The profile for readings that come about every `interval` seconds: the one with the longest interval that still
 * keeps every reading. Readings that come less often leave slots missing; those that come more often would be dropped.
 * @param interval typical seconds between two readings; a quarter more than the profile's may be jitter
 */
export function likelyProfile(metric: Metric, unit: string, interval: number): Profile | undefined {
  return profilesFor(metric, unit)
    .filter((profile) => profile.interval <= 1.25 * interval)
    .at(-1);
}
