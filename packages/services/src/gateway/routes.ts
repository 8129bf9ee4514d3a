// SPDX-License-Identifier: GPL-3.0-or-later
import { GATEWAY_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { serve } from "../http/serve.ts";
import type { Gateway } from "./core/gateway.ts";

/** Routes for a gateway's operator. Register them with a prefix. @param now Unix seconds */
export function gatewayRoutes(
  gateway: Pick<Gateway, "confirmClock" | "openLog">,
  now: () => number,
): FastifyPluginCallback {
  const { confirmClock, openLog } = GATEWAY_ENDPOINTS;
  return (app, _, done) => {
    serve(app, confirmClock, async () => {
      gateway.confirmClock();
      return { now: now() };
    });
    serve(app, openLog, async ({ params: { log }, body: { opening } }) => {
      await gateway.openLog(log, opening);
      return { log, firstEpoch: opening.firstEpoch };
    });
    done();
  };
}
