// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a gateway offers over HTTP. In a file of its own: pages, which never ask a gateway, leave it out.
import { nothing, post } from "./endpoint.ts";
import { epochNumber, object, seconds, text } from "./fields.ts";
import { logOpening } from "./records.ts";

/** A person's local name and a profile, such as `p17.glucose-mg-dl-5min`. */
const logName = text(
  /^[a-z0-9_-]{1,60}\.[a-z0-9-]{1,60}$/,
  "the name of a log, such as p17.glucose-mg-dl-5min",
);

/** What a gateway's operator does while it runs. Everything else about a log is in its configuration. */
export const GATEWAY_ENDPOINTS = {
  confirmClock: post(
    "/clock/confirm",
    {
      summary: "Says that the clock of the gateway's machine is right",
      roles: ["operator"],
      repeatable: true,
    },
    nothing,
    object({ now: seconds }),
  ),
  openLog: post(
    "/logs/:log/open",
    {
      summary: "Opens a log with what its attester said, or lets one that was stopped go on from there",
      roles: ["operator"],
      subject: ({ body }) => body.opening.subject,
    },
    object({ opening: logOpening }),
    object({ log: logName, firstEpoch: epochNumber }),
    object({ log: logName }),
  ),
} as const;
