// SPDX-License-Identifier: GPL-3.0-or-later
import type { Sender } from "../chain/index.ts";
import type { Installation } from "./installation.ts";
import type { Logger } from "./logger.ts";
import type { Duty } from "./loop.ts";

/** Milliseconds between two looks at the chain. */
const SEND = 3_000;

/** The duty that sends what is wanted from one account. */
export function sending(name: string, sender: Sender, on: Installation, log: Logger): Duty {
  return {
    name,
    every: on.every(SEND),
    async act() {
      const { problem } = await sender.advance();
      if (problem !== undefined) log.warn({ problem: problem.kind }, "transactions wait");
      return false;
    },
  };
}
