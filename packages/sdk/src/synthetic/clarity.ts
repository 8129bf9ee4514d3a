// SPDX-License-Identifier: GPL-3.0-or-later
import { assertInteger } from "../invalid.ts";
import { seededRandom } from "./random.ts";

/**
 * good: meals with well-timed insulin, most of the day in 70 to 180 mg/dL. bad: large meals, insulin late or forgotten.
 * gaps: a good day on which the sensor is silent for hours.
 */
export type DayKind = "good" | "bad" | "gaps";

export type SyntheticOptions = {
  /** The same seed gives the same file, to the byte. */
  seed?: number;
  /** Local date of the first day, YYYY-MM-DD. */
  firstDay?: string;
  /** One per day. */
  days?: readonly DayKind[];
};

/** A week with every kind of day in it. */
export const DEMO_DAYS: readonly DayKind[] = ["good", "good", "bad", "good", "gaps", "good", "bad"];

type Meal = { minute: number; carbs: number };
type Bolus = { minute: number; units: number };

/** mg/dL per gram of carbohydrate and per unit of insulin, for an adult of about 70 kg with type 1 diabetes. */
const CARB_EFFECT = 4;
const INSULIN_EFFECT = 40;
const MINUTES_PER_DAY = 1440;

/**
 * A synthetic export of Dexcom Clarity, physiologically plausible: meals through two gut compartments, insulin through two
 * subcutaneous ones, a rise before dawn, counter-regulation below 70 mg/dL, the sensor's lag and coloured noise, jitter of
 * seconds around the five minutes, gaps, alert and calibration rows. No real person's data went into it.
 *
 * Only additions, multiplications and comparisons are used, so that every engine gives the same bytes.
 *
 * @returns the CSV text, with byte order mark and the header rows that Clarity writes
 */
export function syntheticClarity(options: SyntheticOptions = {}): string {
  const days = options.days ?? DEMO_DAYS;
  assertInteger("number of days", days.length, 1, 366);
  const random = seededRandom(options.seed ?? 1);
  const midnight = Date.parse(`${options.firstDay ?? "2026-03-02"}T00:00:00Z`);
  assertInteger("first day", midnight / 86_400_000, 0, 2 ** 31);

  const { meals, boluses } = plan(days, random);
  const gaps = silences(days, random);
  const glucose = simulate(days.length * MINUTES_PER_DAY, meals, boluses);

  const rows: string[][] = [];
  const add = (...cells: string[]): void => {
    rows.push([String(rows.length + 1), ...cells, ...new Array<string>(11 - cells.length).fill("")]);
  };
  add("", "FirstName", "", "Synthetic");
  add("", "LastName", "", "Person");
  add("", "DateOfBirth", "", "1970-01-01");
  add("", "Device", "", "", "Dexcom G6 Mobile App", "Simulator");
  add("", "Alert", "High", "", "", "Simulator", "250");
  add("", "Alert", "Low", "", "", "Simulator", "70");
  add("", "Alert", "Urgent Low", "", "", "Simulator", "55");

  // The sensor follows the blood through tissue with a lag of some eight minutes, and its noise has a memory.
  let sensed = glucose[0]!;
  let noise = 0;
  let calibration = 720;
  const phase = random.integer(5, 280);
  for (let minute = 0; minute < glucose.length; minute++) {
    sensed += (glucose[minute]! - sensed) / 8;
    if (minute % 5 !== 0) continue;
    noise = 0.75 * noise + 2.8 * random.normal();
    const at = midnight + 1000 * (minute * 60 + phase + random.integer(-3, 3));
    if (gaps.some(([from, to]) => from <= minute && minute < to)) continue;
    if (minute >= calibration) {
      add(stamp(at - 60_000), "Calibration", "", "", "", "Simulator", String(Math.round(sensed)));
      calibration += MINUTES_PER_DAY;
    }
    const value = Math.round(sensed + noise);
    const shown = value < 40 ? "Low" : value > 400 ? "High" : String(value);
    add(stamp(at), "EGV", "", "", "", "Simulator", shown);
  }
  const header =
    "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID," +
    "Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min)";
  return `\uFEFF${[header, ...rows.map((row) => row.join(","))].join("\r\n")}\r\n`;
}

/** Three meals a day and some snacks, with the insulin that the kind of day brings. */
function plan(
  days: readonly DayKind[],
  random: ReturnType<typeof seededRandom>,
): { meals: Meal[]; boluses: Bolus[] } {
  const meals: Meal[] = [];
  const boluses: Bolus[] = [];
  days.forEach((kind, day) => {
    const start = day * MINUTES_PER_DAY;
    const usual: Meal[] = [
      { minute: 7 * 60 + random.integer(0, 45), carbs: random.integer(30, 45) },
      { minute: 12 * 60 + random.integer(0, 60), carbs: random.integer(45, 65) },
      { minute: 18 * 60 + random.integer(0, 75), carbs: random.integer(50, 70) },
    ];
    if (random.uniform() < 0.5)
      usual.push({ minute: 15 * 60 + random.integer(0, 60), carbs: random.integer(10, 20) });
    for (const meal of usual) {
      const carbs = kind === "bad" ? Math.round(meal.carbs * 1.8) : meal.carbs;
      meals.push({ minute: start + meal.minute, carbs });
      const needed = (carbs * CARB_EFFECT) / INSULIN_EFFECT;
      // On good days the dose comes around the start of the meal and is nearly right; on bad ones late and short.
      const late = kind === "bad" ? random.integer(30, 75) : random.integer(-15, 10);
      const dose = kind === "bad" ? 0.35 + 0.25 * random.uniform() : 0.9 + 0.5 * random.uniform();
      boluses.push({ minute: start + meal.minute + late, units: Math.round(needed * dose * 10) / 10 });
    }
  });
  return { meals, boluses };
}

/** Stretches without readings, in minutes: hours of them on a day with gaps, a lost reading here and there otherwise. */
function silences(days: readonly DayKind[], random: ReturnType<typeof seededRandom>): [number, number][] {
  const gaps: [number, number][] = [];
  days.forEach((kind, day) => {
    const start = day * MINUTES_PER_DAY;
    if (kind === "gaps") {
      const from = start + 9 * 60 + random.integer(0, 60);
      gaps.push([from, from + 7 * 60 + random.integer(0, 90)]);
      gaps.push([start + 22 * 60, start + 23 * 60]);
    } else if (random.uniform() < 0.6) {
      const from = start + random.integer(60, 1380);
      gaps.push([from, from + random.integer(5, 20)]);
    }
  });
  return gaps;
}

/** Blood glucose by the minute, mg/dL. */
function simulate(minutes: number, meals: readonly Meal[], boluses: readonly Bolus[]): number[] {
  const curve: number[] = [];
  let glucose = 118;
  let stomach = 0;
  let gut = 0;
  let depot = 0;
  let plasma = 0;
  for (let minute = 0; minute < minutes; minute++) {
    for (const meal of meals) if (meal.minute === minute) stomach += meal.carbs;
    for (const bolus of boluses) if (bolus.minute === minute) depot += bolus.units;
    // Compartments empty at constant rates: carbohydrates peak after about half an hour, insulin after about 60.
    const emptied = stomach / 28;
    const absorbed = gut / 28;
    stomach -= emptied;
    gut += emptied - absorbed;
    const released = depot / 50;
    const acting = plasma / 65;
    depot -= released;
    plasma += released - acting;
    const drift = (target(minute % MINUTES_PER_DAY) - glucose) / 260;
    const counter = glucose < 75 ? (75 - glucose) / 18 : 0;
    const kidneys = glucose > 250 ? (glucose - 250) / 120 : 0;
    glucose += drift + counter - kidneys + CARB_EFFECT * absorbed - INSULIN_EFFECT * acting;
    if (glucose < 30) glucose = 30;
    curve.push(glucose);
  }
  return curve;
}

/** Where basal insulin holds glucose: 112 mg/dL, up to 35 more around dawn, between four and nine. */
function target(minute: number): number {
  const [from, peak, to] = [240, 390, 540];
  if (minute < from || minute > to) return 112;
  return 112 + (minute <= peak ? (35 * (minute - from)) / (peak - from) : (35 * (to - minute)) / (to - peak));
}

function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}
