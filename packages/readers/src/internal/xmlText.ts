// SPDX-License-Identifier: GPL-3.0-or-later

// cspell:ignore BCEF FFFE

/** Characters that XML 1.0 allows nowhere: control characters other than tab, line feed and carriage return, and U+FFFE, U+FFFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STRAY = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;
/** References to the same characters: `&#11;`, `&#x0B;`. */
const REFERENCE = /&#(?:x0*(?:[0-8BCEF]|1[\dA-F]|FFFE|FFFF)|0*(?:[0-8]|1[124-9]|2\d|3[01]));/gi;
/** Longer references than this are left to the parser, which refuses them. */
const LONGEST_REFERENCE = 16;

/**
 * Text for an XML parser without the characters that XML does not allow. Apps write them into names, and the Health app exports
 * them as they are: one of them would cost every record of the file. Each becomes a blank, as XML makes one of a tab inside
 * an attribute, so that a place in the text stays where it was.
 */
export class XmlText {
  /** Characters that were replaced. */
  stray = 0;
  #held = "";

  /** @returns the text that can be parsed so far; a reference that may go on in the next piece is held back */
  next(piece: string): string {
    const text = this.#held + piece;
    const open = text.lastIndexOf("&");
    const cut = open >= 0 && text.length - open < LONGEST_REFERENCE && !text.includes(";", open);
    this.#held = cut ? text.slice(open) : "";
    return this.#clean(cut ? text.slice(0, open) : text);
  }

  /** @returns what was held back */
  rest(): string {
    return this.#clean(this.#held);
  }

  #clean(text: string): string {
    const blank = (found: string): string => {
      this.stray += 1;
      return " ".repeat(found.length);
    };
    return text.replace(STRAY, blank).replace(REFERENCE, blank);
  }
}
