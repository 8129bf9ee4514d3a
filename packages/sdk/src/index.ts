// SPDX-License-Identifier: GPL-3.0-or-later
export { type Detail, ERROR_CODES, type ErrorCode, VitalproofError } from "./errors.ts";
export { assertField, FIELD, isFieldElement, randomFieldElement } from "./field.ts";
export * from "./generated/protocol.ts";
export { gapHeadOf, genesisOf, headOf, leafOf, packCodes } from "./hashes/chain.ts";
export { type Context, packContext, unpackContext } from "./hashes/context.ts";
export { holderOf, subjectOf } from "./hashes/names.ts";
export { scopeOf } from "./hashes/scope.ts";
export { type AnchorPath, type AnchorTree, anchorTree, nodeOf, rootOfPath } from "./hashes/tree.ts";
export { assignSlots, type CodedReading, type Slotting, slotAt } from "./log/slots.ts";
export { codeOf, describeCode, LOW, MISSING, valueOfCode } from "./profiles/codes.ts";
export { type Profile, type ProfileName, profileOf } from "./profiles/profile.ts";
export { type Statement, type StatementName, statementOf, statements } from "./statements/statement.ts";
export { memoryStore, type Store } from "./store.ts";
export { type Bounds, type DistributionRequest, distributionTerms } from "./terms/build.ts";
export { type BoundName, type BoundResult, type CheckResult, checkTerms } from "./terms/check.ts";
export { packTerms, termsForPeriod, unpackTerms } from "./terms/pack.ts";
export { type DistributionTerms, type Terms, WHOLE } from "./terms/terms.ts";
export { validateTerms } from "./terms/validate.ts";
export {
  anchorDayOf,
  assertOffset,
  DAY,
  dayEnd,
  epochAt,
  epochEnd,
  epochStart,
  OFFSET_STEP,
} from "./time/epochs.ts";
export { type ClaimRequest, claimWitness, type EpochOpening } from "./witness/claim.ts";
export { enrolmentWitness } from "./witness/enrolment.ts";
export { type CircuitInput, type CircuitValue, Witness } from "./witness/witness.ts";
