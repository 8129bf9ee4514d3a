// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/hardhat-circom/circuits": what the tasks do, for scripts.

export { type AttackOptions, type AttackReport, attackCircuits } from "./attack.ts";
export {
  type BuildEvent,
  type BuildOptions,
  type BuildResult,
  type BuildStep,
  buildCircuits,
} from "./build.ts";
export type { Announcement } from "./ceremony/announcement.ts";
export { type Contributed, type ContributeOptions, contribute } from "./ceremony/contribute.ts";
export type { ExaminedStep } from "./ceremony/examine.ts";
export { applyBeacon, finaliseCeremony, type WrittenTranscript, writeTranscript } from "./ceremony/finish.ts";
export { type InitOptions, initCeremony } from "./ceremony/init.ts";
export {
  type CeremonyStatus,
  ceremonyStatus,
  type VerifiedCeremony,
  verifyCeremony,
} from "./ceremony/status.ts";
export type { CeremonyOptions } from "./ceremony/stepWork.ts";
export { type CheckOptions, type CheckReport, checkCircuits } from "./check.ts";
export { resolveConfig } from "./config.ts";
export { CircomError, type CircomErrorCode } from "./errors.ts";
export { expectedVerifierCodeHash, type VerifierArtifact } from "./expectedVerifierCodeHash.ts";
export { type ImportOptions, importProductionKey } from "./importKey.ts";
export { type CircuitInfo, circuitInfo } from "./info.ts";
export { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
export type { BrokenLink, Link } from "./internal/links.ts";
export { isDevelopmentKey } from "./isDevelopmentKey.ts";
export type { LintFinding, LintRule } from "./lint/rules.ts";
export { type LintException, type LintReport, type LocatedFinding, lintCircuits } from "./lint.ts";
export { readList } from "./list.ts";
export { type InstanceFiles, instanceFiles, readManifest } from "./manifest.ts";
export type * from "./types.ts";
export { verificationKeyBytes, verificationKeyHash, verificationKeyWords } from "./verificationKeyHash.ts";
