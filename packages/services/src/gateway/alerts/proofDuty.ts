// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, randomUUID } from "node:crypto";
import type { Bell } from "../../operate/bell.ts";
import type { Duty } from "../../operate/loop.ts";
import { codeOf } from "../core/troubles.ts";
import { type AlertParts, requestOf } from "./parts.ts";
import { readAlertPeriod } from "./period.ts";
import { checkPresentation, makePresentation } from "./presentation.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertRow } from "./rows.ts";

/** Milliseconds for which a process has a row that it proves, and after which it says that it still does. */
const LEASE = 20_000;
const RENEWAL = 5_000;
const AT_ONCE = 20;

/** Proves what holds, one alert after the other, the latest first. Each slot of the prover has such a duty. */
export class ProofDuty implements Duty {
  readonly name: string;
  readonly every: number;
  readonly bell: Bell;
  readonly #parts: AlertParts;
  readonly #worker = randomUUID();

  /** @param slot from 0 */
  constructor(parts: AlertParts, slot: number) {
    this.name = slot === 0 ? "alert-proofs" : `alert-proofs-${slot + 1}`;
    this.#parts = parts;
    this.every = parts.look;
    this.bell = parts.bells.prove[slot]!;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const { rows, requests } = this.#parts;
    const now = await this.#parts.now();
    if (now === undefined) return false;
    for (const row of await rows.due("proving", requests, now, "latest", AT_ONCE)) {
      const request = requestOf(this.#parts, row);
      const taken = request && (await rows.take(row, this.#worker, now + LEASE));
      if (request === undefined || taken === undefined) continue;
      await this.#prove(taken, request, now, signal);
      return true;
    }
    return false;
  }

  async #prove(row: AlertRow, request: KnownRequest, now: number, signal: AbortSignal): Promise<void> {
    const { rows, report } = this.#parts;
    // A lease that could not be renewed costs a second proof, of which one counts.
    const renewal = setInterval(() => void this.#renew(row).catch(() => undefined), RENEWAL);
    try {
      const period = await readAlertPeriod(this.#parts, row, request);
      const text = await makePresentation(this.#parts, request, period, { now: now / 1000, signal });
      const proven_at = (await this.#parts.now()) ?? now;
      await checkPresentation(this.#parts, request, text, proven_at / 1000);
      const verified_at = (await this.#parts.now()) ?? proven_at;
      await this.#keep(row, text, { proven_at, verified_at });
    } catch (error) {
      const reason = codeOf(error);
      if (signal.aborted) await rows.finish(row, { next_at: 0 });
      else if (reason === "STATEMENT_NOT_MET") await rows.finish(row, { state: "unmet", reason });
      else if (reason === "PERSON_ERASED") await rows.finish(row, { state: "refused", reason });
      else {
        const pause = await rows.failed(row, reason, (await this.#parts.now()) ?? now);
        report({ level: "error", event: "alert-not-proven", log: row.log, code: reason, pause });
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** From here on these bytes are the answer: a second proof would be another delivery. */
  async #keep(
    row: AlertRow,
    text: string,
    times: { readonly proven_at: number; readonly verified_at: number },
  ): Promise<void> {
    const { rows, bells, onVerified } = this.#parts;
    const delivery = createHash("sha256").update(text).digest("hex");
    const kept = await rows.finish(
      row,
      { state: "proven", reason: "", tries: 0, next_at: 0, delivery, ...times },
      async (queries) => ({ sealed: await rows.seal(queries, row, text) }),
    );
    if (!kept) return;
    for (const bell of bells.deliver) bell.ring();
    const { message_at, received_at } = row;
    const since = message_at === null ? undefined : times.verified_at - message_at;
    onVerified(since, times.verified_at - (received_at ?? times.verified_at));
  }

  async #renew(row: AlertRow): Promise<void> {
    const now = await this.#parts.now();
    if (now !== undefined) await this.#parts.rows.keep(row, now + LEASE);
  }
}
