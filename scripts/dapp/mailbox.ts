// SPDX-License-Identifier: GPL-3.0-or-later
import { type HolderAttestation, VitalproofError } from "@vitalproof/sdk";
import { MAILBOX_ENDPOINTS } from "@vitalproof/sdk/wire";
import { type App, serve } from "@vitalproof/services";

const MOST = 1000;

/** What a patient leaves for the insurer: an attestation and the attester's signature. */
interface Application {
  readonly attestation: HolderAttestation;
  readonly signature: string;
}

/** The demo's replacement for the channel between patients and insurers. It checks nothing: the contract does. */
export function mailboxRoutes(app: App): void {
  /** By signature: what is left twice is there once. */
  const applications = new Map<string, Application>();
  const answer = () => ({ applications: [...applications.values()] });
  serve(app, MAILBOX_ENDPOINTS.applications, async () => answer());
  serve(app, MAILBOX_ENDPOINTS.leave, async ({ body }) => {
    if (applications.size >= MOST && !applications.has(body.signature)) {
      throw new VitalproofError("INVALID_ARGUMENT", `The mailbox holds ${MOST} applications already.`, {
        hint: "Start the demo again; it begins empty.",
      });
    }
    applications.set(body.signature, body);
    return answer();
  });
}
