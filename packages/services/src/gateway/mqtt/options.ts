// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { VitalproofError } from "@vitalproof/sdk";
import type { IClientOptions } from "mqtt";
import type { MqttSettings } from "./settings.ts";

const CONNECT_TIMEOUT = 20_000;
/**
 * Bytes of a packet beyond which a broker of MQTT 5 must not send it. It is far above what is kept, since the broker drops such
 * messages without a word, and those below are at least counted here.
 */
const MOST_PACKET = 33_554_432;

/**
 * What mqtt.js needs for one connection. Files are read each time, so that renewed passwords and certificates count from the
 * next connection on.
 * @throws FILE_UNREADABLE naming the member and never its content
 */
export function clientOptions(settings: MqttSettings): IClientOptions & { minVersion?: "TLSv1.2" } {
  const { url, version, clientId, user, passwordFile, tls, keepaliveSeconds } = settings;
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "mqtts:";
  return {
    protocol: secure ? "mqtts" : "mqtt",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 8883 : 1883) : Number(port),
    clientId,
    clean: false,
    keepalive: keepaliveSeconds,
    connectTimeout: CONNECT_TIMEOUT,
    // Pauses grow and differ, which mqtt.js's own do not. It subscribes and returns only when it is told to.
    reconnectPeriod: 0,
    resubscribe: false,
    // The library's own log has payloads in it, and DEBUG would print it.
    log: () => undefined,
    ...(user === undefined ? {} : { username: user }),
    ...(passwordFile === undefined
      ? {}
      : { password: contentOf(passwordFile, "passwordFile").toString().split(/\r?\n/, 1)[0]! }),
    ...(secure
      ? {
          minVersion: "TLSv1.2",
          rejectUnauthorized: true,
          ...(tls.caFile === undefined ? {} : { ca: contentOf(tls.caFile, "tls.caFile") }),
          ...(tls.certFile === undefined ? {} : { cert: contentOf(tls.certFile, "tls.certFile") }),
          ...(tls.keyFile === undefined ? {} : { key: contentOf(tls.keyFile, "tls.keyFile") }),
          ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
        }
      : {}),
    ...(version === "5"
      ? {
          protocolVersion: 5,
          properties: {
            sessionExpiryInterval: settings.sessionSeconds,
            receiveMaximum: settings.inFlight,
            maximumPacketSize: MOST_PACKET,
          },
        }
      : { protocolVersion: 4 }),
  };
}

/** @throws FILE_UNREADABLE */
export function contentOf(path: string, member: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new VitalproofError("FILE_UNREADABLE", `The file of ${member} cannot be read (${reason}).`, {
      details: { member, path, reason },
      hint: "Name a file that exists and that this process may read.",
      cause,
    });
  }
}
