// SPDX-License-Identifier: GPL-3.0-or-later
import type { Format } from "../format.ts";

/** Every format, in the order in which content is tried: the specific ones before the general ones. */
export const FORMATS: readonly Format[] = [];
