// SPDX-License-Identifier: GPL-3.0-or-later
import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { bigintText, VitalproofError } from "@vitalproof/sdk";
import { notThere, Refusal, statusOf } from "./refusal.ts";

/** Bytes of a request's body. */
export const BODY_LIMIT = 2 * 1024 * 1024;
/** What is longer is read on up to here, so that the sender sees the answer, and cut off beyond. */
const DROP_LIMIT = 8 * BODY_LIMIT;
const HOST = "127.0.0.1";

export type Answer =
  /** bigint becomes decimal strings. */
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string }
  /** A file with its size in bytes. */
  | { readonly kind: "file"; readonly path: string; readonly bytes: number; readonly type: string }
  | { readonly kind: "nothing" };

export interface Request {
  /** What stands in the places of a route's `:names`, decoded. */
  readonly params: readonly string[];
  /** The parsed JSON of a POST. */
  readonly body: unknown;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Such as `/clinic/paths/:day/:leaf`. */
  readonly path: string;
  answer(request: Request): Promise<Answer>;
}

export interface Door {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/**
 * Serves routes on the loopback interface.
 *
 * A page of another origin gets nothing: no answer allows it to read, and what it posts is refused. Nor can it make its
 * own name point here (DNS rebinding): only requests to the loopback names are answered.
 *
 * @param port 0 for any free one
 * @param otherwise answers a GET that no route is for, by the decoded segments of its path
 * @throws the system's error when the port is taken or not allowed
 */
export async function openDoor(
  port: number,
  routes: readonly Route[],
  otherwise: (segments: readonly string[]) => Promise<Answer>,
): Promise<Door> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const actual = (server.address() as AddressInfo).port;
  // Browsers leave the port of http out.
  const hosts = [HOST, "localhost"].map((name) => (actual === 80 ? name : `${name}:${actual}`));
  server.on("request", (request, response) => {
    handle(request, hosts, routes, otherwise)
      .catch((error: unknown) => error)
      .then((answer) => write(request, response, answer))
      // Whoever asked is gone.
      .catch(() => response.destroy());
  });
  return { url: `http://${hosts[0]}`, close: () => close(server) };
}

/** The decoded segments of a request's path. @throws INVALID_ARGUMENT for one that could lead out of a folder */
function segmentsOf(target: string): string[] {
  const [path = ""] = target.split("?");
  const malformed = () =>
    new Refusal(400, "INVALID_ARGUMENT", "The path is not one that can be looked up.", {
      hint: "Give an absolute path without dots, backslashes or encoded slashes between its slashes.",
    });
  if (!path.startsWith("/")) throw malformed();
  return path
    .slice(1)
    .split("/")
    .map((raw) => {
      let segment: string;
      try {
        segment = decodeURIComponent(raw);
      } catch {
        throw malformed();
      }
      if (segment === "." || segment === ".." || /[/\\\0]/.test(segment)) throw malformed();
      return segment;
    });
}

async function handle(
  request: IncomingMessage,
  hosts: readonly string[],
  routes: readonly Route[],
  otherwise: (segments: readonly string[]) => Promise<Answer>,
): Promise<Answer> {
  const host = request.headers.host?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) {
    throw new Refusal(403, "NOT_ALLOWED", "The Host header is not this server's.", {
      hint: `Use http://${hosts[0]}.`,
    });
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  const { origin } = request.headers;
  if (!reads && origin !== undefined && origin !== `http://${host}`) {
    throw new Refusal(403, "NOT_ALLOWED", "The Origin header is another origin's.", {
      hint: `Send it from a page of http://${host}, or without a browser.`,
    });
  }

  const segments = segmentsOf(request.url ?? "");
  const matching = routes
    .map((route) => ({ route, params: paramsOf(route, segments) }))
    .filter((match): match is { route: Route; params: string[] } => match.params !== undefined);
  const method = reads ? "GET" : request.method;
  const found = matching.find(({ route }) => route.method === method);
  if (found !== undefined) {
    const body = reads ? undefined : await jsonOf(request);
    return found.route.answer({ params: found.params, body });
  }
  if (matching.length > 0 || !reads) {
    const allowed = matching.map(({ route }) => route.method);
    if (allowed.length === 0 && request.method === "POST") throw notThere("service");
    throw new Refusal(405, "INVALID_ARGUMENT", "The method is not one for this path.", {
      hint: `Use ${allowed.length === 0 ? "GET or POST" : allowed.join(" or ")}.`,
    });
  }
  return otherwise(segments);
}

/** The params when a path is the route's. */
function paramsOf({ path }: Route, segments: readonly string[]): string[] | undefined {
  const wanted = path.slice(1).split("/");
  if (wanted.length !== segments.length) return undefined;
  const params: string[] = [];
  for (const [i, name] of wanted.entries()) {
    if (name.startsWith(":")) params.push(segments[i]!);
    else if (name !== segments[i]) return undefined;
  }
  return params;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT) chunks.push(chunk);
    if (bytes > DROP_LIMIT) break;
  }
  if (bytes > BODY_LIMIT) {
    throw new Refusal(413, "INVALID_ARGUMENT", `The body is longer than ${BODY_LIMIT} bytes.`, {
      details: { limit: BODY_LIMIT },
      hint: "Send less at once.",
    });
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Refusal(400, "INVALID_ARGUMENT", "The body is not JSON in UTF-8.", {
      hint: "Send one JSON value.",
    });
  }
}

async function write(request: IncomingMessage, response: ServerResponse, answer: unknown): Promise<void> {
  response.setHeader("cache-control", "no-cache");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  if (isAnswer(answer)) {
    switch (answer.kind) {
      case "json":
        return writeJson(response, 200, answer.value);
      case "nothing":
        response.writeHead(204).end();
        return;
      case "text":
        response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(answer.text);
        return;
      case "file":
        response.writeHead(200, { "content-type": answer.type, "content-length": answer.bytes });
        if (request.method === "HEAD") response.end();
        else await pipeline(createReadStream(answer.path), response);
        return;
    }
  }
  // What was not read of the body would be taken for the next request.
  if (!request.complete) response.setHeader("connection", "close");
  if (answer instanceof VitalproofError) {
    const { code, message, hint, details } = answer.toJSON();
    return writeJson(response, statusOf(answer), { error: { code, message, hint, details } });
  }
  console.error(answer);
  return writeJson(response, 500, {
    error: { code: "INTERNAL", message: "The service failed.", hint: "The terminal it runs in says why." },
  });
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === "object" && answer !== null && !(answer instanceof Error) && "kind" in answer;
}

function writeJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value, bigintText);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(text);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
