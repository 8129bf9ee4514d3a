// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, formatAmount, VitalproofError } from "@vitalproof/sdk";
import { CLAIM } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { periodLines } from "../chain/periods.ts";
import { programsOf, programWithMoney } from "../chain/programs.ts";
import { withChain } from "../connect.ts";
import { consentIdOption } from "../consentId.ts";
import { readDocument } from "../documentFiles.ts";
import type { Io } from "../io.ts";
import { big, whole } from "../numbers.ts";
import { dayText, instantText } from "../time.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";
import { registerItem } from "./claim/item.ts";

const INPUTS = ["holder", "anchor root", "terms", "scope"] as const;

export function registerClaim(program: Command, io: Io): void {
  const family = program
    .command("claim")
    .description("Send a proof, see the claim's state, and trigger the payment.")
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof claim show --policy 1 --period 0 --deployment deployment.json\n",
    );
  registerSend(family, io);
  registerItem(family, io);
  registerShow(family, io);
  registerPay(family, io);
}

function registerSend(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { policy: bigint; period: number; consent: string };
  withWalletOptions(withDeploymentOptions(family.command("send <claim>")))
    .description("Claim a period of a policy. Anyone may send the claim, and it pays the policy's payee.")
    .requiredOption("--policy <n>", "the policy", big)
    .requiredOption("--period <n>", "the period, from 0 on", whole)
    .requiredOption("--consent <id>", "the consent relied upon")
    .addHelpText(
      "after",
      "\nThe proof's public inputs are compared with what the contract wants before anything is sent.\n" +
        "\nExample:\n  vitalproof claim send claim.json --policy 1 --period 0 --consent 0x… \\\n" +
        "    --deployment deployment.json --keystore relayer.json\n",
    )
    .action(async (file: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { policy, period } = options;
      const consentId = consentIdOption(options.consent);
      const { proof, publicInputs, circuit } = await readDocument(io, CLAIM, file);
      const { sent, state, owed, token } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new ClaimsClient(claims, await walletOf(io, chain, options));
        const wanted = await withHints(() => client.claimInputs(policy, period));
        const { state: before } = await client.periodOf(policy, period);
        // A period that is claimed already, or not anchored, is for the contract to refuse, with its reason.
        if (before === "open" && wanted[1] !== 0n) assertInputs(file, wanted, publicInputs);
        const done = await io.during("claiming", () =>
          withHints(() => client.submitClaim({ policy, period, consentId, proof })),
        );
        const { program } = await client.policy(policy);
        return {
          sent: done,
          state: await client.periodOf(policy, period),
          owed: await client.owedOf(policy),
          token: (await programWithMoney(await programsOf(claims, chain), program, chain.provider)).token,
        };
      });
      io.report(
        [
          state.state === "credited"
            ? `Period ${period} of policy ${policy} is credited; ${formatAmount(owed, token)} is owed on the policy.`
            : `Period ${period} of policy ${policy} is ${state.state} until ${instantText(state.until)}.`,
          ...(state.state === "credited" ? ["`vitalproof claim pay` triggers the payment."] : []),
        ],
        { policy, period, circuit, ...state, owed, transaction: sent.hash, gasUsed: sent.gasUsed },
      );
    });
}

/** @throws WITNESS_MISMATCH naming the inputs that differ, before gas is spent on a refusal */
function assertInputs(file: string, wanted: readonly bigint[], given: readonly bigint[]): void {
  const wrong = INPUTS.filter((_, i) => wanted[i] !== given[i]);
  if (wrong.length === 0) return;
  throw new VitalproofError("WITNESS_MISMATCH", `${file} was proven for another ${wrong.join(", ")}.`, {
    details: { inputs: wrong },
    hint: wrong.includes("anchor root")
      ? "Name the period that it was proven for; if the day was corrected since, ask the attester for a new path and prove again."
      : "Name the policy and period that it was proven for.",
  });
}

function registerShow(family: Command, io: Io): void {
  type Options = DeploymentOptions & { policy: bigint; period: number };
  withDeploymentOptions(family.command("show"))
    .description("Show the state of the claim for a period.")
    .requiredOption("--policy <n>", "the policy", big)
    .requiredOption("--period <n>", "the period, from 0 on", whole)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof claim show --policy 1 --period 0 --deployment deployment.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { policy, period } = options;
      const { line, inputs } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const [found] = await periodLines(claims, chain.provider, policy, period + 1, period);
        return {
          line: found!,
          inputs: await new ClaimsClient(claims, chain.provider).claimInputs(policy, period),
        };
      });
      const anchored = inputs[1] !== 0n;
      io.report(
        [
          `Period ${period} of policy ${policy}, ${instantText(line.start)} to ${instantText(line.end)}: ${line.state}${line.until === 0 ? "" : ` until ${instantText(line.until)}`}`,
          anchored
            ? `  ${dayText(line.anchorDay)} is anchored; claimable until ${instantText(line.closesAt)}`
            : `  ${dayText(line.anchorDay)} is not anchored yet`,
        ],
        {
          policy,
          ...line,
          anchored,
          publicInputs: { holder: inputs[0], anchorRoot: inputs[1], terms: inputs[2], scope: inputs[3] },
        },
      );
    });
}

function registerPay(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { policy: bigint };
  withWalletOptions(withDeploymentOptions(family.command("pay")))
    .description("Pay everything owed on a policy to its payee. Anyone may trigger the payment.")
    .requiredOption("--policy <n>", "the policy", big)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof claim pay --policy 1 --deployment deployment.json --keystore relayer.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { policy } = options;
      const { sent, payee, token } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new ClaimsClient(claims, await walletOf(io, chain, options));
        const to = await withHints(() => client.payeeOf(policy));
        const done = await io.during("paying", () => withHints(() => client.pay(policy)));
        const { program } = await client.policy(policy);
        return {
          sent: done,
          payee: to,
          token: (await programWithMoney(await programsOf(claims, chain), program, chain.provider)).token,
        };
      });
      io.report([`${formatAmount(sent.result, token)} was paid to ${payee}.`], {
        policy,
        payee,
        amount: sent.result,
        token: token.address,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}
