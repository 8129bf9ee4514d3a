// SPDX-License-Identifier: GPL-3.0-or-later
import { CircuitClient, settle } from "@vitalproof/sdk";
import { RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { World } from "../../simulation/index.ts";
import { parsed } from "./bodies.ts";
import type { Route } from "./door.ts";

/** Carries people's signatures and proofs to the chain and pays the gas; trusted with nothing. */
export async function relayerRoutes(world: World): Promise<Route[]> {
  const { relayer } = world.roles;
  const consents = world.consentsAs(relayer);
  const claims = world.claimsAs(relayer);
  const circuits = new CircuitClient(await world.contracts.circuits.getAddress(), relayer);
  return [
    {
      method: "POST",
      path: "/relayer/consents",
      async answer({ body }) {
        const { consent, deadline, signature } = parsed(RELAYER_ENDPOINTS.consent.sends, body);
        const { result, hash } = await consents.grantWithSignature(consent, deadline, signature);
        return { kind: "json", value: { consentId: result, transaction: hash } };
      },
    },
    {
      method: "POST",
      path: "/relayer/revocations",
      async answer({ body }) {
        const { patient, consentId, deadline, signature } = parsed(RELAYER_ENDPOINTS.revoke.sends, body);
        const { hash } = await consents.revokeWithSignature(patient, consentId, deadline, signature);
        return { kind: "json", value: { transaction: hash } };
      },
    },
    {
      method: "POST",
      path: "/relayer/claims",
      async answer({ body }) {
        const report = await settle([parsed(RELAYER_ENDPOINTS.claim.sends, body)], { claims, circuits });
        return { kind: "json", value: report.claims[0] };
      },
    },
    {
      method: "POST",
      path: "/relayer/payments",
      async answer({ body }) {
        const { hash } = await claims.pay(parsed(RELAYER_ENDPOINTS.pay.sends, body).policy);
        return { kind: "json", value: { transaction: hash } };
      },
    },
  ];
}
