// SPDX-License-Identifier: GPL-3.0-or-later
import { LEDGER_CLASSES, LEDGER_ROLES, type PostedAccess } from "@vitalproof/sdk/ledger";
import { type Command, Option } from "commander";
import type { Io } from "../../io.ts";
import { type PageOptions, withDesk, withPageOptions } from "../../ledger/custodian/desk.ts";
import { PURPOSES } from "../../ledger/custodian/names.ts";
import { whole } from "../../numbers.ts";
import { instantText, parseInstant } from "../../time.ts";
import { usage } from "../../usage.ts";

type Options = PageOptions & {
  slot: number;
  actor: number;
  role: string;
  purpose: string;
  class: string;
  at?: string;
  emergency?: boolean;
  key?: string;
};

export function registerRecord(ledger: Command, io: Io): void {
  withPageOptions(ledger.command("record"))
    .description("Record one access to a patient's data, or refuse it with the reason.")
    .requiredOption("--slot <n>", "of the patient's consent in the page", whole)
    .requiredOption("--actor <n>", "who looked: a number of yours, 0 to 65535", whole)
    .addOption(new Option("--role <name>", "in which role").choices([...LEDGER_ROLES]).makeOptionMandatory())
    .addOption(new Option("--purpose <name>", "why").choices(PURPOSES).makeOptionMandatory())
    .addOption(
      new Option("--class <name>", "at which data").choices([...LEDGER_CLASSES]).makeOptionMandatory(),
    )
    .option("--at <time>", "when, with its zone (default: now)")
    .option("--emergency", "outside of the consent. Everyone sees the number of emergencies")
    .option(
      "--key <text>",
      "names this access: what comes again under it is recorded once (default: all of the above)",
    )
    .addHelpText(
      "after",
      "\nWhat is recorded waits in the vault for `ledger batch`. A consent counts once its block is final.\n" +
        "\nExample:\n  vitalproof ledger record --slot 3 --actor 501 --role nurse --purpose treatment --class medication\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { slot, actor, role, purpose, class: kind } = options;
      const given = options.at === undefined ? undefined : parseInstant(options.at);
      const { access, result, page } = await withDesk(io, options, async (desk) => {
        const at = given ?? desk.now;
        const posted: PostedAccess = {
          key: options.key ?? ["record", slot, actor, role, purpose, kind, at].join("/"),
          ...{ slot, actor, at },
          role: (LEDGER_ROLES as readonly string[]).indexOf(role),
          purpose: PURPOSES.indexOf(purpose),
          class: (LEDGER_CLASSES as readonly string[]).indexOf(kind),
          glass: options.emergency === true ? 1 : 0,
        };
        return { access: posted, result: await desk.page.record(posted), page: desk.address.page };
      });
      const { key, at } = access;
      io.report(
        [
          result === "recorded"
            ? `Recorded for slot ${slot} of page ${page}, at ${instantText(at)}${access.glass === 1 ? ", as an emergency" : ""}.`
            : `Slot ${slot} of page ${page}: this access was recorded before, and nothing was changed.`,
        ],
        { page, result, key, slot, actor, role, purpose, class: kind, at, emergency: access.glass === 1 },
      );
    });
}

export function registerDecide(ledger: Command, io: Io): void {
  type DecideOptions = PageOptions & { emergency?: boolean; leaveOut?: boolean };
  withPageOptions(ledger.command("decide <key>"))
    .description("Say what an access was that is missed, or that it has been dealt with.")
    .option("--emergency", "its consent was revoked and it was one: it is logged, and its patient reads it")
    .option("--leave-out", "it was not one, or cannot be logged: it stays missed, and nothing waits for it")
    .addHelpText(
      "after",
      "\n`ledger custodian-status` lists keys and reasons. Accesses after it wait for the decision, a day at most.\n" +
        "\nExample:\n  vitalproof ledger decide record/3/501/nurse/treatment/medication/1790000000 --leave-out\n",
    )
    .action(async (key: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DecideOptions>();
      const { emergency, leaveOut } = options;
      if ((emergency === true) === (leaveOut === true))
        throw usage("Choose one: --emergency or --leave-out.", "Nothing was decided.");
      const number = await withDesk(io, options, async ({ page, address }) => {
        await (emergency === true ? page.breakGlass(key) : page.leaveOut(key));
        return address.page;
      });
      io.report(
        [
          emergency === true
            ? `${key} is logged as an emergency, with the next batch.`
            : `${key} stays out of the ledger, and in every report.`,
        ],
        { page: number, key, emergency: emergency === true },
      );
    });
}
