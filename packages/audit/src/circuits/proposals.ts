// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256, type Result, toUtf8Bytes, ZeroHash } from "ethers";
import type { ChainEvent } from "../events.ts";
import type { FindingCode } from "../findings.ts";
import type { CircuitState, ProposalFields, RegistryFacts } from "./types.ts";

const MAX_NAME_LENGTH = 64;
const NO_FAMILY = `0x${"0".repeat(32)}`;

/** What a successor must have as its predecessor has it. */
const INHERITED = ["family", "facts", "inputs", "period", "zeroImpossible"] as const;

export function proposalIn(event: ChainEvent): ProposalFields {
  const struct: Result = event.struct("proposal");
  const hex = (field: string) => String(struct.getValue(field)).toLowerCase();
  const number = (field: string) => Number(struct.getValue(field));
  const given = (field: string) => (hex(field) === ZeroHash ? undefined : hex(field));
  return {
    name: String(struct.getValue("name")),
    version: struct.getValue("version") as bigint,
    verifier: hex("verifier"),
    verifierCodeHash: hex("verifierCodeHash"),
    verificationKey: hex("verificationKey"),
    verificationKeyHash: hex("verificationKeyHash"),
    family: hex("family"),
    facts: hex("facts"),
    inputs: number("inputs"),
    period: number("period"),
    zeroImpossible: struct.getValue("zeroImpossible") as boolean,
    ceremony: given("ceremony"),
    predecessor: given("predecessor"),
  };
}

/** Whether two proposals say the same. */
export function isSame(a: ProposalFields, b: ProposalFields): boolean {
  return (Object.keys(a) as (keyof ProposalFields)[]).every((field) => a[field] === b[field]);
}

/**
 * The rules of the registry that a proposal breaks when it is made or added, each with a sentence. Whether code and key
 * are there is compared after the last block.
 */
export function brokenRules(
  id: string,
  proposal: ProposalFields,
  circuits: ReadonlyMap<string, CircuitState>,
  { delay, allowsDevelopmentKeys }: RegistryFacts,
): [code: FindingCode, sentence: string][] {
  const { name, version, family, inputs, period, ceremony, predecessor } = proposal;
  const what = `Circuit ${name} version ${version}`;
  const broken: [FindingCode, string][] = [];
  const expected = circuitId(name, version);
  if (id !== expected) {
    broken.push(["CIRCUIT_ID_WRONG", `${what} has the id ${id}; name and version give ${expected}.`]);
  }
  if (circuits.has(id)) {
    broken.push(["CIRCUIT_CHANGED", `${what} was proposed or added, and was on record already.`]);
  }
  const length = toUtf8Bytes(name).length;
  if (length === 0 || length > MAX_NAME_LENGTH || version === 0n || family === NO_FAMILY || inputs === 0) {
    broken.push([
      "CIRCUIT_FIELDS_INVALID",
      `${what} has a name of ${length} bytes, family ${family} and ${inputs} public inputs, which the registry refuses.`,
    ]);
  }
  if (period >= delay) {
    broken.push([
      "CIRCUIT_PERIOD_TOO_LONG",
      `${what} has a period of ${period} s, which is not shorter than the delay of ${delay} s.`,
    ]);
  }
  if (ceremony === undefined && !allowsDevelopmentKeys) {
    broken.push(["CIRCUIT_KEY_NOT_ALLOWED", `${what} has a development key in a registry that takes none.`]);
  }
  if (predecessor !== undefined) broken.push(...brokenBySuccessor(what, proposal, circuits.get(predecessor)));
  return broken;
}

function brokenBySuccessor(
  what: string,
  proposal: ProposalFields,
  previous: CircuitState | undefined,
): [code: FindingCode, sentence: string][] {
  if (previous === undefined) {
    return [
      [
        "CIRCUIT_PREDECESSOR_UNKNOWN",
        `${what} is to succeed circuit ${proposal.predecessor}, which is not on record.`,
      ],
    ];
  }
  const broken: [FindingCode, string][] = [];
  if (previous.successor !== undefined) {
    broken.push([
      "CIRCUIT_SUCCESSOR_TWICE",
      `${what} is to succeed ${previous.name} version ${previous.version}, which has the successor ${previous.successor}.`,
    ]);
  }
  const differing = INHERITED.filter((field) => previous[field] !== proposal[field]);
  if (differing.length > 0) {
    broken.push([
      "CIRCUIT_SUCCESSOR_DIFFERS",
      `${what} is to succeed ${previous.name} version ${previous.version} and differs in ${differing.map((field) => `${field} (${proposal[field]}, before ${previous[field]})`).join(", ")}.`,
    ]);
  }
  return broken;
}

function circuitId(name: string, version: bigint): string {
  const values = ["vitalproof/circuit/1", name, version];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["string", "string", "uint256"], values));
}
