// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Attester,
  type AttesterInfo,
  type AttesterServices,
  type ClaimsClient,
  type VerificationKey,
  VitalproofError,
} from "@vitalproof/sdk";
import { ATTESTER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { Refusal } from "./http/refusal.ts";
import { serve } from "./http/serve.ts";

/** What `attesterRoutes` serves: an attester in this process, or anything that answers like one. */
export type AttesterBackend = AttesterServices & {
  info(): Promise<AttesterInfo>;
  /** Whether a closed day has this leaf of that person. */
  owns(subject: bigint, day: number, leaf: bigint): Promise<boolean>;
};

/** Routes of an attester. Register them with a prefix. */
export function attesterRoutes(backend: AttesterBackend): FastifyPluginCallback {
  const { info, enrol, continueLog, submitHead, attest, path } = ATTESTER_ENDPOINTS;
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
    done();
  };
}

function leafUnknown(day: number): VitalproofError {
  return new VitalproofError("ANCHOR_LEAF_UNKNOWN", `Day ${day} has no such leaf of this person.`, {
    details: { day },
    hint: "Take day and leaf from the receipt.",
  });
}

export interface AttesterBackendOptions {
  readonly attester: Attester;
  /** The attester's account and all of the group's times, as the chain has them. */
  readonly info: Omit<AttesterInfo, "group">;
  /** Programs are read from it, not from what an applicant says. */
  readonly claims: ClaimsClient;
  /** Of the enrolment circuit. */
  readonly verificationKey: VerificationKey;
}

/**
 * An `Attester` in this process behind the routes. It enrols every subject that it is asked to: who has a token with the
 * role `enroller` has checked the person, or is the person where the group is self-attested.
 */
export function attesterBackend(options: AttesterBackendOptions): AttesterBackend {
  const { attester, info, claims, verificationKey } = options;
  return {
    info: async () => ({ group: attester.group, ...info }),
    enrol: (request) => attester.enrol(request),
    continueLog: (request) => attester.continueLog(request),
    submitHead: (head) => attester.submitHead(head),
    async attest({ scopeNumber, ...request }) {
      const { scope } = await claims.program(request.attestation.program);
      if (scope !== scopeNumber) {
        throw new Refusal(400, "INVALID_ARGUMENT", "body.scopeNumber is not the program's scope.", {
          details: { given: scopeNumber, wanted: scope },
          hint: "Read it from the program.",
        });
      }
      return (await attester.attestPolicy(request, { claims, verificationKey })).signature;
    },
    path: (day, leaf) => attester.path(day, leaf),
    owns: async (subject, day, leaf) => (await attester.intake.leavesOf(day, subject)).includes(leaf),
  };
}
