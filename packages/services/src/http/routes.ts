// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { AnyEndpoint } from "@vitalproof/sdk/wire";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./app.ts";
import { reads, segmentsOf } from "./guard.ts";
import { notThere, Refusal } from "./refusal.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What `serve` serves here. */
    endpoint?: AnyEndpoint;
  }
}

/** An endpoint with its whole path, such as `/attester/paths/:day/:leaf`. */
export type Served = { readonly path: string; readonly endpoint: AnyEndpoint };

export type Unknown = {
  /** Answers a GET that no route is for, by the decoded segments of its path. */
  readonly otherwise?: ((segments: readonly string[], reply: FastifyReply) => Promise<unknown>) | undefined;
  readonly hint?: string | undefined;
};

/** The routes of a server, as they are registered. */
export class Routes {
  /** Those with a schema, for OpenAPI. */
  readonly served: Served[] = [];
  readonly #methods = new Map<string, Set<string>>();

  /** @param open whether routes may go without a rule of access */
  constructor(app: App, open: boolean) {
    app.addHook("onRoute", ({ url, method, config }) => {
      const all = [method].flat();
      if (!open && config?.roles === undefined) {
        throw new VitalproofError("INVALID_ARGUMENT", `The route ${all.join(" or ")} ${url} has no roles.`, {
          details: { route: url },
          hint: "Serve it with `serve`, or register it with config: { roles: [...] }.",
        });
      }
      const methods = this.#methods.get(url) ?? new Set();
      for (const each of all) methods.add(each);
      this.#methods.set(url, methods);
      const isHead = all.length === 1 && all[0] === "HEAD";
      if (config?.endpoint !== undefined && !isHead)
        this.served.push({ path: url, endpoint: config.endpoint });
    });
  }

  /** Patterns, for the labels of metrics. */
  get patterns(): string[] {
    return [...this.#methods.keys()];
  }

  /** Answers what no route is for. @throws NOT_THERE, INVALID_ARGUMENT */
  async unknown(
    { method, raw }: FastifyRequest,
    reply: FastifyReply,
    { otherwise, hint }: Unknown,
  ): Promise<unknown> {
    const segments = segmentsOf(raw.url ?? "");
    const allowed = [...this.#methods].flatMap(([url, methods]) =>
      isFor(url, segments) ? [...methods] : [],
    );
    if (allowed.length === 0 && reads(method)) {
      if (otherwise === undefined) throw notThere("such page", hint);
      reply.code(200);
      return otherwise(segments, reply);
    }
    if (allowed.length === 0 && method === "POST") throw notThere("service", hint);
    const usable = allowed.length === 0 ? "GET or POST" : [...new Set(allowed)].join(" or ");
    throw new Refusal(405, "INVALID_ARGUMENT", "The method is not one for this path.", {
      hint: `Use ${usable}.`,
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
