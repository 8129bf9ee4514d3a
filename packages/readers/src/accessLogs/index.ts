// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/readers/access-logs": a hospital's own access logs, read into accesses for the health ledger. A room of its own: it knows
// the ledger and nothing of readings.

export { bytesInput, fileInput, textInput } from "../input.ts";
export { LEFT_REASONS, type LeftReason, type LoggedAccess } from "./access.ts";
export {
  type AccessLogMapping,
  type ClassRule,
  type CodeRule,
  type EventRule,
  type IdentifierRule,
  type LedgerClass,
  type LedgerPurpose,
  type LedgerRole,
  MAPPING_SCHEMA,
  type PurposeRule,
  parseAccessLogMapping,
  type RoleRule,
} from "./mapping.ts";
export type { LogFormat } from "./messages.ts";
export { type AccessLogOptions, type AccessLogReading, type LeftEvents, readAccessLog } from "./read.ts";
