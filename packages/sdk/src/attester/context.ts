// SPDX-License-Identifier: GPL-3.0-or-later
import { packContext } from "../hashes/context.ts";
import type { LogKey, LogRecord } from "./records.ts";

/** The context of an epoch of a stretch. */
export function contextOf(key: LogKey, log: LogRecord, epoch: number): bigint {
  return packContext({ profile: key.profile, offset: log.offset, epoch });
}
