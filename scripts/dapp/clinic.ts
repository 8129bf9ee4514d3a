// SPDX-License-Identifier: GPL-3.0-or-later

import { ATTESTER_ENDPOINTS, dayInPath, fieldElement } from "@vitalproof/sdk/wire";
import { SimulatedAttester, type World } from "../../simulation/index.ts";
import { parsed } from "./bodies.ts";
import type { Route } from "./door.ts";
import { Refusal } from "./refusal.ts";

/** The simulated attester over HTTP. It believes anybody about who they are: a real one checks that. */
export function clinicRoutes(world: World, attester: SimulatedAttester): Route[] {
  return [
    {
      method: "GET",
      path: "/attester",
      answer: async () => ({
        kind: "json",
        value: { group: attester.group, attester: attester.account, times: SimulatedAttester.TIMES },
      }),
    },
    {
      method: "POST",
      path: "/attester/people",
      async answer({ body }) {
        const request = parsed(ATTESTER_ENDPOINTS.enrol.sends, body);
        return { kind: "json", value: { opening: await attester.enrol(request) } };
      },
    },
    {
      method: "POST",
      path: "/attester/heads",
      answer: async ({ body }) => ({
        kind: "json",
        value: await attester.submitHead(parsed(ATTESTER_ENDPOINTS.submitHead.sends, body)),
      }),
    },
    {
      method: "POST",
      path: "/attester/attestations",
      async answer({ body }) {
        const request = parsed(ATTESTER_ENDPOINTS.attest.sends, body);
        const { scope } = await world.claimsAs(world.roles.attester).program(request.attestation.program);
        if (scope !== request.scopeNumber) {
          throw new Refusal(400, "INVALID_ARGUMENT", "body.scopeNumber is not the program's scope.", {
            details: { given: request.scopeNumber, wanted: scope },
            hint: "Read it from the program.",
          });
        }
        return { kind: "json", value: { signature: await attester.attest(request) } };
      },
    },
    {
      method: "GET",
      path: "/attester/paths/:day/:leaf",
      async answer({ params: [day, leaf] }) {
        const path = await attester.path(parsed(dayInPath, day, "day"), parsed(fieldElement, leaf, "leaf"));
        return { kind: "json", value: path };
      },
    },
  ];
}
