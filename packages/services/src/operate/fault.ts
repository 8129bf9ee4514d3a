// SPDX-License-Identifier: GPL-3.0-or-later

/** What a log says of an error: where it happened, and nothing of what it says. */
export type Fault = {
  readonly name: string;
  readonly code?: string;
  /** Functions, files and lines, the innermost first. */
  readonly at: readonly string[];
  readonly cause?: Fault;
};

const MOST_FRAMES = 20;
const MOST_CAUSES = 4;
const FRAME = /^ {4}at (?:[\w$.#<>[\] ]{1,200} \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s()]{1,500}:\d+:\d+\)?$/;

/**
 * An error without its words. A library's message may quote what it was given: a reading, a key, a token. So nothing of
 * it is written down, also not of its causes; places in the code and stable codes have to do.
 */
export function faultOf(error: unknown, depth = 0): Fault {
  if (!(error instanceof Error)) return { name: `thrown ${typeof error}`, at: [] };
  const { code } = error as { code?: unknown };
  const { cause } = error;
  return {
    name: /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "Error",
    ...(typeof code === "string" && /^[A-Z][A-Z_]{1,60}$/.test(code) ? { code } : {}),
    at: framesOf(error),
    ...(cause === undefined || depth >= MOST_CAUSES ? {} : { cause: faultOf(cause, depth + 1) }),
  };
}

/** The frames below an error's message, which may itself have lines that look like frames. */
function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== "string") return [];
  const at = message === "" ? -1 : stack.indexOf(message);
  // A message that was changed after the stack was written cannot be cut off. Then nothing of it is shown.
  if (at < 0 && !/^\w*\n {4}at /.test(stack)) return [];
  return stack
    .slice(at < 0 ? 0 : at + message.length)
    .split("\n")
    .filter((line) => FRAME.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.slice("    at ".length));
}
