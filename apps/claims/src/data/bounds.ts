// SPDX-License-Identifier: GPL-3.0-or-later
import {
  circuitOf,
  decimal,
  type Form,
  formatSteps,
  type LevelBounds,
  type NumberField,
  type Overrides,
  placesOf,
  profileOf,
  type Question,
  type Terms,
  templateOf,
  termsOf,
} from "@vitalproof/sdk";

/** One number of a question that an insurer chooses; `value` is the catalogue's own. */
export type BoundField = NumberField;

type Scale = Pick<BoundField, "unit" | "min" | "max" | "step" | "places">;
type Keys = { [K in keyof Required<LevelBounds>]: BoundField["key"] };

const PERCENT: Scale = { unit: "%", min: 0, max: 100, step: 0.5, places: 1 };
const OF_BAND: Keys = { atLeast: "low", above: "above", atMost: "high", below: "below" };
const OF_SUBJECT: Keys = { atLeast: "atLeast", above: "above", atMost: "atMost", below: "below" };

/**
 * The numbers of a question's form that can be chosen, in the order in which a sentence would name them, each with the
 * scale of its profile. Only bounds that the catalogue's request has: others would make another question of it.
 */
export function boundFields(entry: Question, form: Form): BoundField[] {
  const profile = profileOf(form.profile);
  const template = templateOf(form.request.template);
  // What the members of a request bound is told by their names; `about` and `band` name them.
  const request = form.request as unknown as Readonly<Record<string, LevelBounds | undefined>>;
  const epochs = form.circuit === undefined ? 0 : circuitOf(form.circuit).epochs;
  const scale: Scale = {
    unit: profile.ucum === "1" ? "" : profile.ucum,
    min: Number(profile.lowest),
    max: Number(profile.highest),
    step: Number(profile.resolution),
    places: placesOf(profile.resolution),
  };
  const subject = template.about[entry.about];
  const fields: BoundField[] = [];
  // Where a question is about a mean, `above` and `below` are bounds of the mean.
  if (entry.about !== "mean") fields.push(...sides(request.band, OF_BAND, "Reading", scale));
  fields.push(...template.fields(form.request, { profile, epochs, offset: form.offset }));
  if (subject?.label !== undefined) {
    const bounds = request[entry.about];
    if (subject.kind === "count") {
      const whole = { unit: "", min: 0, max: subject.most ?? epochs, step: 1, places: 0 };
      fields.push(...sides({ atLeast: bounds?.atLeast }, OF_SUBJECT, subject.label, { ...whole, min: 1 }));
      fields.push(...sides({ atMost: bounds?.atMost }, OF_SUBJECT, subject.label, whole));
    } else {
      const of = subject.kind === "percent" ? PERCENT : scale;
      fields.push(...sides(bounds, OF_SUBJECT, subject.label, of));
    }
  }
  const coverage = { atLeast: request.coverage?.atLeast };
  fields.push(...sides(coverage, { ...OF_SUBJECT, atLeast: "coverage" }, "Slots with a reading", PERCENT));
  return fields;
}

/** A field for each side of two bounds that is there. */
function sides(bounds: LevelBounds | undefined, keys: Keys, noun: string, scale: Scale): BoundField[] {
  const says = { atLeast: "at least", above: "above", atMost: "at most", below: "below" } as const;
  return (Object.keys(says) as (keyof typeof says)[]).flatMap((side) => {
    const value = bounds?.[side];
    if (value === undefined) return [];
    return [{ key: keys[side], label: `${noun} ${says[side]}`, value: Number(value), ...scale }];
  });
}

/** A number of a slider as exact text: 3.9, not 3.9000000000000004. */
export function exact(value: number, places: number): string {
  const steps = BigInt(Math.round(value * 10 ** places));
  return formatSteps(decimal("0"), decimal(places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`), steps);
}

/**
 * The terms with these numbers.
 * @param values by field's key; what is left out takes the catalogue's own
 * @param offset quarter hours after 00:00 UTC at which a period begins
 * @throws what the SDK's `termsOf` throws
 */
export function termsWith(
  entry: Question,
  form: Form,
  values: Readonly<Partial<Record<BoundField["key"], number>>>,
  offset: number,
): Terms {
  const overrides: Record<string, number | string> = {};
  for (const { key, value, places } of boundFields(entry, form)) {
    const chosen = values[key] ?? value;
    overrides[key] = key === "days" || key === "minRun" ? chosen : exact(chosen, places);
  }
  return termsOf(entry.name, {
    ...(overrides as Overrides),
    window: form.window,
    profile: form.profile,
    offset,
  });
}
