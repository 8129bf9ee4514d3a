// SPDX-License-Identifier: GPL-3.0-or-later
import type { AnchorState } from "./anchorState.ts";
import type { BlockInfo } from "./chainData.ts";
import type { CircuitsState } from "./circuits/state.ts";
import type { ClaimsState } from "./claims/state.ts";
import type { ProgramState } from "./claims/types.ts";
import type { ConsentsState } from "./consentState.ts";
import type { ContractAddresses } from "./events.ts";
import type { Finding } from "./findings.ts";
import type { KnownKeys } from "./keys.ts";
import type { HealthLedgerState } from "./ledgerState.ts";
import type { PausesState } from "./pauseState.ts";
import type { AuditReport } from "./report.ts";
import type { Transfers } from "./transfers.ts";
import type { Holdings } from "./views/money.ts";

export type ReportParts = {
  readonly chainId: bigint;
  readonly fromBlock: number;
  readonly head: BlockInfo;
  readonly addresses: ContractAddresses;
  readonly events: number;
  readonly program: ProgramState;
  readonly token: AuditReport["token"];
  readonly keys: KnownKeys;
  readonly claims: ClaimsState;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly healthLedger: HealthLedgerState;
  readonly circuits: CircuitsState;
  readonly pauses: PausesState;
  readonly transfers: Transfers;
  readonly holdings: Holdings;
  readonly findings: readonly Finding[];
};
