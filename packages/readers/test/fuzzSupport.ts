// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Chance that is the same on every run (mulberry32), and changes of bytes by it.
 * @param seed any text
 */
export function random(seed: string) {
  let state = [...seed].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);

  const changes: readonly ((bytes: number[]) => void)[] = [
    // Flips a bit.
    (bytes) => {
      const at = below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    },
    // Cuts the end off.
    (bytes) => {
      bytes.length = below(bytes.length + 1);
    },
    // Takes a piece out.
    (bytes) => {
      bytes.splice(below(bytes.length + 1), below(20));
    },
    // Tells a piece twice.
    (bytes) => {
      const at = below(bytes.length);
      bytes.splice(at, 0, ...bytes.slice(at, at + below(60)));
    },
    // Puts in bytes of any kind, or those that mean something in texts.
    (bytes) => {
      const meaning = [..."\"'<>&;,[]{}:\n\r\t\\-+.eE019 "].map((char) => char.charCodeAt(0));
      const any = Array.from({ length: 1 + below(4) }, () =>
        next() < 0.5 ? below(256) : meaning[below(meaning.length)]!,
      );
      bytes.splice(below(bytes.length + 1), 0, ...any);
    },
  ];

  /** One to three changes. */
  const mutate = (original: Uint8Array): Uint8Array => {
    const bytes = [...original];
    const times = 1 + below(3);
    for (let i = 0; i < times; i++) changes[below(changes.length)]!(bytes);
    return Uint8Array.from(bytes);
  };
  return { below, mutate };
}
