// SPDX-License-Identifier: GPL-3.0-or-later
import { answerOf } from "./answers.ts";
import { Node, type NodeConnection } from "./node.ts";
import { SENDER_LIMITS } from "./scope.ts";

/** The node's last `finalized` block; undefined where it has no such block. @throws what the node throws otherwise */
export async function finalizedOf(node: Node): Promise<number | undefined> {
  const found = await node.block("finalized").catch((error: unknown) => {
    // A node without the tag refuses the request. Any other failure says nothing about it.
    if (answerOf(error).answer === "refused") return undefined;
    throw error;
  });
  return found?.number;
}

/**
 * Which blocks are final, for one process. Confirmations count only where no node ever had a `finalized` block: one that
 * does not say for a moment must not make anything final early.
 */
export class Finality {
  readonly #node: Node;
  readonly #confirmations: number;
  #hasFinalized = false;

  constructor(connection: NodeConnection, confirmations = SENDER_LIMITS.confirmations) {
    this.#node = new Node(connection, SENDER_LIMITS.timeout);
    this.#confirmations = confirmations;
  }

  /** The last final block; undefined before the first one, and when the node does not say. @throws what the node throws */
  async block(): Promise<number | undefined> {
    const finalized = await finalizedOf(this.#node);
    if (finalized !== undefined) {
      this.#hasFinalized = true;
      return finalized;
    }
    if (this.#hasFinalized) return undefined;
    const latest = await this.#node.block("latest");
    const last = (latest?.number ?? -1) - this.#confirmations;
    return last < 0 ? undefined : last;
  }
}

/** `finalizedOf` any connection to a node. @throws what the node throws otherwise; CHAIN_UNREACHABLE */
export function finalizedBlock(connection: NodeConnection): Promise<number | undefined> {
  return finalizedOf(new Node(connection, SENDER_LIMITS.timeout));
}
