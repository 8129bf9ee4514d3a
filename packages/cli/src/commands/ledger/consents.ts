// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { KEPT_CONSENT } from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withChain } from "../../connect.ts";
import { writeDocument } from "../../documentFiles.ts";
import { EXIT, exitCodeOf } from "../../exit.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io, Json } from "../../io.ts";
import { chainTime } from "../../ledger/chain.ts";
import { consentOf, listConsents, type NamedConsent } from "../../ledger/keptConsents.ts";
import { pagesOf } from "../../ledger/pages.ts";
import { type ConsentState, stateOf } from "../../ledger/state.ts";
import { namedRights, rightsText } from "../../ledger/words.ts";
import { instantText } from "../../time.ts";
import { withVault } from "../../vault.ts";
import { damagedLines } from "../../vaultRecords.ts";

type Told = NamedConsent & {
  readonly found:
    | ConsentState
    | { readonly state: "other-chain" }
    | { readonly state: "unreadable"; readonly error: VitalproofError };
};

export function registerConsents(ledger: Command, io: Io): void {
  withDeploymentOptions(ledger.command("consents"))
    .description("List the consents of the vault, each compared with the chain.")
    .addHelpText(
      "after",
      "\nReads the whole pages, so that the node does not learn which slots are yours. A consent counts as given only when the\n" +
        "page holds exactly what you signed. Exit code 1 if a slot holds something else. A page that cannot be read is said, with\n" +
        "the exit code of the reason, and the other pages are shown.\n" +
        "\nExample:\n  vitalproof ledger consents --deployment deployment.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const { consents, damaged } = await withVault(io, options, listConsents);
      const told = consents.length === 0 ? [] : await statesOf(io, options, consents);
      for (const { found } of told)
        if (found.state === "unreadable") io.exitCode = exitCodeOf(found.error.code);
      if (damaged.length > 0 || told.some(({ found }) => found.state === "not-as-signed"))
        io.exitCode = EXIT.no;
      io.report(
        [
          ...(told.length === 0
            ? ["The vault holds no consent of the health ledger."]
            : told.flatMap(linesOf)),
          ...damagedLines(damaged),
        ],
        { consents: told.map(jsonOf), ...(damaged.length === 0 ? {} : { damaged }) },
      );
    });
}

export function registerShare(ledger: Command, io: Io): void {
  ledger
    .command("share <consent>")
    .description("Write a consent with its key to a file, so that a regulator can read its accounting.")
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nWho has the file reads every access under this consent, of the past and of the future. It revokes nothing.\n" +
        "`ledger disclose --consents` reads it.\n" +
        "\nExample:\n  vitalproof ledger share 1/3 --out consent.json\n",
    )
    .action(async (wanted: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<GlobalOptions & { out: string; force?: boolean }>();
      const { name, kept } = await withVault(io, options, (vault) => consentOf(vault, wanted));
      await writeDocument(io, KEPT_CONSENT, options.out, kept, options);
      io.report(
        [
          `Consent ${name} is in ${options.out}. Who has the file reads all its accesses, also later ones. Send it in a safe way.`,
        ],
        { consent: name, file: options.out },
      );
    });
}

function statesOf(io: Io, options: DeploymentOptions, consents: readonly NamedConsent[]): Promise<Told[]> {
  return withChain(io, options, async (chain) => {
    const now = await chainTime(chain);
    const here = consents.filter(({ kept }) => kept.address.chainId === chain.chainId);
    const pageOf = await pagesOf(
      io,
      options,
      chain,
      here.map(({ kept }) => kept.address),
    );
    return consents.map((each): Told => {
      const read = here.includes(each) ? pageOf(each.kept.address) : undefined;
      if (read === undefined) return { ...each, found: { state: "other-chain" } };
      if (read instanceof VitalproofError) return { ...each, found: { state: "unreadable", error: read } };
      return { ...each, found: stateOf(each.kept, read, now) };
    });
  });
}

function linesOf({ name, kept, found }: Told): string[] {
  const { rights, grantee } = kept.consent;
  return [
    `${name}  ${stateText(found, kept)}`,
    `  grantee ${grantee}, until ${instantText(rights.until * 60)}: ${rightsText(rights)}`,
  ];
}

function stateText(found: Told["found"], { address }: NamedConsent["kept"]): string {
  switch (found.state) {
    case "waiting":
      return "waiting: the custodian has not entered it yet";
    case "given":
      return `given ${instantText(found.givenAt!)}, as you signed it`;
    case "over":
      return `over: given ${instantText(found.givenAt!)}, and its time has ended`;
    case "revoked":
      return `revoked ${instantText(found.revokedAt!)}, given ${instantText(found.givenAt!)}`;
    case "not-as-signed":
      return `NOT AS SIGNED: the slot does not hold what you signed. ${found.hint ?? ""}`.trimEnd();
    case "unreadable":
      return `UNREADABLE: ${found.error.shortMessage} ${found.error.hint ?? ""}`.trimEnd();
    case "other-chain":
      return `on chain ${address.chainId}, not on the chain of this node`;
  }
}

function jsonOf({ name, kept: { address, slot, consent }, found }: Told) {
  return {
    consent: name,
    ...address,
    slot,
    grantee: consent.grantee,
    rights: namedRights(consent.rights),
    ...(found.state === "unreadable"
      ? { state: found.state, error: found.error.toJSON() as Record<string, Json> }
      : found),
  };
}
