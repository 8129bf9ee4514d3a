// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash } from "ethers";
export const HOUR = 3600n;
export const DAY = 86_400n;
/** Order of the BN254 groups. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export const delay = 15n * DAY;
export const suspensionTime = 16n * DAY;
export const resumeTime = 3n * DAY;
export const pauseTime = 3n * DAY;
export const outageTime = 2n * DAY;
/** From the close of a window until its reserve is free. */
export const reopenTime = 3n * DAY;
/** The shortest that PauseRegistry takes. */
export const suspensionCooldown = 4n * resumeTime + pauseTime + outageTime + suspensionTime;
export const pauseCooldown = 4n * resumeTime + outageTime + 2n * suspensionTime;
export const outageCooldown = 4n * resumeTime + pauseTime + 2n * suspensionTime;
export const intakeTime = 6n * HOUR;
export const graceTime = DAY;
export const correctionTime = 2n * DAY;
export const claimWindow = 7n * DAY;
export const benefit = 25_000_000n;
export const holder = 0x1234567890abcdefn;
export const epochSeconds = DAY;
export const offset = 20n;
export const root = 777n;

export const PeriodState = {
  Open: 0n,
  UnderReview: 1n,
  Rejected: 2n,
  Credited: 3n,
  Denied: 4n,
  Released: 5n,
} as const;
/** `ceremony` of a development key. */
export const NO_CEREMONY = ZeroHash;
export const Assurance = { SecureElement: 0n, SupervisedGateway: 1n, SelfAttested: 2n } as const;

/** A program with review: the insurer has 5 days, the arbiter 10. */
export const review = { reviewTime: 5n * DAY, arbiterTime: 10n * DAY };
