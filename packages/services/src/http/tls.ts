// SPDX-License-Identifier: GPL-3.0-or-later
import type { X509Certificate } from "node:crypto";
import { type Server as HttpServer, createServer as plainServer, type RequestListener } from "node:http";
import { createServer as tlsServer } from "node:https";

/** A server's certificate, and whose clients it answers. All in PEM. */
export type ServerTls = {
  readonly key: string | Buffer;
  /** With the certificates between it and its authority. */
  readonly cert: string | Buffer;
  /** Authority of the clients' certificates. With it a client without a certificate of this authority is refused. */
  readonly clientAuthority?: string | Buffer;
};

/** Milliseconds for TLS's own greeting. */
const HANDSHAKE_TIMEOUT = 10_000;

/** @param timeout milliseconds in which a request must have arrived */
export function listenerOf(
  handler: RequestListener,
  { tls, timeout, idle }: { tls: ServerTls | undefined; timeout: number; idle: number },
): HttpServer {
  const limits = { requestTimeout: timeout, headersTimeout: timeout, keepAliveTimeout: idle };
  if (tls === undefined) return plainServer(limits, handler);
  const { key, cert, clientAuthority } = tls;
  const clients =
    clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true, rejectUnauthorized: true };
  return tlsServer(
    { ...limits, ...clients, key, cert, minVersion: "TLSv1.2", handshakeTimeout: HANDSHAKE_TIMEOUT },
    handler,
  );
}

/**
 * Name of a certificate's subject on one line, such as `O=Ward 3,CN=gateway-1`, in the certificate's order. Commas and
 * line ends within a part are escaped, so that two names never look alike.
 */
export function certificateName({ subject }: X509Certificate): string {
  return subject.split("\n").join(",");
}
