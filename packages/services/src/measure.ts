// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/services/measure": parts of the services without configuration file, broker and server, for measurements.
// Nothing here is stable from one version to the next.
import * as v from "valibot";
import { gatewayTimes, payloadSettings } from "./gateway/index.ts";

export { sqlRecords } from "./attester/sqlRecords.ts";
export { Gateway, type GatewayLog, PayloadReader } from "./gateway/index.ts";
export { masterKeyInMemory } from "./keys/masterKey.ts";
export { MasterKeys } from "./keys/masterKeys.ts";
export { Loop } from "./operate/loop.ts";
export { PersonKeys } from "./sealed/index.ts";

/** Parts of a gateway's configuration, checked and with what is left out. */
export const gatewaySettings = {
  times: (given: v.InferInput<typeof gatewayTimes>) => v.parse(gatewayTimes, given),
  payloads: (given: v.InferInput<typeof payloadSettings>) => v.parse(payloadSettings, given),
};
