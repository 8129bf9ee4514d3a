// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Does `act` with the numbers from `from` up to `until`, which is not one of them, `most` at a time: as requests of many
 * clients arrive.
 */
export async function inFlight(
  most: number,
  from: number,
  until: number,
  act: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = from;
  const one = async () => {
    for (let i = next++; i < until; i = next++) await act(i);
  };
  await Promise.all(Array.from({ length: most }, one));
}
