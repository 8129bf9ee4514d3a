// SPDX-License-Identifier: GPL-3.0-or-later
import rateLimit from "@fastify/rate-limit";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./app.ts";
import { Refusal } from "./refusal.ts";

/** How often someone may ask within a minute, in each process. */
export type Limits = {
  /** Requests of one principal; 600 when left out. */
  readonly requests?: number;
  /** Failed authentications from one address; 30 when left out. A valid token is never refused for them. */
  readonly failures?: number;
};

const REQUESTS = 600;
const FAILURES = 30;
const MINUTE = 60_000;

export type Limiter = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** @returns what counts a request and throws TOO_MANY_REQUESTS, for principals and for failed authentications */
export async function limitersOf(
  app: App,
  { requests = REQUESTS, failures = FAILURES }: Limits,
): Promise<{ ofPrincipal: Limiter; ofFailure: Limiter }> {
  await app.register(rateLimit, { global: false });
  const byPrincipal = app.createRateLimit({
    max: requests,
    timeWindow: MINUTE,
    keyGenerator: ({ principal }) => principal?.name ?? "",
  });
  // By address, IPv6 by its network.
  const byAddress = app.createRateLimit({ max: failures, timeWindow: MINUTE });
  const limiter =
    (count: ReturnType<App["createRateLimit"]>): Limiter =>
    async (request, reply) => {
      const result = await count(request);
      if (result.isAllowed || !result.isExceeded) return;
      reply.header("retry-after", result.ttlInSeconds);
      throw tooMany(result.ttlInSeconds);
    };
  return { ofPrincipal: limiter(byPrincipal), ofFailure: limiter(byAddress) };
}

function tooMany(seconds: number): Refusal {
  return new Refusal(429, "TOO_MANY_REQUESTS", "There were too many requests.", {
    details: { retryAfter: seconds },
    hint: `Ask again in ${seconds} s.`,
  });
}
