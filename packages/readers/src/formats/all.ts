// SPDX-License-Identifier: GPL-3.0-or-later
import type { Format } from "../format.ts";
import { accelerometerCsv } from "./accelerometerCsv.ts";
import { dexcomClarity } from "./dexcomClarity.ts";
import { freestyleLibre } from "./freestyleLibre.ts";
import { genericCsv } from "./genericCsv.ts";
import { monitorCsv } from "./monitorCsv.ts";

/** Every format, in the order in which content is tried: the specific ones before the general ones. */
export const FORMATS: readonly Format[] = [
  dexcomClarity,
  freestyleLibre,
  monitorCsv,
  accelerometerCsv,
  genericCsv,
];
