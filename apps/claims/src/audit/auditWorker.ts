// SPDX-License-Identifier: GPL-3.0-or-later
//
// The worker in which programs are audited: verifying thousands of proofs would freeze the page.
import { builtInKeys } from "./keys.ts";
import type { AuditJob, AuditState } from "./protocol.ts";
import { serveAudit } from "./service.ts";

/** What of a dedicated worker's scope is used; TypeScript's own types of it exclude the page's. */
type Scope = {
  addEventListener(type: "message", listener: (event: { data: AuditJob }) => void): void;
  postMessage(state: AuditState): void;
};

const scope = globalThis as unknown as Scope;

scope.addEventListener("message", ({ data }) => {
  void serveAudit(data, builtInKeys(), (state) => scope.postMessage(state));
});
