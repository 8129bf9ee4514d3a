// SPDX-License-Identifier: GPL-3.0-or-later
import type { Attester, AttesterInfo, ClaimsClient, VerificationKey } from "@vitalproof/sdk";
import { Refusal } from "../http/refusal.ts";
import type { AttesterBackend } from "./routes.ts";

export interface AttesterBackendOptions {
  readonly attester: Attester;
  /** The attester's account and all of the group's times, as the chain has them now. */
  readonly info: () => Pick<AttesterInfo, "attester" | "times">;
  /** Programs are read from it, not from what an applicant says. */
  readonly claims: ClaimsClient;
  /** Whether everyone may read the leaves of closed days. */
  readonly publishLeaves?: boolean;
  /** Of the enrolment circuit. */
  readonly verificationKey: VerificationKey;
}

/**
 * An `Attester` in this process behind the routes. It enrols every subject that it is asked to: who has a token with the
 * role `enroller` has checked the person, or is the person where the group is self-attested.
 */
export function attesterBackend(options: AttesterBackendOptions): AttesterBackend {
  const { attester, info, claims, publishLeaves = false, verificationKey } = options;
  return {
    info: async () => ({ group: attester.group, domain: attester.domain, ...info() }),
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
    ...(publishLeaves ? { leaves: (day: number) => attester.anchoring.leaves(day) } : {}),
  };
}
