// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitOfId } from "../circuits/circuitId.ts";
import { VitalproofError } from "../errors.ts";
import type { AnchorPath } from "../hashes/tree.ts";
import { assertLogFits } from "../log/logFits.ts";
import type { SealedStretch } from "../log/sealedStretch.ts";
import { profileOf } from "../profiles/profile.ts";
import { termsForPeriod } from "../terms/pack.ts";
import { anchorDayOf } from "../time/epochs.ts";
import type { ClaimRequest } from "../witness/claim.ts";
import type { PeriodFacts } from "./periodFacts.ts";
import type { ProgramFacts } from "./programFacts.ts";

/** Where anchor paths come from: the attester, its HTTP client, or a file of them. */
export type PathSource = { path(day: number, leaf: bigint): Promise<AnchorPath> };

/**
 * Everything that a claim for a period needs: the log's epochs, and the path from the period's last head to the root
 * that the chain has for its day.
 *
 * @param on what the chain says of the period
 * @param firstEpoch of the period
 * @throws LOG_MISMATCH; UNKNOWN_CIRCUIT where no circuit that is known here is in force; ANCHOR_DAY_UNKNOWN before the
 *         anchor; LOG_EPOCH_MISSING; ANCHOR_PATH_INVALID when the path leads to another root than the chain's
 */
export async function claimRequest(
  program: Pick<ProgramFacts, "program" | "group" | "terms" | "scope">,
  on: Pick<PeriodFacts, "circuit" | "anchorRoot">,
  firstEpoch: number,
  log: SealedStretch,
  paths: PathSource,
): Promise<ClaimRequest> {
  assertLogFits(log.opening, program);
  const circuit = circuitOfId(on.circuit);
  if (circuit === undefined) {
    throw new VitalproofError(
      "UNKNOWN_CIRCUIT",
      "No circuit that is known here is in force for the period.",
      {
        details: { circuit: on.circuit },
        hint: "Update vitalproof, or ask the insurer.",
      },
    );
  }
  const terms = termsForPeriod(program.terms, firstEpoch);
  const lastEpoch = firstEpoch + terms.epochs - 1;
  const day = anchorDayOf(profileOf(terms.profile), terms.offset, lastEpoch);
  if (on.anchorRoot === 0n) {
    throw new VitalproofError("ANCHOR_DAY_UNKNOWN", `Day ${day} is not anchored on the chain yet.`, {
      details: { group: program.group, day },
      hint: "Wait for the attester's anchor.",
    });
  }
  const period = log.period(firstEpoch, terms.epochs);
  const path = await paths.path(day, log.leaf(lastEpoch));
  if (path.root !== on.anchorRoot) {
    throw new VitalproofError("ANCHOR_PATH_INVALID", "The path leads to another root than the chain has.", {
      details: { group: program.group, day, root: path.root, onChain: on.anchorRoot },
      hint: "The day may have been corrected. Ask the attester for a new path.",
    });
  }
  return { circuit: circuit.name, terms, scope: program.scope, ...period, path };
}
