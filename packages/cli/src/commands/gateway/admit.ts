// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../../serviceConfig.ts";
import { withVault } from "../../vault.ts";

/** Where the patient's vault and the gateway's store are at hand: the secret goes from one into the other and nowhere else. */
export function registerAdmit(gateway: Command, io: Io): void {
  withConfig(
    gateway,
    "admit <person>",
    "Let the gateway keep the identity secret of the vault's patient, sealed, under a local name.",
    "p17 --vault anna",
  )
    .addHelpText(
      "after",
      "\nThe gateway can prove for the patient. It cannot spend or redirect anything: it does not get the wallet seed.\n" +
        "A running gateway finds the person on its own.\n",
    )
    .action(async (person: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions>();
      const { gatewayPartOf, migrate, openGateway } = await import("@vitalproof/services");
      const own = gatewayPartOf(await configOf(io, options, "gateway"));
      const secret = await withVault(io, options, async (vault) => (await loadIdentity(vault)).secret());
      const subject = await withStore(io, options, "gateway", async (database) => {
        await migrate(database);
        const { people } = await openGateway(own, database, () => Math.floor(io.now()));
        return (await people.admit(person, secret)).subject;
      });
      const logs = own.people.filter((each) => each.person === person).flatMap((each) => each.logs);
      const next =
        logs.length === 0
          ? `The configuration has no logs of ${person} yet: add some to gateway.people and start the gateway again.`
          : `Its logs: ${logs.map(({ profile }) => profile).join(", ")}.`;
      io.report(
        [
          `${person} is admitted, with subject ${subject}.`,
          "The subject is personal: never put it on a chain.",
          next,
        ],
        { person, subject, logs: logs.map(({ profile }) => profile) },
      );
    });
}
