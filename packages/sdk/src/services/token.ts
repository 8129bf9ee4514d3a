// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

/**
 * The header that shows a token to the service at `url`.
 *
 * @throws INVALID_ARGUMENT for a text that cannot be a token; NOT_ALLOWED where it would travel over a network without
 *         encryption. Neither error holds the token.
 */
export function authorizationOf(token: string | undefined, url: string): Record<string, string> {
  if (token === undefined) return {};
  // Checked here: what `fetch` says of a header that it refuses quotes the header.
  if (!/^[A-Za-z0-9._~+/-]{1,500}=*$/.test(token)) {
    throw new VitalproofError("INVALID_ARGUMENT", "The service's token is not a bearer token.", {
      hint: "Give it as the service's operator gave it out, without spaces or line ends.",
    });
  }
  if (isExposed(url)) {
    throw new VitalproofError("NOT_ALLOWED", "The token would be sent without encryption.", {
      details: { url },
      hint: "Use the service's https address.",
    });
  }
  return { authorization: `Bearer ${token}` };
}

/** A service's words with the token taken out, should it repeat what it was sent. */
export function withoutToken(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replaceAll(token, "[token]");
}

/** Whether others on the network can read what goes there. */
function isExposed(url: string): boolean {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(url, page)) return false;
  const { protocol, hostname } = new URL(url, page);
  return protocol === "http:" && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
