// SPDX-License-Identifier: GPL-3.0-or-later
import type { GlobalOptions } from "../../globals.ts";

export type LogOptions = GlobalOptions & { log?: string };

/** Options of commands that write a document. */
export type Out = { out: string; force?: boolean };

export const LOG_OPTION = ["--log <name>", "which log; needed if the vault holds several"] as const;
