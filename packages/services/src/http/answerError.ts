// SPDX-License-Identifier: GPL-3.0-or-later
import type { IncomingMessage } from "node:http";
import { VitalproofError } from "@vitalproof/sdk";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { bodyOf, Refusal, statusOf } from "./refusal.ts";

/** Bytes up to which a body that is too long is read on, so that its sender sees the answer; it is cut off beyond. */
const DROP_LIMIT = 16 * 1024 * 1024;

/** Answers with an error. Anything but a refusal is a fault, and its text stays here. */
export async function answerError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  onFault: (error: unknown) => void,
): Promise<FastifyReply> {
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const refusal =
    error instanceof VitalproofError
      ? error
      : refusalOfServer(code, statusCode, request.routeOptions.bodyLimit);
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") await readOn(request.raw);
  reply.type("application/json; charset=utf-8");
  if (refusal !== undefined) {
    const status = statusOf(refusal);
    if (status === 401) reply.header("www-authenticate", schemeOf(request));
    return reply.code(status).send(bodyOf(refusal));
  }
  request.log.error({ err: error, route: request.routeOptions.url }, "fault");
  onFault(error);
  return reply.code(500).send({
    error: {
      code: "INTERNAL",
      message: "The service failed.",
      hint: "Its own log says where, under this request.",
      details: { request: request.id },
    },
  });
}

/** What the server library refused, in our terms. */
function refusalOfServer(code: string | undefined, status = 500, limit: number): Refusal | undefined {
  // Other libraries' errors have statuses too. What they say is theirs.
  if (code?.startsWith?.("FST_") !== true || status < 400 || status > 499) return undefined;
  if (status === 413) {
    return new Refusal(413, "INVALID_ARGUMENT", `The body is longer than ${limit} bytes.`, {
      details: { limit },
      hint: "Send less at once.",
    });
  }
  if (status === 415) {
    return new Refusal(415, "INVALID_ARGUMENT", "The body is not declared as JSON.", {
      hint: "Send it with the header content-type: application/json.",
    });
  }
  return new Refusal(status, "INVALID_ARGUMENT", "The request cannot be read.", {
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

/** How to authenticate. A browser has a window for a name and a password, for pages alone. */
function schemeOf(request: FastifyRequest): string {
  return request.routeOptions.config.isPage === true ? 'Basic realm="Vitalproof", charset="UTF-8"' : "Bearer";
}
