// SPDX-License-Identifier: GPL-3.0-or-later
import { checkTerms, type Log, type Terms, termsForPeriod, VitalproofError } from "@vitalproof/sdk";

/** @throws STATEMENT_NOT_MET saying by how much; LOG_EPOCH_MISSING */
export function assertMet(terms: Terms, firstEpoch: number, log: Log): void {
  const own = termsForPeriod(terms, firstEpoch);
  const { failing } = checkTerms(
    own,
    log.period(firstEpoch, own.epochs).epochs.map(({ codes }) => codes),
  );
  if (failing.length === 0) return;
  throw new VitalproofError(
    "STATEMENT_NOT_MET",
    `The readings do not meet the terms: ${failing.map(({ bound }) => bound).join(", ")}.`,
    {
      details: { failing: failing.map(({ bound, by, byAs }) => ({ bound, by, byAs })), epoch: own.epoch },
      hint: failing.map(({ text }) => text).join(" "),
    },
  );
}
