// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { Terms } from "../templates/templates.ts";
import type { LogOpening } from "./intakeMessages.ts";

type Days = Pick<LogOpening, "profile" | "offset" | "group">;
type Program = { program: bigint; group: bigint; terms: Terms };

/** Whether a program can pay on a log: same profile, same beginning of the day, same attester's group. */
export function logFits(log: Days, { group, terms }: Omit<Program, "program">): boolean {
  return log.profile === terms.profile && log.offset === terms.offset && log.group === group;
}

/**
 * @throws LOG_MISMATCH with profile, offset and group of both: nothing of such a log could ever be proven to the program
 */
export function assertLogFits(log: Days, { program, group, terms }: Program): void {
  if (logFits(log, { group, terms })) return;
  const wanted = { profile: terms.profile, offset: terms.offset, group };
  throw new VitalproofError(
    "LOG_MISMATCH",
    `Program ${program} pays on ${described(wanted)}. The log is ${described(log)}.`,
    {
      details: {
        program: wanted,
        log: { profile: log.profile, offset: log.offset, group: log.group },
      },
      hint: "Choose a program whose epochs begin when those of the log do, or another log.",
    },
  );
}

function described({ profile, offset, group }: Days): string {
  const minutes = offset * 15;
  const clock = `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return `${profile} with epochs from ${clock} UTC (offset ${offset}) in group ${group}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
