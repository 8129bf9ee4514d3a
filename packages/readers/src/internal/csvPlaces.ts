// SPDX-License-Identifier: GPL-3.0-or-later
import type { Place } from "./notUnderstood.ts";

/** The places at which the cells of one record begin, and after them the place at which the record ends. */
type Places = { readonly starts: Place[]; readonly end: Place };

/**
 * Walks through a block once more, for errors only: where each record's cells begin.
 * @yields records as the parser counts them, without empty lines; where a quote does not fit, its place ends the walk
 */
function* walk(text: string, delimiter: string, firstLine: number): Generator<Places, Place | undefined> {
  let line = firstLine;
  let lineStart = 0;
  let at = 0;
  const here = (index: number): Place => ({ line, column: index - lineStart + 1 });
  const breakAt = (index: number): number =>
    text[index] === "\r" && text[index + 1] === "\n"
      ? 2
      : text[index] === "\r" || text[index] === "\n"
        ? 1
        : 0;
  let starts = [here(0)];
  let recordStart = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      if (here(at).column !== starts.at(-1)!.column || line !== starts.at(-1)!.line) return here(at);
      const opening = here(at);
      for (at += 1; ; at++) {
        if (at >= text.length) return opening;
        const width = breakAt(at);
        if (width > 0) {
          at += width - 1;
          line += 1;
          lineStart = at + 1;
        } else if (text[at] === '"') {
          if (text[at + 1] !== '"') break;
          at += 1;
        }
      }
      at += 1;
      if (at < text.length && text[at] !== delimiter && breakAt(at) === 0) return here(at);
      continue;
    }
    const width = breakAt(at);
    if (width > 0) {
      if (at > recordStart) yield { starts, end: here(at) };
      at += width;
      line += 1;
      lineStart = at;
      recordStart = at;
      starts = [here(at)];
      continue;
    }
    if (text[at] === delimiter) starts.push(here(at + 1));
    at += 1;
  }
  if (at > recordStart) yield { starts, end: here(at) };
  return undefined;
}

/** Where a cell of a block's record begins. */
export function placeOf(
  text: string,
  delimiter: string,
  line: number,
  record: number,
  cell: number,
): Place | undefined {
  let i = 0;
  for (const places of walk(text, delimiter, line)) {
    if (i === record) return places.starts[cell] ?? places.end;
    i += 1;
  }
  return undefined;
}

/** Where a block's first quote is that does not fit. */
export function faultOf(text: string, delimiter: string, line: number): Place | undefined {
  const records = walk(text, delimiter, line);
  for (;;) {
    const step = records.next();
    if (step.done === true) return step.value;
  }
}
