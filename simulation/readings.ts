// SPDX-License-Identifier: GPL-3.0-or-later
//
// Synthetic people, one per kind of measurement. No real person's data was used.
import { readFile, textInput } from "@vitalproof/readers";
import { type Profile, profileOf, type Reading, syntheticClarity } from "@vitalproof/sdk";

/**
 * good: a period that meets the terms of the story; bad: one that does not; gaps: one that may have met them, with
 * so many readings missing that nobody knows.
 */
export type Kind = "good" | "bad" | "gaps";

/** What a sample shows; undefined is missing. */
type Sample = number | string | readonly string[] | undefined;
/** A synthetic person: the value of one sample of one epoch of a period of some kind. */
export type Person = (sample: number, epoch: number, kind: Kind) => Sample;

/** Heart rate at rest, by the second. On a bad hour twelve minutes of a racing heart; gaps: the strap slips off. */
export const restingHeart: Person = (second, epoch, kind) => {
  if (kind === "gaps" && between(second, 1500, 2100)) return undefined;
  const racing = kind === "bad" && between(second, 900, 1620) ? 66 : 0;
  return Math.round(70 + 6 * wave(second, 47) + 4 * wave(second, 600) + racing + 3 * noise(second, epoch));
};

/** Heart rate by the minute: asleep until seven, then about its day; a bad day is spent unwell. */
export const daysHeart: Person = (minute, epoch, kind) => {
  if (kind === "gaps" && between(minute, 600, 960)) return undefined;
  const asleep = minute < 420 || minute > 1380;
  const base = (asleep ? 54 : 72) + (kind === "bad" ? 18 : 0);
  const walk = between(minute, 1020, 1050) ? 35 : 0;
  return Math.round(base + walk + 4 * wave(minute, 90) + 4 * noise(minute, epoch));
};

/** Minutes in which atrial fibrillation was seen: none, a quarter of an hour of them, or the patch came off. */
export const rhythm: Person = (minute, _epoch, kind) => {
  if (kind === "gaps" && between(minute, 20, 32)) return undefined;
  return kind === "bad" && between(minute, 14, 29) ? 1 : 0;
};

/** Glucose every five minutes; a bad day has half an hour at 48 mg/dL before dawn, gaps are a sensor that fell off. */
export const lows: Person = (slot, epoch, kind) => {
  if (kind === "gaps" && between(slot, 24, 60)) return undefined;
  if (kind === "bad" && between(slot, 40, 46)) return 48;
  return Math.round(118 + 30 * wave(slot, 96) + 12 * wave(slot, 37) + 4 * noise(slot, epoch));
};

/** Oxygen saturation by the second; a bad hour has eight minutes at 86 %, gaps are a finger clip that fell off. */
export const oxygen: Person = (second, epoch, kind) => {
  if (kind === "gaps" && between(second, 1200, 1620)) return undefined;
  // A dip that is not an episode: a minute and a half below 90.
  const dip = between(second, 300, 390) ? -8 : 0;
  const low = kind === "bad" && between(second, 2000, 2480) ? -10 : 0;
  return Math.min(100, Math.round(96.5 + wave(second, 240) + dip + low + 0.8 * noise(second, epoch)));
};

/** Minutes of use of a device for the night, in eight parts of a day that begins at noon. */
export const sleepDevice: Person = (part, night, kind) => {
  const used = [0, 0, 0, 95, 180, 150, 20, 0];
  const spread = Math.round(15 * noise(part, night));
  if (kind === "gaps" && night % 2 === 0 && part >= 3 && part <= 6) return undefined;
  // Taken off after an hour: now and then, and on most bad nights.
  const early = kind === "bad" ? night % 3 !== 0 : night % 9 === 4;
  if (early) return part === 3 ? 60 + spread : 0;
  return part === 4 || used[part] === 0 ? used[part] : used[part]! + spread;
};

/** The same as one total a night, as the card in the device keeps it. */
export const sleepNights: Person = (_, night, kind) => {
  let total = 0;
  for (let part = 0; part < 8; part++) {
    const used = sleepDevice(part, night, kind);
    if (used === undefined) return undefined;
    total += Number(used);
  }
  return total;
};

/** A person who is measured by the second, by a device that measures every so many seconds. */
export function every(seconds: number, person: Person): Person {
  return (sample, epoch, kind) => person(sample * seconds, epoch, kind);
}

/** Doses in the morning and in the evening; on bad months whole days forgotten, with gaps whole days unrecorded. */
export const doses: Person = (dose, day, kind) => {
  if (kind !== "good" && day % 4 === 2) return kind === "bad" ? 0 : undefined;
  return dose === 1 && day % 14 === 5 ? 0 : 1;
};

/**
 * Acceleration in g at 20 Hz around a fall: walking, 0.3 s of falling, the impact, lying still. In a bad window
 * somebody only sits down hard; in one with gaps the radio was silent for the two seconds that matter.
 */
export const fall: Person = (sample, epoch, kind) => {
  const at = 300;
  if (kind === "gaps" && between(sample, at - 20, at + 20)) return undefined;
  const sway = 0.12 * noise(sample, epoch);
  const [x, y, z] = [0.1 * wave(sample, 20) + sway, 0.08 * wave(sample, 31), 1 + 0.15 * wave(sample, 10)];
  if (kind === "bad") return steps(x, y, between(sample, at, at + 3) ? 1.9 : z);
  if (between(sample, at - 6, at)) return steps(x / 4, y / 4, 0.1);
  if (between(sample, at, at + 3)) return steps(2.2 + sway, -1.4, 2.1);
  return sample < at ? steps(x, y, z) : steps(1 + sway / 8, 0.04, 0.1);
};

/**
 * The readings of a person over periods of a profile.
 * @param start Unix second at which the first epoch begins
 */
export function readingsOf(
  person: Person,
  profile: Profile,
  kinds: readonly Kind[],
  epochsPerPeriod: number,
  start: number,
): Reading[] {
  const readings: Reading[] = [];
  for (const [period, kind] of kinds.entries()) {
    for (let i = 0; i < epochsPerPeriod; i++) {
      const epoch = period * epochsPerPeriod + i;
      for (let sample = 0; sample < profile.samples; sample++) {
        const value = person(sample, i, kind);
        if (value === undefined) continue;
        const time = start + (epoch * profile.samples + sample) * profile.interval;
        readings.push({ time, value, unit: profile.ucum });
      }
    }
  }
  return readings;
}

/**
 * Glucose readings from the simulated sensor of the SDK, in another profile where that is asked for.
 * @param kinds one per day
 */
export async function glucoseOf(
  profile: Profile,
  kinds: readonly Kind[],
  firstDay: string,
  zone: string,
): Promise<Reading[]> {
  const file = textInput(syntheticClarity({ firstDay, days: kinds }));
  const { readings } = await readFile(file, { zone, metric: "glucose" });
  const step = profile.interval / profileOf("glucose-mg-dl-5min").interval;
  const onGrid =
    step >= 1
      ? readings.filter((_, i) => i % step === 0)
      : // A finer sensor repeats what it measured until the next measurement.
        readings.flatMap((reading) =>
          Array.from({ length: 1 / step }, (_, i) => ({
            ...reading,
            time: reading.time + i * profile.interval,
          })),
        );
  return onGrid.map((reading) => (profile.ucum === "mmol/L" ? inMillimoles(reading) : reading));
}

/** 1 mmol/L of glucose is 18.0156 mg/dL. "LOW" and "HIGH" stay what they are. */
function inMillimoles(reading: Reading): Reading {
  const value =
    typeof reading.value === "number" || /^[\d.]+$/.test(String(reading.value))
      ? (Number(reading.value) / 18.0156).toFixed(1)
      : reading.value;
  return { ...reading, value, unit: "mmol/L" };
}

function between(value: number, from: number, to: number): boolean {
  return from <= value && value < to;
}

function wave(at: number, length: number): number {
  return Math.sin((2 * Math.PI * at) / length);
}

/** From -1 to 1, the same on every machine. */
function noise(sample: number, epoch: number): number {
  let mixed = (Math.imul(sample + 1, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
}

/** Three axes on steps of 0.02 g. */
function steps(...axes: readonly [number, number, number]): readonly string[] {
  return axes.map((value) => (Math.round(value * 50) / 50).toFixed(2));
}
