// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run deploy -- --network NAME`: looks before it leaps, then deploys with
// Ignition, reads everything back and writes down where it is. See --help.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createHardhatRuntimeEnvironment, importUserConfig } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { deployVitalproof, type Vitalproof } from "../ignition/deployVitalproof.ts";
import { withProgress } from "../ignition/progress.ts";
import { type Arguments, HELP, parseArguments, UsageError } from "./deploy/arguments.ts";
import { chainFacts } from "./deploy/chains.ts";
import { type Confirmed, confirm } from "./deploy/confirm.ts";
import { connect, type Target } from "./deploy/connect.ts";
import { deployedAddresses } from "./deploy/journal.ts";
import { type Plan, type Preflight, preflight } from "./deploy/preflight.ts";
import { Refusal } from "./deploy/refusal.ts";
import { preflightJson, preflightTable } from "./deploy/report.ts";
import { resuming } from "./deploy/resume.ts";

const root = join(import.meta.dirname, "..");

process.exitCode = await main();

async function main(): Promise<number> {
  let args: ReturnType<typeof parseArguments>;
  try {
    args = parseArguments(process.argv.slice(2), process.cwd());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nSee npm run deploy -- --help.`);
    return 2;
  }
  if (args === "help") {
    console.log(HELP);
    return 0;
  }
  const { json } = args;
  try {
    return await run(args);
  } catch (error) {
    const refusal = asRefusal(error);
    if (json) {
      const { code, message, wayOut } = refusal;
      console.log(JSON.stringify({ network: args.network, ok: false, refused: { code, message, wayOut } }));
    }
    printRefusal(refusal);
    return 1;
  }
}

async function run(args: Arguments): Promise<number> {
  const hre = await environment(args);
  if (args.build) {
    // Hardhat's build writes to standard output, which --json keeps for the document.
    await withProgress("hardhat build", () => hre.tasks.getTask("build").run({ quiet: true }));
  }
  // Before connecting: this may be why the connection fails.
  const notice = chainFacts(hre.config.networks[args.network]?.chainId ?? 0).notice;
  if (notice !== undefined) console.error(`Note: ${notice}`);
  const target = await connect(hre, args.network);
  try {
    const report = await preflight(hre, target, args);
    if (!args.json) console.log(preflightTable(report));
    const refusals = report.checks.flatMap(({ refusal }) => refusal ?? []);
    if (report.plan === undefined) {
      const [first] = refusals;
      if (args.json) {
        const { code, message, wayOut } = first!;
        console.log(
          JSON.stringify({ ...preflightJson(report), refused: { code, message, wayOut } }, null, 2),
        );
      }
      for (const refusal of refusals) printRefusal(refusal);
      console.error("Nothing was sent.");
      return 1;
    }
    if (args.preflightOnly) {
      if (args.json) console.log(JSON.stringify(preflightJson(report), null, 2));
      else console.log("All of it holds; nothing was sent.");
      return 0;
    }
    const summary = await deploy(hre, target, args, report, report.plan);
    if (args.json) console.log(JSON.stringify({ ...preflightJson(report), deployment: summary }, null, 2));
    return 0;
  } finally {
    await target.connection.close();
  }
}

async function environment(args: Arguments): Promise<HardhatRuntimeEnvironment> {
  const path = join(root, "hardhat.config.ts");
  const config = await importUserConfig(path);
  const paths = args.output === undefined ? config.paths : { ...config.paths, ignition: args.output };
  return createHardhatRuntimeEnvironment(
    { ...config, ...(paths === undefined ? {} : { paths }) },
    { config: path },
    root,
  );
}

async function deploy(
  hre: HardhatRuntimeEnvironment,
  { connection, network }: Target,
  args: Arguments,
  report: Preflight,
  plan: Plan,
) {
  const { folder, deploymentId, options } = plan;
  if (folder !== undefined && args.reset) rmSync(folder, { recursive: true, force: true });
  const total = report.creations.length;
  const system: Vitalproof = await withProgress(
    "deploying",
    () =>
      resuming(
        {
          hre,
          provider: connection.provider,
          folder,
          deploymentId,
          network,
          onResend: (future) =>
            process.stderr.write(
              `  ${future}: an earlier run's transaction never arrived; sending it again\n`,
            ),
        },
        () => deployVitalproof(hre, connection, options),
      ),
    () => `${Object.keys(deployedAddresses(folder)).length} of ${total} contracts`,
  ).catch((cause: Error) => {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(
      "DEPLOYMENT",
      `Deploying failed: ${cause.message}`,
      "Put right what the message names and run the same command again: what is deployed stays. If parameters or code changed since an earlier run, use another --deployment-id (on a local chain --reset).",
      { cause },
    );
  });
  const fresh = report.creations.some(({ deployedAt }) => deployedAt === undefined);
  const confirmed = await withProgress("reading back", () =>
    confirm(hre, connection.provider, system, plan, fresh),
  );
  const { circuits } = confirmed;
  const summary = await summarize(report, plan, system, confirmed);
  const print = (text: string) => {
    if (!args.json) console.log(text);
  };
  print(`\nDeployed on ${report.chain!.name} (chain ${summary.chainId}), read back and compared:`);
  for (const [name, address] of Object.entries(summary.contracts)) print(`  ${name.padEnd(18)} ${address}`);
  for (const { name, version, id, verifier, keyKind } of circuits) {
    print(`  circuit ${name} v${version}: ${id}\n    verifier ${verifier}, ${keyKind} key`);
  }
  if (folder === undefined) {
    print("This was the in-process chain: it ends with this command, and nothing was written.");
    return summary;
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "vitalproof.json");
  writeFileSync(path, `${JSON.stringify(summary, null, 2)}\n`);
  print(`Written to ${relative(process.cwd(), path)}.`);
  if (report.chain!.kind !== "local") {
    print(
      [
        "To publish the sources at the chain's explorers (ETHERSCAN_API_KEY where one is asked for):",
        `  npx hardhat ignition verify ${deploymentId} --network ${network}`,
        "or one at a time:",
        `  npx hardhat verify --network ${network} ${summary.contracts.AnchorRegistry}`,
        ...(args.output === undefined
          ? []
          : [
              `(\`ignition verify\` looks in ignition/deployments: move ${relative(process.cwd(), folder)} there first.)`,
            ]),
      ].join("\n"),
    );
  }
  return summary;
}

async function summarize(report: Preflight, plan: Plan, system: Vitalproof, { roles, circuits }: Confirmed) {
  return {
    schema: 1,
    chainId: report.chain!.id,
    network: report.network,
    deploymentId: plan.deploymentId,
    contracts: {
      CircuitRegistry: await system.circuits.getAddress(),
      AnchorRegistry: await system.anchors.getAddress(),
      ConsentRegistry: await system.consents.getAddress(),
      ScopeRegistry: await system.scopes.getAddress(),
      PauseRegistry: await system.pauses.getAddress(),
      Custody: await system.custody.getAddress(),
      HealthLedger: await system.ledger.getAddress(),
      ClaimsPayout: await system.claims.getAddress(),
    },
    roles,
    allowsDevelopmentKeys: plan.options.parameters.allowDevelopmentKeys,
    circuits,
  };
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // Not foreseen: the trace helps the reader.
  const cause = error instanceof Error ? error : new Error(String(error));
  return new Refusal("DEPLOYMENT", cause.stack ?? cause.message, "If the reason is not clear, report it.", {
    cause,
  });
}

function printRefusal({ message, wayOut }: Refusal): void {
  console.error(`\nRefused: ${message}\n  ${wayOut}`);
}
