// SPDX-License-Identifier: GPL-3.0-or-later
import {
  circuitOf,
  decimal,
  type Form,
  formatSteps,
  type Overrides,
  profileOf,
  type Question,
  type Terms,
  termsOf,
} from "@vitalproof/sdk";

/** One number of a circuit that an insurer chooses. */
export type BoundField = {
  /** Name among the SDK's overrides. */
  readonly key:
    | "low"
    | "high"
    | "atLeast"
    | "atMost"
    | "above"
    | "below"
    | "minRun"
    | "level"
    | "days"
    | "coverage";
  readonly label: string;
  /** "%", "mg/dL", "minutes", … */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The catalogue's own. */
  readonly value: number;
  /** Decimals that `step` has. */
  readonly places: number;
};

type Side = {
  atLeast?: number | string;
  atMost?: number | string;
  above?: number | string;
  below?: number | string;
};

/**
 * The numbers of a circuit's form that can be chosen, in the order in which a sentence would name them, each with the
 * scale of its profile. Only bounds that the catalogue's request has: others would make another circuit of it.
 */
export function boundFields(entry: Question, form: Form): BoundField[] {
  const { request } = form;
  const profile = profileOf(form.profile);
  const unit = profile.ucum === "1" ? "" : profile.ucum;
  const scale = {
    unit,
    min: Number(profile.lowest),
    max: Number(profile.highest),
    step: Number(profile.resolution),
    places: placesOf(profile.resolution),
  };
  const fields: BoundField[] = [];
  const add = (
    key: BoundField["key"],
    label: string,
    value: unknown,
    rest: Omit<BoundField, "key" | "label" | "value">,
  ) => {
    if (value !== undefined) fields.push({ key, label, value: Number(value), ...rest });
  };
  const percent = { unit: "%", min: 0, max: 100, step: 0.5, places: 1 };
  const band: Side = ("band" in request ? request.band : undefined) ?? {};
  const levels = (side: Side, names: { [K in keyof Required<Side>]: BoundField["key"] }, noun: string) => {
    add(names.atLeast, `${noun} at least`, side.atLeast, scale);
    add(names.above, `${noun} above`, side.above, scale);
    add(names.atMost, `${noun} at most`, side.atMost, scale);
    add(names.below, `${noun} below`, side.below, scale);
  };
  // Where a circuit is about a mean, `above` and `below` are bounds of the mean.
  if (entry.about !== "mean") {
    levels(band, { atLeast: "low", atMost: "high", above: "above", below: "below" }, "Reading");
  }
  if (request.template === "episode") {
    const { minRun } = request;
    const seconds =
      "seconds" in minRun ? minRun.seconds : "longerThan" in minRun ? minRun.longerThan : undefined;
    if ("seconds" in minRun) {
      add("minRun", "For at least", seconds, {
        unit: "seconds",
        min: profile.interval,
        max: Math.min(profile.epochSeconds, 7200),
        step: profile.interval,
        places: 0,
      });
    }
  }
  if (request.template === "regularity") {
    const { level } = request;
    if ("sum" in level) {
      add("level", "Each day or night adds up to at least", level.sum, {
        unit,
        min: 1,
        max: Number(profile.highest) * profile.slots,
        step: Number(profile.resolution),
        places: placesOf(profile.resolution),
      });
    } else if (profile.slots > 1) {
      add("level", "Each day or night has at least", level.readings, {
        unit: "readings",
        min: 1,
        max: profile.slots,
        step: 1,
        places: 0,
      });
    }
    const epochs = form.circuit === undefined ? 0 : circuitOf(form.circuit).epochs;
    add("days", "Days or nights that reach it, at least", request.epochs.atLeast, {
      unit: `of ${epochs}`,
      min: 1,
      max: epochs,
      step: 1,
      places: 0,
    });
  }
  if (request.template === "impact") {
    add("level", "Magnitude at least", request.magnitude, {
      ...scale,
      min: Number(profile.resolution),
      max: Number(profile.highest),
    });
  }
  const whole = (most: number, what: string) => ({ unit: what, min: 0, max: most, step: 1, places: 0 });
  switch (entry.about) {
    case "share": {
      const share = ("share" in request ? request.share : undefined) ?? {};
      add("atLeast", "Share of the readings at least", share.atLeast, percent);
      add("atMost", "Share of the readings at most", share.atMost, percent);
      break;
    }
    case "mean":
      levels(
        ("mean" in request ? request.mean : undefined) ?? {},
        { atLeast: "atLeast", atMost: "atMost", above: "above", below: "below" },
        "Average",
      );
      break;
    case "runs":
      if (request.template === "episode") {
        add("atLeast", "Episodes at least", request.runs.atLeast, { ...whole(24, ""), min: 1 });
        add("atMost", "Episodes at most", request.runs.atMost, whole(24, ""));
      }
      break;
    case "count":
      if (request.template === "impact") {
        add("atLeast", "Impacts at least", request.count.atLeast, { ...whole(60, ""), min: 1 });
        add("atMost", "Impacts at most", request.count.atMost, whole(60, ""));
      }
      break;
    case "epochs":
      break;
  }
  add("coverage", "Slots with a reading at least", request.coverage?.atLeast, percent);
  return fields;
}

/** Decimals of a step that is written as a decimal. */
function placesOf(step: string): number {
  return step.split(".")[1]?.length ?? 0;
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
