// SPDX-License-Identifier: GPL-3.0-or-later
import { type ProgramFacts, type SealedStretch, sealedStretch, VitalproofError } from "@vitalproof/sdk";
import { type PersonKeys, sealedStore } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import { logName, textName } from "../core/logs.ts";

/**
 * The epochs of a period, from the log that has them with receipts. Where an operator let a log go on after another gateway
 * had sealed it, that can be an earlier one.
 * @throws LOG_EPOCH_MISSING for a period that this gateway has not sealed
 */
export function stretchOf(
  { database, personKeys }: { readonly database: Database; readonly personKeys: PersonKeys },
  person: string,
  { terms }: Pick<ProgramFacts, "terms">,
  firstEpoch: number,
): Promise<SealedStretch> {
  const log = logName(person, terms.profile);
  const lastEpoch = firstEpoch + terms.epochs - 1;
  return database.snapshot(async (queries) => {
    const row = await queries
      .selectFrom("gateway_epoch")
      .select("generation")
      .where("log", "=", log)
      .where("epoch", "=", lastEpoch)
      .orderBy("generation", "desc")
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) {
      throw new VitalproofError(
        "LOG_EPOCH_MISSING",
        `This gateway has not sealed epoch ${lastEpoch} of ${log}.`,
        {
          details: { log, epoch: lastEpoch },
          hint: "It began later, or another gateway sealed the epoch.",
        },
      );
    }
    const store = sealedStore(database, personKeys, person, queries);
    return sealedStretch(store, textName(log, row.generation), firstEpoch, terms.epochs);
  });
}
