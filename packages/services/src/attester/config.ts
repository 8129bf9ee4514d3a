// SPDX-License-Identifier: GPL-3.0-or-later
import { type Field, object, optional, uint256 } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { type SignerConfig, signerConfig } from "../keys/index.ts";

/** An attester's part of the configuration. */
export interface AttesterConfig {
  /** Number of the group in the anchor registry. */
  readonly group: bigint;
  /** The group's attester account. */
  readonly key: SignerConfig;
  /** The account that was or will be nominated as the next attester. */
  readonly nextKey?: SignerConfig;
  /** Whether everyone may read the leaves of closed days. They name no one; publishing them ends withholding. */
  readonly publishLeaves?: boolean;
}

export const attesterConfig: Field<AttesterConfig> = object({
  group: uint256,
  key: signerConfig,
  nextKey: optional(signerConfig),
  publishLeaves: optional(v.boolean()),
}) as Field<AttesterConfig>;
