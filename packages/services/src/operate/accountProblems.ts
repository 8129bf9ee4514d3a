// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChainAccount, problemOf } from "../chain/index.ts";
import type { Database } from "../store/index.ts";
import type { Problem } from "./status.ts";

/** What keeps a service's accounts from sending. */
export async function accountProblems(
  { reads }: Pick<Database, "reads">,
  accounts: readonly ChainAccount[],
): Promise<Problem[]> {
  const problems = await Promise.all(
    accounts.map(async (account) => {
      const problem = await problemOf(reads, account);
      if (problem === undefined) return [];
      return [{ what: `Transactions of ${account.address} wait: ${problem.kind}.`, todo: problem.hint }];
    }),
  );
  return problems.flat();
}
