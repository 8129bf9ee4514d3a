// SPDX-License-Identifier: GPL-3.0-or-later
import { ROLES } from "@vitalproof/sdk/wire";
import type { Metrics } from "../operate/metrics.ts";
import { type Checks, readiness } from "../operate/readiness.ts";
import type { App } from "./app.ts";
import { openApi } from "./openapi.ts";
import type { Routes } from "./routes.ts";

export type OwnOptions = {
  readonly checks: Checks;
  readonly metrics: Metrics | undefined;
  readonly title: string;
};

/**
 * What every server has: `/health` (the process lives), `/ready` (it can do its work), both for everyone; `/openapi.json`
 * for every principal; `/metrics` for operators and monitors.
 */
export function ownRoutes(app: App, routes: Routes, { checks, metrics, title }: OwnOptions): void {
  const everyone = { config: { roles: "everyone" } } as const;
  app.get("/health", everyone, async () => ({ status: "ok" }));

  const failing = readiness(checks);
  app.get("/ready", everyone, async (_, reply) => {
    const names = await failing();
    if (names.length === 0) return { status: "ready" };
    return reply.code(503).send({ status: "not ready", failing: names });
  });

  app.get("/openapi.json", { config: { roles: ROLES } }, async (_, reply) =>
    reply.type("application/json; charset=utf-8").send(JSON.stringify(openApi(title, routes.served))),
  );

  if (metrics === undefined) return;
  app.get("/metrics", { config: { roles: ["operator", "monitor"] } }, async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.text()),
  );
}
