// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, VitalproofError } from "@vitalproof/sdk";
import { HOLDER_ATTESTATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { ZeroAddress } from "ethers";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { periodLines } from "../chain/periods.ts";
import { formatAmount, tokenAt } from "../chain/token.ts";
import { withChain } from "../connect.ts";
import { readDocument } from "../documentFiles.ts";
import type { Io } from "../io.ts";
import { big } from "../numbers.ts";
import { instantText } from "../time.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

export function registerPolicy(program: Command, io: Io): void {
  const family = program
    .command("policy")
    .description("policies: one holder in one program")
    .addHelpText("after", "\nExample:\n  vitalproof policy show 1 --deployment deployment.json\n");
  registerIssue(family, io);
  registerShow(family, io);
  registerEnd(family, io);
}

function registerIssue(family: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(family.command("issue <attestation>")))
    .description("issue a policy on what the clinic attested; reserves its whole possible benefit")
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
        const { benefit, token } = await client.program(attestation.program);
        return {
          sent,
          reserved: benefit * BigInt(attestation.periods),
          token: await tokenAt(token, chain.provider),
        };
      });
      const { sent, reserved, token } = done;
      io.report(
        [
          `Policy ${sent.result} in program ${attestation.program}: ${attestation.periods} periods from epoch ${attestation.firstEpoch}, controller ${attestation.controller}.`,
          `${formatAmount(reserved, token)} are reserved for it.`,
        ],
        { policy: sent.result, ...attestation, reserved, transaction: sent.hash, gasUsed: sent.gasUsed },
      );
    });
}

function registerShow(family: Command, io: Io): void {
  withDeploymentOptions(family.command("show <policy>"))
    .description("show a policy and where each of its periods stands")
    .addHelpText("after", "\nExample:\n  vitalproof policy show 1 --deployment deployment.json\n")
    .action(async (number: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const id = big(number);
      const { policy, periods, token, benefit } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new ClaimsClient(claims, chain.provider);
        const found = await withHints(() => client.policy(id));
        const offer = await client.program(found.program);
        return {
          policy: found,
          benefit: offer.benefit,
          periods: await periodLines(claims, chain.provider, id, Number(found.periods)),
          token: await tokenAt(offer.token, chain.provider),
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
      "end a policy from the next period that has not begun; its insurer's or its controller's account",
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
      io.report([`Policy ${id} ends after ${periods} periods.`], {
        policy: id,
        periods,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}
