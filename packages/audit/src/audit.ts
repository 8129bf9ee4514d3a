// SPDX-License-Identifier: GPL-3.0-or-later
import { isValidProof, VitalproofError } from "@vitalproof/sdk";
import { AnchorState } from "./anchorState.ts";
import type { ChainData, LogEntry } from "./chainData.ts";
import { CircuitsState, type RegistryTimes } from "./circuitState.ts";
import { applyToClaims } from "./claims/apply.ts";
import { ClaimsState } from "./claims/state.ts";
import type { ProgramState } from "./claims/types.ts";
import { collectEvents, collectTransactions, collectTransfers, type Progress } from "./collect.ts";
import { ConsentsState } from "./consentState.ts";
import { type ChainEvent, type ContractAddresses, type ContractName, contractInterfaces } from "./events.ts";
import { Findings } from "./findings.ts";
import type { KnownKeys } from "./keys.ts";
import { checkAttestations, checkProofs, type ProofContext } from "./proofs.ts";
import { type AuditReport, buildReport } from "./report.ts";
import { ScopesState } from "./scopeState.ts";
import { Transfers } from "./transfers.ts";
import { untilGone } from "./untilGone.ts";
import { checkViews } from "./views.ts";

export type AuditOptions = {
  readonly data: ChainData;
  /** Address of the claims contract; it names the registries. */
  readonly claims: string;
  readonly program: bigint;
  readonly keys: KnownKeys;
  /** First block to look at; the contracts' creation when left out, found by asking for their code. */
  readonly fromBlock?: number;
  /** Last block to look at; the latest when left out. */
  readonly toBlock?: number;
  readonly progress?: Progress;
  /** The SDK's verifier when left out. */
  readonly verify?: typeof isValidProof;
};

/**
 * Audits one program from chain data alone: replays every event of the contracts in order, executes each rule again,
 * verifies each proof outside the chain against inputs rebuilt from the events, and holds the result against receipts,
 * the token's transfers and the contracts' state.
 *
 * @throws NOT_THERE when the chain has no such program; CONTRACT_CALL_FAILED when the node does not answer
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { data, gone } = untilGone(options.data);
  return Promise.race([replay({ ...options, data }), gone]);
}

async function replay(options: AuditOptions): Promise<AuditReport> {
  const { data, program: programId, keys } = options;
  const progress = options.progress ?? (() => {});
  const claimsAddress = options.claims.toLowerCase();
  const interfaces = contractInterfaces();
  const findings = new Findings(programId);
  const head = await data.block(options.toBlock ?? "latest");
  const chainId = await data.chainId();

  const view = async (contract: ContractName, address: string, name: string): Promise<unknown> => {
    const abi = interfaces[contract];
    try {
      const result = await data.call(address, abi.encodeFunctionData(name), head.number);
      return abi.decodeFunctionResult(name, result)[0] as unknown;
    } catch (cause) {
      throw new VitalproofError("CONTRACT_CALL_FAILED", `${name} of ${address} cannot be read.`, {
        details: { address, name },
        hint: "Check that the address is that of a ClaimsPayout on this chain.",
        cause,
      });
    }
  };
  const registry = async (name: string) => String(await view("claims", claimsAddress, name)).toLowerCase();
  const addresses: ContractAddresses = {
    claims: claimsAddress,
    anchors: await registry("anchors"),
    consents: await registry("consents"),
    circuits: await registry("circuits"),
    scopes: await registry("scopes"),
  };
  const seconds = async (name: string) => Number(await view("circuits", addresses.circuits, name));
  const times: RegistryTimes = {
    delay: await seconds("delay"),
    suspensionTime: await seconds("suspensionTime"),
    suspensionCooldown: await seconds("suspensionCooldown"),
  };
  const pauseCooldown = Number(await view("claims", claimsAddress, "pauseCooldown"));

  const fromBlock = options.fromBlock ?? (await creationBlock(data, Object.values(addresses), head.number));
  const range = { fromBlock, toBlock: head.number };
  const events = await collectEvents(data, addresses, interfaces, range, findings, progress);
  const created = events.find(
    ({ name, contract, log }) =>
      contract === "claims" && name === "ProgramCreated" && log.topics[1] === word(programId),
  );
  if (created === undefined) {
    throw new VitalproofError(
      "NOT_THERE",
      `The events of ${claimsAddress} hold no creation of program ${programId}.`,
      {
        details: { program: programId, fromBlock },
        hint: "Check the number and the address, and that the audit starts before the contracts were deployed.",
      },
    );
  }
  const token = String(created.struct("offer").getValue("token")).toLowerCase();
  const group = created.big("groupId");
  const insurer = created.hex("insurer");

  const moved = await collectTransfers(
    data,
    token,
    claimsAddress,
    interfaces.token,
    range,
    findings,
    progress,
  );
  const transfers = new Transfers(moved);
  const concerned = events.filter((event) => concerns(event, { programId, group, insurer }, events));
  const transactions = await collectTransactions(
    data,
    [...concerned, ...moved],
    [...events, ...moved],
    belongs(addresses, token, interfaces.token.getEvent("Transfer")!.topicHash),
    findings,
    progress,
  );

  progress("replaying events");
  const anchors = new AnchorState(findings, group);
  const consents = new ConsentsState(findings, insurer);
  const circuits = new CircuitsState(findings, times);
  const scopes = new ScopesState({ chainId, address: addresses.scopes, findings });
  const claims = new ClaimsState({
    chainId,
    claims: claimsAddress,
    pauseCooldown,
    anchors,
    consents,
    circuits,
    scopes,
    token,
    transfers,
    findings,
  });
  const others = { anchors, consents, circuits, scopes };
  for (const event of events) {
    if (event.contract === "claims") applyToClaims(claims, event);
    else if (event.contract !== "token") others[event.contract].apply(event);
  }
  const program = claims.programs.get(programId) as ProgramState;
  const donated = explainTransfers(transfers, claimsAddress, findings);

  const policies = [...claims.policies.values()].filter((policy) => policy.program === programId);
  const mine = new Set(policies.map(({ id }) => id));
  const context: ProofContext = {
    data,
    chainId,
    claims: claimsAddress,
    program: programId,
    abi: interfaces.claims,
    keys,
    transactions,
    rootWrittenIn: (day, block) =>
      events.some(
        ({ contract, name, log }) =>
          contract === "anchors" &&
          (name === "DayAnchored" || name === "DayCorrected") &&
          log.blockNumber === block &&
          log.topics[1] === word(group) &&
          log.topics[2] === word(BigInt(day)),
      ),
    findings,
    progress,
    verify: options.verify ?? isValidProof,
  };
  await checkAttestations(context, policies);
  await checkProofs(
    context,
    claims.claims.filter(({ policy }) => mine.has(policy)),
  );
  const { balance } = await checkViews({
    data,
    chainId,
    block: head.number,
    now: head.timestamp,
    addresses,
    interfaces,
    anchors,
    consents,
    circuits,
    scopes,
    claims,
    program,
    donated,
    keys,
    findings,
    progress,
  });
  return buildReport({
    chainId,
    fromBlock,
    head,
    addresses,
    events: events.length + moved.length,
    program,
    token: await tokenFacts(data, token, head.number),
    keys,
    claims,
    anchors,
    consents,
    circuits,
    transfers,
    donated,
    balance,
    findings: findings.all(),
  });
}

/** Events whose transactions are looked at: the program's, its group's anchors, consents to its insurer. */
function concerns(
  event: ChainEvent,
  { programId, group, insurer }: { programId: bigint; group: bigint; insurer: string },
  events: readonly ChainEvent[],
): boolean {
  const topic = event.log.topics;
  if (event.contract === "anchors") return topic[1] === word(group);
  if (event.contract === "consents") {
    return event.name === "ConsentGranted" && event.hex("grantee") === insurer;
  }
  if (event.contract !== "claims") return event.contract === "circuits";
  if (event.name.startsWith("Program")) return topic[1] === word(programId);
  if (event.name === "PolicyIssued") return topic[2] === word(programId);
  if (!POLICY_EVENTS.has(event.name)) return true;
  return policiesOf(programId, events).has(topic[1] ?? "");
}

const POLICY_EVENTS = new Set([
  "PolicyEnded",
  "PayeeChanged",
  "ClaimSettled",
  "ClaimRejected",
  "ClaimCredited",
  "ClaimDenied",
  "PeriodReleased",
  "PolicyPaid",
]);

const policyTopics = new WeakMap<readonly ChainEvent[], Map<bigint, Set<string>>>();

/** First topics of the events of a program's policies. */
function policiesOf(programId: bigint, events: readonly ChainEvent[]): ReadonlySet<string> {
  const known = policyTopics.get(events) ?? new Map<bigint, Set<string>>();
  policyTopics.set(events, known);
  const found =
    known.get(programId) ??
    new Set(
      events
        .filter(({ contract, name, log }) => {
          return contract === "claims" && name === "PolicyIssued" && log.topics[2] === word(programId);
        })
        .map(({ log }) => log.topics[1] ?? ""),
    );
  known.set(programId, found);
  return found;
}

/** Whether a log of a receipt should have been among the events: all of the contracts', and the token's own to or from them. */
function belongs(addresses: ContractAddresses, token: string, transfer: string): (log: LogEntry) => boolean {
  const contracts = new Set(Object.values(addresses));
  const party = `0x${addresses.claims.slice(2).padStart(64, "0")}`;
  return ({ address, topics }) =>
    contracts.has(address) ||
    (address === token && topics[0] === transfer && (topics[1] === party || topics[2] === party));
}

/** Transfers that no event tells of. @returns what was given to the contract outside any program */
function explainTransfers(transfers: Transfers, claims: string, findings: Findings): bigint {
  let donated = 0n;
  for (const { from, to, value, explainedBy, transaction, block } of transfers.all) {
    // Nothing moved: anyone can make a token say that.
    if (explainedBy !== undefined || value === 0n) continue;
    if (from === claims) {
      findings.add(
        "TRANSFER_UNEXPLAINED",
        `The token moved ${value} out of the contract to ${to}, and no payment or withdrawal tells of it.`,
        { transaction, block },
      );
      if (to !== claims) donated -= value;
    } else {
      findings.add(
        "DONATION",
        `${from} sent ${value} to the contract without funding a program. They belong to no one and remain there.`,
        { transaction, block },
      );
      donated += value;
    }
  }
  return donated;
}

/** The first block in which all contracts have code, by bisection; 0 when the node does not keep old states. */
async function creationBlock(data: ChainData, addresses: readonly string[], head: number): Promise<number> {
  const firstOf = async (address: string): Promise<number> => {
    let low = 0;
    let high = head;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await data.code(address, middle)) === "0x") low = middle + 1;
      else high = middle;
    }
    return low;
  };
  try {
    return Math.min(...(await Promise.all(addresses.map(firstOf))));
  } catch {
    return 0;
  }
}

async function tokenFacts(data: ChainData, address: string, block: number): Promise<AuditReport["token"]> {
  const abi = contractInterfaces().token;
  const ask = async (name: string): Promise<unknown> => {
    try {
      const result = await data.call(address, abi.encodeFunctionData(name), block);
      return abi.decodeFunctionResult(name, result)[0] as unknown;
    } catch {
      // Both are optional in ERC-20.
      return undefined;
    }
  };
  return {
    address,
    symbol: String((await ask("symbol")) ?? ""),
    decimals: Number((await ask("decimals")) ?? 0),
  };
}

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
