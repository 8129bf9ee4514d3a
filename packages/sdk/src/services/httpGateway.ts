// SPDX-License-Identifier: GPL-3.0-or-later
import type { LogOpening } from "../log/intakeMessages.ts";
import { GATEWAY_ENDPOINTS } from "../wire/gatewayEndpoints.ts";
import { type CallOptions, callService, type ServiceOptions } from "./call.ts";

/** What a gateway's operator does while it runs, over HTTP. Its methods throw what `callService` throws. */
export type HttpGateway = ReturnType<typeof httpGateway>;

/** @param base URL of the gateway's routes, without a slash at its end: its address and `/gateway` */
export function httpGateway(base: string, options: ServiceOptions = {}) {
  const { confirmClock, openLog } = GATEWAY_ENDPOINTS;
  return {
    /** Says that the clock of its machine is right. @returns that clock, in Unix seconds */
    confirmClock: async (call: CallOptions = {}): Promise<number> =>
      (await callService({ base, endpoint: confirmClock, params: {}, body: {} }, { ...options, ...call }))
        .now,

    /** Opens a log, or lets one that was stopped go on. @param log such as `p17.glucose-mg-dl-5min` */
    openLog: async (log: string, opening: LogOpening, call: CallOptions = {}): Promise<void> => {
      await callService(
        { base, endpoint: openLog, params: { log }, body: { opening } },
        { ...options, ...call },
      );
    },
  };
}
