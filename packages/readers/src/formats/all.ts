// SPDX-License-Identifier: GPL-3.0-or-later
import type { BinaryFormat, Format, TextFormat } from "../format.ts";
import { accelerometerCsv } from "./accelerometerCsv.ts";
import { gpx, tcx } from "./activityXml.ts";
import { appleHealth } from "./appleHealth.ts";
import { carelink } from "./carelink.ts";
import { dexcomApi } from "./dexcomApi.ts";
import { dexcomClarity } from "./dexcomClarity.ts";
import { edf } from "./edf.ts";
import { fhir } from "./fhir.ts";
import { fit } from "./fit.ts";
import { fitbit } from "./fitbit.ts";
import { fitbitCsv } from "./fitbitCsv.ts";
import { fitbitOxygen } from "./fitbitOxygen.ts";
import { freestyleLibre } from "./freestyleLibre.ts";
import { genericCsv } from "./genericCsv.ts";
import { glooko } from "./glooko.ts";
import { googleFit } from "./googleFit.ts";
import { healthAutoExport } from "./healthAutoExport.ts";
import { healthConnect } from "./healthConnect.ts";
import { ihealth } from "./ihealth.ts";
import { iotMessage } from "./iotMessage.ts";
import { libreLinkUp } from "./libreLinkUp.ts";
import { medicationCsv } from "./medicationCsv.ts";
import { miFitnessCsv } from "./miFitnessCsv.ts";
import { monitorCsv } from "./monitorCsv.ts";
import { nightscout } from "./nightscout.ts";
import { openMhealth } from "./openMhealth.ts";
import { oscarCsv } from "./oscarCsv.ts";
import { oura } from "./oura.ts";
import { ouraCsv } from "./ouraCsv.ts";
import { oximeterCsv } from "./oximeterCsv.ts";
import { polarCsv } from "./polarCsv.ts";
import { samsungHealth } from "./samsungHealth.ts";
import { tandem } from "./tandem.ts";
import { tidepool } from "./tidepool.ts";
import { tidepoolTable } from "./tidepoolTable.ts";
import { withingsCsv } from "./withingsCsv.ts";
import { xdripSiDiary } from "./xdripSiDiary.ts";
import { zeppCsv } from "./zeppCsv.ts";

/** Binary formats. Each has a beginning of its own. */
export const BINARY_FORMATS: readonly BinaryFormat[] = [fit, edf, healthConnect];

/** Text formats, in the order in which content is tried: the specific ones before the general ones. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  dexcomClarity,
  freestyleLibre,
  glooko,
  carelink,
  tandem,
  tidepoolTable,
  xdripSiDiary,
  monitorCsv,
  accelerometerCsv,
  samsungHealth,
  oximeterCsv,
  fitbitCsv,
  ouraCsv,
  zeppCsv,
  miFitnessCsv,
  medicationCsv,
  withingsCsv,
  oscarCsv,
  polarCsv,
  fhir,
  nightscout,
  tidepool,
  dexcomApi,
  libreLinkUp,
  healthAutoExport,
  oura,
  fitbit,
  fitbitOxygen,
  googleFit,
  appleHealth,
  tcx,
  gpx,
  openMhealth,
  ihealth,
  iotMessage,
  genericCsv,
];

/** Every format. */
export const FORMATS: readonly Format[] = [...BINARY_FORMATS, ...TEXT_FORMATS];
