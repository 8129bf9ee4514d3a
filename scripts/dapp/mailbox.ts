// SPDX-License-Identifier: GPL-3.0-or-later
import { type HolderAttestation, VitalproofError } from "@vitalproof/sdk";
import { MAILBOX_ENDPOINTS } from "@vitalproof/sdk/wire";
import { parsed } from "./bodies.ts";
import type { Route } from "./door.ts";

const MOST = 1000;

/** What a patient leaves for the insurer: an attestation and the clinic's signature. */
interface Application {
  readonly attestation: HolderAttestation;
  readonly signature: string;
}

/** The demo's stand-in for whatever way patients and insurers have to each other. Nothing in it is checked: the contract does. */
export function mailboxRoutes(): Route[] {
  /** By signature: what is left twice is there once. */
  const applications = new Map<string, Application>();
  const answer = () => ({ kind: "json", value: { applications: [...applications.values()] } }) as const;
  return [
    { method: "GET", path: "/demo/applications", answer: async () => answer() },
    {
      method: "POST",
      path: "/demo/applications",
      async answer({ body }) {
        const application = parsed(MAILBOX_ENDPOINTS.leave.sends, body);
        if (applications.size >= MOST && !applications.has(application.signature)) {
          throw new VitalproofError("INVALID_ARGUMENT", `The mailbox holds ${MOST} applications already.`, {
            hint: "Start the demo again; it begins empty.",
          });
        }
        applications.set(application.signature, application);
        return answer();
      },
    },
  ];
}
