// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CircuitClient,
  type ClaimItem,
  type ClaimOutcome,
  ClaimsClient,
  type PlanOptions,
  planClaims,
  settle,
} from "@vitalproof/sdk";
import { CLAIMS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import type { ContractRunner } from "ethers";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { registryOf } from "../chain/registry.ts";
import { skipWords } from "../chain/skipped.ts";
import { type Chain, withChain } from "../connect.ts";
import { readDocument } from "../documentFiles.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

type Options = DeploymentOptions & WalletOptions & { dryRun?: boolean };
type Named = { file: string; item: ClaimItem };
/** What a dry run says of a claim that would be sent. */
type Ready = { outcome: "ready"; batch: number };

export function registerSettle(program: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(program.command("settle <claims...>")))
    .description("Settle files of claims, yours or of others, and pay the gas. Each pays its policy's payee.")
    .option("--dry-run", "send nothing, and say what would become of each claim; needs no account")
    .addHelpText(
      "after",
      "\n`vitalproof claim item` makes the files. Every proof is verified before anything is sent, and as many claims\n" +
        "share a transaction as the chain allows. Settling again does no harm. Exit code 1 if any claim is not settled.\n" +
        "\nExamples:\n  vitalproof settle claims.json --dry-run --deployment deployment.json\n" +
        "  vitalproof settle anna.json bert.json --deployment deployment.json --keystore relayer.json\n",
    )
    .action(async (files: string[], _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const named = await readClaims(io, files);
      await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const isDry = options.dryRun === true;
        const runner = isDry ? chain.provider : await walletOf(io, chain, options);
        await (isDry ? preview : send)(io, named, await clientsOf(claims, chain, runner));
      });
    });
}

async function readClaims(io: Io, files: readonly string[]): Promise<Named[]> {
  const named: Named[] = [];
  for (const file of files) {
    const { claims } = await readDocument(io, CLAIMS, file);
    named.push(...claims.map((item) => ({ file, item })));
  }
  return named;
}

async function clientsOf(
  claims: string,
  chain: Chain,
  runner: ContractRunner,
): Promise<Pick<PlanOptions, "claims" | "circuits">> {
  const circuits = await registryOf(claims, "circuits", chain);
  return {
    claims: new ClaimsClient(claims, runner),
    circuits: new CircuitClient(circuits, chain.provider),
  };
}

/** Runs `act` with the options that settling and planning share. */
function working<T>(
  io: Io,
  clients: Pick<PlanOptions, "claims" | "circuits">,
  title: string,
  act: (options: PlanOptions) => Promise<T>,
): Promise<T> {
  return io.during(title, (say) =>
    act({
      ...clients,
      signal: io.signal,
      onProgress: ({ phase, done, of }) => say(`${phase}, ${done} of ${of}`),
    }),
  );
}

async function preview(
  io: Io,
  named: readonly Named[],
  clients: Parameters<typeof working>[1],
): Promise<void> {
  const items = named.map(({ item }) => item);
  const { batches, ended } = await working(io, clients, "looking", (options) => planClaims(items, options));
  const outcomes = ended.map(
    (outcome, i): ClaimOutcome | Ready =>
      outcome ?? { outcome: "ready", batch: batches.findIndex(({ places }) => places.includes(i)) },
  );
  const gasLimit = batches.reduce((sum, batch) => sum + batch.gasLimit, 0n);
  tell(io, named, outcomes, {
    line: `${batches.length} ${batches.length === 1 ? "transaction" : "transactions"}, at most ${gasLimit} gas; nothing was sent.`,
    json: {
      dryRun: true,
      transactions: batches.map((batch) => ({ claims: batch.claims.length, gasLimit: batch.gasLimit })),
      gasLimit,
    },
  });
}

async function send(io: Io, named: readonly Named[], clients: Parameters<typeof working>[1]): Promise<void> {
  const items = named.map(({ item }) => item);
  const { claims, transactions } = await working(io, clients, "settling", (options) =>
    settle(items, options),
  );
  const gasUsed = transactions.reduce((sum, each) => sum + each.gasUsed, 0n);
  tell(io, named, claims, {
    line: `${transactions.length} ${transactions.length === 1 ? "transaction" : "transactions"}, ${gasUsed} gas.`,
    json: { dryRun: false, transactions, gasUsed },
  });
}

function tell(
  io: Io,
  named: readonly Named[],
  outcomes: readonly (ClaimOutcome | Ready)[],
  sum: { line: string; json: Parameters<Io["report"]>[1] & object },
): void {
  const claims = named.map(({ file, item: { policy, period } }, i) => {
    const outcome = outcomes[i]!;
    return { file, policy, period, ...outcome, todo: todoOf(outcome) };
  });
  const isGood = ({ outcome }: { outcome: string }): boolean => outcome === "settled" || outcome === "ready";
  const good = claims.filter(isGood).length;
  io.report(
    [
      ...claims.flatMap(({ file, policy, period, todo }, i) => [
        `${file}: period ${period} of policy ${policy}: ${wordsOf(outcomes[i]!)}`,
        ...(todo === undefined ? [] : [`  ${todo}`]),
      ]),
      `${good} of ${claims.length} ${claims.some(({ outcome }) => outcome === "ready") ? "can be settled" : "settled"}; ${sum.line}`,
    ],
    { claims, ...sum.json },
  );
  if (good < claims.length) io.exitCode = EXIT.no;
}

function wordsOf(outcome: ClaimOutcome | Ready): string {
  switch (outcome.outcome) {
    case "ready":
      return `would be settled, in transaction ${outcome.batch + 1}`;
    case "settled":
      return `settled in ${outcome.transaction}`;
    case "skipped":
      return `skipped, because ${skipWords(outcome.reason, outcome.detail).why}`;
    case "refused":
    case "failed":
      return `${outcome.outcome}. ${outcome.message} [${outcome.code}]`;
  }
}

/** What can be done about a claim that is not settled. */
function todoOf(outcome: ClaimOutcome | Ready): string | undefined {
  if (outcome.outcome === "skipped") return skipWords(outcome.reason, outcome.detail).todo;
  if (outcome.outcome === "refused")
    return "Ask the patient for the claim again. It cannot be settled as it is.";
  if (outcome.outcome === "failed") return "Settle again: what was settled meanwhile is left out.";
  return undefined;
}
