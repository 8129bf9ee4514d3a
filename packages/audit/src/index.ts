// SPDX-License-Identifier: GPL-3.0-or-later
export { type AuditOptions, audit } from "./audit.ts";
export type { BlockInfo, ChainData, LogEntry, LogFilter, TransactionInfo } from "./chainData.ts";
export type { Progress } from "./collect.ts";
export { type ContractAddresses, contractInterfaces } from "./events.ts";
export { FINDINGS, type Finding, type FindingCode, type Severity } from "./findings.ts";
export { escapeHtml, printable, sourceOf } from "./format.ts";
export { reportHtml } from "./html.ts";
export type { InvariantLine } from "./invariants.ts";
export { type KnownKey, type KnownKeys, knownKey, knownKeys, type ManifestOfKey } from "./keys.ts";
export {
  type AnchorLine,
  type AnchorStatus,
  type AuditReport,
  type CircuitLine,
  type ClaimLine,
  type ConsentLine,
  OUTCOMES,
  type Outcome,
} from "./report.ts";
export {
  httpRequest,
  RpcAnswerError,
  type RpcOptions,
  type RpcRequest,
  rpcChainData,
} from "./rpcChainData.ts";
export { reportLines } from "./text.ts";
export { type Verdict, verdictOf } from "./verdict.ts";
