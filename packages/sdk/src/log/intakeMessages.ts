// SPDX-License-Identifier: GPL-3.0-or-later
import type { HeadMessage } from "../device/message.ts";
import type { Curve } from "../device/signer.ts";
import type { ProfileName } from "../profiles/profile.ts";

/** What the attester's intake says when it opens a log. */
export type LogOpening = {
  group: bigint;
  subject: bigint;
  profile: ProfileName;
  offset: number;
  firstEpoch: number;
  genesis: bigint;
};

/** A log as intake knows it: the head that the next one must extend, and the next epoch. */
export type LogState = { head: bigint; nextEpoch: number };

/** What goes to intake: no readings, no salt. */
export type SignedHead = HeadMessage & {
  device: { curve: Curve; publicKey: string };
  /** Hex without prefix. */
  signature: string;
};
