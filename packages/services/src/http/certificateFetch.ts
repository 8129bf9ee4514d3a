// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";

/** A client's certificate, and whose servers it believes. All in PEM. */
export type ClientTls = {
  readonly key?: string | Buffer;
  readonly cert?: string | Buffer;
  /** Authority of the servers' certificates; the system's when left out. */
  readonly authority?: string | Buffer;
};

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * A `fetch` for the SDK's clients that shows a client certificate, which Node's own cannot. Only over https, only texts, and
 * a redirection is an answer that the client refuses.
 */
export function certificateFetch({ key, cert, authority }: ClientTls): typeof fetch {
  const agent = new Agent({ keepAlive: true, key, cert, ca: authority });
  return async (input, init = {}) => {
    const { method = "GET", headers, body, signal } = init;
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== "https:") throw new TypeError("a certificate is shown over https only");
    const written: Record<string, string> = {};
    new Headers(headers).forEach((value, name) => {
      written[name] = value;
    });
    const sent = request(url, {
      agent,
      method,
      headers: written,
      ...(signal ? { signal } : {}),
    });
    sent.end(typeof body === "string" ? body : undefined);
    // What goes wrong after the answer began is the answer's own error.
    sent.on("error", () => undefined);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const text = await textOf(response);
    return new Response(text === "" ? null : text, {
      status: response.statusCode ?? 500,
      headers: Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" ? [[name, value]] : [],
      ),
    });
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new TypeError("the answer is too long");
  }
  return text;
}
