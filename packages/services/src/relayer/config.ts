// SPDX-License-Identifier: GPL-3.0-or-later
import { type Field, integer, list, object, oneOf, optional, uint256 } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { type SignerConfig, signerConfig } from "../keys/index.ts";

/** A relayer's part of the configuration. */
export interface RelayerConfig {
  /** Accounts that pay the gas: one sends after the other, several at once. */
  readonly keys: readonly SignerConfig[];
  /** Programs whose transactions it pays; `all` when left out. */
  readonly free?: readonly bigint[] | "all" | "none";
  /** Requests of one policy or account in 24 hours. */
  readonly requestsPerDay?: number;
  /** Gas of one policy or account in 24 hours. */
  readonly gasPerDay?: number;
  /** Seconds for which a claim waits for others. */
  readonly gather?: number;
}

export const relayerConfig = object({
  keys: v.pipe(list(signerConfig, { max: 16 }), v.minLength(1, "at least one key")),
  free: optional(
    v.union([list(uint256, { max: 10_000 }), oneOf(["all", "none"])], "all, none or a list of programs"),
  ),
  requestsPerDay: optional(integer(1, 1_000_000)),
  gasPerDay: optional(integer(1)),
  gather: optional(integer(0, 3_600)),
}) as Field<RelayerConfig>;
