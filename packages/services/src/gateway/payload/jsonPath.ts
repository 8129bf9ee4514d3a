// SPDX-License-Identifier: GPL-3.0-or-later
import { isArray, isObject, type JsonValue } from "@vitalproof/readers/rules";
import { exec, type JsonValue as PlainValue } from "jsonpath-rfc9535";
import parse from "jsonpath-rfc9535/parser";
import { placeOf, type Tree } from "./document.ts";
import { Refused } from "./refusal.ts";

/** Whether a text is a path of RFC 9535 from `$`, the message, or in the same form from `@`, one sample of it. */
export function isJsonPath(text: string): boolean {
  if (!/^[$@]/.test(text) || text.length > 1000) return false;
  try {
    parse(absolute(text));
    return true;
  } catch {
    return false;
  }
}

/** Finds what paths mean in one message. */
export class Finder {
  readonly #message: Tree;
  readonly #most: number;
  /** What paths from `$` found: every sample asks for the same. */
  readonly #known = new Map<string, readonly Tree[]>();

  /** @param most values that one path may find */
  constructor(message: Tree, most: number) {
    this.#message = message;
    this.#most = most;
  }

  /**
   * The values that a path finds, in the path's order.
   * @param sample what `@` means
   * @throws Refused too-many-values
   */
  all(path: string, sample: Tree): readonly Tree[] {
    if (path.startsWith("@")) return this.#find(path, sample);
    const known = this.#known.get(path) ?? this.#find(path, this.#message);
    this.#known.set(path, known);
    return known;
  }

  /** What the first of several paths finds that finds something. */
  first(paths: string | readonly string[], sample: Tree): readonly Tree[] {
    for (const path of [paths].flat()) {
      const found = this.all(path, sample);
      if (found.length > 0) return found;
    }
    return [];
  }

  #find(path: string, root: Tree): Tree[] {
    const found: Tree[] = [];
    exec(root.plain, absolute(path), (plain: PlainValue, escaped) => {
      if (found.length === this.#most) throw new Refused("too-many-values", placeOf(root.path));
      const steps = escaped.map((step) => (typeof step === "number" ? step : unescaped(step)));
      found.push({ path: [...root.path, ...steps], exact: valueAt(root.exact, steps), plain });
    });
    return found;
  }
}

function absolute(path: string): string {
  return path.startsWith("@") ? `$${path.slice(1)}` : path;
}

function valueAt(root: JsonValue, steps: readonly (string | number)[]): JsonValue {
  let value: JsonValue | undefined = root;
  for (const step of steps) {
    if (typeof step === "number") value = isArray(value) ? value[step] : undefined;
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  // A path that finds something in the one tree finds it in the other.
  if (value === undefined) throw new Error("the two trees differ");
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The library gives names as normalized paths write them (RFC 9535: 2.7). */
function unescaped(name: string): string {
  return name.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
