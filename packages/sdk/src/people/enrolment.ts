// SPDX-License-Identifier: GPL-3.0-or-later
import type { AttesterServices, EnrolmentRequest } from "../attester/attester.ts";
import { VitalproofError } from "../errors.ts";
import type { LogOpening } from "../log/intakeMessages.ts";
import { profileOf } from "../profiles/profile.ts";
import { epochAt } from "../time/epochs.ts";

/**
 * Asks an attester to enrol a person and to open the log. The log begins with the next epoch unless another one is
 * named, so that no epoch is half empty.
 * @throws LOG_DIVERGED when the attester opened another log than the one asked for; what the attester throws
 */
export async function enrol(
  attester: Pick<AttesterServices, "enrol">,
  request: EnrolmentRequest,
  now: number,
): Promise<LogOpening> {
  const { subject, profile, offset } = request;
  const firstEpoch = request.firstEpoch ?? epochAt(profileOf(profile), offset, now) + 1;
  const { curve, publicKey } = request.device;
  // Only the public half: a device object may hold its key.
  const opening = await attester.enrol({ ...request, firstEpoch, device: { curve, publicKey } });
  const same =
    opening.subject === subject &&
    opening.profile === profile &&
    opening.offset === offset &&
    opening.firstEpoch === firstEpoch;
  if (same) return opening;
  throw new VitalproofError("LOG_DIVERGED", "The attester opened another log than the one asked for.", {
    details: {
      asked: { profile, offset, firstEpoch },
      opened: { profile: opening.profile, offset: opening.offset, firstEpoch: opening.firstEpoch },
    },
    hint: "Ask the attester which log it has for you.",
  });
}
