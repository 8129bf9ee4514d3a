// SPDX-License-Identifier: GPL-3.0-or-later
import { NO_BOUND } from "../generated/protocol.ts";
import { profileOf } from "../profiles/profile.ts";
import type { BoundName } from "./bounds.ts";
import { type Terms, WHOLE } from "./terms.ts";

/** Whether terms ask anything by a bound: one that every reading meets, such as "at most 100 %", asks nothing. */
export function asksFor(terms: Terms, bound: BoundName): boolean {
  switch (bound) {
    case "valid":
      return true;
    case "shareMin":
      return "shareMin" in terms && terms.shareMin > 0;
    case "shareMax":
      return "shareMax" in terms && terms.shareMax < WHOLE;
    case "meanMin":
      return "meanMin" in terms && (terms.meanMin > 0 || terms.meanAbove);
    case "meanMax":
      return "meanMax" in terms && (terms.meanMax < profileOf(terms.profile).codes || terms.meanBelow);
    case "runsMin":
      return "runsMin" in terms && terms.runsMin > 0;
    case "runsMax":
      return "runsMax" in terms && terms.runsMax !== NO_BOUND;
    case "epochsMin":
      return "epochsMin" in terms && terms.epochsMin > 0;
    case "epochsMax":
      return "epochsMax" in terms && terms.epochsMax < terms.epochs;
    case "countMin":
      return "countMin" in terms && terms.countMin > 0;
    case "countMax":
      return "countMax" in terms && terms.countMax !== NO_BOUND;
    case "coverageMin":
      return terms.coverageMin > 0;
    case "coverageMax":
      return "coverageMax" in terms && terms.coverageMax < WHOLE;
  }
}
