// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { SendsOf } from "../wire/endpoint.ts";
import { CLOCK_ENDPOINTS, MAILBOX_ENDPOINTS } from "../wire/endpoints.ts";
import { type CallOptions, callService, type ServiceOptions } from "./call.ts";

/** What only a demonstration has: a clock to turn and a mailbox to the insurer. */
export type HttpDemo = ReturnType<typeof httpDemo>;

/** @param urls of the clock and of the mailbox, where there is one */
export function httpDemo(
  urls: { clock: string; applications?: string | undefined },
  options: ServiceOptions = {},
) {
  const { now, passUntil } = CLOCK_ENDPOINTS;
  const { leave } = MAILBOX_ENDPOINTS;
  return {
    /** The chain's Unix seconds. */
    now: async (call: CallOptions = {}): Promise<number> =>
      (
        await callService(
          { base: urls.clock, endpoint: now, params: {}, body: undefined },
          { ...options, ...call },
        )
      ).now,

    /** Lets the chain's time pass; the attester anchors what is due. @param to Unix seconds */
    passUntil: async (to: number, call: CallOptions = {}): Promise<void> => {
      await callService(
        { base: urls.clock, endpoint: passUntil, params: {}, body: { to } },
        { ...options, ...call },
      );
    },

    /** @throws NOT_THERE without a mailbox */
    leaveApplication: async (body: SendsOf<typeof leave>, call: CallOptions = {}): Promise<void> => {
      const base = urls.applications;
      if (base === undefined) {
        throw new VitalproofError("NOT_THERE", "This page names no mailbox of the insurer.", {
          hint: "Save the signed application as a file and hand it to the insurer.",
        });
      }
      await callService({ base, endpoint: leave, params: {}, body }, { ...options, ...call });
    },
  };
}
