// SPDX-License-Identifier: GPL-3.0-or-later
//
// Members that several parts of a configuration have.
import { text } from "@vitalproof/sdk/wire";

/** A path of a file or folder. */
export const path = text(/^[^\0]{1,4096}$/, "a path");
/** A host's name or address. */
export const host = text(/^[A-Za-z0-9.:_-]{1,255}$/, "a host's name or address");
