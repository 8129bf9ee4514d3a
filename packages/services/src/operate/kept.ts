// SPDX-License-Identifier: GPL-3.0-or-later

/** Makes a value at most once in so many milliseconds, however often it is asked for. A fault is not kept. */
export function kept<T>(milliseconds: number, make: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= milliseconds) {
      const value = make();
      last = { at: now, value };
      value.catch(() => {
        if (last?.value === value) last = undefined;
      });
    }
    return last.value;
  };
}
