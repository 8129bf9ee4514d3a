// SPDX-License-Identifier: GPL-3.0-or-later
import type { ServiceOptions } from "@vitalproof/sdk";
import { certificateFetch } from "../http/certificateFetch.ts";
import { secretOf } from "../keys/secrets.ts";
import type { ServiceConfig } from "./config.ts";
import { contentOf } from "./mqtt/options.ts";

/**
 * What another service is called with. Token and certificates are read once: a start finds new ones.
 * @throws FILE_UNREADABLE, KEY_FILE_EXPOSED for a token that others may read, PASSPHRASE_REQUIRED for an empty one
 */
export async function serviceOptions({ url, tokenFile, tls }: ServiceConfig): Promise<ServiceOptions> {
  const token = await secretOf({ what: `the token for ${url}`, file: tokenFile });
  if (tls === undefined) return { token };
  const { caFile, certFile, keyFile } = tls;
  const fetch = certificateFetch({
    ...(caFile === undefined ? {} : { authority: contentOf(caFile, "tls.caFile") }),
    ...(certFile === undefined ? {} : { cert: contentOf(certFile, "tls.certFile") }),
    ...(keyFile === undefined ? {} : { key: contentOf(keyFile, "tls.keyFile") }),
  });
  return { token, fetch };
}
