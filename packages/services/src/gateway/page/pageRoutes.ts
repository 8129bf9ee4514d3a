// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import type { FastifyPluginCallback } from "fastify";
import { SCRIPT } from "./script.ts";
import { type PageView, statusPage } from "./statusPage.ts";
import { STYLE } from "./style.ts";

/** Nothing is loaded, and nothing runs but the page's own script. */
const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `GET /`, the page for people, for operators and monitors. @param zone in which times are shown, an IANA name */
export function pageRoutes(view: () => Promise<PageView>, zone: string): FastifyPluginCallback {
  return (app, _, done) => {
    app.get("/", { config: { roles: ["operator", "monitor"], isPage: true } }, async (_request, reply) =>
      reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", POLICY)
        .header("referrer-policy", "no-referrer")
        .header("cache-control", "no-store")
        .send(statusPage(await view(), zone)),
    );
    done();
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
