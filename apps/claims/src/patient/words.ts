// SPDX-License-Identifier: GPL-3.0-or-later
import { type SkipReason, VitalproofError } from "@vitalproof/sdk";
import type { ProofProgress } from "./proverProtocol.ts";

/** What went wrong, for people: the SDK's sentence and its way out. Errors of others are not shown word for word. */
export function faultOf(error: unknown): {
  says: string;
  hint: string | undefined;
  code: string | undefined;
} {
  if (error instanceof VitalproofError)
    return { says: error.shortMessage, hint: error.hint, code: error.code };
  return {
    says: "Something failed that this page has no words for.",
    hint: "Reload the page.",
    code: undefined,
  };
}

/** The progress of a proof in words, and of the part that can be measured in percent, 0 to 100. */
export function progressOf(progress: ProofProgress | undefined): {
  text: string;
  percent: number | undefined;
} {
  if (progress === undefined) return { text: "Checking your readings against the terms", percent: undefined };
  switch (progress.phase) {
    case "download": {
      const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
      const { bytes, of } = progress;
      if (of === undefined) return { text: `Loading the proving key: ${mib(bytes)} MiB`, percent: undefined };
      const percent = of === 0 ? 100 : Math.round((100 * bytes) / of);
      return { text: `Loading the proving key: ${mib(bytes)} of ${mib(of)} MiB`, percent };
    }
    case "witness":
      return { text: "Filling in the computation", percent: undefined };
    case "proof":
      return { text: "Making the proof", percent: undefined };
    case "verification":
      return { text: "Checking the proof", percent: undefined };
  }
}

/** Why the contract left a claim out, and what can be done. */
export const SKIPPED: Readonly<Record<SkipReason, string>> = {
  none: "",
  "unknown-policy": "The contract does not know the policy.",
  "unknown-period": "The policy has no such period.",
  "period-already-claimed": "The period was claimed already, perhaps from another device.",
  "period-released": "The period was not claimed in time, and its money was given back.",
  "period-not-over": "The period is not over yet.",
  "not-anchored": "The attester has not anchored the day yet.",
  "circuit-not-in-force": "The circuit was not in force at that time.",
  "window-closed": "The time to claim the period has passed.",
  "circuit-blocked": "The circuit is suspended for now. Your proof stays here: claim again later.",
  "no-active-consent": "A claim takes an active consent. Your proof stays here: consent, then claim again.",
  "other-circuit": "Another version of the statement holds by now: prove the period again.",
  "other-root": "The attester has corrected the day: prove the period again.",
};
