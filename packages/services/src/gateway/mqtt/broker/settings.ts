// SPDX-License-Identifier: GPL-3.0-or-later
import { integer } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../../../fields.ts";
import { isLoopback, topicFilter } from "../settings.ts";
import { isPasswordHash } from "./passwords.ts";

const name = v.pipe(
  v.string("a name"),
  v.regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 letters, digits and . _ -"),
);
const account = {
  name,
  /** Made by `hashPassword`. */
  password: v.pipe(
    v.string("a hash of a password"),
    v.check(isPasswordHash, "a hash of a password, as $scrypt$ln=15,r=8,p=3$SALT$HASH"),
  ),
  /** Client ids that are its own; its name where they are left out. */
  clients: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string("a client id"), v.regex(/^[\x21-\x7e]{1,64}$/, "1 to 64 visible characters")),
        "a list",
      ),
      v.minLength(1, "a list of one or more"),
    ),
  ),
};

const list = <const S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item, "a list"), v.maxLength(10_000, "a shorter list"));

/** A broker inside the gateway's process, for MQTT 3.1.1. It keeps no sessions and no retained messages. */
export const brokerSettings = v.pipe(
  v.strictObject(
    {
      host: v.optional(v.pipe(v.string("a host"), v.minLength(1, "a host")), "127.0.0.1"),
      /** 0 for any free one. */
      port: v.optional(integer(0, 65_535), 1883),
      tls: v.optional(
        v.strictObject(
          {
            certFile: path,
            keyFile: path,
            /** Where it is given, clients must show a certificate of this authority as well. */
            clientCaFile: v.optional(path),
          },
          "an object",
        ),
      ),
      /** Bytes of a packet after its fixed header. */
      maxBytes: v.optional(integer(128, 16_777_216), 262_144),
      maxConnections: v.optional(integer(1, 65_535), 500),
      /** May subscribe to these filters and what they cover, and publish nothing. */
      readers: v.optional(list(v.strictObject({ ...account, filters: list(topicFilter) }, "an object")), []),
      /** May publish under these filters, and subscribe to nothing. */
      devices: list(
        v.strictObject(
          {
            ...account,
            /** `devices/NAME/#` where they are left out. */
            topics: v.optional(v.pipe(list(topicFilter), v.minLength(1, "a list of one or more"))),
          },
          "an object",
        ),
      ),
    },
    "an object",
  ),
  v.check(
    ({ host, tls }) => tls !== undefined || isLoopback(host),
    "with `tls` where other machines can reach it",
  ),
  v.check(
    ({ readers, devices }) => isUnique([...readers, ...devices].map((each) => each.name)),
    "with each name once",
  ),
  v.check(
    ({ readers, devices }) =>
      isUnique([...readers, ...devices].flatMap((each) => each.clients ?? [each.name])),
    "with each client id at one account",
  ),
);

export type BrokerSettings = v.InferOutput<typeof brokerSettings>;

function isUnique(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
