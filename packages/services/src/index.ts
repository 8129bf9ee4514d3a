// SPDX-License-Identifier: GPL-3.0-or-later

export { type AttesterBackendOptions, attesterBackend } from "./attester/backend.ts";
export type { AttesterConfig } from "./attester/config.ts";
export { attesterErasures, attesterRemains } from "./attester/erase.ts";
export { type AttesterBackend, attesterRoutes } from "./attester/routes.ts";
export { attesterPartOf, type RunningAttester, runAttester } from "./attester/run.ts";
export { sqlRecords } from "./attester/sqlRecords.ts";

export type { AttesterStatus } from "./attester/status.ts";
export {
  type AccountProblem,
  type ChainAccount,
  type ChainError,
  type ChainLog,
  type ChainSigner,
  finalizedBlock,
  type NodeConnection,
  openProvider,
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
export { type ChainConfig, type HttpConfig, loadConfig, parseConfig, type ServicesConfig } from "./config.ts";
export type { CustodianConfig } from "./custodian/config.ts";
export { custodianMaster } from "./custodian/master.ts";
export { runCustodianProver } from "./custodian/prove.ts";
export { type CustodianRunOptions, type RunningCustodian, runCustodian } from "./custodian/run.ts";
export type { CustodianStatus } from "./custodian/status.ts";
export type { GatewayConfig } from "./gateway/config.ts";
export { hashPassword } from "./gateway/mqtt/broker/passwords.ts";
export { gatewayPartOf, type OpenGateway, openGateway } from "./gateway/open.ts";
export { pageRoutes } from "./gateway/page/pageRoutes.ts";
export type { PageView } from "./gateway/page/statusPage.ts";
export { gatewayErasures, People, remainsOnChain } from "./gateway/people/index.ts";
export { runProver } from "./gateway/prove.ts";
export { type GatewayRunOptions, type RunningGateway, runGateway } from "./gateway/run.ts";
export type { GatewayStatus } from "./gateway/status.ts";
export {
  type Access,
  type AccessRecord,
  accessList,
  accessRecord,
  type CertificateRecord,
  type Principal,
  type TokenRecord,
} from "./http/access.ts";
export type { App, Reply } from "./http/app.ts";
export { type ClientTls, certificateFetch } from "./http/certificateFetch.ts";
export type { Limits } from "./http/limits.ts";
export { type OpenApi, openApi, servedOf } from "./http/openapi.ts";
export { notThere, Refusal } from "./http/refusal.ts";
export { type Asked, serve } from "./http/serve.ts";
export {
  BODY_LIMIT,
  type Server,
  type ServerOptions,
  startServer,
} from "./http/server.ts";
export { certificateName, type ServerTls } from "./http/tls.ts";
export { newToken } from "./http/token.ts";
export {
  localQueue,
  migrateJobs,
  type Offer,
  type OnFault,
  openQueue,
  QUEUE_SETTINGS,
  type QueueSettings,
  type QueueState,
  queueOf,
  type Step,
  type StepHandler,
  type StepQueue,
  type StepWorker,
  type Work,
  type WorkerState,
  workOn,
} from "./jobs/index.ts";
export { assertOwnStore, type ServiceName } from "./operate/bind.ts";
export { doctor, type Finding } from "./operate/doctor.ts";
export { type Fault, faultOf } from "./operate/fault.ts";
export type { RunOptions } from "./operate/installation.ts";
export { type Logger, type LoggerOptions, logger } from "./operate/logger.ts";
export { type Labels, type MetricOptions, Metrics } from "./operate/metrics.ts";
export type { Checks } from "./operate/readiness.ts";
export type { RunningProver } from "./proving/proofQueue.ts";
export type { RelayerConfig } from "./relayer/config.ts";
export {
  RELAYER_POLICY,
  RELAYER_TIMES,
  type RelayerOptions,
  type RelayerPolicy,
  type RelayerTimes,
  StoredRelayer,
} from "./relayer/index.ts";
export { type RelayerBackend, relayerRoutes } from "./relayer/routes.ts";
export { type RelayerStatus, type RunningRelayer, runRelayer } from "./relayer/run.ts";
export {
  type Erased,
  type ErasurePreview,
  notedBackup,
  readErasures,
  rotateMasterKey,
  wrappedKeys,
  writeErasures,
} from "./sealed/index.ts";
export {
  assertCurrent,
  type Database,
  fieldText,
  migrate,
  openDatabase,
  type Queries,
  restore,
} from "./store/index.ts";
