// SPDX-License-Identifier: GPL-3.0-or-later
import { instantOf } from "../json/instant.ts";

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Whether a text is a date-time of RFC 3339 that a calendar has: the schemas' `format`. */
export function rfc3339(text: string): boolean {
  return RFC3339.test(text) && typeof instantOf(text) === "number";
}
