// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import type { Bell } from "../../operate/bell.ts";
import type { Duty } from "../../operate/loop.ts";
import { codeOf } from "../core/troubles.ts";
import { DELIVERY_TIME, type Deliver } from "./deliver.ts";
import { type AlertParts, requestOf } from "./parts.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertRow } from "./rows.ts";

/** Milliseconds for which a process has a row that it delivers. */
const LEASE = 2 * DELIVERY_TIME;
const AT_ONCE = 50;

/** Delivers to one receiver, so that one which is down keeps no other waiting. What expires first goes first. */
export class DeliveryDuty implements Duty {
  readonly name: string;
  readonly every: number;
  readonly bell: Bell;
  readonly #parts: AlertParts;
  readonly #requests: readonly KnownRequest[];
  readonly #deliver: Deliver;
  readonly #worker = randomUUID();

  /** @param receiver number of the receiver, from 0 @param requests those whose answers go there */
  constructor(parts: AlertParts, receiver: number, requests: readonly KnownRequest[], deliver: Deliver) {
    this.name = receiver === 0 ? "alert-delivery" : `alert-delivery-${receiver + 1}`;
    this.#parts = parts;
    this.every = parts.look;
    this.bell = parts.bells.deliver[receiver]!;
    this.#requests = requests;
    this.#deliver = deliver;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const { rows } = this.#parts;
    const now = await this.#parts.now();
    if (now === undefined) return false;
    const due = await rows.due("proven", this.#requests, now, "oldest", AT_ONCE);
    for (const row of due) {
      if (signal.aborted) return false;
      const request = requestOf(this.#parts, row);
      if (request === undefined || !this.#requests.includes(request)) continue;
      const taken = await rows.take(row, this.#worker, now + LEASE);
      // The rest waits as well where the receiver does not answer.
      if (taken !== undefined && !(await this.#send(taken, signal))) return false;
    }
    return due.length === AT_ONCE;
  }

  /** @returns whether the receiver answers */
  async #send(row: AlertRow, signal: AbortSignal): Promise<boolean> {
    const { rows, report } = this.#parts;
    let answers = true;
    try {
      await this.#deliver(row.delivery ?? "", await rows.text(row), signal);
      const delivered_at = await this.#now(row);
      await rows.finish(row, { state: "delivered", reason: "", sealed: null, delivered_at });
    } catch (error) {
      if (signal.aborted) {
        await rows.finish(row, { next_at: 0 });
        return false;
      }
      const reason = codeOf(error);
      if (reason === "PERSON_ERASED") return answers;
      answers = reason === "NOT_ALLOWED";
      const pause = await rows.failed(row, reason, await this.#now(row));
      report({ level: "warn", event: "alert-not-delivered", code: reason, pause });
    }
    return answers;
  }

  async #now({ verified_at }: AlertRow): Promise<number> {
    return (await this.#parts.now()) ?? verified_at ?? 0;
  }
}
