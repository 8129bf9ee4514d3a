// SPDX-License-Identifier: GPL-3.0-or-later
import { isValidProof, VitalproofError } from "@vitalproof/sdk";
import { AnchorState } from "./anchorState.ts";
import { buildReport } from "./buildReport.ts";
import type { ChainData } from "./chainData.ts";
import { CircuitsState } from "./circuits/state.ts";
import { applyToClaims } from "./claims/apply.ts";
import { ClaimsState } from "./claims/state.ts";
import type { ProgramState } from "./claims/types.ts";
import { collectEvents, collectTransactions, collectTransfers, type Progress } from "./collect.ts";
import { belongsTo, boundPages, concernedBy, word } from "./concerned.ts";
import { ConsentsState } from "./consentState.ts";
import { contractsOf, creationBlock } from "./contracts.ts";
import { CustodyState } from "./custodyState.ts";
import { contractInterfaces } from "./events.ts";
import { Findings } from "./findings.ts";
import type { KnownKeys } from "./keys.ts";
import { checkBindings } from "./ledgerProofs.ts";
import { HealthLedgerState } from "./ledgerState.ts";
import { PausesState } from "./pauseState.ts";
import { checkAttestations, checkProofs, type ProofContext } from "./proofs.ts";
import type { AuditReport } from "./report.ts";
import { ScopesState } from "./scopeState.ts";
import { Transfers } from "./transfers.ts";
import { untilGone } from "./untilGone.ts";
import { checkViews } from "./views/index.ts";

export type AuditOptions = {
  readonly data: ChainData;
  /** Address of the claims contract; it names the others. */
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
 * verifies each proof outside the chain against inputs rebuilt from the events, and compares the result with receipts,
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

  const { addresses, facts } = await contractsOf(data, claimsAddress, interfaces, head.number);
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
  const escrow = created.big("escrowId");
  const insurer = created.hex("insurer");

  const moved = await collectTransfers(
    data,
    token,
    addresses.custody,
    interfaces.token,
    range,
    findings,
    progress,
  );
  const transfers = new Transfers(moved);
  const concerned = concernedBy({ program: programId, group, escrow, insurer }, events);
  const transactions = await collectTransactions(
    data,
    [...concerned, ...moved],
    [...events, ...moved],
    belongsTo(addresses, token, interfaces.token.getEvent("Transfer")!.topicHash),
    findings,
    progress,
  );

  progress("replaying events");
  const anchors = new AnchorState(findings, group);
  const consents = new ConsentsState(findings, insurer);
  const healthLedger = new HealthLedgerState(findings, { insurer, pages: boundPages(events, insurer) });
  const circuits = new CircuitsState(findings, facts);
  const scopes = new ScopesState({ chainId, address: addresses.scopes, findings });
  const pauses = new PausesState(findings, facts.suspensionTime);
  const custody = new CustodyState(findings);
  const claims = new ClaimsState({
    chainId,
    claims: claimsAddress,
    custodyAddress: addresses.custody,
    anchors,
    consents,
    healthLedger,
    circuits,
    scopes,
    pauses,
    custody,
    token,
    transfers,
    findings,
  });
  const registries = { anchors, consents, ledger: healthLedger, circuits, scopes, pauses };
  for (const event of events) {
    if (event.contract === "claims" || event.contract === "custody") applyToClaims(claims, event);
    else if (event.contract !== "token") registries[event.contract].apply(event);
  }
  const program = claims.programs.get(programId) as ProgramState;

  const policies = [...claims.policies.values()].filter((policy) => policy.program === programId);
  const mine = new Set(policies.map(({ id }) => id));
  const context: ProofContext = {
    data,
    chainId,
    claims: claimsAddress,
    program: programId,
    offerHash: program.offerHash,
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
  await checkBindings(
    { ...context, abi: interfaces.ledger, ledger: addresses.ledger, circuits: circuits.circuits },
    [...healthLedger.consents.values()].filter(
      ({ consent }) => consent.program === programId && consent.grantee === insurer,
    ),
  );
  const holdings = await checkViews({
    data,
    chainId,
    block: head.number,
    now: head.timestamp,
    addresses,
    interfaces,
    anchors,
    consents,
    healthLedger,
    circuits,
    scopes,
    pauses,
    custody,
    claims,
    program,
    transfers,
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
    healthLedger,
    circuits,
    pauses,
    transfers,
    holdings,
    findings: findings.all(),
  });
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
