// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { VitalproofError } from "@vitalproof/sdk";
import type { HttpConfig } from "../config.ts";
import type { ServerOptions } from "../http/server.ts";

/** What a configuration says of a server, with the files that it names read. @throws NOT_THERE naming a file */
export function serverOptionsOf(
  http: HttpConfig,
): Pick<ServerOptions, "port" | "host" | "names" | "proxies" | "limits" | "tls"> {
  const { port, host, names, proxies, requestsPerMinute, tls } = http;
  return {
    port,
    ...(host === undefined ? {} : { host }),
    ...(names === undefined ? {} : { names }),
    ...(proxies === undefined ? {} : { proxies }),
    ...(requestsPerMinute === undefined ? {} : { limits: { requests: requestsPerMinute } }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            key: contentOf(tls.key),
            cert: contentOf(tls.cert),
            ...(tls.clientAuthority === undefined ? {} : { clientAuthority: contentOf(tls.clientAuthority) }),
          },
        }),
  };
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new VitalproofError("NOT_THERE", `${file} cannot be read (${code}).`, {
      details: { file },
      hint: "Mend the path in http.tls, or the file's permissions.",
      cause,
    });
  }
}
