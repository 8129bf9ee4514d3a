// SPDX-License-Identifier: GPL-3.0-or-later
//
// Command line values that several scripts take. Errors say what was given and how to write it.

/** A moment with its zone, such as 2026-03-01T00:00Z. @throws Error for anything else */
export function momentOf(option: string, text: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw new Error(`${option} is ${text}; write it like 2026-03-01T00:00Z.`);
  return moment;
}

/** A TCP port; 0 means any free one. @throws Error for anything else */
export function portOf(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${option} is ${text}; it must be 0 to 65535.`);
  return Number(text);
}

/** What to say when a server cannot listen on the port that was asked for; undefined for another error. */
export function cannotListen(port: number, error: unknown): string | undefined {
  const { cause = error } = error as { cause?: unknown };
  const { code, syscall } = cause as NodeJS.ErrnoException;
  return syscall === "listen" ? `Nothing can listen on port ${port} (${code}). Try --port 0.` : undefined;
}
