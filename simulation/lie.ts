// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a dishonest claimant would try with readings and witnesses.
import { type ClaimRequest, claimWitness, packTerms, profileOf, type Terms, Witness } from "@vitalproof/sdk";

const NO_BOUND = 65_535;
type Codes = readonly (readonly number[])[];

/** What is put into a witness in place of the truth. */
export interface Lie {
  readonly codes?: Codes;
  readonly secret?: bigint;
}

/**
 * A witness that avoids the SDK's own check. It is made for terms that any reading meets. Then the real terms and the
 * lie are put in.
 */
export function bareWitness(secret: bigint, request: ClaimRequest, lie: Lie): Witness {
  const honest = claimWitness(secret, { ...request, terms: anything(request.terms) });
  const terms = packTerms(request.terms);
  const publicInputs = honest.publicInputs.map((value, i) => (i === 2 ? terms : value));
  return new Witness(request.circuit, publicInputs, { ...honest.circuitInput(), terms, ...lie });
}

/** The readings that speak against the claimant, left out: what somebody would try first. */
export function withoutUnwanted(terms: Terms, codes: Codes): Codes {
  if (terms.template === "impact") {
    const zero = (profileOf(terms.profile).codes + 1) / 2;
    return codes.map((row) =>
      row.map((_, slot) => {
        const sample = row.slice(slot - (slot % 3), slot - (slot % 3) + 3);
        const impact = sample.reduce((sum, code) => sum + (code - zero) ** 2, 0) >= terms.threshold;
        return impact === terms.countMin > 0 ? row[slot]! : 0;
      }),
    );
  }
  const { low, high } = terms;
  const inside = (code: number): boolean => low <= code && code <= high;
  if (terms.template === "distribution" && terms.shareMin === 0 && terms.shareMax === 10_000) {
    // A mean: whatever is beyond the bound.
    return codes.map((row) => row.map((code) => (terms.meanMin <= code && code <= terms.meanMax ? code : 0)));
  }
  const unwantedInside =
    terms.template === "episode"
      ? terms.runsMin === 0
      : terms.template === "distribution"
        ? terms.shareMin === 0
        : terms.epochsMin === 0;
  return codes.map((row) => row.map((code) => (inside(code) !== unwantedInside ? code : 0)));
}

/** Terms that any reading meets. */
function anything(terms: Terms): Terms {
  const none = { epoch: terms.epoch, ofValid: true, coverageMin: 1 };
  const codes = profileOf(terms.profile).codes;
  switch (terms.template) {
    case "distribution": {
      const shares = { low: 1, high: codes, shareMin: 0, shareMax: 10_000, coverageMax: 10_000 };
      return { ...terms, ...none, ...shares, meanMin: 0, meanMax: codes, meanAbove: false, meanBelow: false };
    }
    case "episode":
      return { ...terms, ...none, runsMin: 0, runsMax: NO_BOUND };
    case "regularity":
      return { ...terms, ...none, epochsMin: 0, epochsMax: NO_BOUND, shareMin: 0, shareMax: 10_000 };
    case "impact":
      return { ...terms, ...none, countMin: 0, countMax: NO_BOUND };
  }
}
