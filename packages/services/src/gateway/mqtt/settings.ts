// SPDX-License-Identifier: GPL-3.0-or-later
import { integer } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../../fields.ts";
import { isFilter } from "../topic.ts";

export const topicFilter = v.pipe(
  v.string("a topic filter"),
  v.check(isFilter, "a topic filter such as ward/+/hr or ward/#"),
);

/** Whether a host is this machine and no other. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

const brokerUrl = v.pipe(
  v.string("a URL"),
  v.check((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      /^mqtts?:$/.test(url.protocol) &&
      url.hostname !== "" &&
      url.username === "" &&
      url.password === "" &&
      /^\/?$/.test(url.pathname) &&
      url.search === "" &&
      url.hash === ""
    );
  }, "mqtt://HOST:PORT or mqtts://HOST:PORT, without user and password"),
);

/**
 * One broker that the gateway reads from. With MQTT 5 the broker keeps the session for `sessionSeconds` after a
 * disconnection, with 3.1.1 for as long as the broker decides.
 */
export const mqttSettings = v.pipe(
  v.strictObject(
    {
      url: brokerUrl,
      version: v.optional(v.picklist(["3.1.1", "5"], "3.1.1 or 5"), "5"),
      /** The broker knows the session by it: the same at every start, and of one process alone. */
      clientId: v.pipe(v.string("a client id"), v.regex(/^[\x21-\x7e]{1,64}$/, "1 to 64 visible characters")),
      user: v.optional(v.pipe(v.string("a user name"), v.minLength(1, "a user name"))),
      /** A file whose first line is the password. */
      passwordFile: v.optional(path),
      tls: v.optional(
        v.strictObject(
          {
            /** Certificates that the broker's must come from; the system's where it is left out. PEM. */
            caFile: v.optional(path),
            certFile: v.optional(path),
            keyFile: v.optional(path),
            /** Name in the broker's certificate, where it is not the host of the URL. */
            serverName: v.optional(v.string("a host name")),
          },
          "an object",
        ),
        {},
      ),
      /** Allows user, password and readings without TLS to another machine. */
      allowPlain: v.optional(v.boolean("true or false"), false),
      /** Filters to subscribe to; those of the payload rules where they are left out. */
      filters: v.optional(v.pipe(v.array(topicFilter, "a list"), v.minLength(1, "a list of one or more"))),
      keepaliveSeconds: v.optional(integer(5, 3600), 30),
      sessionSeconds: v.optional(integer(60, 4_294_967_294), 604_800),
      /** Messages that may wait for the disk at once. */
      inFlight: v.optional(integer(1, 65_535), 100),
      /** Bytes of a payload. Longer ones are counted, reported and left out. */
      maxBytes: v.optional(integer(1, 16_777_216), 262_144),
      /** Milliseconds from a failure to the next attempt. */
      firstPause: v.optional(integer(1, 600_000), 1000),
      longestPause: v.optional(integer(1, 3_600_000), 60_000),
    },
    "an object",
  ),
  v.check(
    ({ url, tls }) => URL.parse(url)?.protocol === "mqtts:" || Object.keys(tls).length === 0,
    "with `tls` only where its URL begins with mqtts:",
  ),
  v.check(
    ({ url, allowPlain }) =>
      allowPlain || URL.parse(url)?.protocol === "mqtts:" || isLoopback(URL.parse(url)?.hostname ?? ""),
    "a URL that begins with mqtts: for another machine, or `allowPlain`",
  ),
  v.check(
    ({ tls }) => (tls.certFile === undefined) === (tls.keyFile === undefined),
    "with both `certFile` and `keyFile`, or neither",
  ),
  v.check(
    ({ user, passwordFile }) => passwordFile === undefined || user !== undefined,
    "with a `user` where it has a `passwordFile`",
  ),
);

export type MqttSettings = v.InferOutput<typeof mqttSettings>;
