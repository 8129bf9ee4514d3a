// SPDX-License-Identifier: GPL-3.0-or-later

/** What a service needs in order to work, by name. A check throws while it is missing. Names are shown to everyone. */
export type Checks = Readonly<Record<string, () => unknown>>;

/** Milliseconds that a check may take. */
const PATIENCE = 5_000;
/** Milliseconds for which an answer holds: everyone may ask, and checks cost something. */
const KEPT = 1_000;

/**
 * Asks all checks, at most once a second however often it is called.
 * @returns the names of those that fail
 */
export function readiness(checks: Checks, now: () => number = Date.now): () => Promise<string[]> {
  let last: { at: number; failing: Promise<string[]> } | undefined;
  return () => {
    if (last === undefined || now() - last.at >= KEPT) last = { at: now(), failing: failing(checks) };
    return last.failing;
  };
}

async function failing(checks: Checks): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => ((await holds(check)) ? [] : [name])),
  );
  return names.flat();
}

async function holds(check: () => unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, false);
  });
  const result = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    );
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
