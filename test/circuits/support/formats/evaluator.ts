// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fourth opinion about terms and readings, written from docs/protocol.md ("Codes", "Terms", "Missing readings") and
// circuits/protocol.json before its author had read how circuits, SDK or the oracles of the tests decide. It works from
// the packed word and the codes, as another implementation would, and prefers the page's definitions (the filling that
// is worst for the claimant) to its formulas. Keep it so: mend it from the page, never from the code.
import * as distribution from "./distribution.ts";
import * as episode from "./episode.ts";
import * as impact from "./impact.ts";
import * as regularity from "./regularity.ts";
import { bits, type Header, headerOf, samplesOf } from "./terms.ts";
import { type Codes, MISSING, tenThousand } from "./window.ts";

const TEMPLATES = [undefined, distribution, episode, regularity, impact];

function templateOf(header: Header) {
  const template = TEMPLATES[header.template];
  if (template === undefined) throw new Error(`No template has the number ${header.template}.`);
  return template;
}

function coverageMinOf({ COVERAGE_MIN: [first, last] }: ReturnType<typeof templateOf>, word: bigint): number {
  return bits(word, first, last);
}

/** Whether a proof of these terms about these codes is possible. */
export function evaluates(word: bigint, codes: Codes): boolean {
  const header = headerOf(word);
  const template = templateOf(header);
  const valid = validSamples(header, codes);
  return (
    valid >= 1 &&
    coverageMinOf(template, word) * samplesOf(header) <= tenThousand * valid &&
    template.holds(header, word, codes)
  );
}

/** Whether a program may have these terms. The circuit's own numbers (template, profile, epochs) are the caller's. */
export function mayBeOffered(word: bigint): boolean {
  const header = headerOf(word);
  const template = templateOf(header);
  const coverageMin = coverageMinOf(template, word);
  return (
    word >> BigInt(template.LAST_BIT + 1) === 0n &&
    header.epoch === 0 &&
    (header.flags & ~template.KNOWN_FLAGS) === 0 &&
    coverageMin <= tenThousand &&
    (!header.ofValid || coverageMin >= 1) &&
    template.allowed(header, word) &&
    !metByNothing(header, word, coverageMin)
  );
}

/** T31: whether a period without any reading would meet every bound, in worst case. That it has no reading is no bound. */
function metByNothing(header: Header, word: bigint, coverageMin: number): boolean {
  const nothing = Array.from({ length: header.epochs }, () =>
    Array.from({ length: header.scale.slots }, () => MISSING),
  );
  return coverageMin === 0 && templateOf(header).holds({ ...header, ofValid: false }, word, nothing);
}

function validSamples({ scale: { channels } }: Header, codes: Codes): number {
  const flat = codes.flat();
  let valid = 0;
  for (let i = 0; i < flat.length; i += channels) {
    if (!flat.slice(i, i + channels).includes(MISSING)) valid++;
  }
  return valid;
}
