// SPDX-License-Identifier: GPL-3.0-or-later

export { formatAmount, formatNumber, parseAmount, plainNumber, type Unit } from "./amounts.ts";
export {
  type ArtifactLoader,
  type Artifacts,
  artifactFiles,
  httpArtifacts,
  type Manifest,
  parseManifest,
  type VerificationKey,
} from "./artifacts/artifacts.ts";
export { Anchoring, type ClosedDay, type TreeMaker } from "./attester/anchoring.ts";
export {
  ATTESTATION_TYPES,
  attestationDigest,
  type ClaimsDomain,
  type HolderAttestation,
  policyHashOf,
  signAttestation,
  verifyAttestation,
} from "./attester/attestation.ts";
export {
  Attester,
  type AttesterOptions,
  type AttesterServices,
  type ContinueRequest,
  type EnrolmentRequest,
  leafAndDayOf,
  type RefusedHead,
} from "./attester/attester.ts";
export { type AttestHolderOptions, type AttestHolderRequest, attestHolder } from "./attester/attestHolder.ts";
export { Intake, type IntakeOptions } from "./attester/intake.ts";
export type {
  Anchored,
  AttesterRecords,
  DeviceRecord,
  HeadRecord,
  LogKey,
  LogRecord,
} from "./attester/records.ts";
export { storeRecords } from "./attester/storeRecords.ts";
export { bigintText } from "./bigintText.ts";
export {
  catalogue,
  catalogueEntry,
  type FormChoice,
  formOf,
  questionOf,
  type TermsChoice,
  termsOf,
  termsOfAll,
} from "./catalogue/catalogue.ts";
export {
  type CatalogueEntry,
  type Example,
  type Form,
  formEpochs,
  type Question,
  type SetEntry,
  type Source,
} from "./catalogue/entry.ts";
export { epochOffsetOf } from "./catalogue/epochOffset.ts";
export {
  type Decidable,
  type EvaluatedBound,
  type EvaluatedWindow,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from "./catalogue/evaluate.ts";
export { exampleCodes } from "./catalogue/examples.ts";
export { type Overrides, withOverrides } from "./catalogue/overrides.ts";
export { termsForRequest } from "./catalogue/request.ts";
export { type Circuit, type CircuitName, circuitOf, circuits } from "./circuits/circuit.ts";
export { circuitIdOf, circuitOfId } from "./circuits/circuitId.ts";
export {
  type ClaimFacts,
  claimFactsOf,
  claimFamilyFields,
  type FamilyFields,
} from "./circuits/claimFacts.ts";
export { PERIOD_STATES, type PeriodState, SKIP_REASONS, type SkipReason } from "./claimStates.ts";
export {
  AnchorClient,
  ASSURANCE_CLASSES,
  type AssuranceClass,
  type Group,
  type Nomination,
} from "./clients/anchors.ts";
export type { Sent } from "./clients/call.ts";
export { CircuitGovernance, type CircuitProposal } from "./clients/circuitGovernance.ts";
export { CircuitClient } from "./clients/circuits.ts";
export { type ClaimItem, itemCalldata } from "./clients/claimItem.ts";
export { ClaimsClient, type PolicyPayment, type ProgramOffer } from "./clients/claims.ts";
export { type ConsentFacts, type ConsentReceipt, consentReceipt } from "./clients/consentReceipt.ts";
export {
  CONSENT_GRANT_TYPES,
  CONSENT_REVOCATION_TYPES,
  type Consent,
  ConsentClient,
  type ConsentDomain,
  type ConsentRecord,
  consentIdOf,
  signConsent,
  signRevocation,
} from "./clients/consents.ts";
export { Custody, type Escrow } from "./clients/custody.ts";
export { type GrantedConsent, grantedConsents } from "./clients/grantedConsents.ts";
export { groupAttesters } from "./clients/groupAttesters.ts";
export { Pauses } from "./clients/pauses.ts";
export { type Refusal, refusalNames, refusalOf, refusalOfData, type ShowValue } from "./clients/refusals.ts";
export { ScopeClient, type ScopeRecord } from "./clients/scopes.ts";
export { type SkippedClaim, skippedIn } from "./clients/skipped.ts";
export { TOKEN_ABI, TokenClient } from "./clients/tokens.ts";
export {
  compareDecimals,
  type Decimal,
  decimal,
  formatDecimal,
  formatSteps,
  parseDecimal,
} from "./decimal.ts";
export { deviceMessage, type HeadMessage } from "./device/message.ts";
export {
  type Curve,
  type DeviceKey,
  type DeviceSigner,
  isDeviceKey,
  SimulatedDevice,
  verifyDeviceSignature,
} from "./device/signer.ts";
export {
  COMMAND_ERROR_CODES,
  type Detail,
  ERROR_CODES,
  type ErrorCode,
  VitalproofError,
} from "./errors.ts";
export { assertField, FIELD, isFieldElement, randomBytes, randomFieldElement } from "./field.ts";
export {
  ANCHOR_REGISTRY_ABI,
  CIRCUIT_REGISTRY_ABI,
  CLAIM_TERMS_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "./generated/abi.ts";
export * from "./generated/protocol.ts";
export { gapHeadOf, genesisOf, headAfter, headOf, innerOf, leafOf, packCodes } from "./hashes/chain.ts";
export { type Context, packContext, unpackContext } from "./hashes/context.ts";
export { holderOf, subjectOf } from "./hashes/names.ts";
export { scopeOf } from "./hashes/scope.ts";
export { type AnchorPath, type AnchorTree, anchorTree, nodeOf, rootOfPath } from "./hashes/tree.ts";
export { controllerOf, type PolicySlot } from "./identity/controller.ts";
export { createIdentity, Identity } from "./identity/identity.ts";
export { encodeReading } from "./log/encode.ts";
export type { LogOpening, LogState, SignedHead } from "./log/intakeMessages.ts";
export { Log, type SealReport } from "./log/log.ts";
export { assertLogFits, logFits } from "./log/logFits.ts";
export type { LogLook } from "./log/logLook.ts";
export { NumberColumn, type Order, orderOf, usualStep } from "./log/numberColumn.ts";
export type { AppendReport, Reading, RefusalReason } from "./log/reading.ts";
export {
  type AnchorDomain,
  ATTESTER_OVERLAP,
  type GroupAttesters,
  type PreviousAttester,
  RECEIPT_TYPES,
  type Receipt,
  type SignedReceipt,
  signReceipt,
  verifyReceipt,
} from "./log/receipt.ts";
export type { EpochRecord, EpochStatus } from "./log/record.ts";
export { type SealedStretch, sealedStretch } from "./log/sealedStretch.ts";
export { assignSlots, type CodedReading, decideSlots, type Slotting, slotAt } from "./log/slots.ts";
export { type Application, type ApplicationScope, applyToVerifier } from "./people/application.ts";
export { claimRequest, type PathSource } from "./people/claimRequest.ts";
export { enrol } from "./people/enrolment.ts";
export {
  type Cover,
  Holder,
  type HolderChain,
  type OwnPolicy,
  type SignedConsent,
} from "./people/holder.ts";
export { type PeriodFacts, periodFacts } from "./people/periodFacts.ts";
export { type ProgramChain, type ProgramFacts, programFacts } from "./people/programFacts.ts";
export { circuitOfTask, type ProofMaker, type ProofTask, proofMaker, witnessOf } from "./people/proofTask.ts";
export type { Grant, Relayer, Revocation } from "./people/relayer.ts";
export {
  type DueEpoch,
  type HeadReceiver,
  Sealer,
  type SealerTrust,
  type SendReport,
} from "./people/sealer.ts";
export type {
  Presentation,
  PresentationRequest,
  PresentationTrust,
  PresentedProof,
  Statement,
} from "./presentation/presentation.ts";
export {
  assertPresentationAttestation,
  attestationDomainOf,
  presentationAttestation,
} from "./presentation/presentationAttestation.ts";
export { type PresentationPeriod, presentationWitness } from "./presentation/presentationWitness.ts";
export { firstEpochsAt, validateRequest } from "./presentation/validateRequest.ts";
export {
  type VerifiedPresentation,
  verifyPresentation,
  verifyUnattested,
} from "./presentation/verifyPresentation.ts";
export {
  codeOf,
  codeOfLowest,
  codeOfZero,
  describeCode,
  LOW,
  MISSING,
  valueOfCode,
} from "./profiles/codes.ts";
export { type Profile, type ProfileName, profileOf } from "./profiles/profile.ts";
export { roundToSteps, stepRounder } from "./profiles/rounding.ts";
export {
  type Proof,
  type ProofCalldata,
  proofCalldata,
  proofFromSnarkjs,
  proofToSnarkjs,
  type SnarkjsProof,
} from "./prove/proof.ts";
export { type Progress, type ProofOf, type ProveOptions, type Prover, prove } from "./prove/prover.ts";
export { snarkjsProver } from "./prove/snarkjsProver.ts";
export {
  verificationKeyFromCode,
  verificationKeyHash,
  verificationKeyWords,
} from "./prove/verificationKey.ts";
export { isValidProof, verifyProof } from "./prove/verify.ts";
export type { CallOptions, ServiceOptions } from "./services/call.ts";
export { type AttesterInfo, type HttpAttester, httpAttester } from "./services/httpAttester.ts";
export { type HttpDemo, httpDemo } from "./services/httpDemo.ts";
export { type HttpGateway, httpGateway } from "./services/httpGateway.ts";
export { type HttpRelayer, httpRelayer } from "./services/httpRelayer.ts";
export { authorizationOf } from "./services/token.ts";
export {
  type ClaimOutcome,
  countOutcomes,
  type SettledTransaction,
  type SettlementReport,
  type SettleProgress,
} from "./settle/claim.ts";
export { type ChainLimits, chainLimits } from "./settle/limits.ts";
export { type ClaimPlan, type PlannedBatch, planClaims } from "./settle/plan.ts";
export type { PlanOptions } from "./settle/planning.ts";
export { type SettleOptions, settle } from "./settle/settle.ts";
export { memoryBackend, memoryStore, type Store, type VaultBackend } from "./store.ts";
export { type DayKind, DEMO_DAYS, type SyntheticOptions, syntheticClarity } from "./synthetic/clarity.ts";
export { type SeededRandom, seededRandom } from "./synthetic/random.ts";
export {
  type DistributionRequest,
  type DistributionTerms,
  distributionTerms,
} from "./templates/distribution.ts";
export { type EpisodeRequest, type EpisodeTerms, episodeTerms } from "./templates/episode.ts";
export { type ImpactRequest, type ImpactTerms, impactTerms, squaredSteps } from "./templates/impact.ts";
export { type RegularityRequest, type RegularityTerms, regularityTerms } from "./templates/regularity.ts";
export {
  type NamedBound,
  type NamedBounds,
  type NumberField,
  placesOf,
  type TemplateName,
} from "./templates/template.ts";
export {
  type About,
  type CheckResult,
  TEMPLATES,
  type Terms,
  type TermsRequest,
  templateOf,
} from "./templates/templates.ts";
export { asksFor } from "./terms/asks.ts";
export type { BoundName, BoundResult } from "./terms/bounds.ts";
export { checkTerms } from "./terms/check.ts";
export { explainTerms } from "./terms/explain.ts";
export { WHOLE } from "./terms/header.ts";
export { packTerms, termsForPeriod, unpackTerms } from "./terms/pack.ts";
export type { Bounds, CountBounds, LevelBounds, RunLength } from "./terms/request.ts";
export { countRuns, type Mark, mostRuns, type RunRule } from "./terms/runs.ts";
export type { Extent } from "./terms/tally.ts";
export { validateTerms } from "./terms/validate.ts";
export { dateIn, dayOffsetOf } from "./time/dayOffset.ts";
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
export { type Instants, type LocalTime, zoneRules } from "./time/zone.ts";
export { exportIdentity, importIdentity } from "./vault/backup.ts";
export {
  DEVICE_PREFIX,
  deviceNames,
  type KeptDevice,
  readDevice,
  readIdentity,
  writeDevice,
  writeIdentity,
} from "./vault/contents.ts";
export { BYTES as LEGACY_BYTES } from "./vault/legacy.ts";
export {
  assertNewPassphrase,
  keyOfPassphrase,
  MIN_PASSPHRASE,
  passphraseProblem,
  SCRYPT_COST,
  type Stretch,
  type StretchOptions,
} from "./vault/passphrase.ts";
export { type OpenOptions, Vault } from "./vault/vault.ts";
export { type ClaimRequest, claimWitness, type EpochOpening } from "./witness/claim.ts";
export { enrolmentWitness } from "./witness/enrolment.ts";
export { type CircuitInput, type CircuitValue, Witness } from "./witness/witness.ts";
