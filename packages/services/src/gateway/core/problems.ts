// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClockState } from "./clock.ts";
import type { LogStatus } from "./logStatus.ts";
import type { Trouble } from "./troubles.ts";

/** What is wrong and what to do. */
export type Problem = {
  readonly level: "error" | "warn";
  /** Stable, such as `log-stopped`. */
  readonly kind: string;
  readonly log?: string;
  readonly code?: string;
  /** What an operator can do, in one sentence. */
  readonly hint: string;
};

const HINTS: Readonly<Record<string, string>> = {
  INTAKE_LOG_EXISTS:
    "The attester has this log already. Make sure that no other gateway seals it, then continue the log with the attester.",
  INTAKE_DEVICE_EXISTS:
    "The device key is enrolled for another log. Make a new key, or retire it at the attester.",
  INTAKE_DEVICE_UNKNOWN: "The attester does not know the device key. Check the key, or enrol it.",
  INTAKE_DEVICE_RETIRED: "The attester has retired the device key. Enrol another one.",
  INTAKE_TOO_EARLY: "The attester's clock is behind this one. Compare both with a third one.",
  RECEIPT_INVALID:
    "A receipt is not signed by the group's attester. Check chain, contract and group in the configuration.",
  LOG_CORRUPT: "The store has a damaged record. Restore the last backup.",
  SERVICE_UNREACHABLE: "The attester does not answer. Check the network and its address.",
  PERSON_ERASED: "The key of this log's person was destroyed. Remove the log from the configuration.",
  NOT_ALLOWED: "The attester refuses this gateway. Check its token.",
  ERASED_ELSEWHERE:
    "The attester has erased this person, and takes nothing of them. Erase them here too; who comes back takes a new identity and a new name.",
};
/** Of a duty that failed at the attester: a person who was erased here has no log that fails. */
const hintOf = (code: string): string => HINTS[code === "PERSON_ERASED" ? "ERASED_ELSEWHERE" : code] ?? HINT;
const HINT = "The gateway tries again. Where it does not pass, look at the log for this code.";

/** The worst first. */
export function problemsOf({
  clock,
  logs,
  troubles,
  unknownDevices,
  now,
}: {
  readonly clock: ClockState;
  readonly logs: readonly LogStatus[];
  readonly troubles: readonly Trouble[];
  readonly unknownDevices: readonly string[];
  readonly now: number;
}): Problem[] {
  const problems: Problem[] = [];
  if (clock.doubt !== undefined) {
    problems.push({
      level: "error",
      kind: "clock-doubted",
      code: clock.doubt,
      hint: "Nothing is sealed. Check the clock of this machine; if it is right, confirm it.",
    });
  }
  for (const { log, stopped, deadline, unsent, gaps, isOpen } of logs) {
    if (stopped?.reason === "PERSON_ERASED") {
      problems.push({ level: "warn", kind: "person-erased", log, hint: HINTS.PERSON_ERASED! });
      continue;
    }
    if (stopped !== undefined) {
      problems.push({
        level: "error",
        kind: "log-stopped",
        log,
        code: stopped.reason,
        hint: "Another gateway has sealed this log, or this store is an old copy. End the other one, then continue the log with the attester.",
      });
      continue;
    }
    if (deadline !== undefined && now > deadline) {
      problems.push({
        level: "error",
        kind: "deadline-missed",
        log,
        hint: "The attester records a gap for the epoch. Find out why the attester could not be reached.",
      });
    } else if (deadline !== undefined && unsent > 0 && now > deadline - WARN) {
      problems.push({
        level: "warn",
        kind: "deadline-near",
        log,
        hint: "A head must reach the attester within the hour. Check the network and the attester.",
      });
    }
    if (gaps > 0)
      problems.push({
        level: "warn",
        kind: "gaps",
        log,
        hint: "Epochs of this log were lost. Nothing can fill them.",
      });
    if (!isOpen)
      problems.push({
        level: "warn",
        kind: "not-open",
        log,
        hint: "The attester has not opened this log yet.",
      });
  }
  for (const { log, code, duty } of troubles)
    problems.push({ level: "error", kind: `${duty}-failed`, log, code, hint: hintOf(code) });
  if (unknownDevices.length > 0) {
    problems.push({
      level: "warn",
      kind: "device-unknown",
      hint: "Messages name devices that are not configured. Add them to a log, or end their messages.",
    });
  }
  return problems.sort((a, b) => (a.level === b.level ? 0 : a.level === "error" ? -1 : 1));
}

/** Seconds before a deadline at which a warning begins. */
const WARN = 3600;
