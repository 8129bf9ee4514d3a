// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  ASSURANCE_CLASSES,
  type AssuranceClass,
  ClaimsClient,
  circuitIdOf,
  circuitOf,
  explainTerms,
  formatAmount,
  packTerms,
  parseAmount,
  ScopeClient,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { ZeroAddress } from "ethers";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { registryOf } from "../../chain/registry.ts";
import { tokenAt } from "../../chain/token.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { addressOption, big, needed, whole } from "../../numbers.ts";
import { type QuestionOptions, withQuestionOptions } from "../../questionOptions.ts";
import { termsFrom } from "../../terms.ts";
import { parseDuration } from "../../time.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

export function registerCreate(family: Command, io: Io): void {
  type Options = DeploymentOptions &
    WalletOptions &
    QuestionOptions & {
      group: bigint;
      scope?: bigint;
      offset?: number;
      benefit: string;
      token?: string;
      assurance?: AssuranceClass;
      claimWindow: string;
      arbiter?: string;
      reviewTime?: string;
      arbiterTime?: string;
    };
  const command = withQuestionOptions(withWalletOptions(withDeploymentOptions(family.command("create"))));
  command
    .description("Publish a program. It never changes afterwards.")
    .requiredOption("--group <n>", "the group of the attester whose anchors count", big)
    .requiredOption("--benefit <amount>", "paid for each met period, in whole tokens, such as 25.50")
    .option(
      "--token <address>",
      "the ERC-20 it is paid in (default: the deployment's test token)",
      addressOption,
    )
    .option(
      "--offset <n>",
      "quarter hours after 00:00 UTC at which a period's first epoch begins (default: the catalogue's, else 0)",
      whole,
    )
    .option("--scope <n>", "a scope of yours to use again (default: a new one, over the group)", big)
    .addOption(
      new Option("--assurance <class>", "class that the group must have (default: the one it has)").choices(
        ASSURANCE_CLASSES,
      ),
    )
    .option("--claim-window <time>", "how long a period can be claimed after its anchor", "30d")
    .option("--review-time <time>", "how long you can reject a verified claim (default: no review)")
    .option("--arbiter <address>", "who decides on rejected claims, with --review-time", addressOption)
    .option("--arbiter-time <time>", "how long the arbiter has, with --review-time; silence pays")
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof program create --deployment deployment.json --keystore insurer.json --group 1 \\\n" +
        "    --question time-in-range --window '1 day' --unit mg/dL --benefit 25\n" +
        "  vitalproof program create --deployment deployment.json --keystore insurer.json --group 1 \\\n" +
        "    --circuit glucose-day --low 70 --high 180 --at-least 70 --benefit 25\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { circuit: name, terms } = termsFrom(
        options,
        options.offset === undefined ? {} : { offset: options.offset },
      );
      const circuit = circuitOf(name);
      const made = await withChain(io, options, async (chain) => {
        const { claims, deployment } = await claimsOf(io, options, chain.chainId);
        const wallet = await walletOf(io, chain, options);
        const token = await tokenAt(
          needed(options.token ?? deployment?.testToken, "--token", "where the deployment has no test token"),
          wallet,
        );
        const benefit = parseAmount(options.benefit, token, "USAGE");
        const client = new ClaimsClient(claims, wallet);
        const registry = await registryOf(claims, "anchors", chain);
        const group = await withHints(() => new AnchorClient(registry, wallet).group(options.group));
        const scopes = new ScopeClient(await client.scopes(), wallet);
        const scope =
          options.scope ??
          (await io.during("making a scope", () => withHints(() => scopes.createScope(options.group))))
            .result;
        const review = reviewOf(options);
        const sent = await io.during("publishing the program", () =>
          withHints(() =>
            client.createProgram({
              circuit: circuitIdOf(circuit.name, circuit.version),
              scope,
              assurance: options.assurance ?? group.assurance,
              terms: packTerms({ ...terms, epoch: 0 }),
              token: token.address,
              benefit,
              claimWindow: parseDuration(options.claimWindow),
              ...review,
            }),
          ),
        );
        return {
          program: sent.result,
          scope,
          group: options.group,
          assurance: group.assurance,
          benefit,
          token,
          sent,
          insurer: wallet.address,
        };
      });
      const { program: number, scope, group, assurance, benefit, token, sent, insurer } = made;
      io.report(
        [
          `Program ${number}: ${formatAmount(benefit, token)} for each period that meets`,
          ...explainTerms(terms).map((line) => `  ${line}`),
          `Scope ${scope}, group ${group} (${assurance}), insurer ${insurer}.`,
          "It needs money before policies can be issued: `vitalproof program fund`.",
        ],
        {
          program: number,
          scope,
          group,
          assurance,
          circuit: circuit.name,
          terms: packTerms({ ...terms, epoch: 0 }),
          benefit,
          token: token.address,
          insurer,
          transaction: sent.hash,
          gasUsed: sent.gasUsed,
        },
      );
    });
}

function reviewOf({
  reviewTime,
  arbiter,
  arbiterTime,
}: {
  reviewTime?: string;
  arbiter?: string;
  arbiterTime?: string;
}) {
  if (reviewTime === undefined) {
    if (arbiter !== undefined || arbiterTime !== undefined) {
      throw new VitalproofError("USAGE", "An arbiter goes with --review-time.", { hint: "See --help." });
    }
    return { reviewTime: 0, arbiter: ZeroAddress, arbiterTime: 0 };
  }
  return {
    reviewTime: parseDuration(reviewTime),
    arbiter: needed(arbiter, "--arbiter", "with --review-time"),
    arbiterTime: parseDuration(needed(arbiterTime, "--arbiter-time", "with --review-time")),
  };
}
