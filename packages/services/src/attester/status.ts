// SPDX-License-Identifier: GPL-3.0-or-later
import { type Attester, DAY, type Group } from "@vitalproof/sdk";
import { accountProblems } from "../operate/accountProblems.ts";
import type { Loop } from "../operate/loop.ts";
import { dutyProblems, type Problem } from "../operate/status.ts";
import type { Database } from "../store/index.ts";
import type { AnchorDays } from "./anchorDays.ts";
import type { GroupSigner } from "./groupSigner.ts";

/** Days that the status shows. */
const DAYS = 14;

/** How an attester is doing: counts and times, and nothing of a person. */
export interface AttesterStatus {
  readonly service: "attester";
  /** Unix second. */
  readonly at: number;
  readonly group: bigint;
  readonly attester: string;
  readonly people: number;
  readonly devices: number;
  readonly logs: number;
  /** Unix second of the last head that was accepted. */
  readonly lastHead: number | null;
  readonly days: readonly DayStatus[];
  /** What is wrong, and what to do, in plain words. */
  readonly problems: readonly Problem[];
}

export interface DayStatus {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly heads: number;
  readonly gaps: number;
  /** Leaves of people who were erased since. */
  readonly erased: number;
  /** `open`: heads may arrive; `closed`: its root goes to the chain; then what became of the transaction. */
  readonly state: "open" | "closed" | "wanted" | "sent" | "mined" | "final" | "reverted" | "refused";
  /** Last Unix second at which its root can be written in time. */
  readonly until: number;
}

export interface StatusOptions {
  readonly database: Database;
  readonly days: AnchorDays;
  readonly loop: Loop;
  readonly signer: GroupSigner;
  readonly attester: Attester;
  readonly group: Group;
  readonly chainId: bigint;
  readonly clock: () => number;
}

export async function attesterStatus(options: StatusOptions): Promise<AttesterStatus> {
  const { database, signer, attester, clock } = options;
  const { reads } = database;
  const count = async (table: "attester_device" | "attester_log"): Promise<number> => {
    const { rows } = await reads
      .selectFrom(table)
      .select(({ fn }) => fn.countAll().as("rows"))
      .executeTakeFirstOrThrow();
    return Number(rows);
  };
  const { people } = await reads
    .selectFrom("attester_person")
    .select(({ fn }) => fn.countAll().as("people"))
    .where("erased_at", "is", null)
    .executeTakeFirstOrThrow();
  const last = await reads
    .selectFrom("attester_head")
    .select(({ fn }) => fn.max("received_at").as("at"))
    .executeTakeFirst();
  return {
    service: "attester",
    at: clock(),
    group: attester.group,
    attester: signer.address,
    people: Number(people),
    devices: await count("attester_device"),
    logs: await count("attester_log"),
    lastHead: last?.at ?? null,
    days: await daysOf(options),
    problems: await problemsOf(options),
  };
}

async function daysOf({ database, days, attester, group, clock }: StatusOptions): Promise<DayStatus[]> {
  const today = Math.floor(clock() / DAY);
  const rows = await database.reads
    .selectFrom("attester_head")
    .select(({ fn }) => ["anchor_day", fn.countAll().as("heads"), fn.count("received_at").as("received")])
    .where("anchor_day", ">", today - DAYS)
    .groupBy("anchor_day")
    .execute();
  const erased = await database.reads
    .selectFrom("attester_erased_leaf")
    .select(({ fn }) => ["anchor_day", fn.countAll().as("leaves")])
    .where("anchor_day", ">", today - DAYS)
    .groupBy("anchor_day")
    .execute();
  const leavesOf = new Map(erased.map(({ anchor_day, leaves }) => [anchor_day, Number(leaves)]));
  const headsOf = new Map(rows.map((row) => [row.anchor_day, row]));
  const all = [...new Set([...leavesOf.keys(), ...headsOf.keys()])].sort((a, b) => b - a);
  return Promise.all(
    all.map(async (day) => {
      const { heads = 0, received = 0 } = headsOf.get(day) ?? {};
      const sent = await days.stateOf(day);
      const isOpen = attester.anchorTime(day) > clock();
      return {
        day,
        heads: Number(received),
        erased: leavesOf.get(day) ?? 0,
        gaps: Number(heads) - Number(received),
        state: sent?.state ?? (isOpen ? "open" : "closed"),
        until: (day + 1) * DAY + group.intakeTime + group.graceTime,
      };
    }),
  );
}

async function problemsOf(options: StatusOptions): Promise<Problem[]> {
  const { database, days, loop, signer, chainId } = options;
  const problems: Problem[] = [];
  for (const [day, problem] of days.problems)
    problems.push({ what: `Day ${day}: ${DAY_PROBLEMS[problem].what}`, todo: DAY_PROBLEMS[problem].todo });
  problems.push(...(await accountProblems(database, [{ chainId, address: signer.address }])));
  problems.push(...dutyProblems(loop.states));
  return problems;
}

const DAY_PROBLEMS = {
  lapsed: {
    what: "its root was not written in time, and can be corrected no more.",
    todo: "Tell the insurers: the periods that end on this day lapse.",
  },
  "another-root": {
    what: "the chain has another root than this store.",
    todo: "Was an old backup restored? Compare both, then correct the day by hand if the store is right.",
  },
  refused: {
    what: "the chain refused its root again and again.",
    todo: "Look at the log, and at whether the account is still the group's attester.",
  },
} as const;
