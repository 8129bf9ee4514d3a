// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the chain says of a consent that a vault keeps.
import { VitalproofError } from "@vitalproof/sdk";
import { assertGiven, isLive, type KeptConsent, type PageHistory } from "@vitalproof/sdk/ledger";
import type { ReadPage } from "./chain.ts";

export type ConsentState = {
  /**
   * `waiting`: not in the page yet. `given`: as it was signed. `over`: given, and its time has ended. `revoked`. `not-as-signed`:
   * the slot holds something else.
   */
  readonly state: "waiting" | "given" | "over" | "revoked" | "not-as-signed";
  /** Unix seconds of the block that gave it. */
  readonly givenAt?: number;
  readonly revokedAt?: number;
  /** Of `not-as-signed`: what to do. */
  readonly hint?: string | undefined;
};

/** @param now Unix seconds */
export function stateOf(
  { slot, consent }: KeptConsent,
  { history, page }: ReadPage,
  now: number,
): ConsentState {
  try {
    assertGiven(consent, slot, page.leaves);
  } catch (error) {
    if (!(error instanceof VitalproofError) || error.code !== "CONSENT_NOT_GIVEN") throw error;
    const differs = error.details.differs as readonly string[];
    if (differs.includes("empty-slot")) return { state: "waiting" };
    return { state: "not-as-signed", hint: error.hint };
  }
  const { givenAt, revokedAt } = timesOf(history, slot);
  if (!isLive(page.live, slot)) return { state: "revoked", givenAt: givenAt!, revokedAt: revokedAt! };
  return { state: consent.rights.until * 60 <= now ? "over" : "given", givenAt: givenAt! };
}

/** When a slot was filled, and when its live bit ended: Unix seconds. */
function timesOf(
  { entries }: PageHistory,
  slot: number,
): { givenAt: number | undefined; revokedAt: number | undefined } {
  let filled = 0;
  let givenAt: number | undefined;
  let revokedAt: number | undefined;
  for (const entry of entries) {
    if (entry.kind === "changed") {
      filled += entry.leaves.length;
      if (slot < filled) givenAt ??= entry.time;
      if (slot < filled && !isLive(entry.live, slot)) revokedAt ??= entry.time;
    } else if (entry.kind === "forced" && entry.slot === slot) revokedAt ??= entry.time;
  }
  return { givenAt, revokedAt };
}
