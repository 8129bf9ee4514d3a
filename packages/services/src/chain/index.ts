// SPDX-License-Identifier: GPL-3.0-or-later
export { Finality, finalizedBlock } from "./finality.ts";
export type { NodeConnection } from "./node.ts";
export type { PriceLimits } from "./price.ts";
export { openProvider } from "./provider.ts";
export { type ChainSigner, SENDER_LIMITS, type SenderLimits } from "./scope.ts";
export { type Round, Sender, type SenderOptions } from "./sender.ts";
export {
  type AccountProblem,
  type ChainError,
  type ChainLog,
  problemOf,
  type RefusedReason,
  stateOf,
  type TransactionState,
} from "./state.ts";
export { type ChainAccount, type Wanted, want } from "./want.ts";
