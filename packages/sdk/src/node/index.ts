// SPDX-License-Identifier: GPL-3.0-or-later
export * from "../index.ts";
export { Mutex } from "../mutex.ts";
export { childProcessProver } from "./childProver.ts";
export {
  assertOwnAccount,
  DEVELOPMENT_ACCOUNTS,
  developmentWallet,
  isDevelopmentAccount,
  isLocalChain,
} from "./developmentAccounts.ts";
export { diskArtifacts } from "./diskArtifacts.ts";
export { fileStore } from "./fileStore.ts";
export { openKeystore } from "./keystore.ts";
export {
  type NativeProver,
  type NativeProverInfo,
  type NativeProverOptions,
  nativeProver,
} from "./nativeProver.ts";
export { nodeStretch } from "./nodeStretch.ts";
export { type PoolStats, type ProverPool, type ProverPoolOptions, proverPool } from "./proverPool.ts";
export { systemCode, systemHint, writeWhole } from "./system.ts";
export { fastAnchorTree } from "./tree/fastTree.ts";
export { type ThreadedTreeOptions, threadedAnchorTree } from "./tree/threadedTree.ts";
