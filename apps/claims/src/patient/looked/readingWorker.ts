// SPDX-License-Identifier: GPL-3.0-or-later
//
// The worker in which a patient's records are looked for. It ends with its job, and with it its memory, which held keys.
import { type ReadingJob, readConsents } from "./reading.ts";
import { answerOf, type ReadingAnswer } from "./readingProtocol.ts";

/** What of a dedicated worker's scope is used; TypeScript's own types of it exclude the page's. */
type Scope = {
  addEventListener(type: "message", listener: (event: { data: ReadingJob }) => void): void;
  postMessage(answer: ReadingAnswer): void;
};

const scope = globalThis as unknown as Scope;

scope.addEventListener("message", ({ data }) => scope.postMessage(answerOf(data, readConsents)));
