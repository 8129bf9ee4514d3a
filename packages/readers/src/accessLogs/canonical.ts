// SPDX-License-Identifier: GPL-3.0-or-later
import { isObject, type Json } from "./fhirEvent.ts";
import type { XmlElement } from "./xmlTree.ts";

/** An AuditEvent nests ten deep. */
const DEEPEST = 100;

/** What a server may add or change without changing what happened. */
const NOT_CONTENT: ReadonlySet<string> = new Set(["meta", "text"]);

/**
 * One text for one content of a resource: members in the order of their names, without narrative and `meta`.
 * @returns undefined for what nests too deep
 */
export function canonicalJson(resource: Json): string | undefined {
  const content = Object.entries(resource).filter(([name]) => !NOT_CONTENT.has(name));
  return depthOf(content) > DEEPEST ? undefined : membersText(content);
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  return isObject(value) ? membersText(Object.entries(value)) : JSON.stringify(value);
}

function membersText(members: readonly (readonly [string, unknown])[]): string {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${canonicalText(value)}`).join(",")}}`;
}

/** Level by level, so that no depth is too much for it. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0 && depth <= DEEPEST; depth++)
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  return depth;
}

/** One text for one content of an XML message: attributes in their order, no matter which prefix, quotes or blanks. */
export function canonicalXml({ name, attributes, children, text }: XmlElement): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sorted, text, children.map(canonicalXml)]);
}

/** SHA-256 in hex. */
export async function digestOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(`vitalproof/access-log/1\n${text}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
