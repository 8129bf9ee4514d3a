// SPDX-License-Identifier: GPL-3.0-or-later
import { assertOffset, PROFILES, type Profile, type ProfileName, profileOf } from "@vitalproof/sdk";
import {
  dayOffset,
  type Field,
  integer,
  list,
  object,
  optional,
  profileName,
  text,
  uint256,
} from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../fields.ts";
import { type MasterKeyConfig, masterKeyConfig, type SignerConfig, signerConfig } from "../keys/index.ts";
import { type AlertSettings, alertSettings } from "./alerts/settings.ts";
import { type GatewayTimes, gatewayTimes } from "./core/settings.ts";
import { type BrokerSettings, brokerSettings } from "./mqtt/broker/settings.ts";
import { type MqttSettings, mqttSettings } from "./mqtt/settings.ts";
import { type PayloadSettings, payloadSettings } from "./payload/settings.ts";

/** A gateway's part of the configuration. No secret is in it. */
export interface GatewayConfig {
  /** Wraps persons' keys. */
  readonly masterKey: MasterKeyConfig;
  /** Those from before a change, until `rotate-key` is done. */
  readonly olderMasterKeys?: readonly MasterKeyConfig[];
  /** Brokers that it reads from. */
  readonly mqtt?: readonly MqttSettings[];
  /** A broker of its own. */
  readonly broker?: BrokerSettings;
  readonly payloads: PayloadSettings;
  readonly times: GatewayTimes;
  readonly attesters: readonly GatewayAttesterConfig[];
  readonly people: readonly GatewayPersonConfig[];
  /** Programs in which claims are made for these people. */
  readonly programs?: readonly bigint[];
  /** Sends claims and pays for them. */
  readonly relayer?: ServiceConfig;
  /** Or the account that does. */
  readonly account?: SignerConfig;
  /** Proofs of claims that this process makes at a time; 0 where other machines make them (`prove`). */
  readonly provers: number;
  /** Folder of the circuits' wasm and proving keys, where it is not `artifacts`. */
  readonly circuits?: string;
  /** Zone in which the page for people shows times, an IANA name; the machine's when left out. */
  readonly zone?: string;
  /** Requests of verifiers that are answered unattended. */
  readonly alerts: AlertSettings;
}

/** Another service, over HTTP. */
export interface ServiceConfig {
  /** Of its routes, such as `https://attester.example:8600/attester`. */
  readonly url: string;
  /** A token in its first line. */
  readonly tokenFile: string;
  /** PEM. `certFile` with `keyFile` where it asks for a client certificate. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

export interface GatewayAttesterConfig extends ServiceConfig {
  /** Local, for `people`. */
  readonly name: string;
  /** Number of its group in the anchor registry. */
  readonly group: bigint;
}

export interface GatewayPersonConfig {
  /** Local, `a-z 0-9 _ -`; no name of a person. */
  readonly person: string;
  readonly logs: readonly GatewayLogConfig[];
}

export interface GatewayLogConfig {
  readonly profile: ProfileName;
  /** Quarter hours after 00:00 UTC. */
  readonly offset: number;
  /** Names that messages give to the devices. */
  readonly devices: readonly string[];
  /** Name of an attester. */
  readonly attester: string;
}

const localName = text(/^[a-z0-9_-]{1,60}$/, "a local name of a-z, 0-9, _ and -");
const deviceName = text(/^[^\p{Cc}]{1,128}$/u, "a device's name of 1 to 128 characters");

const service = {
  url: text(/^https?:\/\/[^\s?#]*[^\s?#/]$/, "the URL of a service, without a slash at its end"),
  tokenFile: path,
  tls: optional(
    v.pipe(
      object({ caFile: optional(path), certFile: optional(path), keyFile: optional(path) }),
      v.check(
        ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
        "an object with both certFile and keyFile, or neither",
      ),
    ),
  ),
};

const log = object({
  profile: profileName,
  offset: dayOffset,
  devices: list(deviceName, { max: 1_000 }),
  attester: localName,
});

export const gatewayConfig = object({
  masterKey: masterKeyConfig,
  olderMasterKeys: optional(list(masterKeyConfig, { max: 8 })),
  mqtt: v.optional(
    v.pipe(
      v.array(mqttSettings, "a list"),
      v.minLength(1, "a list of 1 to 16"),
      v.maxLength(16, "a list of 1 to 16"),
    ),
  ),
  broker: v.optional(brokerSettings),
  payloads: payloadSettings,
  times: v.optional(gatewayTimes, {}),
  attesters: list(object({ name: localName, group: uint256, ...service }), { max: 100 }),
  people: list(object({ person: localName, logs: list(log, { max: 100 }) }), { max: 10_000 }),
  programs: optional(list(uint256, { max: 10_000 })),
  relayer: optional(object(service)),
  account: optional(signerConfig),
  provers: v.optional(integer(0, 64), 1),
  circuits: optional(path),
  zone: optional(v.pipe(v.string("a zone"), v.check(isZone, "a zone such as Europe/Paris"))),
  alerts: v.optional(alertSettings, []),
}) as Field<unknown> as Field<GatewayConfig>;

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * What is wrong between the members of a gateway's part, a sentence each. What has another form than it should is left to
 * `gatewayConfig`, so that both can be told at once.
 */
export function gatewayFaults(part: unknown): string[] {
  if (!isObject(part)) return [];
  const { mqtt, broker, programs, relayer, account, attesters, people } = part;
  const faults: string[] = [];
  if (mqtt === undefined && broker === undefined) faults.push("gateway needs mqtt, broker or both.");
  if (relayer !== undefined && account !== undefined)
    faults.push("gateway has relayer and account; claims are sent in one of the two ways.");
  if (Array.isArray(programs) && programs.length > 0 && relayer === undefined && account === undefined)
    faults.push("gateway.programs needs relayer or account, which sends the claims.");
  const sources = objectsIn(mqtt).map(({ url, clientId }) => `${url} ${clientId}`);
  for (const i of repeatedIn(sources)) faults.push(`gateway.mqtt[${i}] has url and clientId of another one.`);
  const names = objectsIn(attesters).map(({ name }) => name);
  for (const i of repeatedIn(names)) faults.push(`gateway.attesters[${i}].name is that of another one.`);
  const persons = objectsIn(people);
  for (const i of repeatedIn(persons.map(({ person }) => person)))
    faults.push(`gateway.people[${i}].person is that of another one.`);
  for (const [i, { logs }] of persons.entries()) {
    const all = objectsIn(logs);
    for (const k of repeatedIn(all.map(({ profile }) => profile)))
      faults.push(`gateway.people[${i}].logs[${k}].profile is that of another log of this person.`);
    for (const [k, { attester }] of all.entries()) {
      if (typeof attester === "string" && !names.includes(attester))
        faults.push(`gateway.people[${i}].logs[${k}].attester is not the name of one of gateway.attesters.`);
    }
  }
  return [...faults, ...deviceFaults(persons)];
}

/** Offsets that a profile does not have, and readings of a device that could belong to two logs. */
function deviceFaults(persons: readonly Members[]): string[] {
  const faults: string[] = [];
  const taken = new Map<string, string>();
  for (const [i, { logs }] of persons.entries()) {
    for (const [k, { profile, offset, devices }] of objectsIn(logs).entries()) {
      const at = `gateway.people[${i}].logs[${k}]`;
      const facts = factsOf(profile);
      if (facts === undefined) continue;
      if (typeof offset === "number" && !isOffset(facts, offset))
        faults.push(`${at}.offset is beyond an epoch of its profile.`);
      for (const device of new Set(Array.isArray(devices) ? devices : [])) {
        const key = JSON.stringify([device, facts.metric, facts.ucum]);
        const other = taken.get(key);
        if (other === undefined) taken.set(key, at);
        else if (other !== at) faults.push(`${at}.devices has one whose readings could belong to ${other}.`);
      }
    }
  }
  return faults;
}

function factsOf(profile: unknown): Profile | undefined {
  return typeof profile === "string" && Object.hasOwn(PROFILES, profile)
    ? profileOf(profile as ProfileName)
    : undefined;
}

function isOffset(facts: Profile, offset: number): boolean {
  try {
    assertOffset(facts, offset);
    return true;
  } catch {
    return false;
  }
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list, at their places. */
function objectsIn(value: unknown): Members[] {
  return Array.isArray(value) ? value.map((each) => (isObject(each) ? each : {})) : [];
}

/** Places of texts that were there before. */
function repeatedIn(texts: readonly unknown[]): number[] {
  return texts.flatMap((text, i) => (typeof text === "string" && texts.indexOf(text) < i ? [i] : []));
}
