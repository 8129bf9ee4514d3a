// SPDX-License-Identifier: GPL-3.0-or-later

export {
  type AttesterBackend,
  type AttesterBackendOptions,
  attesterBackend,
  attesterRoutes,
} from "./attester.ts";
export {
  type AccountProblem,
  type ChainAccount,
  type ChainError,
  type ChainLog,
  type ChainSigner,
  type NodeConnection,
  type PriceLimits,
  problemOf,
  type RefusedReason,
  type Round,
  SENDER_LIMITS,
  Sender,
  type SenderLimits,
  type SenderOptions,
  stateOf,
  type TransactionState,
  type Wanted,
  want,
} from "./chain/index.ts";
export { notThere, Refusal } from "./refusal.ts";
export {
  RELAYER_POLICY,
  RELAYER_TIMES,
  type RelayerOptions,
  type RelayerPolicy,
  type RelayerTimes,
  StoredRelayer,
} from "./relayer/index.ts";
export { type RelayerBackend, relayerRoutes, settlingRelayer } from "./relayer.ts";
export { serve } from "./serve.ts";
export { type App, BODY_LIMIT, type Reply, type Server, type ServerOptions, startServer } from "./server.ts";
export { type Database, migrate, openDatabase, type Queries } from "./store/index.ts";
