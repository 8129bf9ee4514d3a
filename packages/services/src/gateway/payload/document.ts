// SPDX-License-Identifier: GPL-3.0-or-later

import { JsonDocument, type JsonPath, type JsonValue, plainOf } from "@vitalproof/readers/rules";
import { VitalproofError } from "@vitalproof/sdk";
import type { JsonValue as PlainValue } from "jsonpath-rfc9535";
import { Refused } from "./refusal.ts";

export type Limits = {
  /** Bytes. */
  readonly maxBytes: number;
  /** Arrays and objects in each other. */
  readonly maxDepth: number;
  /** Readings, and places that one path finds. */
  readonly maxValues: number;
};

/** A value of a message twice: with numbers as they are written, and as JSON.parse gives it, which paths are asked of. */
export type Tree = { readonly path: JsonPath; readonly exact: JsonValue; readonly plain: PlainValue };

/**
 * The text of a payload: UTF-8, with or without byte order mark.
 * @throws Refused
 */
export function textOf(payload: Uint8Array, { maxBytes, maxDepth }: Limits): string {
  if (payload.length > maxBytes) throw new Refused("too-large", "$");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    throw new Refused("not-utf8", "$");
  }
  if (depthOf(text) > maxDepth) throw new Refused("too-deep", "$");
  return text;
}

/** The JSON of a text. @throws Refused with line and column */
export function treeOf(text: string): Tree {
  let exact: JsonValue;
  try {
    exact = new JsonDocument(text).root;
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    const { line, column, reason } = error.details;
    const detail = typeof reason === "string" ? reason : undefined;
    throw new Refused("not-json", `line ${String(line)}, column ${String(column)}`, detail);
  }
  return { path: [], exact, plain: plainOf(exact) as PlainValue };
}

/** How deep a JSON text opens arrays and objects; its other mistakes do not matter here. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character === "\\") i += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") most = Math.max(most, ++depth);
    else if (character === "}" || character === "]") depth -= 1;
  }
  return most;
}

/** `$.samples[3].v`. Names that are not plain words are not repeated: they can be anything. */
export function placeOf(path: JsonPath): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === "number") return `${shown}[${part}]`;
    return /^[\w-]{1,40}$/.test(part) ? `${shown}.${part}` : `${shown}.…`;
  }, "$");
}
