// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { PROFILES } from "../generated/protocol.ts";
import { NumberColumn, orderOf, usualStep } from "../log/numberColumn.ts";
import type { Reading } from "../log/reading.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import type { TermsRequest } from "../templates/templates.ts";
import { type Form, formEpochs, type Question } from "./entry.ts";
import { offsetIn } from "./epochOffset.ts";

/** What of an entry decides; a request of one's own needs no more. */
export type Decidable = Pick<Question, "name" | "metric" | "template" | "about"> & {
  readonly forms: readonly (Pick<Form, "profile" | "request" | "offset" | "circuit"> & {
    readonly window?: string;
  })[];
};

/** The slots in which readings are decided, and what is asked of them. */
export type Grid = {
  readonly profile: Profile;
  readonly offset: number;
  readonly request: TermsRequest;
  /** Epochs that a proof of the question is about. */
  readonly epochs: number;
};

export type GridChoice = {
  /** The form over this time, such as "14 days"; the first that fits where left out. */
  window?: string;
  /** Whose slots count; where left out, the one with the longest interval that keeps every reading. */
  profile?: ProfileName;
  /** Quarter hours after 00:00 UTC at which epochs begin; the question's own where left out. */
  offset?: number;
  /** Without an offset: the zone whose days count, by its clock at the first reading. The question's own offset is added. */
  zone?: string;
};

/**
 * The grid of a question for these readings.
 * @throws INVALID_ARGUMENT for no reading, several units, or readings that the question is not about
 */
export function gridFor(entry: Decidable, readings: Iterable<Reading>, choice: GridChoice): Grid {
  const { first, units, times } = survey(readings);
  if (first === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", "There is no reading to decide about.", {
      hint: "Look at what was refused or left out, and at the times asked for.",
    });
  }
  if (units.length > 1) {
    throw new VitalproofError("INVALID_ARGUMENT", `The readings have several units: ${units.join(", ")}.`, {
      details: { units },
      hint: "Decide about one metric and unit at a time. Values are never converted.",
    });
  }
  const named = choice.profile === undefined ? undefined : profileOf(choice.profile);
  const channels = Array.isArray(first.value) ? first.value.length : 1;
  const forms = entry.forms.filter(({ window }) => choice.window === undefined || window === choice.window);
  const fitting = forms
    .flatMap((form) => profilesOf(entry, form).map((profile) => gridOf(form, profile)))
    .filter(({ profile }) => profile.ucum === first.unit && profile.channels === channels);
  const candidates =
    named === undefined
      ? fitting
      : fitting
          .filter(({ profile }) => profile.epochSeconds === named.epochSeconds)
          .map((grid) => ({ ...grid, profile: named }));
  if (candidates.length === 0 || (named !== undefined && named.ucum !== first.unit)) {
    throw notAbout(entry, first.unit, channels, choice);
  }
  const spacing = usualSpacing(times);
  const chosen = longestThatKeeps(candidates, spacing);
  const offset = choice.offset ?? offsetIn(chosen.profile, chosen.offset, choice.zone, first.time);
  return { ...chosen, offset };
}

/** A question about any metric takes every grid with epochs as long as its own; its request has no levels. */
function profilesOf({ metric }: Decidable, form: Decidable["forms"][number]): Profile[] {
  const own = profileOf(form.profile);
  if (metric !== "any") return [own];
  return (Object.keys(PROFILES) as ProfileName[])
    .filter((name) => !name.startsWith("test-"))
    .map(profileOf)
    .filter(({ epochSeconds }) => epochSeconds === own.epochSeconds);
}

function gridOf({ request, offset, circuit }: Decidable["forms"][number], profile: Profile): Grid {
  return { profile, request, offset, epochs: formEpochs({ circuit }) };
}

function notAbout(entry: Decidable, unit: string, channels: number, choice: GridChoice): VitalproofError {
  const forms = entry.forms.map(
    ({ window, profile }) =>
      `${window === undefined ? "" : `${window} in `}${profileOf(profile).ucum} (${profile})`,
  );
  const chosen = [choice.window, choice.profile].filter((each) => each !== undefined);
  return new VitalproofError(
    "INVALID_ARGUMENT",
    `${entry.name} has no form for readings of ${channels === 1 ? "" : `${channels} channels in `}${unit}${chosen.length === 0 ? "" : ` with ${chosen.join(", ")}`}.`,
    { details: { unit, ...choice }, hint: `It has ${forms.join("; ")}. Values are never converted.` },
  );
}

/** A gap between two readings may be so much longer than the sensor's step and still be one step. */
const JITTER = 1.25;

/**
 * The grid with the longest interval that keeps every reading; one with the shortest where none does. Of several with one
 * interval the first counts. A sensor that lost every second reading still has its own grid, whose empty slots are missing.
 */
function longestThatKeeps(grids: readonly Grid[], spacing: number): Grid {
  const byInterval = grids.toSorted((a, b) => b.profile.interval - a.profile.interval);
  const most = Math.max(JITTER * spacing, byInterval.at(-1)!.profile.interval);
  return byInterval.find(({ profile }) => profile.interval <= most)!;
}

/** What choosing a grid needs of the readings, in one pass and a few bytes for each. */
function survey(readings: Iterable<Reading>): { first?: Reading; units: string[]; times: NumberColumn } {
  const units = new Set<string>();
  let first: Reading | undefined;
  const times = new NumberColumn();
  for (const reading of readings) {
    first ??= reading;
    units.add(reading.unit);
    times.push(reading.time);
  }
  const found = { units: [...units], times };
  return first === undefined ? found : { ...found, first };
}

/** The step that a quarter of the steps do not exceed, in seconds: gaps lengthen steps, so the median would be too long. */
function usualSpacing(times: NumberColumn): number {
  return usualStep(times, orderOf(times), 1 / 4) ?? 300;
}
