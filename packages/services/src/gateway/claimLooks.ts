// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { JsonRpcProvider } from "ethers";
import type { ServicesConfig } from "../config.ts";
import { provingCircuits } from "../proving/circuits.ts";
import { claimChainOf } from "./claims/proving.ts";
import type { GatewayConfig, ServiceConfig } from "./config.ts";
import type { Look } from "./look.ts";
import { serviceOptions } from "./serviceOptions.ts";

/** Milliseconds for an answer. */
const PATIENCE = 10_000;

/** What claims need before a gateway runs. Nothing is changed. */
export function claimLooks(
  config: ServicesConfig & { readonly gateway: GatewayConfig },
  provider: JsonRpcProvider,
): Look[] {
  const { programs = [], relayer } = config.gateway;
  return [
    ...programs.map(
      (program): Look => [`program ${program}`, () => lookAtProgram(program, config, provider)],
    ),
    ...(relayer === undefined ? [] : [["relayer", () => lookAtRelayer(relayer)] as const]),
  ];
}

async function lookAtProgram(
  program: bigint,
  { chain, artifacts, gateway }: ServicesConfig & { readonly gateway: GatewayConfig },
  provider: JsonRpcProvider,
): Promise<string> {
  const { group, circuit } = await (await claimChainOf(chain, provider)).program(program);
  if (!gateway.attesters.some((each) => each.group === group)) {
    throw new VitalproofError(
      "NOT_THERE",
      `It pays on logs of group ${group}, whose attester is not configured.`,
      {
        details: { program, group },
        hint: "Add the attester to gateway.attesters, or remove the program.",
      },
    );
  }
  if (gateway.provers === 0) return `pays on ${circuit.name}; other machines prove`;
  await provingCircuits(artifacts, gateway.circuits)(circuit.name);
  return `pays on ${circuit.name}, whose files are there`;
}

async function lookAtRelayer(relayer: ServiceConfig): Promise<string> {
  const { fetch = globalThis.fetch } = await serviceOptions(relayer);
  const url = new URL("/health", relayer.url).href;
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: "error" }).catch(
    (cause: unknown) => {
      throw new VitalproofError("SERVICE_UNREACHABLE", "It does not answer.", {
        details: { url },
        hint: "Check gateway.relayer.url, and whether the relayer runs.",
        cause,
      });
    },
  );
  if (answer.ok) return "answers";
  throw new VitalproofError("SERVICE_UNREACHABLE", `It answers with HTTP ${answer.status}.`, {
    details: { url, status: answer.status },
    hint: "Check gateway.relayer.url.",
  });
}
