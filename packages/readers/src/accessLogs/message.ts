// SPDX-License-Identifier: GPL-3.0-or-later
import type { Json } from "./fhirEvent.ts";
import type { XmlElement } from "./xmlTree.ts";

/** What is at one place of a log. */
export type Message = {
  /** "line 7" or "line 1, entry 3". */
  readonly where: string;
} & (
  | { readonly auditEvent: Json }
  | { readonly auditMessage: XmlElement }
  | { readonly left: "unreadable" | "other-message" }
);
