// SPDX-License-Identifier: GPL-3.0-or-later
import { Temporal } from "@js-temporal/polyfill";
import { VitalproofError } from "../errors.ts";

/** A local date and time without a zone. */
export type LocalTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
};

/** What a local time means in a zone: one instant; two where clocks were set back; none where they were set forward. */
export type Instants = { instants: readonly number[] };

/**
 * The rules of one time zone.
 * @param zone IANA name ("Europe/Berlin") or fixed offset ("+02:00")
 * @returns for a local time the Unix seconds that it can mean, earliest first
 * @throws ZONE_REQUIRED for an empty zone, ZONE_UNKNOWN
 */
export function zoneRules(zone: string): (local: LocalTime) => Instants {
  if (zone.trim() === "") {
    throw new VitalproofError("ZONE_REQUIRED", "The file's times have no zone, and none was given.", {
      hint: 'Name the zone of the device that wrote them, such as "Europe/Berlin" or "+02:00"; it is never guessed.',
    });
  }
  try {
    Temporal.PlainDateTime.from("2000-01-01T00:00").toZonedDateTime(zone);
  } catch {
    throw new VitalproofError("ZONE_UNKNOWN", `"${zone}" is not a time zone.`, {
      details: { zone },
      hint: 'Use an IANA name such as "America/New_York", or an offset such as "-05:00".',
    });
  }
  // Asking the zone for every reading is slow: days in which the offset does not change are asked once, and of the others
  // such hours.
  const days = new Map<number, number | undefined>();
  const hours = new Map<string, readonly number[] | undefined>();
  return (local) => {
    const day = (local.year * 12 + local.month) * 31 + local.day;
    if (!days.has(day)) days.set(day, offsetOfDay(zone, local));
    const ofDay = days.get(day);
    if (ofDay !== undefined) return { instants: [utcSeconds(local) - ofDay] };
    const hour = `${local.year}-${local.month}-${local.day}T${local.hour}`;
    if (!hours.has(hour)) hours.set(hour, uniformOffsets(zone, local));
    const offsets = hours.get(hour);
    if (offsets === undefined) return { instants: possible(zone, local) };
    const asUtc = utcSeconds(local);
    return { instants: offsets.map((offset) => asUtc - offset) };
  };
}

/** The offset of a whole local day; undefined where it changes. No zone changes twice in a day, and back to where it was. */
function offsetOfDay(zone: string, { year, month, day }: LocalTime): number | undefined {
  const ends = [
    { year, month, day, hour: 0, minute: 0, second: 0 },
    { year, month, day, hour: 23, minute: 59, second: 59 },
  ].map((local) => possible(zone, local).map((instant) => utcSeconds(local) - instant));
  const [[first, ...more], [last, ...others]] = ends as [number[], number[]];
  return first === last && more.length + others.length === 0 ? first : undefined;
}

/** The offsets that hold through a local hour; undefined when they change inside it. */
function uniformOffsets(zone: string, { year, month, day, hour }: LocalTime): readonly number[] | undefined {
  const offsetsAt = (minute: number, second: number): string => {
    const local = { year, month, day, hour, minute, second };
    return possible(zone, local)
      .map((instant) => utcSeconds(local) - instant)
      .join();
  };
  const first = offsetsAt(0, 0);
  // Zones change at full quarters of an hour; a change inside the hour shows at one of them.
  for (const minute of [14, 15, 29, 30, 44, 45, 59]) {
    if (offsetsAt(minute, minute % 15 === 0 ? 0 : 59) !== first) return undefined;
  }
  return first === "" ? [] : first.split(",").map(Number);
}

function possible(zone: string, local: LocalTime): number[] {
  const plain = Temporal.PlainDateTime.from(local, { overflow: "reject" });
  const [earlier, later] = (["earlier", "later"] as const).map((disambiguation) =>
    plain.toZonedDateTime(zone, { disambiguation }),
  );
  const instants = [earlier!, later!]
    // In a gap Temporal moves the clock on or back; then the local time does not exist.
    .filter((zoned) => zoned.toPlainDateTime().equals(plain))
    .map((zoned) => zoned.epochMilliseconds / 1000);
  return instants[0] === instants[1] ? instants.slice(0, 1) : instants;
}

function utcSeconds({ year, month, day, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
