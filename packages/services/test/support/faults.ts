// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from "node:timers/promises";
import { toQuantity } from "ethers";
import { type Fault, rpcError } from "./testChain.ts";

/**
 * A node that drops, repeats, delays, forgets and lies, in every fifth answer.
 * @param longest milliseconds of a delay
 */
export function faults(random: (below: number) => number, longest = 100): Fault {
  return async (method, params, pass) => {
    if (random(5) !== 0) return pass();
    switch (random(6)) {
      case 0:
        throw new Error("cut before");
      case 1:
        await pass().catch(() => undefined);
        throw new Error("cut after");
      case 2:
        await setTimeout(random(longest));
        return pass();
      case 3:
        if (method === "eth_sendRawTransaction") await pass().catch(() => undefined);
        return pass();
      default:
        return lie(method, params, pass, random);
    }
  };
}

async function lie(
  method: string,
  _params: unknown[],
  pass: () => Promise<unknown>,
  random: (below: number) => number,
) {
  const answer = await (method === "eth_sendRawTransaction" ? undefined : pass());
  switch (method) {
    case "eth_sendRawTransaction":
      switch (random(5)) {
        case 0:
          return `0x${"00".repeat(32)}`;
        case 1:
          throw rpcError("already known");
        case 2:
          throw rpcError("nonce too low");
        case 3:
          throw rpcError("replacement transaction underpriced");
        default:
          throw rpcError("unknown");
      }
    case "eth_getTransactionReceipt":
    case "eth_getBlockByNumber":
      return null;
    case "eth_getTransactionCount":
      return toQuantity(Math.max(0, Number(answer) - 2 + random(4)));
    default:
      return answer;
  }
}
