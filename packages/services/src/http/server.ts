// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { setTimeout } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import fastify, { type FastifyBaseLogger, LogController } from "fastify";
import { logger } from "../operate/logger.ts";
import type { Metrics } from "../operate/metrics.ts";
import type { Checks } from "../operate/readiness.ts";
import type { Access } from "./access.ts";
import { answerError } from "./answerError.ts";
import type { App, Reply } from "./app.ts";
import { assertRole, notAuthenticated, principalOf } from "./authenticate.ts";
import { assertOwn, badPath, type Own } from "./guard.ts";
import { type Limits, limitersOf } from "./limits.ts";
import { observe } from "./observe.ts";
import { ownRoutes } from "./ownRoutes.ts";
import { Refusal } from "./refusal.ts";
import { Routes } from "./routes.ts";
import { listenerOf, type ServerTls } from "./tls.ts";

/** Bytes of a request's body, where its endpoint has no limit of its own. */
export const BODY_LIMIT = 2 * 1024 * 1024;
/** Milliseconds in which a request must have arrived. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds for which a connection without a request is kept. */
const IDLE_TIMEOUT = 72_000;
/** Milliseconds that requests have to end in when the server stops. */
const GRACE = 5_000;
const LOOPBACK = "127.0.0.1";
const LOOPBACKS: readonly string[] = [LOOPBACK, "::1", "localhost"];

export interface ServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Who may ask. `"open"` lets everyone do everything: for demonstrations and tests. */
  readonly access: Access | "open";
  /** Interface to listen on; the loopback interface when left out. */
  readonly host?: string;
  /** Names under which the server is reached besides its host, such as `attester.example`. */
  readonly names?: readonly string[];
  /** Certificates. Needed on other interfaces than loopback, unless a proxy speaks TLS. */
  readonly tls?: ServerTls;
  /** Addresses of the proxies that speak TLS in front of this server; what they say of a client's address is believed. */
  readonly proxies?: readonly string[];
  /** How often a principal may ask. An open server has no limits. */
  readonly limits?: Limits;
  /** What `/ready` asks. */
  readonly checks?: Checks;
  /** What `/metrics` shows; without it there is no such path. */
  readonly metrics?: Metrics;
  /** Warnings and faults on standard output when left out. */
  readonly log?: FastifyBaseLogger;
  /** What `/openapi.json` calls the service. */
  readonly title?: string;
  /** Answers a GET that no route is for, by the decoded segments of its path. */
  readonly otherwise?: (segments: readonly string[], reply: Reply) => Promise<unknown>;
  /** What someone can do who asked for something that is not there. */
  readonly hint?: string;
  /** Is told of faults, whose words the log leaves out. They may quote what was sent: for demonstrations and tests. */
  readonly onFault?: (error: unknown) => void;
}

export interface Server {
  /** `http://127.0.0.1:PORT`, or https with certificates. */
  readonly url: string;
  /** Accepts nothing more, lets requests end for a few seconds, then cuts them. */
  close(): Promise<void>;
}

/**
 * Serves what plugins register, such as `attesterRoutes`, and what `ownRoutes` lists. Requests and answers are JSON in
 * UTF-8; a refusal is `{ error: { code, message, hint, details } }`. A page of another origin gets nothing: no answer allows
 * it to read, and what it posts is refused.
 *
 * @throws INVALID_ARGUMENT for a route without roles, and for a server on a network that has neither certificates nor a
 *         proxy; the system's error when the port is taken or not allowed
 */
export async function startServer(
  register: (app: App) => void | Promise<void>,
  options: ServerOptions,
): Promise<Server> {
  const { port, host = LOOPBACK, names = [], tls, proxies = [], onFault = () => undefined } = options;
  assertEncrypted(host, options);
  const own: Own = { hosts: [], scheme: tls === undefined && proxies.length === 0 ? "http" : "https" };
  const app: App = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    trustProxy: proxies.length === 0 ? false : [...proxies],
    serverFactory: (handler) => listenerOf(handler, { tls, timeout: REQUEST_TIMEOUT, idle: IDLE_TIMEOUT }),
    loggerInstance: options.log ?? logger({ level: "warn" }),
    // Its own lines hold paths. `observe` writes ours.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request" }),
    genReqId: () => randomUUID(),
    frameworkErrors: (_, request, reply) => {
      reply.headers(HEADERS);
      try {
        assertOwn(request, own);
        return answerError(request, reply, badPath(), onFault);
      } catch (error) {
        return answerError(request, reply, error, onFault);
      }
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_, body, done) => {
    try {
      done(null, jsonOfBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });

  const routes = new Routes(app, options.access === "open");
  observe(app, routes, options.metrics);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    assertOwn(request, own);
  });
  await authenticate(app, options);
  app.setErrorHandler((error, request, reply) => answerError(request, reply, error, onFault));
  app.setNotFoundHandler((request, reply) => routes.unknown(request, reply, options));
  const { checks = {}, metrics, title = "Vitalproof" } = options;
  ownRoutes(app, routes, { checks, metrics, title });
  await register(app);

  const running = new Set<ServerResponse>();
  app.server.on("request", (_, response: ServerResponse) => {
    running.add(response);
    response.on("close", () => running.delete(response));
  });
  await app.listen({ port, host }).catch((cause: unknown) => {
    const { code } = cause as { code?: string };
    if (code !== "EADDRINUSE" && code !== "EACCES") throw cause;
    const why = code === "EACCES" ? "is not ours to listen on" : "is taken by another process";
    throw new VitalproofError("NOT_ALLOWED", `Port ${port} of ${host} ${why} (${code}).`, {
      details: { host, port, code },
      hint: "Change http.port in the configuration, or end the other process.",
      cause,
    });
  });
  const actual = (app.server.address() as AddressInfo).port;
  const usual = tls === undefined ? 80 : 443;
  const itself = host === LOOPBACK ? [LOOPBACK, "localhost"] : [isIPv6(host) ? `[${host}]` : host];
  for (const name of [...itself, ...names]) {
    own.hosts.push(`${name}:${actual}`.toLowerCase());
    // Clients leave the scheme's port out, and a proxy in front its own.
    if (actual === usual || names.includes(name)) own.hosts.push(name.toLowerCase());
  }
  const scheme = tls === undefined ? "http" : "https";
  return { url: `${scheme}://${own.hosts[0]}`, close: () => close(app, running) };
}

const HEADERS = {
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** Tokens do not travel over a network in plain text. @throws INVALID_ARGUMENT */
function assertEncrypted(host: string, { tls, proxies = [] }: ServerOptions): void {
  if (LOOPBACKS.includes(host) || tls !== undefined || proxies.length > 0) return;
  throw new VitalproofError("INVALID_ARGUMENT", `A server on ${host} needs certificates.`, {
    details: { host },
    hint: "Give it tls, or the addresses of the proxies that speak TLS in front of it.",
  });
}

/** Every request has a principal with a role for its route, before its body is read. */
async function authenticate(app: App, { access, limits = {} }: ServerOptions): Promise<void> {
  app.decorateRequest("principal", undefined);
  if (access === "open") return;
  const { ofPrincipal, ofFailure } = await limitersOf(app, limits);
  app.addHook("onRequest", async (request, reply) => {
    const { roles } = request.routeOptions.config;
    if (roles === "everyone") return;
    request.principal = await principalOf(request, access);
    if (request.principal === undefined) {
      await ofFailure(request, reply);
      throw notAuthenticated();
    }
    await ofPrincipal(request, reply);
    // What no route is for: who asks is known, and learns that it is not there.
    if (roles !== undefined) assertRole(request.principal, roles);
  });
}

function jsonOfBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Refusal(400, "INVALID_ARGUMENT", "The body is not JSON in UTF-8.", {
      hint: "Send one JSON value.",
    });
  }
}

/** Connections without a request are cut at once, those with one when it has ended or its grace is over. */
async function close(app: App, running: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = app.close();
  const ended = Promise.all([...running].map((response) => once(response, "close")));
  const grace = new AbortController();
  await Promise.race([ended, setTimeout(GRACE, undefined, { signal: grace.signal }).catch(() => undefined)]);
  grace.abort();
  app.server.closeAllConnections();
  await closed;
}
