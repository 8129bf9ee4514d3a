// SPDX-License-Identifier: GPL-3.0-or-later
//
// What waits for a custodian's page, for people and for programs.
import { type MissedAccess, PAGE_SLOTS, type PageStatus, type Report } from "@vitalproof/sdk/ledger";
import { counted } from "../../counted.ts";
import type { Json } from "../../io.ts";
import { instantText } from "../../time.ts";
import { minuteText } from "../words.ts";
import type { Final } from "./finality.ts";

/** Why an access is not possible, as text after a count. */
export const FAULT_WORDS: Readonly<Record<MissedAccess["reason"], string>> = {
  purpose: "with a purpose that the consent does not allow",
  role: "in a role that the consent does not allow",
  class: "to data of a class that the consent does not allow",
  expired: "after the consent ended",
  "not-live": "under a consent that was revoked",
  "not-in-page": "in a slot whose consent is missing, not final, or younger than the access",
  "outside-window": "at a time that is closed or has not come",
  "too-late": "too late for the ledger",
};

const MOST_MISSED = 10;

/** What the chain has, and what waits. */
export function statusLines(status: PageStatus, final: Final): string[] {
  const { filled, live, offered, version, logged, open, toGive, toRevoke } = status;
  return [
    `${counted(filled, "slot")} of ${PAGE_SLOTS} in use: ${live} given, ${filled - live} revoked. ${counted(PAGE_SLOTS - offered, "slot")} left to offer.`,
    `Version ${version}, logged up to ${minuteText(logged)}.`,
    ...(open.length === 0
      ? []
      : [
          `Offers without an answer: ${open.map(({ slot, expires }) => `slot ${slot} until ${instantText(expires)}`).join(", ")}.`,
        ]),
    ...(toGive.length === 0 ? [] : [`Consents that wait for a batch: ${slotsOf(toGive)}.`]),
    ...(toRevoke.length === 0 ? [] : [`Revocations that wait for a batch: ${slotsOf(toRevoke)}.`]),
    ...waitingLines(status, final),
  ];
}

/** Accesses and transactions that are still open. */
export function waitingLines(
  { waiting, missed, unsettled }: Pick<Report, "waiting" | "missed" | "unsettled">,
  final: Final,
): string[] {
  return [
    `${counted(waiting, "access", "accesses")} not on the chain yet${missed.length === 0 ? "." : `, ${missed.length} of them missed:`}`,
    ...missed
      .slice(0, MOST_MISSED)
      .map(
        ({ access, reason, isLeft }) =>
          `  ${access.key}, ${instantText(access.at)}: ${FAULT_WORDS[reason]}${isLeft ? " (left out)" : ""}`,
      ),
    ...(missed.length > MOST_MISSED ? [`  and ${missed.length - MOST_MISSED} more`] : []),
    ...(missed.some(({ isLeft }) => !isLeft)
      ? [
          "`vitalproof ledger decide` says of one under a revoked consent whether it was an emergency, and of others that they are dealt with.",
        ]
      : []),
    ...unsettledLines(unsettled, final),
  ];
}

function unsettledLines(unsettled: readonly string[], { by }: Final): string[] {
  if (unsettled.length === 0) return [];
  const why =
    by === "unknown"
      ? " The node has no finalized blocks: pass --confirmations N, so that something becomes final."
      : "";
  return [`${counted(unsettled.length, "transaction")} not final yet.${why}`];
}

/** Accesses that are still open, as JSON. */
export function waitingJson(
  { waiting, missed, unsettled }: Pick<Report, "waiting" | "missed" | "unsettled">,
  final: Final,
): Record<string, Json> {
  return {
    waiting,
    missed: missed.map(({ access, reason, isLeft }) => ({ ...access, reason, isLeft })),
    unsettled,
    final: { block: final.block, by: final.by },
  };
}

function slotsOf(slots: readonly number[]): string {
  return slots.map((slot) => `slot ${slot}`).join(", ");
}
