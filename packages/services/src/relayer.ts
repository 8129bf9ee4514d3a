// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type CircuitClient,
  type ClaimsClient,
  type ConsentClient,
  type Relayer,
  settle,
} from "@vitalproof/sdk";
import { RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { serve } from "./http/serve.ts";

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

/** Sends signatures and proofs to the chain and pays the gas. It needs no trust. @param clients with the paying account */
export function settlingRelayer(clients: {
  readonly claims: ClaimsClient;
  readonly consents: ConsentClient;
  readonly circuits: CircuitClient;
}): RelayerBackend {
  const { claims, consents, circuits } = clients;
  return {
    async consent({ consent, deadline, signature }) {
      const { result, hash } = await consents.grantWithSignature(consent, deadline, signature);
      return { consentId: result, transaction: hash };
    },
    async revoke({ patient, consentId, deadline, signature }) {
      const { hash } = await consents.revokeWithSignature(patient, consentId, deadline, signature);
      return { transaction: hash };
    },
    async claim(item) {
      const { claims: outcomes } = await settle([item], { claims, circuits });
      return outcomes[0]!;
    },
    async pay(policy) {
      return { transaction: (await claims.pay(policy)).hash };
    },
  };
}
