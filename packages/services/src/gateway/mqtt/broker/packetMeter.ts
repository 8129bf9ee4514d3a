// SPDX-License-Identifier: GPL-3.0-or-later

/** Follows the packets in a stream of MQTT by their fixed headers (3.1.1: 2.2), without keeping them. */
export class PacketMeter {
  readonly #most: number;
  /** Bytes of the packet's body that are still to come. */
  #rest = 0;
  /** Bytes of the fixed header read so far; 0 between packets. */
  #header = 0;
  #length = 0;

  /** @param most bytes that a packet may have after its fixed header */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the next bytes belong to packets that are short enough. A length of more than four bytes is not one of MQTT. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, chunk.length - at);
        this.#rest -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at]!;
      at += 1;
      if (this.#header > 0) {
        this.#length += (byte & 0x7f) * 128 ** (this.#header - 1);
        const more = (byte & 0x80) !== 0;
        if (this.#length > this.#most || (more && this.#header === 4)) return false;
        if (!more) {
          this.#rest = this.#length;
          this.#length = 0;
          this.#header = 0;
          continue;
        }
      }
      this.#header += 1;
    }
    return true;
  }
}
