// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { MAPPING_SCHEMA } from "@vitalproof/readers/access-logs";
import { CUSTODIAN_ENDPOINTS } from "@vitalproof/sdk/ledger";
import {
  type AnyEndpoint,
  ATTESTER_ENDPOINTS,
  GATEWAY_ENDPOINTS,
  RELAYER_ENDPOINTS,
} from "@vitalproof/sdk/wire";
import { openApi, servedOf } from "@vitalproof/services";

const COMMAND = join(import.meta.dirname, "../../packages/cli/bin/vitalproof.cjs");

/** Files of docs/schemas: what `vitalproof schema KIND` prints, for each kind of document and each answer of a command. */
export function schemaFiles(): Map<string, string> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "schema", "--json"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`vitalproof schema failed:\n${stderr}`);
  return new Map(
    Object.entries(JSON.parse(stdout) as Record<string, unknown>).map(([kind, schema]) => [
      `docs/schemas/${kind}.json`,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  );
}

/** Files of docs/schemas: the mapping by which a hospital's access log is read. */
export function mappingFiles(): Map<string, string> {
  return new Map([["docs/schemas/access-log-mapping.json", `${JSON.stringify(MAPPING_SCHEMA, null, 2)}\n`]]);
}

const SERVICES: Readonly<Record<string, Readonly<Record<string, AnyEndpoint>>>> = {
  attester: ATTESTER_ENDPOINTS,
  custodian: CUSTODIAN_ENDPOINTS,
  gateway: GATEWAY_ENDPOINTS,
  relayer: RELAYER_ENDPOINTS,
};

/** Files of docs/schemas: OpenAPI of each service, below its own address. */
export function openApiFiles(): Map<string, string> {
  return new Map(
    Object.entries(SERVICES).map(([name, endpoints]) => [
      `docs/schemas/${name}.openapi.json`,
      `${JSON.stringify(openApi(`Vitalproof ${name}`, servedOf(endpoints)), null, 2)}\n`,
    ]),
  );
}
