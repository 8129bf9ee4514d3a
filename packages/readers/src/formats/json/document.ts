// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { findNodeAtLocation, type ParseErrorCode, parseTree, printParseErrorCode, visit } from "jsonc-parser";

/** A number as the file writes it: `69.99999000000000000001` stays what it is. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue | undefined };
export type JsonPath = readonly (string | number)[];

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false } as const;

/** A JSON text, its values, and the place of each in the text. */
export class JsonDocument {
  readonly root: JsonValue;
  readonly #text: string;
  readonly #firstLine: number;

  /**
   * @param text without byte order mark
   * @param firstLine line of the file on which the text begins, for files of one document per line
   * @throws FILE_NOT_UNDERSTOOD naming line and column, never content
   */
  constructor(text: string, firstLine = 1) {
    this.#text = text;
    this.#firstLine = firstLine;
    try {
      this.root = JSON.parse(text, keepWritten) as JsonValue;
    } catch (cause) {
      // V8 words its errors differently from version to version, and names the content; the place is found anew.
      throw cause instanceof RangeError ? this.#tooDeep() : this.#syntaxError();
    }
  }

  /** The error for a value that is not what it should be. Names line, column, path and reason, never the value. */
  error(path: JsonPath, reason: string, hint?: string): VitalproofError {
    const { line, column } = this.#placeOf(path);
    const shown = showPath(path);
    return new VitalproofError(
      "FILE_NOT_UNDERSTOOD",
      `Line ${line}, column ${column} (${shown}) is not understood: ${reason}.`,
      {
        details: { line, column, path: shown, reason },
        hint: hint ?? "Pass the file as it was exported.",
      },
    );
  }

  /**
   * The elements of an array at `path`, which are objects.
   * @param what one of them is, for the error: "an entry"
   * @throws FILE_NOT_UNDERSTOOD with the place of the first that is not
   */
  *objectsIn(list: readonly JsonValue[], path: JsonPath, what: string, hint: string): Generator<JsonObject> {
    for (const [i, element] of list.entries()) {
      if (!isObject(element)) throw this.error([...path, i], `${what} is not an object`, hint);
      yield element;
    }
  }

  #placeOf(path: JsonPath): { line: number; column: number } {
    let offset = 0;
    try {
      const tree = parseTree(this.#text, [], STRICT);
      for (let length = path.length; tree !== undefined; length--) {
        // What is missing is reported where it is missed: at the nearest value around it.
        const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[]);
        if (node !== undefined) {
          offset = node.offset;
          break;
        }
        if (length === 0) break;
      }
    } catch {
      // A tree too deep to walk: the beginning has to do.
    }
    return this.#lineAndColumn(offset);
  }

  #syntaxError(): VitalproofError {
    let found: { offset: number; reason: string } | undefined;
    try {
      visit(
        this.#text,
        {
          onError: (code: ParseErrorCode, offset: number) => {
            found ??= { offset, reason: wordsFor(printParseErrorCode(code)) };
          },
        },
        STRICT,
      );
    } catch {
      return this.#tooDeep();
    }
    const { offset, reason } = found ?? { offset: this.#text.length, reason: "it is not JSON" };
    const { line, column } = this.#lineAndColumn(offset);
    return new VitalproofError(
      "FILE_NOT_UNDERSTOOD",
      `Line ${line}, column ${column} is not JSON: ${reason}.`,
      {
        details: { line, column, reason },
        hint: "The file may be cut off or edited by hand. Pass it as it was exported.",
      },
    );
  }

  #tooDeep(): VitalproofError {
    return new VitalproofError("FILE_NOT_UNDERSTOOD", "The file nests its values too deep to be read.", {
      details: { reason: "nested too deep", line: this.#firstLine, column: 1 },
      hint: "No known export does that. Pass the file as it was exported.",
    });
  }

  #lineAndColumn(offset: number): { line: number; column: number } {
    const before = this.#text.slice(0, offset);
    const lines = before.split(/\r\n|\r|\n/);
    return { line: this.#firstLine + lines.length - 1, column: (lines.at(-1)?.length ?? 0) + 1 };
  }
}

/** The value of an object's own property: JSON may name a property "constructor". */
export function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A property's text; undefined if it is not a text. */
export function textOf(value: JsonValue | undefined, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === "string" ? found : undefined;
}

/** A property's number as the file writes it; undefined if it is not a number. */
export function numberOf(value: JsonValue | undefined, name: string): string | undefined {
  const found = field(value, name);
  return found instanceof JsonNumber ? found.text : undefined;
}

/** A property's elements; empty if it is not an array. */
export function listOf(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  const found = field(value, name);
  return isArray(found) ? found : [];
}

/** The value as JSON.parse alone would give it, for validators; numbers lose what a double cannot hold. */
export function plainOf(value: JsonValue | undefined): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (isArray(value)) return value.map(plainOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainOf(inner)]));
}

type SourceContext = { readonly source?: string };

/** Engines without the third argument (before Chrome 114, Firefox 135) keep 15 significant digits. */
function keepWritten(_name: string, value: unknown, context?: SourceContext): unknown {
  return typeof value === "number" ? new JsonNumber(context?.source ?? String(value)) : value;
}

/** `$.entries[3].sgv`: names of properties are part of a format; those that are not shown as they are. */
function showPath(path: JsonPath): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === "number") return `${shown}[${part}]`;
    return /^[\w-]{1,40}$/.test(part) ? `${shown}.${part}` : `${shown}.…`;
  }, "$");
}

/** "CommaExpected" → "comma expected" */
function wordsFor(code: string): string {
  return code.replace(/(?<=[a-z])([A-Z])/g, " $1").toLowerCase();
}
