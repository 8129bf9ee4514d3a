// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ClaimsClient,
  epochStart,
  formatAmount,
  profileOf,
  programFacts,
  VitalproofError,
} from "@vitalproof/sdk";
import { HOLDER_ATTESTATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { ZeroAddress } from "ethers";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { periodLines } from "../chain/periods.ts";
import { programsOf, programWithMoney } from "../chain/programs.ts";
import { tokenAt } from "../chain/token.ts";
import { withChain } from "../connect.ts";
import { counted } from "../counted.ts";
import { readDocument } from "../documentFiles.ts";
import { holderOn } from "../holder.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { big } from "../numbers.ts";
import { instantText } from "../time.ts";
import { withVault } from "../vault.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

export function registerPolicy(program: Command, io: Io): void {
  const family = program
    .command("policy")
    .description("Issue, find, show and end policies. A policy is for one holder in one program.")
    .addHelpText("after", "\nExample:\n  vitalproof policy show 1 --deployment deployment.json\n");
  registerIssue(family, io);
  registerMine(family, io);
  registerShow(family, io);
  registerEnd(family, io);
}

function registerIssue(family: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(family.command("issue <attestation>")))
    .description("Issue a policy on an attestation. This reserves the whole benefit that it can pay.")
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof policy issue attestation.json --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (file: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions & WalletOptions>();
      const { domain, attestation, signature } = await readDocument(io, HOLDER_ATTESTATION, file);
      const done = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        if (domain.chainId !== chain.chainId || domain.claims.toLowerCase() !== claims.toLowerCase()) {
          throw new VitalproofError(
            "ATTESTATION_MISMATCH",
            `${file} is for contract ${domain.claims} on chain ${domain.chainId}, not ${claims} on ${chain.chainId}.`,
            {
              details: { domain, claims, chainId: chain.chainId },
              hint: "Ask for an attestation for this contract, or name the right deployment.",
            },
          );
        }
        const client = new ClaimsClient(claims, await walletOf(io, chain, options));
        const sent = await io.during("issuing the policy", () =>
          withHints(() => client.issuePolicy(attestation, signature)),
        );
        const { record, token } = await programWithMoney(
          await programsOf(claims, chain),
          attestation.program,
          chain.provider,
        );
        return { sent, reserved: record.benefit * BigInt(attestation.periods), token };
      });
      const { sent, reserved, token } = done;
      io.report(
        [
          `Policy ${sent.result} in program ${attestation.program}: ${counted(Number(attestation.periods), "period")} from epoch ${attestation.firstEpoch}, controller ${attestation.controller}.`,
          `${formatAmount(reserved, token)} is reserved for it.`,
        ],
        { policy: sent.result, ...attestation, reserved, transaction: sent.hash, gasUsed: sent.gasUsed },
      );
    });
}

function registerMine(family: Command, io: Io): void {
  withDeploymentOptions(family.command("mine"))
    .description("Find your policies on the chain with your identity alone.")
    .addHelpText(
      "after",
      "\nReads the policies of every program and compares them here, so that the node does not learn which one is yours.\n" +
        "\nExample:\n  vitalproof policy mine --deployment deployment.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const identity = await withVault(io, options, loadIdentity);
      const policies = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const { holder, claims: client } = holderOn(io, options, identity, chain, claims);
        const on = await programsOf(claims, chain);
        const programs = await Promise.all(
          (await client.programs()).map((program) => programFacts(on, program).catch(unknownCircuit)),
        );
        const known = programs.filter((program) => program !== undefined);
        const found = await io.during("reading policies", () => holder.policies(known));
        return Promise.all(
          found.map(async ({ policy, program, controller, index }) => {
            const { firstEpoch, periods, owed, paid } = await client.policy(policy);
            const { terms, benefit, token } = known.find((each) => each.program === program)!;
            const start = epochStart(profileOf(terms.profile), terms.offset, Number(firstEpoch));
            const shown = await tokenAt(token, chain.provider);
            const amounts = { owed: owed * benefit, paid: paid * benefit };
            return {
              policy,
              program,
              controller,
              index,
              firstEpoch,
              periods,
              start,
              ...amounts,
              token: shown,
            };
          }),
        );
      });
      io.report(
        policies.length === 0
          ? ["This identity has no policy there."]
          : policies.map(
              ({ policy, program, periods, start, owed, paid, token }) =>
                `Policy ${policy} in program ${program}: ${counted(Number(periods), "period")} from ${instantText(start)}, owed ${formatAmount(owed, token)}, paid ${formatAmount(paid, token)}`,
            ),
        { policies: policies.map(({ token, ...policy }) => ({ ...policy, token: token.address })) },
      );
    });
}

/** A program of a later version has policies too, of which this version can say nothing. */
function unknownCircuit(error: unknown): undefined {
  const code = error instanceof VitalproofError ? error.code : undefined;
  if (code !== "UNKNOWN_CIRCUIT" && code !== "TERMS_NOT_UNDERSTOOD") throw error;
  return undefined;
}

function registerShow(family: Command, io: Io): void {
  withDeploymentOptions(family.command("show <policy>"))
    .description("Show a policy and the state of each of its periods.")
    .addHelpText("after", "\nExample:\n  vitalproof policy show 1 --deployment deployment.json\n")
    .action(async (number: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const id = big(number);
      const { policy, periods, token, benefit } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new ClaimsClient(claims, chain.provider);
        const found = await withHints(() => client.policy(id));
        const on = await programsOf(claims, chain);
        const { record, token: paidIn } = await programWithMoney(on, found.program, chain.provider);
        return {
          policy: found,
          benefit: record.benefit,
          periods: await periodLines(claims, chain.provider, id, Number(found.periods)),
          token: paidIn,
        };
      });
      const money = (count: bigint) => formatAmount(count * benefit, token);
      const payee = policy.payee === ZeroAddress ? policy.controller : policy.payee;
      io.report(
        [
          `Policy ${id} in program ${policy.program}: controller ${policy.controller}, paid to ${payee}`,
          `  reserved ${money(policy.reserved)}, owed ${money(policy.owed)}, paid ${money(policy.paid)}`,
          ...periods.map(
            ({ period, start, end, state, closesAt }) =>
              `  period ${period}: ${instantText(start)} to ${instantText(end)}, ${state}${state === "open" && closesAt > 0 ? `, claimable until ${instantText(closesAt)}` : ""}`,
          ),
        ],
        {
          policy: id,
          program: policy.program,
          holder: policy.holder,
          controller: policy.controller,
          payee,
          firstEpoch: policy.firstEpoch,
          reserved: policy.reserved * benefit,
          owed: policy.owed * benefit,
          paid: policy.paid * benefit,
          periods,
        },
      );
    });
}

function registerEnd(family: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(family.command("end <policy>")))
    .description(
      "End a policy from the next period that has not begun. Its insurer's and its controller's account can do this.",
    )
    .addHelpText(
      "after",
      "\nPeriods that began stay claimable.\n" +
        "\nExample:\n  vitalproof policy end 1 --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (number: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions & WalletOptions>();
      const id = big(number);
      const { sent, periods } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new ClaimsClient(claims, await walletOf(io, chain, options));
        const done = await io.during("ending the policy", () => withHints(() => client.endPolicy(id)));
        return { sent: done, periods: (await client.policy(id)).periods };
      });
      io.report([`Policy ${id} ends after ${counted(Number(periods), "period")}.`], {
        policy: id,
        periods,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}
