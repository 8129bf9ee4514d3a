// SPDX-License-Identifier: GPL-3.0-or-later

/** Options of commands that write a document. */
export type Out = { out: string; force?: boolean };

export const OUT = ["--out <file>", "where to write the answer"] as const;
