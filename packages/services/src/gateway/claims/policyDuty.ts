// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { epochEnd, holderOf, type ProgramFacts, profileOf, VitalproofError } from "@vitalproof/sdk";
import type { Duty } from "../../operate/loop.ts";
import type { Database, Queries } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import type { ClaimChain } from "./claimChain.ts";

export type PolicyDutyOptions = {
  readonly database: Database;
  readonly chain: ClaimChain;
  /** Programs whose policies are looked for. */
  readonly programs: readonly bigint[];
  /** The people of this gateway whose identity secrets it has now. */
  readonly people: () => Promise<readonly { readonly person: string; readonly secret: bigint }[]>;
  readonly report: Report;
  /** Milliseconds between two looks. */
  readonly every: number;
};

type Found = { readonly policy: bigint; readonly person: string; readonly controller: string };

/**
 * Finds the policies of the gateway's people in blocks that are final, by their holders. All policies of a program are read
 * and compared here, so that the node does not learn whose are looked for.
 */
export class PolicyDuty implements Duty {
  readonly name = "policies";
  readonly every: number;
  readonly #options: PolicyDutyOptions;

  constructor(options: PolicyDutyOptions) {
    this.#options = options;
    this.every = options.every;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const { chain, programs, people } = this.#options;
    const last = await chain.finality.block();
    const known = await people();
    if (last === undefined || known.length === 0) return false;
    let fault: unknown;
    for (const program of programs) {
      if (signal.aborted) return false;
      try {
        await this.#scan(await chain.program(program), known, last);
      } catch (error) {
        const code = error instanceof VitalproofError ? error.code : "FAULT";
        this.#options.report({ level: "error", event: "policies-unread", code });
        fault ??= error;
      }
    }
    // After the others: one that is not there does not keep theirs from being found.
    if (fault !== undefined) throw fault;
    return false;
  }

  async #scan(
    program: ProgramFacts,
    people: readonly { readonly person: string; readonly secret: bigint }[],
    last: number,
  ): Promise<void> {
    const { database, chain, report } = this.#options;
    const holders = new Map(
      people.map(({ person, secret }) => [holderOf(secret, program.scope), person] as const),
    );
    const whom = hashOf([...holders.keys()]);
    const row = await database.reads
      .selectFrom("gateway_program")
      .selectAll()
      .where("program", "=", String(program.program))
      .executeTakeFirst();
    const from = row?.people === whom ? row.scanned + 1 : chain.fromBlock;
    if (from > last) return;
    const issued = await chain.claims.policiesIn(program.program, { fromBlock: from, toBlock: last });
    const found = issued.flatMap(({ policy, holder, controller }): Found[] => {
      const person = holders.get(holder);
      return person === undefined ? [] : [{ policy, person, controller }];
    });
    const rows = await Promise.all(found.map((each) => this.#rowOf(program, each)));
    const scanned = { scanned: last, people: whom };
    const added = await database.step(async (queries) => {
      await queries
        .insertInto("gateway_program")
        .values({ program: String(program.program), ...scanned })
        .onConflict((conflict) => conflict.column("program").doUpdateSet(scanned))
        .execute();
      if (rows.length === 0) return 0;
      // Somebody may have been erased since the look began.
      const here = await personsHere(database, queries, [...new Set(rows.map(({ person }) => person))]);
      const kept = rows.filter(({ person }) => here.has(person));
      if (kept.length === 0) return 0;
      const { numInsertedOrUpdatedRows } = await queries
        .insertInto("gateway_policy")
        .values(kept)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return Number(numInsertedOrUpdatedRows ?? 0);
    });
    if (added > 0) report({ level: "info", event: "policies-found", count: added });
  }

  async #rowOf(program: ProgramFacts, { policy, person, controller }: Found) {
    const { firstEpoch, periods } = await this.#options.chain.claims.policy(policy);
    const first = Number(firstEpoch);
    return {
      policy: String(policy),
      program: String(program.program),
      person,
      controller,
      first_epoch: first,
      periods: Number(periods),
      next_period: 0,
      next_end: periodEnd(program, first, 0),
    };
  }
}

/** Those of some persons who have a key. None of them is erased before the step ends. */
async function personsHere(
  { locks }: Database,
  queries: Queries,
  persons: readonly string[],
): Promise<ReadonlySet<string>> {
  const there = queries
    .selectFrom("person_key")
    .select("person")
    .where("person", "in", persons)
    .where("wrapped", "is not", null)
    .orderBy("person");
  const rows = await (locks ? there.forUpdate() : there).execute();
  return new Set(rows.map(({ person }) => person));
}

/** First Unix second after a period. */
export function periodEnd({ terms }: ProgramFacts, firstEpoch: number, period: number): number {
  return epochEnd(profileOf(terms.profile), terms.offset, firstEpoch + (period + 1) * terms.epochs - 1);
}

function hashOf(holders: readonly bigint[]): string {
  return createHash("sha256")
    .update([...holders].sort().join())
    .digest("hex");
}
