// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd } from "@vitalproof/sdk";
import type { Queries } from "../../store/index.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertState } from "./rows.ts";

/** Seconds, of the last alerts that were verified; undefined without any. */
export type Latency =
  | { readonly median: number; readonly worst: number; readonly alerts: number }
  | undefined;

/** How one request is doing: plain data, without readings. */
export type AlertRequestStatus = {
  /** SHA-256 of the request in hex. */
  readonly request: string;
  readonly log: string;
  readonly circuits: readonly string[];
  readonly to: "url" | "folder";
  /** Whether anyone could forge proofs: a circuit's key is a development key. */
  readonly developmentKey: boolean;
  /** The latest period that was proven, and when. Unix seconds, the end of the period with its last second excluded. */
  readonly last:
    | { readonly end: number; readonly verifiedAt: number; readonly deliveredAt: number | undefined }
    | undefined;
  /** Epochs in each state. */
  readonly counts: Readonly<Record<AlertState, number>>;
  /** Why epochs are where they are, by state: a stable word or code. What is unmet has one reason: the statements do not hold. */
  readonly reasons: readonly {
    readonly state: AlertState;
    readonly reason: string;
    readonly epochs: number;
  }[];
  /** From the last message of the period to the verified alert, and from its receipt. */
  readonly latency: Latency;
  readonly sinceReceipt: Latency;
};

export type AlertProblem = {
  readonly level: "error" | "warn";
  readonly kind: "alert-expired" | "alert-refused" | "alert-waits" | "alert-development-key";
  readonly log: string;
  readonly request: string;
  readonly code?: string;
  readonly epochs?: number;
  readonly hint: string;
};

export type AlertStatus = {
  readonly requests: readonly AlertRequestStatus[];
  /** The worst first. */
  readonly problems: readonly AlertProblem[];
};

/** Alerts that latencies are of. */
const LAST = 100;

export async function requestStatus(
  queries: Queries,
  { hash, request, log, to }: KnownRequest,
  developmentKey: boolean,
): Promise<AlertRequestStatus> {
  const counted = await queries
    .selectFrom("gateway_alert")
    .select(["state", "reason"])
    .select(({ fn }) => fn.countAll<number>().as("epochs"))
    .where("request", "=", hash)
    .where("log", "=", log.name)
    .groupBy(["state", "reason"])
    .execute();
  const verified = await queries
    .selectFrom("gateway_alert")
    .select(["epoch", "message_at", "received_at", "verified_at", "delivered_at"])
    .where("request", "=", hash)
    .where("log", "=", log.name)
    .where("verified_at", "is not", null)
    .orderBy("verified_at", "desc")
    .limit(LAST)
    .execute();
  const counts = { waiting: 0, proving: 0, proven: 0, unmet: 0, delivered: 0, expired: 0, refused: 0 };
  for (const { state, epochs } of counted) counts[state] += Number(epochs);
  const kept = await queries
    .selectFrom("gateway_alert_request")
    .select("unmet")
    .where("request", "=", hash)
    .where("log", "=", log.name)
    .executeTakeFirst();
  counts.unmet += kept?.unmet ?? 0;
  const [latest] = verified;
  return {
    request: hash,
    log: log.name,
    circuits: request.statements.map(({ circuit }) => circuit),
    to: "url" in to ? "url" : "folder",
    developmentKey,
    last:
      latest === undefined
        ? undefined
        : {
            end: epochEnd(log.facts, log.offset, latest.epoch),
            verifiedAt: (latest.verified_at ?? 0) / 1000,
            deliveredAt: latest.delivered_at === null ? undefined : latest.delivered_at / 1000,
          },
    counts,
    reasons: counted
      .filter(({ state, reason }) => reason !== "" && state !== "unmet")
      .map(({ state, reason, epochs }) => ({ state, reason, epochs: Number(epochs) })),
    latency: latencyOf(verified.map(({ message_at, verified_at }) => between(message_at, verified_at))),
    sinceReceipt: latencyOf(
      verified.map(({ received_at, verified_at }) => between(received_at, verified_at)),
    ),
  };
}

export function alertProblems(requests: readonly AlertRequestStatus[]): AlertProblem[] {
  const problems = requests.flatMap(({ request, log, reasons, counts, developmentKey }): AlertProblem[] => {
    const at = { request, log };
    const found: AlertProblem[] = [];
    if (counts.expired > 0) {
      found.push({
        ...at,
        level: "error",
        kind: "alert-expired",
        epochs: counts.expired,
        hint: "The verifier was not told in time. The reasons say why.",
      });
    }
    for (const { state, reason, epochs } of reasons) {
      if (state === "refused" && reason !== "before-log") {
        found.push({
          ...at,
          level: "warn",
          kind: "alert-refused",
          code: reason,
          epochs,
          hint: hintOf(reason),
        });
      } else if (state === "waiting" || state === "proving" || state === "proven") {
        found.push({
          ...at,
          level: "error",
          kind: "alert-waits",
          code: reason,
          epochs,
          hint: hintOf(reason),
        });
      }
    }
    if (developmentKey) {
      found.push({
        ...at,
        level: "warn",
        kind: "alert-development-key",
        hint: "Anyone can forge proofs under a development key. Use it for trials only.",
      });
    }
    return found;
  });
  return problems.sort((a, b) => (a.level === b.level ? 0 : a.level === "error" ? -1 : 1));
}

const HINTS: Readonly<Record<string, string>> = {
  "no-receipt": "No receipt came in time. Find out why the attester could not be reached.",
  gap: "The attester has a gap for the epoch, so nothing can be proven of it.",
  "other-group":
    "The request names another group than the log's attester. Ask the verifier for another request.",
  "log-replaced": "The log went on with another opening before the epoch had a receipt.",
  ATTESTATION_EXPIRED:
    "Apply for a new attestation, give it to the verifier, and put it into the configured file.",
  ATTESTATION_MISMATCH:
    "The attestation is for another holder, verifier or attester. Apply for one with this request.",
  ANCHOR_PATH_INVALID: "The person's identity secret is not that of the log's subject. Import the right one.",
  ARTIFACT_MISSING: "Build the circuit, or mend the folder of circuits in the configuration.",
  PROVER_BUSY: "More proofs wait than the prover takes. Give alerts a prover of their own.",
  SERVICE_UNREACHABLE: "The receiver does not answer. Check the network and its address.",
  NOT_ALLOWED: "The receiver refuses. Check its address and the token.",
};

function hintOf(reason: string): string {
  return HINTS[reason] ?? "It is tried again until it is too old. Look at the log for this code.";
}

function between(from: number | null, to: number | null): number | undefined {
  return from === null || to === null ? undefined : (to - from) / 1000;
}

function latencyOf(given: readonly (number | undefined)[]): Latency {
  const sorted = given.filter((each) => each !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: sorted[Math.floor(sorted.length / 2)]!, worst: sorted.at(-1)!, alerts: sorted.length };
}
