// SPDX-License-Identifier: GPL-3.0-or-later
import { integer, profileName } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../../fields.ts";
import { isLoopback } from "../mqtt/settings.ts";

const receiverUrl = v.pipe(
  v.string("a URL"),
  v.check((text) => {
    const url = URL.parse(text);
    if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return false;
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  }, "an https URL without user and password, or an http URL of this machine"),
);

/** Where presentations go. */
const destination = v.union(
  [
    v.strictObject({
      /** A presentation is posted there. Any answer from 200 to 299 says that it arrived. */
      url: receiverUrl,
      /** A file whose first line is a bearer token. */
      tokenFile: v.optional(path),
    }),
    /** A folder in which each presentation becomes one file. */
    v.strictObject({ folder: path }),
  ],
  "an object with `url`, and perhaps `tokenFile`, or with `folder`",
);

/** Which requests a gateway answers unattended. */
export const alertSettings = v.pipe(
  v.array(
    v.strictObject(
      {
        /** Local name, as in the logs. */
        person: v.pipe(v.string("a name"), v.regex(/^[a-z0-9_-]{1,60}$/, "a name of a-z, 0-9, _ and -")),
        profile: profileName,
        /** The verifier's request, a document. It must have a maximum age. */
        request: path,
        /** The attester's attestation of this person to this verifier, a document: then it is checked here as well. */
        attestation: v.optional(path),
        to: destination,
        /** Seconds after an epoch's end after which the log is sealed; the gateway's `grace` when left out. */
        grace: v.optional(integer(0, 86_400)),
      },
      "an object",
    ),
    "a list",
  ),
  v.maxLength(10_000, "a list of at most 10,000"),
);

export type AlertSettings = v.InferOutput<typeof alertSettings>;
export type AlertDestination = AlertSettings[number]["to"];
