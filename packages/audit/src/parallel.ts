// SPDX-License-Identifier: GPL-3.0-or-later

/** Requests to a node that are under way at the same time. */
const LIMIT = 8;

/** Acts on every item, some at a time, and returns the results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<R>,
  onDone?: (done: number, total: number) => void,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) {
      results[i] = await act(items[i]!, i);
      onDone?.(++done, items.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LIMIT, items.length) }, worker));
  return results;
}
