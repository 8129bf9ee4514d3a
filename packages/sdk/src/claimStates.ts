// SPDX-License-Identifier: GPL-3.0-or-later

/** States of a policy's period, in the contract's order. */
export const PERIOD_STATES = ["open", "under-review", "rejected", "credited", "denied", "released"] as const;
export type PeriodState = (typeof PERIOD_STATES)[number];

/** Why a claim in a batch is left out, in the contract's order; what `detail` is, `SkipReason` in IClaimsPayout says. */
export const SKIP_REASONS = [
  "none",
  "unknown-policy",
  "unknown-period",
  "period-already-claimed",
  "period-released",
  "period-not-over",
  "not-anchored",
  "circuit-not-in-force",
  "window-closed",
  "circuit-blocked",
  "no-active-consent",
  "other-circuit",
  "other-root",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];
