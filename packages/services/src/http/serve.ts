// SPDX-License-Identifier: GPL-3.0-or-later
import { type Endpoint, outgoing, parse } from "@vitalproof/sdk/wire";
import type { App } from "./app.ts";
import { notPermitted } from "./authenticate.ts";

const REFUSAL = {
  code: "INVALID_ARGUMENT",
  hint: "Write large numbers as decimal strings, and every member that belongs there.",
} as const;

export type Asked<P, S> = {
  readonly params: P;
  readonly body: S;
  /**
   * The one person whom the answer may be about; undefined for everyone. It is checked already where the endpoint says whom
   * a request is about. Where that is `"recorded"`, the handler has to: another person's data is answered like data that does
   * not exist.
   */
  readonly only: bigint | undefined;
};

/**
 * Serves one endpoint by its own rule of access. Parts of the path and the body are checked before `answer` sees them, the
 * answer before it leaves: a service cannot say more than its schema has.
 */
export function serve<P, S, A>(
  app: App,
  endpoint: Endpoint<P, S, A>,
  answer: (request: Asked<P, S>) => Promise<A>,
): void {
  const { method, path, params, sends, answers, access, bodyLimit } = endpoint;
  const { roles, subject } = access;
  app.route({
    method,
    url: path,
    bodyLimit,
    config: { roles, endpoint },
    handler: async (request, reply) => {
      const given = {
        params: parse(params, request.params, "path", REFUSAL),
        body: (sends === undefined ? undefined : parse(sends, request.body, "body", REFUSAL)) as S,
      };
      const only = request.principal?.subject;
      const isOfOne = only !== undefined && typeof subject === "function";
      if (isOfOne && subject(given) !== only) throw notPermitted();
      const value = await answer({ ...given, only });
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
