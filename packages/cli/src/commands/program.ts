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
  programFacts,
  ScopeClient,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { ZeroAddress } from "ethers";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { programsOf, programWithMoney } from "../chain/programs.ts";
import { registryOf } from "../chain/registry.ts";
import { tokenAt } from "../chain/token.ts";
import { isLocalChain, withChain } from "../connect.ts";
import type { Io } from "../io.ts";
import { addressOption, big, needed, whole } from "../numbers.ts";
import { type QuestionOptions, termsFrom, withQuestionOptions } from "../terms.ts";
import { durationText, parseDuration } from "../time.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

export function registerProgram(program: Command, io: Io): void {
  const family = program
    .command("program")
    .description(
      "Publish, fund and show an insurer's programs. A program says what is paid for which circuit.",
    )
    .addHelpText("after", "\nExample:\n  vitalproof program show 1 --deployment deployment.json\n");
  registerCreate(family, io);
  registerFund(family, io);
  registerWithdraw(family, io);
  registerShow(family, io);
  registerList(family, io);
}

function registerCreate(family: Command, io: Io): void {
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

function registerFund(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { mintTestTokens?: boolean };
  withWalletOptions(withDeploymentOptions(family.command("fund <program> <amount>")))
    .description("Pay tokens into a program, in whole tokens. What arrives counts.")
    .option("--mint-test-tokens", "on a local chain, mint the tokens first (of a token that anyone can mint)")
    .addHelpText(
      "after",
      "\nThe exact amount is allowed to the custody contract first.\n" +
        "\nExample:\n  vitalproof program fund 1 500 --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (number: string, text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const id = big(number);
      const { token, amount, received, hash, gasUsed } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const wallet = await walletOf(io, chain, options);
        const on = await programsOf(claims, chain, wallet);
        const { record, token: found } = await programWithMoney(on, id, wallet);
        const wanted = parseAmount(text, found, "USAGE");
        if (options.mintTestTokens === true) {
          if (!isLocalChain(chain.chainId)) {
            throw new VitalproofError(
              "NOT_ALLOWED",
              `Chain ${chain.chainId} is not local: nothing is minted there.`,
              {
                details: { chainId: chain.chainId },
              },
            );
          }
          await io.during("minting", () => withHints(() => found.client.mint(wallet.address, wanted)));
        }
        const balance = await found.client.balanceOf(wallet.address);
        if (balance < wanted) {
          throw new VitalproofError(
            "NOT_ALLOWED",
            `${wallet.address} has ${formatAmount(balance, found)}, less than ${formatAmount(wanted, found)}.`,
            {
              details: { balance, wanted, token: found.address },
              hint: "Get tokens first, or fund with less.",
            },
          );
        }
        const { custody } = on;
        await io.during("allowing the amount", () =>
          withHints(() => found.client.approve(custody.address, wanted)),
        );
        const done = await io.during("paying in", () => withHints(() => custody.fund(record.escrow, wanted)));
        return {
          token: found,
          amount: wanted,
          received: done.result,
          hash: done.hash,
          gasUsed: done.gasUsed,
        };
      });
      io.report(
        [
          `Program ${id} was credited with ${formatAmount(received, token)}.`,
          ...(received === amount ? [] : [`${formatAmount(amount, token)} was sent: the token keeps a fee.`]),
        ],
        { program: id, sent: amount, received, token: token.address, transaction: hash, gasUsed },
      );
    });
}

function registerWithdraw(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { to?: string };
  withWalletOptions(withDeploymentOptions(family.command("withdraw <program> <amount>")))
    .description("Take free money out of your program, in whole tokens.")
    .option("--to <address>", "who receives it (default: your own account)", addressOption)
    .addHelpText(
      "after",
      "\nWhat is reserved for periods or owed to policies stays.\n" +
        "\nExample:\n  vitalproof program withdraw 1 500 --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (number: string, text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const id = big(number);
      const { token, amount, to, sent } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const wallet = await walletOf(io, chain, options);
        const on = await programsOf(claims, chain, wallet);
        const { record, token: found } = await programWithMoney(on, id, wallet);
        const wanted = parseAmount(text, found, "USAGE");
        const receiver = options.to ?? wallet.address;
        const done = await io.during("taking out", () =>
          withHints(() => on.custody.withdraw(record.escrow, wanted, receiver)),
        );
        return { token: found, amount: wanted, to: receiver, sent: done };
      });
      io.report([`${formatAmount(amount, token)} of program ${id} went to ${to}.`], {
        program: id,
        amount,
        to,
        token: token.address,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}

function registerShow(family: Command, io: Io): void {
  withDeploymentOptions(family.command("show <program>"))
    .description("Show a program, with its terms in words and its money.")
    .addHelpText("after", "\nExample:\n  vitalproof program show 1 --deployment deployment.json\n")
    .action(async (number: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const id = big(number);
      const {
        record: found,
        money,
        facts,
        token,
      } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const on = await programsOf(claims, chain);
        const all = await programWithMoney(on, id, chain.provider);
        return { ...all, facts: await programFacts(on, id) };
      });
      const { circuit, terms, scopeNumber, scope, group } = facts;
      io.report(
        [
          `Program ${id} of ${found.insurer}: ${circuit.name}, scope ${scopeNumber}, group ${group}`,
          ...explainTerms(terms).map((line) => `  ${line}`),
          `  benefit    ${formatAmount(found.benefit, token)} for each met period`,
          `  free       ${formatAmount(money.free, token)}`,
          `  committed  ${formatAmount(money.committed, token)} reserved for periods or owed`,
          `  claims     within ${lasting(found.claimWindow)} of the anchor${found.reviewTime === 0n ? ", paid without review" : `, reviewed within ${lasting(found.reviewTime)}, arbiter ${found.arbiter} within ${lasting(found.arbiterTime)}`}`,
        ],
        {
          program: id,
          insurer: found.insurer,
          circuit: circuit.name,
          terms: found.terms,
          scope: scopeNumber,
          scopeElement: scope,
          group,
          token: { address: token.address, symbol: token.symbol, decimals: token.decimals },
          benefit: found.benefit,
          escrow: found.escrow,
          free: money.free,
          committed: money.committed,
          claimWindow: found.claimWindow,
          reviewTime: found.reviewTime,
          arbiterTime: found.arbiterTime,
          arbiter: found.arbiter,
        },
      );
    });
}

function registerList(family: Command, io: Io): void {
  withDeploymentOptions(family.command("list"))
    .description("List the programs of a deployment.")
    .addHelpText("after", "\nExample:\n  vitalproof program list --deployment deployment.json\n")
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const programs = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const on = await programsOf(claims, chain);
        const count = Number(await withHints(() => on.claims.programCount()));
        const found = [];
        for (let i = 1; i <= count; i++) {
          const { record, money, token } = await programWithMoney(on, BigInt(i), chain.provider);
          found.push({
            program: BigInt(i),
            insurer: record.insurer,
            circuit: record.circuit,
            group: record.group,
            benefit: record.benefit,
            free: money.free,
            shown: `${formatAmount(record.benefit, token)} for each met period, ${formatAmount(money.free, token)} free`,
          });
        }
        return found;
      });
      io.report(
        programs.length === 0
          ? ["There is no program yet."]
          : programs.map(
              ({ program, insurer, group, shown }) =>
                `${program}: ${shown}; group ${group}, insurer ${insurer}`,
            ),
        { programs: programs.map(({ shown: _shown, ...rest }) => rest) },
      );
    });
}

function lasting(seconds: bigint): string {
  return durationText(Number(seconds));
}
