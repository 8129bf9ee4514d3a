// SPDX-License-Identifier: GPL-3.0-or-later
import { CircuitClient, circuitIdOf, circuits, refusalOf, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { registryOf } from "../chain/registry.ts";
import { type Chain, withChain } from "../connect.ts";
import type { Io } from "../io.ts";
import { instantText } from "../time.ts";

/** "forged": somebody showed that its verifier accepts a forgery. It settles nothing any more. */
type State = "registered" | "suspended" | "retired" | "forged";

export function registerCircuits(program: Command, io: Io): void {
  withDeploymentOptions(program.command("circuits"))
    .description("List the circuits that a deployment's registry has, and the state of each.")
    .addHelpText(
      "after",
      "\nThe states: registered, suspended by the guardian, retired (no new period begins under it), forged (a false proof\n" +
        "was accepted). Circuits that this version of the command does not know are not listed.\n" +
        "\nExample:\n  vitalproof circuits --deployment deployment.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const { found, absent } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const client = new CircuitClient(await registryOf(claims, "circuits", chain), chain.provider);
        return statesAt(client, chain);
      });
      const width = Math.max(0, ...found.map(({ name }) => name.length));
      io.report(
        [
          ...found.map(
            ({ name, version, state, retiredAt }) =>
              `${name.padEnd(width)}  version ${version}, ${state}${retiredAt === 0 ? "" : `, no new period from ${instantText(retiredAt)} on`}`,
          ),
          ...(absent.length === 0 ? [] : [`Not in this registry: ${absent.join(", ")}.`]),
        ],
        { circuits: found, absent },
      );
    });
}

async function statesAt(client: CircuitClient, { provider }: Chain) {
  const now = (await provider.getBlock("latest"))!.timestamp;
  const all = await Promise.all(
    circuits().map(async ({ name, version }) => {
      const id = circuitIdOf(name, version);
      const record = await withHints(() => client.circuit(id)).catch(unknownCircuit);
      if (record === undefined) return { name, record: undefined };
      const retiredAt = Number(record.retiredAt);
      const suspended = await client.isSuspendedAt(id, now);
      const state: State =
        record.forgedAt !== 0n
          ? "forged"
          : suspended
            ? "suspended"
            : retiredAt !== 0 && retiredAt <= now
              ? "retired"
              : "registered";
      return { name, record: { name, version, id, state, retiredAt, verifier: record.verifier } };
    }),
  );
  return {
    found: all.flatMap((one) => (one.record === undefined ? [] : [one.record])),
    absent: all.flatMap(({ name, record }) => (record === undefined ? [name] : [])),
  };
}

function unknownCircuit(error: unknown): undefined {
  const refusal = error instanceof VitalproofError ? refusalOf(error) : undefined;
  if (refusal?.name !== "CircuitRegistry_UnknownCircuit") throw error;
  return undefined;
}
