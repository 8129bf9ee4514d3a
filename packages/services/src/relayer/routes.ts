// SPDX-License-Identifier: GPL-3.0-or-later
import type { Relayer } from "@vitalproof/sdk";
import { RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { serve } from "../http/serve.ts";

/** What `relayerRoutes` serves. */
export type RelayerBackend = Omit<Relayer, "consent"> & {
  consent(...grant: Parameters<Relayer["consent"]>): Promise<{ consentId: string; transaction: string }>;
};

/** Routes of a relayer. Register them with a prefix. */
export function relayerRoutes(backend: RelayerBackend): FastifyPluginCallback {
  const { consent, revoke, claim, pay } = RELAYER_ENDPOINTS;
  return (app, _, done) => {
    serve(app, consent, ({ body }) => backend.consent(body));
    serve(app, revoke, ({ body }) => backend.revoke(body));
    serve(app, claim, async ({ body }) => {
      const { policy, period } = body;
      return { ...(await backend.claim(body)), policy, period };
    });
    serve(app, pay, ({ body }) => backend.pay(body.policy));
    done();
  };
}
