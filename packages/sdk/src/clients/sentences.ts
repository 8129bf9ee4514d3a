// SPDX-License-Identifier: GPL-3.0-or-later

/** By the name of a custom error: what it says, with its arguments in braces, and the way out. */
export type Sentences = Readonly<Record<string, readonly [says: string, hint: string]>>;
