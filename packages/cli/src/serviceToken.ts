// SPDX-License-Identifier: GPL-3.0-or-later
import { readText } from "./files.ts";
import type { Io } from "./io.ts";

/** A bearer token from a file. @throws NOT_THERE */
export async function tokenOf(io: Io, file: string): Promise<string> {
  return (await readText(io, file)).trim();
}
