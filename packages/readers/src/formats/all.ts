// SPDX-License-Identifier: GPL-3.0-or-later
import type { Format } from "../format.ts";
import { accelerometerCsv } from "./accelerometerCsv.ts";
import { appleHealth } from "./appleHealth.ts";
import { dexcomClarity } from "./dexcomClarity.ts";
import { fhir } from "./fhir.ts";
import { fitbit } from "./fitbit.ts";
import { freestyleLibre } from "./freestyleLibre.ts";
import { genericCsv } from "./genericCsv.ts";
import { googleFit } from "./googleFit.ts";
import { ihealth } from "./ihealth.ts";
import { iotMessage } from "./iotMessage.ts";
import { monitorCsv } from "./monitorCsv.ts";
import { nightscout } from "./nightscout.ts";
import { openMhealth } from "./openMhealth.ts";

/** Every format, in the order in which content is tried: the specific ones before the general ones. */
export const FORMATS: readonly Format[] = [
  dexcomClarity,
  freestyleLibre,
  monitorCsv,
  accelerometerCsv,
  fhir,
  nightscout,
  fitbit,
  googleFit,
  appleHealth,
  openMhealth,
  ihealth,
  iotMessage,
  genericCsv,
];
