// SPDX-License-Identifier: GPL-3.0-or-later
//
// A query from a text, by recursive descent. The grammar has one line for each function below, so that a parser's library
// would be more to read, and its errors would say less.
//
//   query    section { ";" section } [ ";" ]              each section at most once
//   section     [ "where" ":" ] any | "outcome" ":" any | "groups" ":" groups | "statistic" ":" statistic
//   groups      name value "vs" value | any "vs" any         the first form is short for name = value
//   statistic   its name [ "of" name [ "and" name | "on" name ] ]
//   any         all { "or" all }
//   all         one { "and" one }
//   one         "not" one | "(" any ")" | comparison
//   comparison  name ( sign value | [ "not" ] "between" value "and" value | [ "not" ] "in" "(" value { "," value } ")"
//                    | "is" [ "not" ] ( "missing" | "present" ) )
//
// Keywords are read in any case. A name or value with spaces, or that is a keyword, is written in quotes.
import { formatNumber } from "./formatQuery.ts";
import { nearestOf } from "./nearest.ts";
import {
  COMPARISONS,
  type Comparison,
  comparisonsOf,
  type Expression,
  MOST_COMPARISONS,
  type Query,
  STATISTIC_NAMES,
  STATISTICS,
  type Statistic,
} from "./query.ts";
import type { Amount } from "./schema.ts";
import { isReserved, notUnderstood, type ReservedWord, type Token, tokensOf } from "./tokens.ts";

type Section = "where" | "outcome" | "groups" | "statistic";
const SECTIONS: readonly Section[] = ["where", "outcome", "groups", "statistic"];
/** So that the query is within MOST_DEPTH: "(" can be four levels of a document, `or` and `and` and their lists. */
const MOST_NESTED = 14;
type Asked = Pick<Query, "statistic" | "value" | "against">;

/**
 * Reads a query such as `age >= 50; outcome: egfr < 60; groups: drug A vs B; statistic: difference of proportions`. Whether
 * it fits to a dataset is for `compileQuery` to say.
 * @throws QUERY_NOT_UNDERSTOOD with the place, and what was expected there
 */
export function parseQuery(text: string): Query {
  return new Parser(text).query();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  query(): Query {
    const parts: { where?: Expression; outcome?: Expression; groups?: Query["groups"]; asked?: Asked } = {};
    const seen = new Set<Section>();
    do {
      if (this.#peek().kind === "end") break;
      const token = this.#peek();
      const section = this.#section(seen.size === 0);
      if (seen.has(section)) throw this.#wrong("another section", `There are two of ${section}.`, token);
      seen.add(section);
      if (section === "groups") parts.groups = this.#groups();
      else if (section === "statistic") parts.asked = this.#statistic();
      else parts[section] = this.#expression();
    } while (this.#takeSign(";"));
    if (this.#peek().kind !== "end")
      throw this.#wrong(
        '"and", "or", ";" or the end',
        this.#isSign(",") ? "Numbers have a decimal point." : undefined,
      );
    const { asked, ...rest } = parts;
    if (asked === undefined)
      throw this.#wrong('"; statistic:"', `Statistics are ${STATISTIC_NAMES.join(", ")}.`);
    return { ...rest, ...asked };
  }

  #section(isFirst: boolean): Section {
    const section = SECTIONS.find((word) => this.#takeWord(word));
    if (section === undefined) {
      if (isFirst) return "where";
      throw this.#wrong(SECTIONS.map((word) => `"${word}:"`).join(" or "));
    }
    if (!this.#takeSign(":")) throw this.#wrong(`":" after ${section}`);
    return section;
  }

  #groups(): NonNullable<Query["groups"]> {
    if (!this.#isName(this.#peek()) || !this.#isValue(this.#peek(1))) {
      const a = this.#expression();
      this.#versus();
      const b = this.#expression();
      this.#noThird();
      return { a, b };
    }
    const column = this.#name();
    const first = this.#value();
    this.#versus();
    const second = this.#value();
    this.#noThird();
    if (this.#peek().kind !== "end" && !this.#isSign(";"))
      throw this.#wrong(
        '";" or the end',
        "Where a group is more than one value, write out both: drug = A vs drug in (B, C).",
      );
    return { a: { column, is: "=", value: first }, b: { column, is: "=", value: second } };
  }

  #versus(): void {
    if (!this.#takeWord("vs")) throw this.#wrong('"vs" and the second group');
  }

  #noThird(): void {
    if (this.#isWord("vs")) throw this.#wrong('";" or the end', "A query compares two groups.");
  }

  #statistic(): Asked {
    const statistic = this.#statisticName();
    if (!this.#takeWord("of")) return { statistic };
    const value = this.#name();
    if (STATISTICS[statistic].values < 2) return { statistic, value };
    const between: ReservedWord = statistic === "regression" ? "on" : "and";
    if (!this.#takeWord(between)) throw this.#wrong(`"${between}" and the other column`);
    return { statistic, value, against: this.#name() };
  }

  #statisticName(): Statistic {
    const isNext = (name: string) =>
      name
        .split(" ")
        .every((word, i) => this.#peek(i).kind === "word" && this.#peek(i).text.toLowerCase() === word);
    const name = STATISTIC_NAMES.find(isNext);
    if (name === undefined) {
      const written = this.#text.slice(this.#peek().at).split(";", 1)[0]!.trim();
      const nearest =
        nearestOf(written, STATISTIC_NAMES) ?? nearestOf(written.split(" of ", 1)[0]!, STATISTIC_NAMES);
      const meant = nearest === undefined ? "" : ` The nearest is "${nearest}".`;
      throw this.#wrong("a statistic", `Statistics are ${STATISTIC_NAMES.join(", ")}.${meant}`);
    }
    this.#next += name.split(" ").length;
    return name;
  }

  #expression(): Expression {
    const start = this.#peek();
    const expression = this.#any();
    if (comparisonsOf(expression).length > MOST_COMPARISONS)
      throw this.#wrong(`at most ${MOST_COMPARISONS} comparisons`, undefined, start);
    return expression;
  }

  #any(): Expression {
    const parts = [this.#all()];
    while (this.#takeWord("or")) parts.push(this.#all());
    return parts.length === 1 ? parts[0]! : { or: parts };
  }

  #all(): Expression {
    const parts = [this.#one()];
    while (this.#takeWord("and")) parts.push(this.#one());
    return parts.length === 1 ? parts[0]! : { and: parts };
  }

  #one(): Expression {
    const start = this.#peek();
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) throw this.#wrong("fewer levels of parentheses and not", undefined, start);
    const read = (): Expression => {
      if (this.#takeWord("not")) return { not: this.#one() };
      if (!this.#takeSign("(")) return this.#comparison();
      const inner = this.#any();
      if (!this.#takeSign(")")) throw this.#wrong('"and", "or" or ")"');
      return inner;
    };
    const expression = read();
    this.#depth -= 1;
    return expression;
  }

  #comparison(): Expression {
    const column = this.#name();
    const sign = COMPARISONS.find((one) => this.#takeSign(one));
    if (sign !== undefined) return { column, is: sign, value: this.#value() };
    if (this.#takeWord("is")) return this.#presence(column);
    const negated = this.#takeWord("not");
    const comparison = this.#many(column);
    return negated ? { not: comparison } : comparison;
  }

  #presence(column: string): Comparison {
    const negated = this.#takeWord("not");
    const isMissing = this.#takeWord("missing");
    if (!isMissing && !this.#takeWord("present"))
      throw this.#wrong('"missing" or "present"', 'Values are compared with "=".');
    return { column, is: isMissing !== negated ? "missing" : "present" };
  }

  #many(column: string): Comparison {
    if (this.#takeWord("between")) {
      const low = this.#value();
      if (!this.#takeWord("and")) throw this.#wrong('"and" and the upper end');
      return { column, is: "between", values: [low, this.#value()] };
    }
    if (!this.#takeWord("in"))
      throw this.#wrong(`${COMPARISONS.join(" ")}, "between", "in" or "is" after the column "${column}"`);
    if (!this.#takeSign("(")) throw this.#wrong('"(" and values');
    const values = [this.#value()];
    while (this.#takeSign(",")) values.push(this.#value());
    if (!this.#takeSign(")")) throw this.#wrong('"," or ")"');
    return { column, is: "in", values };
  }

  #name(): string {
    const token = this.#peek();
    if (!this.#isName(token)) {
      const hint = token.kind === "number" ? "A comparison begins with a column." : undefined;
      throw this.#wrong("the name of a column", token.kind === "word" ? quoteHint(token.text) : hint);
    }
    this.#next += 1;
    return token.text;
  }

  #value(): Amount {
    const token = this.#peek();
    if (!this.#isValue(token)) {
      const hint = token.kind === "sign" ? `Signs are ${COMPARISONS.join(" ")}.` : undefined;
      throw this.#wrong("a value", token.kind === "word" ? quoteHint(token.text) : hint);
    }
    this.#next += 1;
    // "6.50" and "007" stay as they are: numbers that would be written in another way may be names of categories, or more
    // exact than a number can be.
    return token.kind === "number" && formatNumber(Number(token.text)) === token.text
      ? Number(token.text)
      : token.text;
  }

  #isName({ kind, text }: Token): boolean {
    return kind === "quoted" || (kind === "word" && !isReserved(text));
  }

  #isValue(token: Token): boolean {
    return token.kind === "number" || this.#isName(token);
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
  }

  #isWord(word: ReservedWord): boolean {
    const { kind, text } = this.#peek();
    return kind === "word" && text.toLowerCase() === word;
  }

  #takeWord(word: ReservedWord): boolean {
    const is = this.#isWord(word);
    if (is) this.#next += 1;
    return is;
  }

  #isSign(sign: string): boolean {
    const { kind, text } = this.#peek();
    return kind === "sign" && text === sign;
  }

  #takeSign(sign: string): boolean {
    const is = this.#isSign(sign);
    if (is) this.#next += 1;
    return is;
  }

  #wrong(expected: string, hint?: string, { at }: Token = this.#peek()) {
    return notUnderstood(this.#text, at, expected, hint);
  }
}

function quoteHint(word: string): string {
  return `"${word}" is a word of the language; put it in quotes if it is a name or a value.`;
}
