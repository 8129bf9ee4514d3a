// SPDX-License-Identifier: GPL-3.0-or-later
import { Refusal } from "../http/refusal.ts";
import type { Queries } from "../store/index.ts";
import type { RelayerPolicy } from "./options.ts";

const DAY = 86_400;

/** @param program undefined where it cannot be known @throws NOT_ALLOWED for a program that this relayer does not pay for */
export function assertFree({ free }: RelayerPolicy, program: bigint | undefined): void {
  if (free === "all") return;
  if (free !== "none" && (program === undefined || free.includes(program))) return;
  throw new Refusal(403, "NOT_ALLOWED", "This relayer does not pay for this program.", {
    details: program === undefined ? {} : { program },
    hint: "Send it from your own account, or ask another relayer.",
  });
}

/** @throws NOT_ALLOWED for someone who used up a day's share */
export async function assertWithin(
  queries: Queries,
  { requestsPerDay, gasPerDay }: RelayerPolicy,
  principal: string,
  now: number,
): Promise<void> {
  const { requests, gas } = await queries
    .selectFrom("relayer_request")
    .select((of) => [of.fn.countAll().as("requests"), of.fn.sum("gas").as("gas")])
    .where("principal", "=", principal)
    .where("received_at", ">", now - DAY)
    // What was refused before it was sent cost nothing.
    .where((of) => of.or([of("purpose", "is not", null), of("state", "=", "waiting")]))
    .executeTakeFirstOrThrow();
  const limit =
    Number(requests) >= requestsPerDay ? "requestsPerDay" : Number(gas ?? 0) >= gasPerDay ? "gasPerDay" : "";
  if (limit === "") return;
  throw new Refusal(429, "NOT_ALLOWED", "The day's share of this relayer is used up.", {
    details: { limit, allowed: limit === "gasPerDay" ? gasPerDay : requestsPerDay },
    hint: "Ask again tomorrow, or send it from your own account.",
  });
}

/** @throws NOT_ALLOWED while too many claims wait */
export async function assertRoom(queries: Queries, { waiting }: RelayerPolicy): Promise<void> {
  const { count } = await queries
    .selectFrom("relayer_request")
    .select((of) => of.fn.countAll().as("count"))
    .where("state", "=", "waiting")
    .executeTakeFirstOrThrow();
  if (Number(count) < waiting) return;
  throw new Refusal(503, "NOT_ALLOWED", "Too many claims wait at this relayer.", {
    details: { waiting },
    hint: "Ask again later; nothing was accepted.",
  });
}
