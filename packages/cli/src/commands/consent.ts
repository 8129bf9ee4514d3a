// SPDX-License-Identifier: GPL-3.0-or-later
import { ConsentClient, programFacts, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { holderOfPolicy } from "../chain/person.ts";
import { programsOf } from "../chain/programs.ts";
import { registryOf } from "../chain/registry.ts";
import { clockOf } from "../clock.ts";
import { withChain } from "../connect.ts";
import { consentIdOption } from "../consentId.ts";
import { writeText } from "../files.ts";
import type { Io } from "../io.ts";
import { big } from "../numbers.ts";
import { instantText, parseDuration } from "../time.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

export function registerConsent(program: Command, io: Io): void {
  const family = program
    .command("consent")
    .description("Grant, revoke and show a patient's permission to act on claims.")
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof consent grant --policy 1 --deployment deployment.json --keystore relayer.json --out consent.json\n",
    );
  registerGrant(family, io);
  registerRevoke(family, io);
  registerShow(family, io);
}

function registerGrant(family: Command, io: Io): void {
  type Options = DeploymentOptions &
    WalletOptions & { policy: bigint; for: string; out: string; force?: boolean };
  withWalletOptions(withDeploymentOptions(family.command("grant")))
    .description(
      "Let the insurer act on claims of a policy. The policy's own account signs the consent, and another account sends it.",
    )
    .requiredOption("--policy <n>", "your policy", big)
    .option("--for <time>", "how long from now", "365d")
    .requiredOption("--out <file>", "where to write the receipt: what you agreed to, with its salt; keep it")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nOnly a salted hash of the receipt goes to the chain. The account of --keystore pays for the transaction.\n" +
        "\nExample:\n  vitalproof consent grant --policy 1 --deployment deployment.json --keystore relayer.json --out consent.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const lasts = parseDuration(options.for);
      const clock = await clockOf(io, options);
      const done = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const { holder, program, index } = await holderOfPolicy(io, options, chain, claims, options.policy);
        const relayer = await walletOf(io, chain, options);
        const facts = await programFacts(await programsOf(claims, chain), program);
        const latest = (await chain.provider.getBlock("latest"))!.timestamp;
        const on = { now: clock, latest, lasts, withdrawal: "vitalproof consent revoke" };
        const given = await holder.consent(facts, on, index);
        const consents = new ConsentClient(await registryOf(claims, "consents", chain), relayer);
        // Before anything is sent: a consent whose receipt is lost can never be shown to have said anything.
        await writeText(io, options.out, given.receipt, options);
        const sent = await io.during("granting", () =>
          withHints(() => consents.grantWithSignature(given.consent, given.deadline, given.signature)),
        );
        return { consent: given.consent, id: given.consentId, sent };
      });
      const { consent, id, sent } = done;
      io.report(
        [
          `Consent ${id}`,
          `  to ${consent.grantee} for claims in program ${consent.program}, until ${instantText(consent.until)}.`,
          `Its receipt is in ${options.out}; keep it. \`vitalproof consent revoke\` revokes the consent.`,
        ],
        { consentId: id, ...consent, file: options.out, transaction: sent.hash, gasUsed: sent.gasUsed },
      );
    });
}

function registerRevoke(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { policy: bigint };
  withWalletOptions(withDeploymentOptions(family.command("revoke <consent>")))
    .description("Revoke a consent permanently. Earlier claims stay.")
    .requiredOption("--policy <n>", "your policy, whose account signs", big)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof consent revoke 0x… --policy 1 --deployment deployment.json --keystore relayer.json\n",
    )
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const id = consentIdOption(text);
      const clock = await clockOf(io, options);
      const { sent, patient } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const { holder, program, index } = await holderOfPolicy(io, options, chain, claims, options.policy);
        const consents = new ConsentClient(
          await registryOf(claims, "consents", chain),
          await walletOf(io, chain, options),
        );
        const signed = await holder.revocation(program, id, clock, index);
        const done = await io.during("revoking", () =>
          withHints(() =>
            consents.revokeWithSignature(signed.patient, signed.consentId, signed.deadline, signed.signature),
          ),
        );
        return { sent: done, patient: signed.patient };
      });
      io.report([`Consent ${id} is revoked permanently. To agree again, grant a new consent.`], {
        consentId: id,
        patient,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}

function registerShow(family: Command, io: Io): void {
  withDeploymentOptions(family.command("show <consent>"))
    .description("Show what the chain says about a consent.")
    .addHelpText("after", "\nExample:\n  vitalproof consent show 0x… --deployment deployment.json\n")
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const id = consentIdOption(text);
      const { record, now } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const consents = new ConsentClient(await registryOf(claims, "consents", chain), chain.provider);
        return {
          now: (await chain.provider.getBlock("latest"))!.timestamp,
          record: await consents.consentOf(id),
        };
      });
      if (record === undefined) {
        throw new VitalproofError("NOT_THERE", `Consent ${id} was never granted on this chain.`, {
          details: { consentId: id },
          hint: "Check the id and the chain.",
        });
      }
      const active = record.revokedAt === 0 && record.from <= now && now < record.until;
      io.report(
        [
          `Consent ${id}: ${active ? "active" : record.revokedAt === 0 ? "not active now" : `revoked ${instantText(record.revokedAt)}`}`,
          `  by ${record.patient}, granted ${instantText(record.grantedAt)}, ${instantText(record.from)} to ${instantText(record.until)}`,
        ],
        { consentId: id, active, ...record },
      );
    });
}
