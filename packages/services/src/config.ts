// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one configuration file of an installation: what its services share, and a part for each service that runs there.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import {
  address,
  type Field,
  integer,
  list,
  object,
  oneOf,
  optional,
  text,
  uint256,
} from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { type AttesterConfig, attesterConfig } from "./attester/config.ts";
import { type CustodianConfig, custodianConfig } from "./custodian/config.ts";
import { host, path } from "./fields.ts";
import { type GatewayConfig, gatewayConfig, gatewayFaults } from "./gateway/config.ts";
import { type AccessRecord, accessRecord } from "./http/access.ts";
import { type RelayerConfig, relayerConfig } from "./relayer/config.ts";

export interface ServicesConfig {
  /** `sqlite:` and a path, or `postgres://USER@HOST/NAME`. A secret in it is better in PGPASSFILE. */
  readonly store: string;
  readonly chain: ChainConfig;
  readonly http: HttpConfig;
  /** Who may ask, and for what; see `newToken`. */
  readonly access: readonly AccessRecord[];
  readonly log?: { readonly level?: LogLevel };
  /** Folder of the circuits' manifests and verification keys. */
  readonly artifacts: string;
  readonly attester?: AttesterConfig;
  readonly custodian?: CustodianConfig;
  readonly gateway?: GatewayConfig;
  readonly relayer?: RelayerConfig;
}

export interface ChainConfig {
  readonly id: bigint;
  /** URL of a node. */
  readonly rpc: string;
  /** Before it no contract of the deployment was there; 0 when left out. */
  readonly fromBlock?: number;
  readonly contracts: Readonly<Record<"anchors" | "claims" | "consents" | "circuits", string>>;
}

export interface HttpConfig {
  /** 0 for any free one. */
  readonly port: number;
  /** Interface; the loopback interface when left out. */
  readonly host?: string;
  readonly names?: readonly string[];
  /** Files in PEM. With `clientAuthority` clients need a certificate. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientAuthority?: string };
  /** Addresses of proxies that speak TLS in front. */
  readonly proxies?: readonly string[];
  /** Requests of one principal in a minute. */
  readonly requestsPerMinute?: number;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Checked one by one afterwards, where all that is wrong with each is said. */
const record: Field<unknown> = v.unknown();

const FILE = object({
  store: text(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, "sqlite: and a path, or postgres://USER@HOST/NAME"),
  chain: object({
    id: uint256,
    rpc: text(/^https?:\/\/.+$/, "the URL of a node"),
    fromBlock: optional(integer()),
    contracts: object({ anchors: address, claims: address, consents: address, circuits: address }),
  }),
  http: object({
    port: integer(0, 65_535),
    host: optional(host),
    names: optional(list(host, { max: 32 })),
    tls: optional(object({ key: path, cert: path, clientAuthority: optional(path) })),
    proxies: optional(list(host, { max: 32 })),
    requestsPerMinute: optional(integer(1, 1_000_000)),
  }),
  access: list(record, { max: 10_000 }),
  log: optional(object({ level: optional(oneOf(LEVELS)) })),
  artifacts: path,
  attester: optional(attesterConfig),
  custodian: optional(custodianConfig),
  gateway: optional(gatewayConfig),
  relayer: optional(relayerConfig),
});

const HINT = "docs/operations.md lists every member, with an example.";

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws DOCUMENT_INVALID with everything that is wrong, a line each; NOT_THERE without the file
 */
export function loadConfig(file: string): ServicesConfig {
  const at = resolve(file);
  const config = parseConfig(jsonOf(at), file);
  const absolute = (each: string): string => resolve(dirname(at), each);
  const { store, artifacts, http } = config;
  const isFile = store.startsWith("sqlite:") && !store.startsWith("sqlite://");
  return {
    ...config,
    store: isFile ? `sqlite:${absolute(store.slice("sqlite:".length))}` : store,
    artifacts: absolute(artifacts),
    http: http.tls === undefined ? http : { ...http, tls: mapValues(http.tls, absolute) },
    ...(config.attester === undefined ? {} : { attester: withAbsolutePaths(config.attester, absolute) }),
    ...(config.custodian === undefined ? {} : { custodian: withAbsolutePaths(config.custodian, absolute) }),
    ...(config.gateway === undefined ? {} : { gateway: gatewayWithPaths(config.gateway, absolute) }),
    ...(config.relayer === undefined ? {} : { relayer: withAbsolutePaths(config.relayer, absolute) }),
  };
}

/** Checks a parsed configuration. @throws DOCUMENT_INVALID with everything that is wrong */
export function parseConfig(value: unknown, file: string): ServicesConfig {
  const result = v.safeParse(FILE, value, { abortPipeEarly: true });
  const faults = (result.issues ?? []).map(faultOf);
  const { access, gateway } = (value ?? {}) as { access?: unknown; gateway?: unknown };
  faults.push(...gatewayFaults(gateway));
  const records = Array.isArray(access)
    ? access.map((each, i) => recordOrFault(each, `access[${i}]`, faults))
    : [];
  if (faults.length === 0) return { ...(result.output as ServicesConfig), access: records as AccessRecord[] };
  const count = faults.length === 1 ? "One thing is" : `${faults.length} things are`;
  throw new VitalproofError(
    "DOCUMENT_INVALID",
    `${count} wrong in ${file}:\n${faults.map((each) => `  ${each}`).join("\n")}`,
    {
      details: { file, faults: faults.length },
      hint: HINT,
    },
  );
}

function jsonOf(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new VitalproofError("NOT_THERE", `The configuration ${file} cannot be read (${code}).`, {
      details: { file },
      hint: "Name the file with --config.",
      cause,
    });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    // The parser's words quote the text; only the place is told.
    const place = /line \d+ column \d+|position \d+/.exec((cause as Error).message)?.[0] ?? "its end";
    throw new VitalproofError("DOCUMENT_INVALID", `${file} is not JSON: see ${place}.`, {
      details: { file },
      hint: "JSON has no comments and no comma after the last member.",
    });
  }
}

/** One thing that is wrong: its place, and what belongs there. Never the value, which may be a secret. */
function faultOf(issue: v.BaseIssue<unknown>): string {
  const place = (issue.path ?? [])
    .map(({ key, type }) => (type === "array" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  const at = place === "" ? "The file" : place;
  if (issue.type === "strict_object" && issue.expected === "never")
    return `${at} is not a member that belongs here.`;
  if (issue.input === undefined) return `${at} is missing.`;
  // What schemas of several members want of them together.
  if (issue.message.startsWith("with ")) return `${at} must be ${issue.message}.`;
  return `${at} is not ${issue.message}.`;
}

function recordOrFault(value: unknown, at: string, faults: string[]): AccessRecord | undefined {
  try {
    return accessRecord(value, at);
  } catch (error) {
    faults.push((error as VitalproofError).shortMessage);
    return undefined;
  }
}

type Paths = Readonly<Record<string, unknown>>;

/** Members that hold paths, in the services' parts of the configuration. */
const PATHS: readonly string[] = [
  "path",
  "passphraseFile",
  "pinFile",
  "module",
  "tokenFile",
  "passwordFile",
  "caFile",
  "certFile",
  "keyFile",
  "clientCaFile",
  "circuits",
  "request",
  "attestation",
  "folder",
];

/** Paths in the rules for payloads are JSON paths, and stay. */
function gatewayWithPaths(
  { payloads, ...rest }: GatewayConfig,
  absolute: (path: string) => string,
): GatewayConfig {
  return { ...withAbsolutePaths(rest, absolute), payloads };
}

function withAbsolutePaths<T extends object>(part: T, absolute: (path: string) => string): T {
  if (Array.isArray(part))
    return part.map((each) => (typeof each === "object" ? withAbsolutePaths(each, absolute) : each)) as never;
  const entries = Object.entries(part as Paths).map(([name, value]) => {
    if (typeof value === "string" && PATHS.includes(name)) return [name, absolute(value)];
    return [name, typeof value === "object" && value !== null ? withAbsolutePaths(value, absolute) : value];
  });
  return Object.fromEntries(entries) as T;
}

function mapValues<T extends Readonly<Record<string, string>>>(
  texts: T,
  change: (text: string) => string,
): T {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, change(value)])) as T;
}
