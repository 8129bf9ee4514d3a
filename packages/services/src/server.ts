// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { assertOwn, badPath, reads, segmentsOf } from "./guard.ts";
import { bodyOf, notThere, Refusal, statusOf } from "./refusal.ts";

/** Bytes of a request's body. */
export const BODY_LIMIT = 2 * 1024 * 1024;
/** A longer body is read on up to here, so that the sender sees the answer, and cut off beyond. */
const DROP_LIMIT = 8 * BODY_LIMIT;
/** Milliseconds in which a request must have arrived. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds that requests have to end in when the server stops. */
const GRACE = 5_000;
const LOOPBACK = "127.0.0.1";

/** What routes are registered on. */
export type App = FastifyInstance;
export type Reply = FastifyReply;

export interface ServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Interface to listen on; the loopback interface when left out. */
  readonly host?: string;
  /** Names under which the server is reached besides its host, such as `attester.example`. */
  readonly names?: readonly string[];
  /** Answers a GET that no route is for, by the decoded segments of its path. */
  readonly otherwise?: (segments: readonly string[], reply: Reply) => Promise<unknown>;
  /** What someone can do who asked for something that is not there. */
  readonly hint?: string;
  /** Is told of faults; nothing of a request is in it but what the fault says. */
  readonly onFault?: (error: unknown) => void;
}

export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Accepts nothing more, lets requests end for a few seconds, then cuts them. */
  close(): Promise<void>;
}

/**
 * Serves what plugins register, such as `attesterRoutes`, and `GET /health`. Requests and answers are JSON in UTF-8; a
 * refusal is `{ error: { code, message, hint, details } }`. A page of another origin gets nothing: no answer allows it
 * to read, and what it posts is refused.
 *
 * @throws the system's error when the port is taken or not allowed
 */
export async function startServer(
  register: (app: App) => void | Promise<void>,
  options: ServerOptions,
): Promise<Server> {
  const { port, host = LOOPBACK, names = [], onFault = console.error } = options;
  const hosts: string[] = [];
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    frameworkErrors: (_, request, reply) => {
      reply.headers(HEADERS);
      try {
        assertOwn(request, hosts);
        return send(reply, badPath(), onFault);
      } catch (error) {
        return send(reply, error, onFault);
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

  const routes = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    routes.set(url, methods);
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    assertOwn(request, hosts);
  });
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const isTooLong = error.code === "FST_ERR_CTP_BODY_TOO_LARGE";
    if (isTooLong) await readOn(request.raw);
    return send(reply, error, onFault);
  });
  app.setNotFoundHandler(async ({ method, raw }, reply) => {
    const segments = segmentsOf(raw.url ?? "");
    const allowed = [...routes].flatMap(([url, methods]) => (isFor(url, segments) ? [...methods] : []));
    if (allowed.length === 0 && reads(method)) {
      if (options.otherwise === undefined) throw notThere("such page", options.hint);
      reply.code(200);
      return options.otherwise(segments, reply);
    }
    if (allowed.length === 0 && method === "POST") throw notThere("service", options.hint);
    const usable = allowed.length === 0 ? "GET or POST" : [...new Set(allowed)].join(" or ");
    throw new Refusal(405, "INVALID_ARGUMENT", "The method is not one for this path.", {
      hint: `Use ${usable}.`,
    });
  });
  app.get("/health", async () => ({ status: "ok" }));
  await register(app);

  const running = new Set<ServerResponse>();
  app.server.on("request", (_, response: ServerResponse) => {
    running.add(response);
    response.on("close", () => running.delete(response));
  });
  await app.listen({ port, host });
  const actual = (app.server.address() as AddressInfo).port;
  const own = host === LOOPBACK ? [LOOPBACK, "localhost"] : [host];
  for (const name of [...own, ...names]) {
    hosts.push(`${name}:${actual}`.toLowerCase());
    // Clients leave the port of http out, and a proxy in front its own.
    if (actual === 80 || names.includes(name)) hosts.push(name.toLowerCase());
  }
  return { url: `http://${hosts[0]}`, close: () => close(app, running) };
}

const HEADERS = {
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

function jsonOfBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Refusal(400, "INVALID_ARGUMENT", "The body is not JSON in UTF-8.", {
      hint: "Send one JSON value.",
    });
  }
}

/** Whether a path is one of a route's, such as `/attester/paths/:day/:leaf`. */
function isFor(url: string, segments: readonly string[]): boolean {
  const wanted = url.slice(1).split("/");
  return (
    wanted.length === segments.length &&
    wanted.every((name, i) => name.startsWith(":") || name === segments[i])
  );
}

/** Answers with an error. Anything but a refusal is a fault, and its text stays here. */
function send(reply: FastifyReply, error: unknown, onFault: (error: unknown) => void): FastifyReply {
  const refusal = error instanceof VitalproofError ? error : refusalOfServer(error as Partial<FastifyError>);
  reply.type("application/json; charset=utf-8");
  if (refusal !== undefined) return reply.code(statusOf(refusal)).send(bodyOf(refusal));
  onFault(error);
  return reply.code(500).send({
    error: { code: "INTERNAL", message: "The service failed.", hint: "Its own output says why." },
  });
}

/** What the server library refused, in our terms. */
function refusalOfServer({ code, statusCode = 500 }: Partial<FastifyError>): Refusal | undefined {
  if (statusCode < 400 || statusCode > 499) return undefined;
  if (statusCode === 413) {
    return new Refusal(413, "INVALID_ARGUMENT", `The body is longer than ${BODY_LIMIT} bytes.`, {
      details: { limit: BODY_LIMIT },
      hint: "Send less at once.",
    });
  }
  if (statusCode === 415) {
    return new Refusal(415, "INVALID_ARGUMENT", "The body is not declared as JSON.", {
      hint: "Send it with the header content-type: application/json.",
    });
  }
  return new Refusal(statusCode, "INVALID_ARGUMENT", "The request cannot be read.", {
    details: { reason: code },
  });
}

/** Reads the rest of a body that is too long, so that its sender comes to read the answer. */
async function readOn(request: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > DROP_LIMIT) break;
  }
}

/** Connections without a request are cut at once, those with one when it has ended or its grace is over. */
async function close(app: FastifyInstance, running: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = app.close();
  const ended = Promise.all([...running].map((response) => once(response, "close")));
  const grace = new AbortController();
  await Promise.race([ended, setTimeout(GRACE, undefined, { signal: grace.signal }).catch(() => undefined)]);
  grace.abort();
  app.server.closeAllConnections();
  await closed;
}
