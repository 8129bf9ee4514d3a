// SPDX-License-Identifier: GPL-3.0-or-later

import { ATTESTER_ENDPOINTS, dayInPath, fieldElement } from "@vitalproof/sdk/wire";
import { SimulatedClinic } from "../../simulation/clinic.ts";
import type { World } from "../../simulation/world.ts";
import { parsed } from "./bodies.ts";
import type { Route } from "./door.ts";
import { Refusal } from "./refusal.ts";

/** The simulated clinic over HTTP. It believes anybody about who they are: a real one checks that. */
export function clinicRoutes(world: World, clinic: SimulatedClinic): Route[] {
  const { attester } = world.roles;
  return [
    {
      method: "GET",
      path: "/attester",
      answer: async () => ({
        kind: "json",
        value: { group: clinic.group, attester: attester.address, times: SimulatedClinic.TIMES },
      }),
    },
    {
      method: "POST",
      path: "/attester/people",
      async answer({ body }) {
        const { subject, device, ...log } = parsed(ATTESTER_ENDPOINTS.enrol.sends, body);
        const { intake } = clinic;
        await intake.registerPerson(subject);
        await intake.enrolDevice({ device, subject, profile: log.profile });
        try {
          return { kind: "json", value: { opening: await intake.openLog({ subject, ...log }) } };
        } catch (error) {
          // All or nothing: whoever corrects the request finds the device free again.
          await intake.retireDevice(device);
          throw error;
        }
      },
    },
    {
      method: "POST",
      path: "/attester/heads",
      answer: async ({ body }) => ({
        kind: "json",
        value: await clinic.intake.submit(parsed(ATTESTER_ENDPOINTS.submitHead.sends, body)),
      }),
    },
    {
      method: "POST",
      path: "/attester/attestations",
      async answer({ body }) {
        const request = parsed(ATTESTER_ENDPOINTS.attest.sends, body);
        const { scope } = await world.claimsAs(attester).program(request.attestation.program);
        if (scope !== request.scopeNumber) {
          throw new Refusal(400, "INVALID_ARGUMENT", "body.scopeNumber is not the program's scope.", {
            details: { given: request.scopeNumber, wanted: scope },
            hint: "Read it from the program.",
          });
        }
        return { kind: "json", value: { signature: await clinic.attest(request) } };
      },
    },
    {
      method: "GET",
      path: "/attester/paths/:day/:leaf",
      async answer({ params: [day, leaf] }) {
        const path = await clinic.anchoring.path(
          parsed(dayInPath, day, "day"),
          parsed(fieldElement, leaf, "leaf"),
        );
        return { kind: "json", value: path };
      },
    },
  ];
}
