// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words, numbers and signs of a query's text.
import { VitalproofError } from "../../errors.ts";

export type Token = {
  readonly kind: "word" | "quoted" | "number" | "sign" | "end";
  /** A quoted text without its quotes; signs in their ASCII form. */
  readonly text: string;
  /** Where it begins and ends in the text. */
  readonly at: number;
  readonly end: number;
};

/** Words that mean something in a query. Columns do not have these names, and values with one of them are quoted. */
export const RESERVED_WORDS = [
  ...["and", "or", "not", "between", "in", "is", "missing", "present"],
  ...["where", "outcome", "groups", "statistic", "vs", "of", "on"],
] as const;
export type ReservedWord = (typeof RESERVED_WORDS)[number];

/** Most characters of a query. */
export const LONGEST_TEXT = 20_000;

const WORD = String.raw`[\p{L}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?`;
const PATTERNS: readonly (readonly [kind: Exclude<Token["kind"], "end">, pattern: RegExp])[] = [
  ["word", new RegExp(WORD, "uy")],
  ["number", /-?\d+(?:\.\d+)?(?![\p{L}\p{N}_])/uy],
  ["quoted", /"(?:[^"\n]|"")*"/uy],
  ["sign", />=|<=|!=|[><=(),;:≥≤≠]/uy],
];
const SAME_SIGNS: Readonly<Record<string, string>> = { "≥": ">=", "≤": "<=", "≠": "!=" };
const WHOLE_WORD = new RegExp(`^${WORD}$`, "u");

export function isReserved(word: string): boolean {
  return (RESERVED_WORDS as readonly string[]).includes(word.toLowerCase());
}

/** Whether a name or value is one token without quotes. */
export function isPlainWord(text: string): boolean {
  return WHOLE_WORD.test(text) && !isReserved(text);
}

/** The last token is the end. @throws QUERY_NOT_UNDERSTOOD */
export function tokensOf(text: string): Token[] {
  if (text.length > LONGEST_TEXT)
    throw new VitalproofError(
      "QUERY_NOT_UNDERSTOOD",
      `The query has ${text.length} characters, and at most ${LONGEST_TEXT} are read.`,
      { details: { length: text.length }, hint: "Ask several queries." },
    );
  const tokens: Token[] = [];
  let at = spaceEnd(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = spaceEnd(text, token.end);
  }
  return [...tokens, { kind: "end", text: "", at: text.length, end: text.length }];
}

function spaceEnd(text: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  space.test(text);
  return space.lastIndex;
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const raw = pattern.exec(text)?.[0];
    if (raw === undefined) continue;
    const said = kind === "quoted" ? raw.slice(1, -1).replaceAll('""', '"') : (SAME_SIGNS[raw] ?? raw);
    return { kind, text: said, at, end: at + raw.length };
  }
  const sign = String.fromCodePoint(text.codePointAt(at)!);
  if (sign === '"') throw notUnderstood(text, at, "a closing quote in the same line");
  if (/\d/.test(sign))
    throw notUnderstood(text, at, "a number on its own", 'Put quotes around a value such as "50mg".');
  throw notUnderstood(
    text,
    at,
    "a name, a value or a sign",
    'Quotes are ", and numbers have a decimal point.',
  );
}

/** The error for a text in which something else was expected. It says where, and `details.excerpt` shows it. */
export function notUnderstood(text: string, at: number, expected: string, hint?: string): VitalproofError {
  const before = text.slice(0, at);
  const start = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  const column = at - start + 1;
  const rest = text.slice(at).split("\n", 1)[0]!.trimEnd();
  const found = rest === "" && text.slice(at).trim() === "" ? "the end" : `"${shortened(rest)}"`;
  const from = Math.max(start, at - 40);
  const excerpt = `${text.slice(from, at)}${rest.slice(0, 40)}\n${" ".repeat(at - from)}^`;
  return new VitalproofError(
    "QUERY_NOT_UNDERSTOOD",
    `Line ${line}, column ${column}: expected ${expected}, found ${found}.`,
    { details: { line, column, expected, found, excerpt }, hint },
  );
}

function shortened(text: string): string {
  return text.length <= 24 ? text : `${text.slice(0, 23)}…`;
}
