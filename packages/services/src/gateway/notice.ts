// SPDX-License-Identifier: GPL-3.0-or-later
import type { Logger } from "../operate/logger.ts";

/**
 * Something that an operator may want to know, as plain data for a log. Never a payload, a password or what an unknown sender
 * wrote. `user` is a configured name.
 */
export type Notice = {
  readonly level: "info" | "warn" | "error";
  /** Stable, such as `mqtt-connected` or `broker-refused`. */
  readonly event: string;
  readonly reason?: string;
  readonly code?: string | number;
  readonly user?: string;
  readonly topic?: string;
  readonly bytes?: number;
  /** Local name of a log, as configured. */
  readonly log?: string;
  readonly epoch?: number;
  readonly policy?: string;
  readonly period?: number;
  readonly count?: number;
  /** Milliseconds until the next attempt. */
  readonly pause?: number;
};

export type Report = (notice: Notice) => void;

/** Reports to a log. */
export function reportTo(log: Logger): Report {
  return ({ level, event, ...notice }) => log[level](notice, event);
}
