// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { breaksIn, LONGEST_MESSAGE } from "./text.ts";

/** A document without the entries that came before it, or one of those. */
export type JsonPart = {
  readonly text: string;
  readonly line: number;
  /** Of an entry of a Bundle or an item of a list: its place, from 1. */
  readonly entry?: number;
};

/** Nesting of a document. */
const DEEPEST = 200;
/** The member of a Bundle whose items are read one by one. */
const ENTRIES = /(?<!\\)"entry"\s*:\s*$/;
const MARKS = /["[\]{},]/g;
const STRING_END = /["\\]/g;

/** Cuts JSON documents into parts while they come, by their brackets alone: whether a part is JSON shows when it is parsed. */
export class JsonSplitter {
  readonly #fail: (reason: string, line: number) => VitalproofError;
  /** Brackets that are open. */
  #open: string[] = [];
  /** How many are open around the items that are read one by one; undefined outside of such a list. */
  #list: number | undefined;
  #inString = false;
  #escaped = false;
  #entry = 0;
  /** The document without what was cut out, and the part of it that is read. */
  #document = "";
  #part = "";
  #line = 1;
  #documentLine = 1;
  #partLine = 1;

  constructor(fail: (reason: string, line: number) => VitalproofError) {
    this.#fail = fail;
  }

  /** @throws what `fail` makes, where brackets do not fit */
  *next(piece: string): Generator<JsonPart> {
    let at = 0;
    while (at < piece.length) {
      if (this.#escaped) {
        this.#escaped = false;
        this.#keep(piece.slice(at, at + 1));
        at += 1;
        continue;
      }
      const marks = this.#inString ? STRING_END : MARKS;
      marks.lastIndex = at;
      const found = marks.exec(piece);
      const end = found === null ? piece.length : found.index;
      this.#keep(piece.slice(at, end));
      at = end + 1;
      if (found !== null) yield* this.#mark(found[0]);
    }
  }

  /** @throws what `fail` makes, where the text ends inside a document */
  finish(): void {
    if (this.#open.length > 0 || this.#inString || this.#document.trim() !== "")
      throw this.#fail("the text ends inside a document", this.#documentLine);
  }

  *#mark(mark: string): Generator<JsonPart> {
    if (mark === "\\") {
      this.#escaped = true;
      return this.#keep(mark);
    }
    if (mark === '"') {
      this.#inString = !this.#inString;
      return this.#keep(mark);
    }
    const isInList = this.#list === this.#open.length;
    if (mark === ",") {
      if (isInList) yield this.#item();
      else this.#keep(mark);
      return;
    }
    if (mark === "{" || mark === "[") {
      const isTop = this.#open.length === 0;
      if (isTop && this.#document.trim() !== "")
        throw this.#fail("there is text between documents", this.#line);
      const isList =
        mark === "[" && (isTop || (this.#open.length === 1 && ENTRIES.test(this.#document.slice(-64))));
      this.#keep(mark);
      this.#open.push(mark);
      if (this.#open.length > DEEPEST) throw this.#fail("it nests its values too deep", this.#line);
      if (isList) {
        this.#list = this.#open.length;
        this.#entry = 0;
        this.#part = "";
      }
      return;
    }
    if (this.#open.pop() !== (mark === "}" ? "{" : "["))
      throw this.#fail("a bracket does not fit the one that it closes", this.#line);
    if (isInList) {
      if (this.#entry > 0 || this.#part.trim() !== "") yield this.#item();
      this.#list = undefined;
    }
    this.#keep(mark);
    if (this.#open.length === 0) yield* this.#whole();
  }

  #keep(text: string): void {
    if (text === "") return;
    if (this.#list !== undefined) {
      if (this.#part.trim() === "") this.#partLine = this.#line + breaksIn(/^\s*/.exec(text)![0]);
      this.#part += text;
      if (this.#part.length > LONGEST_MESSAGE) throw this.#fail("an entry is too long", this.#partLine);
    } else {
      if (this.#document.trim() === "") this.#documentLine = this.#line + breaksIn(/^\s*/.exec(text)![0]);
      this.#document += text;
      if (this.#document.length > LONGEST_MESSAGE)
        throw this.#fail("a document without its entries is too long", this.#documentLine);
    }
    this.#line += breaksIn(text);
  }

  /** Also an empty one, next to a comma: it is not JSON and will be counted. */
  #item(): JsonPart {
    const text = this.#part;
    this.#part = "";
    this.#entry += 1;
    return { text, line: text === "" ? this.#line : this.#partLine, entry: this.#entry };
  }

  /** A list has nothing but its items, which have come. */
  *#whole(): Generator<JsonPart> {
    const text = this.#document;
    const isList = text.trim().startsWith("[");
    this.#document = "";
    if (!isList) yield { text, line: this.#documentLine };
  }
}
