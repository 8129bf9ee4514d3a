// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { VitalproofError } from "@vitalproof/sdk";
import type { JsonRpcProvider } from "ethers";
import { connectAsync } from "mqtt";
import type { ServicesConfig } from "../config.ts";
import { openMasterKeys } from "../keys/index.ts";
import { type Database, fileOf, openDatabase, schemaState } from "../store/index.ts";
import { AttesterLink, type Groups, groupsOf } from "./attesterLink.ts";
import { claimLooks } from "./claimLooks.ts";
import type { GatewayAttesterConfig, GatewayConfig } from "./config.ts";
import { assertInTime } from "./core/gateway.ts";
import type { Look } from "./look.ts";
import { clientOptions, contentOf } from "./mqtt/options.ts";
import type { MqttSettings } from "./mqtt/settings.ts";
import { openGateway } from "./open.ts";

/** Milliseconds for a broker's answer. */
const PATIENCE = 10_000;
/** Names that one line shows. */
const SHOWN = 10;

/** Everything that a gateway needs before it runs. Nothing is changed: a broker sees a client that comes and goes. */
export function gatewayLooks(
  config: ServicesConfig & { readonly gateway: GatewayConfig },
  provider: JsonRpcProvider,
): Look[] {
  const { gateway, chain } = config;
  const { masterKey, olderMasterKeys = [], attesters, mqtt = [], broker, payloads, times } = gateway;
  const groups = groupsOf(chain, provider);
  return [
    [
      "master key",
      async () => {
        const { id } = await openMasterKeys(masterKey, olderMasterKeys);
        return `opens, with id ${id}`;
      },
    ],
    ["payload rules", async () => `${payloads.rules.length} can be read`],
    ...attesters.map((each): Look => [`attester ${each.name}`, () => lookAtAttester(each, groups, times)]),
    ...mqtt.map((each): Look => [`broker ${each.url}`, () => lookAtBroker(each)]),
    ...(broker === undefined ? [] : [["embedded broker", async () => lookAtFiles(broker)] as const]),
    ["people", () => lookAtPeople(config.store, gateway)],
    ...claimLooks(config, provider),
  ];
}

async function lookAtAttester(
  config: GatewayAttesterConfig,
  groups: Groups,
  times: GatewayConfig["times"],
): Promise<string> {
  const link = await AttesterLink.open(config, groups);
  assertInTime(link, times);
  const { group, attester } = await link.services.info();
  if (group !== link.group) {
    throw new VitalproofError("NOT_ALLOWED", `It answers for group ${group}, not ${link.group}.`, {
      details: { answered: group, configured: link.group },
      hint: "Mend url or group.",
    });
  }
  if (attester.toLowerCase() !== link.trust.attester.toLowerCase()) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `The chain has another attester for group ${group} than it says.`,
      {
        details: { answered: attester, onChain: link.trust.attester },
        hint: "Compare chain, contract and group with those of the attester.",
      },
    );
  }
  return `answers for group ${group}`;
}

async function lookAtBroker(settings: MqttSettings): Promise<string> {
  const { properties: _, ...options } = clientOptions(settings);
  // The session that the gateway has there stays as it is.
  const own = { clientId: `${settings.clientId}-doctor`, clean: true, connectTimeout: PATIENCE };
  try {
    const client = await connectAsync({ ...options, ...own });
    await client.endAsync(true);
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    const reason = typeof code === "string" || typeof code === "number" ? ` (${code})` : "";
    throw new VitalproofError("SERVICE_UNREACHABLE", `It does not accept a connection${reason}.`, {
      details: { url: settings.url },
      hint: "Check address, certificates, user and password. A broker may also bind client ids to users.",
    });
  }
  return "accepts the user";
}

function lookAtFiles({ tls }: NonNullable<GatewayConfig["broker"]>): string {
  if (tls === undefined) return "speaks to this machine only";
  contentOf(tls.certFile, "broker.tls.certFile");
  contentOf(tls.keyFile, "broker.tls.keyFile");
  if (tls.clientCaFile !== undefined) contentOf(tls.clientCaFile, "broker.tls.clientCaFile");
  return "its certificates can be read";
}

async function lookAtPeople(store: string, gateway: GatewayConfig): Promise<string> {
  const names = gateway.people.map(({ person }) => person);
  const missing = await withStore(store, (database) => missingOf(names, gateway, database));
  const { length } = missing ?? names;
  if (length === 0) return `all ${names.length} are admitted`;
  const shown = (missing ?? names).slice(0, SHOWN).join(", ");
  throw new VitalproofError(
    "NOT_THERE",
    `Not admitted: ${shown}${length > SHOWN ? ` and ${length - SHOWN} more` : ""}.`,
    {
      details: { people: length },
      hint: "Admit each with `vitalproof gateway admit`, or remove those who were erased from the configuration.",
    },
  );
}

async function missingOf(
  names: readonly string[],
  gateway: GatewayConfig,
  database: Database,
): Promise<string[]> {
  const { people } = await openGateway(gateway, database, () => Math.floor(Date.now() / 1000));
  const missing: string[] = [];
  for (const name of names) {
    await people.subjectOf(name).catch((error: unknown) => {
      const code = error instanceof VitalproofError ? error.code : undefined;
      if (code !== "PERSON_KEY_MISSING" && code !== "PERSON_ERASED") throw error;
      missing.push(name);
    });
  }
  return missing;
}

/** @returns undefined where there is no store yet, or none with this version's tables */
async function withStore<T>(url: string, act: (database: Database) => Promise<T>): Promise<T | undefined> {
  // Opening would make the file.
  const file = fileOf(url);
  if (file !== undefined && !existsSync(file)) return undefined;
  const database = await openDatabase(url);
  try {
    return (await schemaState(database)).missing.length > 0 ? undefined : await act(database);
  } finally {
    await database.close();
  }
}
