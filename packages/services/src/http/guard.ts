// SPDX-License-Identifier: GPL-3.0-or-later
import type { FastifyRequest } from "fastify";
import { Refusal } from "./refusal.ts";

/** Whether a method only reads. */
export function reads(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** The names of a server, and how a browser reaches them. */
export type Own = { readonly hosts: string[]; readonly scheme: "http" | "https" };

/**
 * Refuses a request that a page of another origin caused. A page cannot make its own name point here either (DNS
 * rebinding): only requests to the server's own names are answered.
 * @throws NOT_ALLOWED, INVALID_ARGUMENT
 */
export function assertOwn({ method, headers, raw }: FastifyRequest, { hosts, scheme }: Own): void {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) {
    throw new Refusal(403, "NOT_ALLOWED", "The Host header does not name this server.", {
      hint: `Use ${scheme}://${hosts[0]}.`,
    });
  }
  const { origin } = headers;
  if (!reads(method) && origin !== undefined && origin !== `${scheme}://${host}`) {
    throw new Refusal(403, "NOT_ALLOWED", "The Origin header names another origin.", {
      hint: `Send it from a page of ${scheme}://${host}, or without a browser.`,
    });
  }
  segmentsOf(raw.url ?? "");
}

/** The decoded segments of a request's path. @throws INVALID_ARGUMENT for one that could lead out of a folder */
export function segmentsOf(target: string): string[] {
  const [path = ""] = target.split("?");
  if (!path.startsWith("/")) throw badPath();
  return path
    .slice(1)
    .split("/")
    .map((raw) => {
      let segment: string;
      try {
        segment = decodeURIComponent(raw);
      } catch {
        throw badPath();
      }
      if (segment === "." || segment === ".." || /[/\\\0]/.test(segment)) throw badPath();
      return segment;
    });
}

export function badPath(): Refusal {
  return new Refusal(400, "INVALID_ARGUMENT", "The path is not one that can be looked up.", {
    hint: "Use an absolute path without dots, backslashes or encoded slashes between its slashes.",
  });
}
