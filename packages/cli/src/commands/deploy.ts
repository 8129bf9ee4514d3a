// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { isLocalChain } from "@vitalproof/sdk/node";
import type { Command } from "commander";
import type { Deployment } from "../chain/deployment.ts";
import { deployTestToken } from "../chain/token.ts";
import { withChain } from "../connect.ts";
import { writeText } from "../files.ts";
import { type Io, type Json, jsonText } from "../io.ts";
import { addressOption } from "../numbers.ts";
import { walletOf, withWalletOptions } from "../wallet.ts";
import { cloneOf } from "./deploy/clone.ts";
import { type DeployOptions, runDeployment } from "./deploy/script.ts";

export function registerDeploy(program: Command, io: Io): void {
  withWalletOptions(program.command("deploy"))
    .description(
      "Deploy the contracts to the node's chain: check everything first, deploy, read back, and write a deployment file.",
    )
    .option(
      "--governor <address>",
      "who decides on circuits, after a delay (local chains: the node's 2nd account)",
      addressOption,
    )
    .option("--guardian <address>", "who can suspend a circuit (local chains: the 3rd)", addressOption)
    .option("--pauser <address>", "who can pause new business (local chains: the 4th)", addressOption)
    .option("--parameters <file>", "instead: a file with roles and times, see docs/deployment.md")
    .option("--circuits <names>", "A,B: circuits to start with (default: those of the default group)")
    .option(
      "--allow-development-keys",
      "accept keys under which anyone can forge proofs, on a known test network",
    )
    .option("--with-test-token", "on a local chain, also deploy a token that anyone can mint")
    .option(
      "--journal <folder>",
      "where Ignition keeps its journal (default: the clone's ignition/; none for local chains)",
    )
    .option("--no-build", "take the compiled contracts as they are")
    .option(
      "--clone <folder>",
      "the clone of the repository that deploys (needed where the command is installed)",
    )
    .option("--preflight", "only look; send nothing, write nothing")
    .option("--out <file>", "where to write the deployment file", "deployment.json")
    .option("--force", "replace that file")
    .addHelpText(
      "after",
      "\nA clone of the repository deploys: it rehearses the deployment and compares it with the sources.\n" +
        "Development keys are refused on every chain but local ones and, with the flag, known test networks.\n" +
        "\nExamples:\n" +
        "  vitalproof deploy --dev-account 0 --with-test-token --out deployment.json\n" +
        "  vitalproof deploy --clone vitalproof --preflight --dev-account 0\n" +
        "  vitalproof deploy --rpc https://… --keystore deployer.json --governor 0x… --guardian 0x… --pauser 0x…\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DeployOptions>();
      const clone = await cloneOf(io, options.clone);
      const { document, deployment } = await withChain(io, options, async (chain) => {
        const { chainId, provider } = chain;
        const local = isLocalChain(chainId);
        if (options.withTestToken === true && !local) {
          throw new VitalproofError(
            "NOT_ALLOWED",
            `Chain ${chainId} is not local: no test token is deployed there.`,
            {
              details: { chainId },
              hint: "Name the token that the benefit is paid in with `program create --token`.",
            },
          );
        }
        const wallet = await walletOf(io, chain, options);
        const fromBlock = await provider.getBlockNumber();
        const found = await runDeployment(io, options, { clone, chainId, provider, wallet, local });
        if (found.deployment === undefined) return { document: found, deployment: undefined };
        const { schema, contracts, chainId: id } = found.deployment;
        const testToken =
          options.withTestToken === true
            ? await io.during("deploying the test token", () => deployTestToken(io, wallet))
            : undefined;
        const made: Deployment = {
          schema,
          chainId: id,
          contracts,
          fromBlock,
          ...(testToken === undefined ? {} : { testToken }),
        };
        return { document: found, deployment: made };
      });
      if (deployment === undefined) {
        io.report(
          (document.checks ?? []).map(
            ({ title, status, detail }) => `${status.padEnd(8)} ${title}: ${detail}`,
          ),
          document as unknown as Json,
        );
        return;
      }
      const { roles, circuits } = document.deployment!;
      const file = { ...deployment, roles, circuits };
      await writeText(io, options.out, jsonText(file as unknown as Json), options);
      io.report(
        [
          `Deployed on chain ${deployment.chainId}, read back and compared; written to ${options.out}.`,
          ...Object.entries(deployment.contracts).map(([name, address]) => `  ${name.padEnd(18)} ${address}`),
          ...(deployment.testToken === undefined
            ? []
            : [`  ${"test token".padEnd(18)} ${deployment.testToken}`]),
          ...circuits.map(({ name, version, keyKind }) => `  circuit ${name} v${version}, ${keyKind} key`),
          ...Object.entries(roles).map(([role, account]) => `  ${role.padEnd(18)} ${account}`),
        ],
        { file: options.out, ...file } as unknown as Json,
      );
    });
}
