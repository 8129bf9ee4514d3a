// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a wallet checks before it shows a consent as given.
import { VitalproofError } from "../errors.ts";
import { assertInteger } from "../invalid.ts";
import { consentLeafOf, type OpenConsent } from "./consent.ts";
import { isLive, PAGE_SLOTS } from "./page.ts";

/** A part of a consent. */
export type ConsentPart =
  | "purposes"
  | "roles"
  | "classes"
  | "until"
  | "signer"
  | "handle"
  | "grantee"
  | "audit";

export type GivenOptions = {
  /**
   * The consent as the custodian says it was entered. A leaf is a hash and does not reveal what it was made of: with the
   * opening, the error names the parts that differ.
   */
  readonly claimed?: OpenConsent | undefined;
  /** Live bits of the page. With them a revoked consent is refused as well. */
  readonly live?: bigint | undefined;
};

/**
 * Refuses unless the page holds exactly this consent in this slot. Until then a wallet must not show it as given: a custodian
 * that entered another audit key would leave its patient with nothing to read.
 *
 * @param leaves of the page's slots, from calldata. They must lead to the root that the contract has: `pageRootOf(leaves)`
 * @throws CONSENT_NOT_GIVEN with `details.differs`: the parts that differ, or "empty-slot", "other-slot" (and
 *         `details.found`), "not-live", or "unknown" when no opening of the leaf is known. No value of a part is in it
 */
export function assertGiven(
  consent: OpenConsent,
  slot: number,
  leaves: readonly bigint[],
  { claimed, live }: GivenOptions = {},
): void {
  assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
  const wanted = consentLeafOf(consent);
  const there = leaves[slot];
  if (there === wanted) {
    if (live === undefined || isLive(live, slot)) return;
    throw notGiven(slot, ["not-live"], "It was entered and is revoked.");
  }
  const found = leaves.indexOf(wanted);
  if (found !== -1) throw notGiven(slot, ["other-slot"], `It is in slot ${found}.`, found);
  if (there === undefined || there === 0n)
    throw notGiven(slot, ["empty-slot"], "Wait for the custodian's next batch, or ask the custodian.");
  if (claimed === undefined || consentLeafOf(claimed) !== there)
    throw notGiven(slot, ["unknown"], "Another consent is there. Ask the custodian what was entered.");
  const differs = differencesOf(consent, claimed);
  throw notGiven(slot, differs, `The custodian entered another ${differs.join(", ")}. Do not accept it.`);
}

/** The parts in which two consents differ. */
export function differencesOf(one: OpenConsent, other: OpenConsent): ConsentPart[] {
  const [first, second] = [partsOf(one), partsOf(other)];
  return (Object.keys(first) as ConsentPart[]).filter((part) => first[part] !== second[part]);
}

function partsOf({
  rights,
  signer,
  handle,
  grantee,
  audit,
}: OpenConsent): Record<ConsentPart, number | bigint> {
  const { purposes, roles, classes, until } = rights;
  return { purposes, roles, classes, until, signer, handle, grantee, audit };
}

function notGiven(slot: number, differs: readonly string[], hint: string, found?: number): VitalproofError {
  return new VitalproofError("CONSENT_NOT_GIVEN", `Slot ${slot} does not hold this consent as signed.`, {
    details: { slot, differs, found },
    hint,
  });
}
