// SPDX-License-Identifier: GPL-3.0-or-later
import { type Log, Sealer, type SendReport, VitalproofError } from "@vitalproof/sdk";
import type { Bell } from "../../operate/bell.ts";
import type { Duty } from "../../operate/loop.ts";
import type { GatewayAttester, KnownLog } from "./logs.ts";
import { type OpenLog, Stale } from "./openLogs.ts";
import { isTemporary, type Parts, reportLog } from "./parts.ts";
import { codeOf } from "./troubles.ts";

/** Codes of an attester that does not answer, whatever it is asked. */
const SILENT = ["SERVICE_UNREACHABLE", "TOO_MANY_REQUESTS"];
/** The attester has another head for an epoch. */
const OTHER_HEAD = ["LOG_DIVERGED", "INTAKE_EPOCH_TAKEN", "INTAKE_NOT_EXTENDING"];

/** Sends heads without a receipt, keeps receipts, and follows gaps. Whatever is sent was written before. */
export class SendDuty implements Duty {
  readonly name: string;
  readonly every: number;
  readonly bell?: Bell;
  readonly #parts: Parts;
  readonly #urgent: boolean;

  /** @param urgent sends of urgent logs alone, else of all others */
  constructor(parts: Parts, urgent = false) {
    this.name = urgent ? "urgent-sending" : "sending";
    this.#parts = parts;
    this.#urgent = urgent;
    this.every = parts.times.look;
    if (urgent) this.bell = parts.sending;
  }

  /** @throws what an attester that does not answer gives, after all others were asked */
  async act(signal: AbortSignal): Promise<boolean> {
    const silent = new Map<GatewayAttester, unknown>();
    let more = false;
    for (const known of await this.#due()) {
      if (signal.aborted) return false;
      if (silent.has(known.attester)) continue;
      const fault = await this.#try(known, signal);
      if (fault instanceof Stale) more = true;
      else if (fault !== undefined) silent.set(known.attester, fault);
    }
    for (const fault of silent.values()) throw fault;
    return more;
  }

  async #due(): Promise<KnownLog[]> {
    const { database, directory, troubles } = this.#parts;
    const rows = await database.reads
      .selectFrom("gateway_log")
      .select("log")
      .where("unsent", ">", 0)
      .where("stopped", "is", null)
      .orderBy("log")
      .execute();
    return rows.flatMap(({ log }) => {
      const known = directory.get(log);
      if (known === undefined || (known.urgent === true) !== this.#urgent) return [];
      return troubles.rests(log, "send") ? [] : [known];
    });
  }

  /** @returns a fault that is the attester's, or Stale */
  async #try(known: KnownLog, signal: AbortSignal): Promise<unknown> {
    const { troubles, logs, report } = this.#parts;
    try {
      await logs.use(known, (open) => this.#send(open, signal));
      troubles.settle(known.name, "send");
      return undefined;
    } catch (error) {
      if (error instanceof Stale) return error;
      if (isTemporary(error)) throw error;
      if (isSilent(error)) return error;
      this.#compareClocks(error);
      troubles.note(known.name, "send", error);
      reportLog(report, "sending-failed", known, error);
      return undefined;
    }
  }

  async #send(open: OpenLog, signal: AbortSignal): Promise<void> {
    const { known, log } = open;
    const { logs, clock } = this.#parts;
    const { services, trust } = known.attester;
    const sealer = new Sealer(log, known.signer, trust);
    const receiver = {
      submitHead: async (head: Parameters<typeof services.submitHead>[0]) => {
        // What was sealed anew after a gap, and the receipts so far: a head whose salt were lost could never be proven.
        await logs.flush(open);
        signal.throwIfAborted();
        return services.submitHead(head);
      },
    };
    let sent: SendReport;
    try {
      sent = await sealer.send(receiver, Math.floor(clock.latest()));
    } catch (error) {
      // What was accepted before the fault is kept.
      await logs.flush(open);
      if (!isOtherHead(error)) throw error;
      return await this.#stop(open, error);
    } finally {
      this.#parts.noteOpening(known.name, log.opening.firstEpoch, log.nextEpoch);
    }
    await logs.flush(open);
    this.#tell(known, log, sent);
  }

  #tell({ name }: KnownLog, log: Log, { gaps, receipts }: SendReport): void {
    const { report } = this.#parts;
    for (const epoch of gaps) report({ level: "error", event: "epoch-gap", log: name, epoch });
    if (receipts.length === 0) return;
    report({ level: "info", event: "heads-accepted", log: name, epoch: log.nextEpoch - 1 });
    for (const told of this.#parts.receipts) told();
  }

  /**
   * Another gateway seals this log, or one did whose store is lost. Nothing that this one seals can be accepted.
   * @throws Stale where it was another process on this store, which has written before it sent
   */
  async #stop(open: OpenLog, error: unknown): Promise<void> {
    const { logs, clock, report } = this.#parts;
    const code = codeOf(error);
    await logs.stop(open, code, Math.floor(clock.latest()));
    report({ level: "error", event: "log-stopped", log: open.known.name, code });
  }

  #compareClocks(error: unknown): void {
    if (!(error instanceof VitalproofError) || error.code !== "INTAKE_TOO_EARLY") return;
    const { now } = error.details;
    if (typeof now === "number") this.#parts.clock.contradict(now);
  }
}

function isSilent(error: unknown): boolean {
  return !(error instanceof VitalproofError) || SILENT.includes(error.code);
}

function isOtherHead(error: unknown): boolean {
  if (!(error instanceof VitalproofError) || !OTHER_HEAD.includes(error.code)) return false;
  // The two clocks differ; the heads may agree.
  return error.details.now === undefined;
}
