// SPDX-License-Identifier: GPL-3.0-or-later
import { jsonOf } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";

/** `GET /status` for operators and monitors: how the service is doing, in plain words and numbers. */
export function statusRoutes(status: () => Promise<object>): FastifyPluginCallback {
  return (app, _, done) => {
    app.get("/status", { config: { roles: ["operator", "monitor"] } }, async (_request, reply) =>
      reply.type("application/json; charset=utf-8").send(jsonOf(await status())),
    );
    done();
  };
}
