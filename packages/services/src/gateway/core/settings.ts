// SPDX-License-Identifier: GPL-3.0-or-later
import { integer } from "@vitalproof/sdk/wire";
import * as v from "valibot";

const DAY = 86_400;

/** Times of the gateway, in seconds unless a name says otherwise. */
export const gatewayTimes = v.strictObject(
  {
    /** After an epoch's end: what comes until then belongs to it. Shorter than the attester's intake time. */
    grace: v.optional(integer(0, 30 * DAY), 600),
    /** After a start, in which brokers send what they kept. An epoch that must hurry does not wait. */
    settle: v.optional(integer(0, DAY), 120),
    /** That a reading may be ahead of the clock. */
    future: v.optional(integer(0, DAY), 300),
    /** By which the clock may differ from monotonic time between two looks. */
    clockJump: v.optional(integer(1, 3600), 60),
    /** After the last run that a clock is believed without a reference. */
    longestOff: v.optional(integer(60, 3650 * DAY), 14 * DAY),
    /** Milliseconds between two looks while nothing is due. */
    look: v.optional(integer(10, 60_000), 5_000),
  },
  "an object",
);

export type GatewayTimes = v.InferOutput<typeof gatewayTimes>;
