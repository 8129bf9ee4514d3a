// SPDX-License-Identifier: GPL-3.0-or-later
import type { Prover } from "@vitalproof/sdk";
import { Bell } from "../../operate/bell.ts";
import type { Duty } from "../../operate/loop.ts";
import type { ProvingCircuits } from "../../proving/circuits.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import { deliverTo, receiverOf } from "./deliver.ts";
import { DeliveryDuty } from "./deliveryDuty.ts";
import type { AlertParts } from "./parts.ts";
import { ProofDuty } from "./proofDuty.ts";
import { type AlertLog, type KnownRequest, readRequests } from "./requests.ts";
import { AlertRows } from "./rows.ts";
import type { AlertSettings } from "./settings.ts";
import { type AlertStatus, alertProblems, requestStatus } from "./status.ts";
import { WatchDuty } from "./watchDuty.ts";

export type AlertLaneOptions = {
  /** The gateway's, with its tables. */
  readonly database: Database;
  /** Of the same database. */
  readonly personKeys: PersonKeys;
  readonly settings: AlertSettings;
  /** All that are configured. The gateway seals those of alerts early (`withAlerts`). */
  readonly logs: readonly AlertLog[];
  readonly circuits: ProvingCircuits;
  /** For alerts alone: what else waits for it comes first or last as it likes. Its processes keep circuits loaded. */
  readonly prover: Prover;
  /** Proofs that are made at once; 1 when left out. Not more than the prover makes. */
  readonly slots?: number;
  /** The identity secret of a configured person. @throws PERSON_KEY_MISSING, PERSON_ERASED */
  readonly secretOf: (person: string) => Promise<bigint>;
  /** Unix seconds with fractions, once the clock is believed: `Gateway.time`. */
  readonly time: () => Promise<number | undefined>;
  readonly report?: Report;
  /** Milliseconds between two looks while nothing is due; 5,000 when left out. */
  readonly look?: number;
  readonly fetch?: typeof globalThis.fetch;
};

type Verified = AlertParts["onVerified"];

/**
 * Answers verifiers' requests unattended: what is sealed and has its receipt is decided, proven, verified and delivered. Everything
 * follows from the store, so a crash costs one step, and several processes share the work. It has no timers: its duties are
 * for the gateway's `Loop`.
 */
export class AlertLane {
  readonly #parts: AlertParts;
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #listeners: Set<Verified>;
  readonly #development: ReadonlyMap<KnownRequest, boolean>;

  private constructor(
    parts: AlertParts,
    fetch: typeof globalThis.fetch | undefined,
    listeners: Set<Verified>,
    development: ReadonlyMap<KnownRequest, boolean>,
  ) {
    this.#parts = parts;
    this.#fetch = fetch;
    this.#listeners = listeners;
    this.#development = development;
  }

  /**
   * Reads the requests and checks their circuits. Start the gateway first: it makes the logs' rows.
   * @throws what `readRequests` throws; ARTIFACT_MISSING, ARTIFACT_MISMATCH
   */
  static async start(options: AlertLaneOptions): Promise<AlertLane> {
    const { database, personKeys, settings, logs, circuits, prover, secretOf, time } = options;
    const { slots = 1, report = () => undefined, look = 5_000 } = options;
    const requests = await readRequests(settings, logs);
    const development = new Map<KnownRequest, boolean>();
    for (const known of requests) {
      let isDevelopment = false;
      for (const { circuit } of known.request.statements)
        if ((await circuits(circuit)).artifacts.keyKind === "development") isDevelopment = true;
      development.set(known, isDevelopment);
    }
    const listeners = new Set<Verified>();
    const receivers = new Set(requests.map(({ to }) => receiverOf(to)));
    const parts: AlertParts = {
      database,
      personKeys,
      requests,
      rows: new AlertRows(database, personKeys),
      circuits,
      prover,
      secretOf,
      now: async () => {
        const now = await time();
        return now === undefined ? undefined : Math.round(1000 * now);
      },
      report,
      look,
      bells: {
        decide: new Bell(),
        prove: Array.from({ length: slots }, () => new Bell()),
        deliver: [...receivers].map(() => new Bell()),
      },
      onVerified: (...times) => {
        for (const listener of listeners) listener(...times);
      },
    };
    return new AlertLane(parts, options.fetch, listeners, development);
  }

  /** For the gateway's `Loop`: one that decides, one for each slot that proves, one for each receiver. None without requests. */
  get duties(): readonly Duty[] {
    const parts = this.#parts;
    if (parts.requests.length === 0) return [];
    const receivers = new Map<string, KnownRequest[]>();
    for (const request of parts.requests) {
      const receiver = receiverOf(request.to);
      receivers.set(receiver, [...(receivers.get(receiver) ?? []), request]);
    }
    return [
      new WatchDuty(parts),
      ...parts.bells.prove.map((_, slot) => new ProofDuty(parts, slot)),
      ...[...receivers.values()].map(
        (requests, i) => new DeliveryDuty(parts, i, requests, deliverTo(requests[0]!.to, this.#fetch)),
      ),
    ];
  }

  /** A receipt may have come: for `Gateway.onReceipts`. Without it the next look finds it. */
  readonly nudge = (): void => this.#parts.bells.decide.ring();

  /** Tells of each alert that this process verified: milliseconds from its last message, where that is known, and from its receipt. */
  onVerified(listener: Verified): void {
    this.#listeners.add(listener);
  }

  /** How every request is doing, as it is at one moment. */
  status(): Promise<AlertStatus> {
    return this.#parts.database.snapshot(async (queries) => {
      const requests = [];
      for (const known of this.#parts.requests)
        requests.push(await requestStatus(queries, known, this.#development.get(known) === true));
      return { requests, problems: alertProblems(requests) };
    });
  }
}
