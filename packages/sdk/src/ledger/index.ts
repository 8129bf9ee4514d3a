// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/sdk/ledger": the health ledger. A separate entry point, since most callers do not need it.

export { HEALTH_LEDGER_ABI } from "../generated/ledgerAbi.ts";
export { LEDGER_CLASSES, LEDGER_PURPOSES, LEDGER_ROLES } from "../generated/ledgerProtocol.ts";
export {
  evaluateWords,
  type TranscriptParts,
  transcriptDigest,
  transcriptPoint,
} from "../hashes/transcript.ts";
export type { Point } from "../internal/babyJubJub.ts";
export {
  type Access,
  type AccessBatch,
  type AccessBatchRequest,
  type AccessFault,
  accessBatch,
  accessesOf,
  accessFault,
  type PageState,
} from "./accessBatch.ts";
export {
  type Accounting,
  type AccountingOptions,
  accountingOf,
  accountingOfCustodian,
  accountingOfPatient,
  type Disclosure,
  type LedgerClass,
  type LedgerPurpose,
  type LedgerRole,
  type LogGap,
  type PageLog,
} from "./accounting.ts";
export { accountingCsv, accountingGapsCsv } from "./accountingCsv.ts";
export {
  accountingFhir,
  type FhirAuditEvent,
  type FhirBundle,
  type FhirCoding,
  type FhirConcept,
  type FhirOptions,
  type FhirOutcome,
  type FhirReference,
} from "./accountingFhir.ts";
export { accountingHtml, type HtmlOptions } from "./accountingHtml.ts";
export { accountingJson } from "./accountingJson.ts";
export {
  type AccountingReport,
  CLASS_WORDS,
  type Custodian,
  clockOf,
  limitsOf,
  PURPOSE_WORDS,
  ROLE_WORDS,
} from "./accountingWords.ts";
export { archiveOf, historyFromArchive, LEDGER_ARCHIVE, type LedgerArchive } from "./archive.ts";
export { bindActionOf, boundConsentIdOf, isBoundConsent, type Matter } from "./binding.ts";
export { LedgerClient, type PageRecord } from "./client.ts";
export {
  auditKeyOf,
  consentLeafOf,
  grantMessageOf,
  handleOf,
  type OpenConsent,
  ownerOf,
  signerOf,
} from "./consent.ts";
export {
  type ConsentBatch,
  type ConsentBatchRequest,
  consentBatch,
  type Grant,
  type Revocation,
  sizesOf,
} from "./consentBatch.ts";
export type {
  LedgerChain,
  LedgerEvents,
  Mined,
  PageEvent,
} from "./custodian/chain.ts";
export { CustodianPage, type NewPage } from "./custodian/custodianPage.ts";
export type { OfferRequest, SlotOffer } from "./custodian/desk.ts";
export { ledgerEvents } from "./custodian/events.ts";
export { bookedChain, PadBook, type Padded } from "./custodian/pads.ts";
export type { MissedReason } from "./custodian/plan.ts";
export type { PostedAccess } from "./custodian/queue.ts";
export type { Happened, MissedAccess, Report, Round, RoundOptions } from "./custodian/report.ts";
export type { CustodianOptions } from "./custodian/room.ts";
export { BATCH_KINDS, type BatchKind } from "./custodian/state.ts";
export type { PageStatus } from "./custodian/status.ts";
export { storedMaster } from "./custodian/storedMaster.ts";
export { CUSTODIAN_ENDPOINTS, MOST_MISSED } from "./custodianEndpoints.ts";
export {
  CONSENT_OFFER,
  KEPT_CONSENT,
  REVOCATION_REQUEST,
  type RevocationRequest,
  SIGNED_GRANT,
  type SignedGrant,
} from "./documents.ts";
export {
  type LedgerCircuit,
  ledgerCircuitIdOf,
  ledgerCircuitOfId,
  ledgerFamilyFields,
} from "./family.ts";
export { gapsOf, minutesOf, type Stretch } from "./gaps.ts";
export { assertGiven, type ConsentPart, differencesOf, type GivenOptions } from "./given.ts";
export type {
  AccessesLogged,
  CarriedProof,
  CarriedTranscript,
  ConsentChange,
  ForcedRevocation,
  HandOver,
  HistoryEntry,
  LedgerEvent,
  LedgerPlace,
  LedgerTransaction,
  LoggedBatch,
  PageHistory,
  PageOpening,
} from "./history.ts";
export { type CustodianFigures, type HttpCustodian, httpCustodian } from "./httpCustodian.ts";
export { bindSlotWitness, type OwnSlotRequest, ownSlotWitness } from "./ownSlot.ts";
export {
  accessDomainOf,
  consentDomainOf,
  grantDomainOf,
  isLive,
  isSamePage,
  PAGE_SLOTS,
  type PageAddress,
  type PagePath,
  pagePathOf,
  pageRootOf,
  revokeActionOf,
} from "./page.ts";
export { type ReadHistoryOptions, readHistory } from "./readHistory.ts";
export { type RebuiltPage, rebuildPage } from "./rebuild.ts";
export { ciphersOf, decryptRecord, encryptRecord, type FoundAccess, findAccesses, padOf } from "./record.ts";
export { withoutRepeats } from "./repeats.ts";
export { PageReplay } from "./replay.ts";
export { type GrantSignature, isGrantSignature, SlotKey } from "./signature.ts";
export { type ArchiveTrust, type VerifiedArchive, verifyArchive } from "./verifyArchive.ts";
export { type EndedVersion, historyAfter, NO_HISTORY } from "./version.ts";
export { type ConsentOffer, type KeptConsent, LedgerWallet, SlotKeys } from "./wallet.ts";
export {
  type AccessHeader,
  type AccessRecord,
  MAX_SPAN,
  packAccessHeader,
  packRights,
  type Rights,
  unpackAccessHeader,
  unpackRights,
} from "./words.ts";
