// SPDX-License-Identifier: GPL-3.0-or-later
import { type AttesterInfo, type AttesterServices, VitalproofError } from "@vitalproof/sdk";
import { ATTESTER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { serve } from "../http/serve.ts";

/** What `attesterRoutes` serves: an attester in this process, or anything that answers like one. */
export type AttesterBackend = AttesterServices & {
  info(): Promise<AttesterInfo>;
  /** Whether a closed day has this leaf of that person. */
  owns(subject: bigint, day: number, leaf: bigint): Promise<boolean>;
  /** All leaves of a closed day; an attester that does not publish them has none of it. */
  leaves?(day: number): Promise<readonly bigint[]>;
};

/** Routes of an attester. Register them with a prefix. */
export function attesterRoutes(backend: AttesterBackend): FastifyPluginCallback {
  const { info, enrol, continueLog, submitHead, attest, path, leaves } = ATTESTER_ENDPOINTS;
  const published = backend.leaves?.bind(backend);
  return (app, _, done) => {
    serve(app, info, () => backend.info());
    serve(app, enrol, async ({ body }) => ({ opening: await backend.enrol(body) }));
    serve(app, continueLog, async ({ body }) => ({ opening: await backend.continueLog(body) }));
    serve(app, submitHead, ({ body }) => backend.submitHead(body));
    serve(app, attest, async ({ body }) => ({ signature: await backend.attest(body) }));
    serve(app, path, async ({ params: { day, leaf }, only }) => {
      if (only === undefined) return backend.path(day, leaf);
      const found = await backend.path(day, leaf).catch((error: unknown) => {
        if (VitalproofError.find(error, "ANCHOR_LEAF_UNKNOWN") === undefined) throw error;
      });
      // Which days are closed is public. Another person's leaf is answered like one that does not exist.
      if (found === undefined || !(await backend.owns(only, day, leaf))) throw leafUnknown(day);
      return found;
    });
    if (published !== undefined) {
      serve(app, leaves, async ({ params: { day } }) => ({ leaves: [...(await published(day))] }));
    }
    done();
  };
}

function leafUnknown(day: number): VitalproofError {
  return new VitalproofError("ANCHOR_LEAF_UNKNOWN", `Day ${day} has no such leaf of this person.`, {
    details: { day },
    hint: "Take day and leaf from the receipt.",
  });
}
