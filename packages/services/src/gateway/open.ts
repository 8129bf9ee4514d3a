// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ServicesConfig } from "../config.ts";
import { type MasterKeys, openMasterKeys } from "../keys/index.ts";
import { PersonKeys } from "../sealed/index.ts";
import type { Database } from "../store/index.ts";
import type { GatewayConfig } from "./config.ts";
import { People } from "./people/index.ts";

/** What is sealed in a gateway's store, opened. */
export type OpenGateway = {
  readonly masterKeys: MasterKeys;
  readonly personKeys: PersonKeys;
  readonly people: People;
};

/** @param clock Unix seconds @throws what `openMasterKey` throws */
export async function openGateway(
  { masterKey, olderMasterKeys }: Pick<GatewayConfig, "masterKey" | "olderMasterKeys">,
  database: Database,
  clock: () => number,
): Promise<OpenGateway> {
  const masterKeys = await openMasterKeys(masterKey, olderMasterKeys);
  const personKeys = new PersonKeys({ database, masterKeys, clock });
  return { masterKeys, personKeys, people: new People(database, personKeys) };
}

/** @throws DOCUMENT_INVALID without a part for a gateway */
export function gatewayPartOf({ gateway }: ServicesConfig): GatewayConfig {
  if (gateway !== undefined) return gateway;
  throw new VitalproofError("DOCUMENT_INVALID", "The configuration has no part for a gateway.", {
    hint: "Add the member gateway with masterKey, payloads, attesters, people, and mqtt or broker.",
  });
}
