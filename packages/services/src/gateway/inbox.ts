// SPDX-License-Identifier: GPL-3.0-or-later

/** One message as it came, before anything looks into it. */
export type Message = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Unix milliseconds at which it came. */
  readonly receivedAt: number;
  /** Whether a broker had kept it, so that it may be old and may have come before. */
  readonly retained: boolean;
};

/** Where messages go first. */
export type Inbox = {
  /**
   * Resolves once the message is on disk, and only then is its sender told. Where it rejects, the message comes again. Many
   * calls run at once, so that they can be written together. A message may come more than once.
   */
  put(message: Message): Promise<void>;
};
