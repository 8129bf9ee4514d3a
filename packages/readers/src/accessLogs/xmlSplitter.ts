// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { breaksIn, LONGEST_MESSAGE } from "./text.ts";
import { isReadEncoding } from "./xmlTree.ts";

/** An audit message, or a stretch of text that belongs to none. */
export type XmlPart = { readonly line: number; readonly text?: string };

const NAME = /^<\/?(?:[^\s<>/:]*:)?([^\s<>/:]+)/;
const MESSAGE = "AuditMessage";

/**
 * Cuts a text into audit messages while it comes: one after the other, each with an XML declaration of its own or not, or inside of
 * other elements. Whether one is well-formed shows when it is parsed; until then a message ends where it is closed or where
 * the next one begins. What is in comments does not count.
 */
export class XmlSplitter {
  readonly #fail: (reason: string, line: number) => VitalproofError;
  #text = "";
  #line = 1;
  /** The message that is open. */
  #message: string[] | undefined;
  #length = 0;
  #messageLine = 1;
  /** Elements around messages that are open. */
  readonly #around: string[] = [];
  /** What is wrong since the last message: the line where it began. */
  #stray: number | undefined;
  #openedSince = false;
  /** How many of them were open at the end of the last message. */
  #depth = 0;

  constructor(fail: (reason: string, line: number) => VitalproofError) {
    this.#fail = fail;
  }

  /** @throws what `fail` makes, for a document type and for another encoding */
  *next(piece: string): Generator<XmlPart> {
    this.#text += piece;
    yield* this.#read();
    if (this.#text.length > LONGEST_MESSAGE) throw this.#fail("a tag or text is too long", this.#line);
  }

  *finish(): Generator<XmlPart> {
    // What is left was cut off.
    if (this.#text.trim() !== "") this.#stray ??= this.#line;
    if (this.#message !== undefined) {
      yield { line: this.#messageLine };
    } else {
      if (this.#around.length > 0 || this.#openedSince) this.#stray ??= this.#line;
      yield* this.#strayPart();
    }
  }

  *#read(): Generator<XmlPart> {
    let at = 0;
    const text = this.#text;
    while (at < text.length) {
      const from = at;
      if (text[at] !== "<") {
        const next = text.indexOf("<", at);
        at = next < 0 ? text.length : next;
        this.#between(text.slice(from, at));
        continue;
      }
      const found = markupAt(text, at);
      if (found === undefined) break;
      at = found.end;
      yield* this.#markup(text.slice(from, at), found.kind);
    }
    this.#text = text.slice(at);
  }

  #between(text: string): void {
    if (this.#message !== undefined) this.#keep(text);
    else if (text.trim() !== "") this.#stray ??= this.#line;
    this.#line += breaksIn(text);
  }

  *#markup(markup: string, kind: Markup): Generator<XmlPart> {
    const line = this.#line;
    this.#line += breaksIn(markup);
    if (kind === "doctype") throw this.#fail("it has a document type, which no audit message has", line);
    const name = kind === "tag" ? NAME.exec(markup)?.[1] : undefined;
    if (kind === "broken" || (kind === "tag" && name === undefined)) {
      if (this.#message === undefined) this.#stray ??= line;
      else this.#keep(markup);
      return;
    }
    const isClosing = markup.startsWith("</");
    const isWhole = markup.endsWith("/>");
    if (name === MESSAGE && !isClosing) {
      if (this.#message !== undefined) yield { line: this.#messageLine };
      else yield* this.#strayPart();
      this.#message = [];
      this.#length = 0;
      this.#messageLine = line;
      this.#openedSince = false;
    }
    if (this.#message !== undefined) {
      this.#keep(markup);
      if (name !== MESSAGE || !(isClosing || isWhole)) return;
      const text = this.#message.join("");
      this.#message = undefined;
      this.#depth = this.#around.length;
      yield this.#length > LONGEST_MESSAGE ? { line: this.#messageLine } : { line: this.#messageLine, text };
      return;
    }
    if (kind === "instruction") {
      const encoding = /^<\?xml\s[^?]*?encoding\s*=\s*["']([^"']*)["']/i.exec(markup)?.[1];
      if (!isReadEncoding(encoding)) throw this.#fail("it declares another encoding than UTF-8", line);
    }
    if (kind === "characters") this.#stray ??= line;
    if (kind === "tag") this.#tagAround(name!, isClosing, isWhole, line);
  }

  /** Around messages, elements are closed and then opened; one that is opened and closed held something else. */
  #tagAround(name: string, isClosing: boolean, isWhole: boolean, line: number): void {
    if (isWhole || (isClosing && (this.#around.pop() !== name || this.#openedSince))) this.#stray ??= line;
    if (isClosing || isWhole) return;
    this.#openedSince = true;
    this.#around.push(name);
  }

  #keep(text: string): void {
    this.#length += text.length;
    if (this.#length <= LONGEST_MESSAGE) this.#message!.push(text);
  }

  /** Counted once, whatever there is of it: elements that it left open are no longer waited for. */
  *#strayPart(): Generator<XmlPart> {
    if (this.#stray === undefined) return;
    yield { line: this.#stray };
    this.#stray = undefined;
    this.#around.length = Math.min(this.#around.length, this.#depth);
  }
}

type Markup = "tag" | "comment" | "characters" | "instruction" | "doctype" | "broken";

/** @returns where the markup at `at` ends; undefined where its end has not come yet */
function markupAt(text: string, at: number): { readonly end: number; readonly kind: Markup } | undefined {
  for (const [begin, close, kind] of [
    ["<!--", "-->", "comment"],
    ["<![CDATA[", "]]>", "characters"],
    ["<?", "?>", "instruction"],
  ] as const) {
    if (text.startsWith(begin, at)) {
      const end = text.indexOf(close, at + begin.length);
      return end < 0 ? undefined : { end: end + close.length, kind };
    }
    if (text.length - at < begin.length && begin.startsWith(text.slice(at))) return undefined;
  }
  if (/^<!DOCTYPE/i.test(text.slice(at, at + 9))) return { end: at + 9, kind: "doctype" };
  if (text.length - at < 9 && "<!DOCTYPE".startsWith(text.slice(at).toUpperCase())) return undefined;
  let quote: string | undefined;
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i]!;
    // It is nowhere inside a tag: this one was cut off.
    if (char === "<") return { end: i, kind: "broken" };
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return { end: i + 1, kind: "tag" };
  }
  return undefined;
}
