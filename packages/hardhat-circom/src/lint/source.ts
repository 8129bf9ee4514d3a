// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads Circom as far as the lint needs: templates, their declarations, and
// statements with what they assign, constrain and mention.

export interface Template {
  readonly name: string;
  readonly line: number;
  readonly parameters: readonly string[];
  readonly statements: readonly Statement[];
}

/** One statement, without `for` and `if` around it. */
export interface Statement {
  readonly line: number;
  readonly text: string;
}

/** Blanks comments out, keeping line numbers; strings (include paths, logs) are left alone. */
export function withoutComments(text: string): string {
  return text.replace(/"[^"\n]*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('"') ? match : match.replace(/[^\n]/g, " "),
  );
}

/** Templates of a source file, in order. */
export function templatesOf(source: string): Template[] {
  const text = withoutComments(source);
  const templates: Template[] = [];
  for (const match of text.matchAll(/\btemplate\s+(?:custom\s+|parallel\s+)?(\w+)\s*\(([^)]*)\)[^{]*\{/g)) {
    const start = match.index + match[0].length;
    templates.push({
      name: match[1]!,
      line: lineAt(text, match.index),
      parameters: match[2]!.split(",").map((parameter) => parameter.trim()),
      statements: statementsOf(text, start, closing(text, start - 1, "{", "}")),
    });
  }
  return templates;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

/** Where the bracket that opens at `at` closes. */
export function closing(text: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i;
  }
  return text.length;
}

function statementsOf(text: string, from: number, to: number): Statement[] {
  const statements: Statement[] = [];
  const end = (start: number, at: number) => {
    const raw = text.slice(start, at);
    const statement = raw.trim();
    const first = start + raw.length - raw.trimStart().length;
    if (statement !== "")
      statements.push({ line: lineAt(text, first), text: statement.replace(/\s+/g, " ") });
  };
  let start = from;
  let depth = 0;
  for (let at = from; at < to; at++) {
    const header = depth === 0 ? /^(?:for|while|if)\s*\(/.exec(text.slice(at, at + 40)) : null;
    if (header !== null && !/[\w$]/.test(text[at - 1] ?? " ")) {
      // What a loop or a condition says decides which statements there are. It is not a statement.
      at = closing(text, at + header[0].length - 1, "(", ")");
      start = at + 1;
      continue;
    }
    const sign = text[at]!;
    if ("([".includes(sign)) depth++;
    else if (")]".includes(sign)) depth--;
    else if (sign === "{" && /^\s*signal(?:\s+(?:input|output))?\s*$/.test(text.slice(start, at))) {
      at = closing(text, at, "{", "}"); // tags
    } else if (depth === 0 && ";{}".includes(sign)) {
      end(start, at);
      start = at + 1;
    } else if (depth === 0 && /^else\b/.test(text.slice(at, at + 5)) && !/[\w$]/.test(text[at - 1] ?? " ")) {
      at += 3;
      start = at + 1;
    }
  }
  end(start, to);
  return statements;
}

/** Names in an expression, dotted ones whole, without indices: `slots[e][i].code` is `slots.code`. */
export function namesIn(expression: string): string[] {
  const flat = withoutIndices(expression.replace(/"[^"]*"/g, ""));
  return [...flat.matchAll(/[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/g)].map(([name]) => name);
}

/** Indices and array sizes are taken out; lists such as `[a, b]` are not, since they follow no name. */
export function withoutIndices(expression: string): string {
  let result = "";
  for (let at = 0; at < expression.length; at++) {
    if (expression[at] === "[" && /[\w$\])]$/.test(result.trimEnd())) {
      at = closing(expression, at, "[", "]");
      continue;
    }
    result += expression[at];
  }
  return result;
}

export interface Call {
  readonly template: string;
  /** Of an anonymous component: what its inputs are given. */
  readonly inputs: string;
}

/** Anonymous components in an expression: `LessThan(8)([a, b])`. */
export function anonymousComponents(expression: string): Call[] {
  const calls: Call[] = [];
  for (const match of expression.matchAll(/(?:\bparallel\s+)?\b([A-Za-z_$][\w$]*)\s*\(/g)) {
    const open = match.index + match[0].length - 1;
    const close = closing(expression, open, "(", ")");
    const rest = /^\s*\(/.exec(expression.slice(close + 1));
    if (rest === null) continue;
    const start = close + 1 + rest[0].length;
    calls.push({
      template: match[1]!,
      inputs: expression.slice(start, closing(expression, start - 1, "(", ")")),
    });
  }
  return calls;
}
