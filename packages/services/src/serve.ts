// SPDX-License-Identifier: GPL-3.0-or-later
import { type Endpoint, outgoing, parse } from "@vitalproof/sdk/wire";
import type { FastifyInstance } from "fastify";

const REFUSAL = {
  code: "INVALID_ARGUMENT",
  hint: "Write large numbers as decimal strings, and every member that belongs there.",
} as const;

/**
 * Serves one endpoint. Parts of the path and the body are checked before `answer` sees them, the answer before it
 * leaves: a service cannot say more than its schema has.
 */
export function serve<P, S, A>(
  app: FastifyInstance,
  { method, path, params, sends, answers }: Endpoint<P, S, A>,
  answer: (request: { params: P; body: S }) => Promise<A>,
): void {
  app.route({
    method,
    url: path,
    handler: async (request, reply) => {
      const given = {
        params: parse(params, request.params, "path", REFUSAL),
        body: (sends === undefined ? undefined : parse(sends, request.body, "body", REFUSAL)) as S,
      };
      const value = await answer(given);
      return reply.type("application/json; charset=utf-8").send(textOf(answers, value));
    },
  });
}

/** @throws Error, a fault of the service, for an answer that its schema does not have */
function textOf<A>(answers: Endpoint<unknown, unknown, A>["answers"], value: A): string {
  try {
    return outgoing(answers, value, "answer");
  } catch (cause) {
    throw new Error("The service's answer is not one of its schema.", { cause });
  }
}
