// SPDX-License-Identifier: GPL-3.0-or-later
import { PERIOD_STATES, type PeriodState } from "@vitalproof/sdk";
import { type Interface, keccak256, type Result } from "ethers";
import type { AnchorState } from "./anchorState.ts";
import type { ChainData } from "./chainData.ts";
import type { CircuitState, CircuitsState } from "./circuitState.ts";
import type { ClaimsState } from "./claims/state.ts";
import type { PolicyState, ProgramState } from "./claims/types.ts";
import type { Progress } from "./collect.ts";
import type { ConsentsState } from "./consentState.ts";
import type { ContractAddresses, ContractName } from "./events.ts";
import type { FindingCode, FindingPlace, Findings } from "./findings.ts";
import { type KnownKeys, wordsInCode } from "./keys.ts";
import { inParallel } from "./parallel.ts";
import type { ScopesState } from "./scopeState.ts";

export type ViewContext = {
  readonly data: ChainData;
  readonly chainId: bigint;
  /** Block and its time: all views are of the state after it. */
  readonly block: number;
  readonly now: number;
  readonly addresses: ContractAddresses;
  readonly interfaces: Readonly<Record<ContractName | "token", Interface>>;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly circuits: CircuitsState;
  readonly scopes: ScopesState;
  readonly claims: ClaimsState;
  readonly program: ProgramState;
  /** Direct transfers to the contract, which belong to no one. */
  readonly donated: bigint;
  readonly keys: KnownKeys;
  readonly findings: Findings;
  readonly progress: Progress;
};

/** Chains on which a development key is not a finding, because nobody else or nothing of value is there. As in CircuitRegistry. */
const DEVELOPMENT_CHAINS = [31337n, 1337n, 2442n, 59141n, 534351n, 8022833n, 167013n];

/** States in which a period's benefit is reserved no more. */
const CLOSED: readonly PeriodState[] = ["credited", "denied", "released"];

type Expected = Readonly<Record<string, unknown>>;

/** Compares what the contracts say after the last block with what their events add up to. @returns the token's balance */
export async function checkViews(context: ViewContext): Promise<{ balance: bigint | undefined }> {
  context.progress("what the contracts say now");
  await checkCounts(context);
  await checkPrograms(context);
  await checkPolicies(context);
  await checkAnchors(context);
  await checkConsents(context);
  await checkCircuits(context);
  return { balance: await checkBalance(context) };
}

async function checkCounts(context: ViewContext): Promise<void> {
  const { claims, scopes } = context;
  const pausedUntil = claims.pauses.runningUntil(context.now);
  for (const [contract, name, expected, code] of [
    ["scopes", "scopeCount", scopes.scopes.size, "VIEW_COUNT_DISAGREES"],
    ["claims", "programCount", claims.programs.size, "VIEW_COUNT_DISAGREES"],
    ["claims", "policyCount", claims.policies.size, "VIEW_COUNT_DISAGREES"],
    ["claims", "pausedUntil", pausedUntil, "VIEW_PAUSE_DISAGREES"],
  ] as const) {
    await compare(context, contract, name, [], code, {}, (result) => [[name, result[0], BigInt(expected)]]);
  }
}

async function checkPrograms(context: ViewContext): Promise<void> {
  const { claims, program } = context;
  const sameToken = [...claims.programs.values()].filter(({ token }) => token === program.token);
  await inParallel(sameToken, async ({ id, ledger, ...offer }) => {
    const money = { free: ledger.free, committed: ledger.reserved + ledger.owed };
    const expected: Expected =
      id === program.id
        ? {
            ...money,
            terms: offer.terms,
            circuit: offer.circuit,
            insurer: offer.insurer,
            scope: offer.scope,
            group: offer.group,
            claimWindow: offer.claimWindow,
            benefit: offer.benefit,
            epochSeconds: offer.epochSeconds,
            reviewTime: offer.reviewTime,
            arbiterTime: offer.arbiterTime,
            arbiter: offer.arbiter,
            token: offer.token,
          }
        : money;
    await compare(context, "claims", "program", [id], "VIEW_PROGRAM_DISAGREES", {}, (result) =>
      fields(result[0] as Result, expected, `program ${id}`),
    );
  });
  const accounted = sameToken.reduce(
    (sum, { ledger }) => sum + ledger.free + ledger.reserved + ledger.owed,
    0n,
  );
  await compare(
    context,
    "claims",
    "accountedIn",
    [program.token],
    "VIEW_ACCOUNTED_DISAGREES",
    {},
    (result) => [["the sum of all programs in the token", result[0], accounted]],
  );
}

async function checkPolicies(context: ViewContext): Promise<void> {
  const { claims, program } = context;
  const policies = [...claims.policies.values()].filter((policy) => policy.program === program.id);
  await inParallel(policies, async (policy) => {
    const { id } = policy;
    const place = { program: program.id, policy: id };
    const agrees = await compare(
      context,
      "claims",
      "policy",
      [id],
      "VIEW_POLICY_DISAGREES",
      place,
      (result) =>
        fields(
          result[0] as Result,
          {
            program: policy.program,
            holder: policy.holder,
            controller: policy.controller,
            payee: policy.payee,
            firstEpoch: policy.firstEpoch,
            periods: policy.periods,
            reserved: policy.reserved,
            owed: policy.owed,
            paid: policy.paid,
          },
          `policy ${id}`,
        ),
    );
    // The counters stand for all periods. If they disagree, or do not add up to the periods that are known to be closed,
    // every period is asked, to name the one.
    const inside = [...policy.byPeriod].filter(([period]) => period < policy.periods);
    const closed = inside.filter(([, { state }]) => CLOSED.includes(state)).length;
    const periods =
      agrees && closed === policy.periods - policy.reserved
        ? inside.map(([period]) => period)
        : Array.from({ length: Math.min(policy.periods, 10_000) }, (_, period) => period);
    await checkPeriods(context, policy, periods);
  });
}

async function checkPeriods(
  context: ViewContext,
  policy: PolicyState,
  periods: readonly number[],
): Promise<void> {
  await inParallel(periods, async (period) => {
    const { state, until } = context.claims.periodOf(policy, period);
    await compare(
      context,
      "claims",
      "periodOf",
      [policy.id, period],
      "VIEW_PERIOD_DISAGREES",
      { program: context.program.id, policy: policy.id, period },
      (result) => [
        [
          `state of period ${period} of policy ${policy.id}`,
          PERIOD_STATES[Number(result[0])] ?? result[0],
          state,
        ],
        [`deadline of period ${period} of policy ${policy.id}`, result[1], BigInt(until)],
      ],
    );
  });
}

async function checkAnchors(context: ViewContext): Promise<void> {
  const { anchors, claims, program } = context;
  const group = anchors.groups.get(program.group);
  if (group !== undefined) {
    await compare(context, "anchors", "group", [program.group], "VIEW_GROUP_DISAGREES", {}, (result) =>
      fields(
        result[0] as Result,
        {
          attester: group.attester,
          intakeTime: group.intakeTime,
          graceTime: group.graceTime,
          correctionTime: group.correctionTime,
        },
        `group ${program.group}`,
      ),
    );
  }
  const days = new Set(anchors.daysOf(program.group).map(({ day }) => day));
  for (const claim of claims.claims) days.add(claim.anchorDay);
  await inParallel([...days], async (day) => {
    const known = anchors.inForce(program.group, day);
    await compare(
      context,
      "anchors",
      "anchorOf",
      [program.group, day],
      "VIEW_ANCHOR_DISAGREES",
      { day },
      (result) => {
        const anchor = result[0] as Result;
        return [
          [`root of day ${day}`, anchor.getValue("root"), known?.root ?? 0n],
          [`time of writing of day ${day}`, anchor.getValue("writtenAt"), BigInt(known?.writtenAt ?? 0)],
          [`mark of correction of day ${day}`, anchor.getValue("corrected"), known?.corrected ?? false],
        ];
      },
    );
  });
}

async function checkConsents(context: ViewContext): Promise<void> {
  const { consents, claims, program } = context;
  const ids = new Set(
    [...consents.consents.values()]
      .filter(({ consent }) => consent.program === program.id && consent.grantee === program.insurer)
      .map(({ id }) => id),
  );
  for (const claim of claims.claims) {
    if (claims.policies.get(claim.policy)?.program === program.id) ids.add(claim.consent);
  }
  await inParallel([...ids], async (id) => {
    const known = consents.consents.get(id);
    await compare(
      context,
      "consents",
      "consentOf",
      [id],
      "VIEW_CONSENT_DISAGREES",
      { consent: id },
      (result) => {
        const record = result[0] as Result;
        const what = `of consent ${id}`;
        return [
          [
            `patient ${what}`,
            lower(record.getValue("patient")),
            known?.consent.patient ?? `0x${"0".repeat(40)}`,
          ],
          [`first second ${what}`, record.getValue("from"), BigInt(known?.consent.from ?? 0)],
          [`first second after the end ${what}`, record.getValue("until"), BigInt(known?.consent.until ?? 0)],
          [`time of granting ${what}`, record.getValue("grantedAt"), BigInt(known?.grantedAt ?? 0)],
          [`time of revocation ${what}`, record.getValue("revokedAt"), BigInt(known?.revokedAt ?? 0)],
        ];
      },
    );
  });
}

async function checkCircuits(context: ViewContext): Promise<void> {
  const { circuits, program } = context;
  await inParallel(circuits.lineOf(program.circuit), async (record) => {
    await compare(
      context,
      "circuits",
      "circuit",
      [record.id],
      "VIEW_CIRCUIT_DISAGREES",
      { circuit: record.id },
      (result) =>
        fields(
          result[0] as Result,
          {
            verifier: record.verifier,
            verifierCodeHash: record.verifierCodeHash,
            verificationKeyHash: record.verificationKeyHash,
            family: record.family,
            facts: record.facts,
            inputs: record.inputs,
            period: record.period,
            zeroImpossible: record.zeroImpossible,
            keyKind: record.keyKind === "development" ? 0 : 1,
            addedAt: record.addedAt,
            retiredAt: record.retiredAt ?? 0,
            forged: record.exposed !== undefined,
            successor: record.successor ?? `0x${"0".repeat(64)}`,
          },
          `circuit ${record.name}`,
        ),
    );
    await checkSuspension(context, record);
    await checkVerifierCode(context, record);
    await checkVerificationKey(context, record);
  });
}

async function checkSuspension(context: ViewContext, record: CircuitState): Promise<void> {
  const last = record.suspensions.lastBefore(context.now + 1);
  await compare(
    context,
    "circuits",
    "lastSuspensionBefore",
    [record.id, context.now + 1],
    "VIEW_CIRCUIT_DISAGREES",
    { circuit: record.id },
    (result) => [
      [`begin of the last suspension of ${record.name}`, result[0], BigInt(last?.start ?? 0)],
      [`end of the last suspension of ${record.name}`, result[1], BigInt(last?.end ?? 0)],
    ],
  );
}

/** Checks that the deployed verifier is the registered one and contains the key's points. */
async function checkVerifierCode(context: ViewContext, record: CircuitState): Promise<void> {
  const { data, block, findings, keys, chainId } = context;
  const place = { circuit: record.id };
  const code = await data.code(record.verifier, block);
  const hash = keccak256(code);
  if (hash !== record.verifierCodeHash) {
    findings.add(
      "VERIFIER_CODE_CHANGED",
      `The verifier of ${record.name} at ${record.verifier} has the code hash ${hash}; registered is ${record.verifierCodeHash}.`,
      place,
    );
  }
  const known = keys.get(record.verificationKeyHash);
  if (known !== undefined) {
    const { found, of } = wordsInCode(known.key, code);
    if (found !== of) {
      findings.add(
        "VERIFIER_CODE_WITHOUT_KEY",
        `The code of ${record.name}'s verifier holds ${found} of the ${of} coordinates of the key it is registered with.`,
        place,
      );
    }
  }
  const development = record.keyKind === "development" || known?.keyKind === "development";
  if (development && !DEVELOPMENT_CHAINS.includes(chainId)) {
    findings.add(
      "DEVELOPMENT_KEY",
      `Circuit ${record.name} uses a development key on chain ${chainId}: anyone can forge its proofs.`,
      place,
    );
  }
}

/** What claims in batches are verified under is the registered key: a zero byte and its words. */
async function checkVerificationKey(context: ViewContext, record: CircuitState): Promise<void> {
  const { data, block, findings } = context;
  let key: string | undefined;
  await compare(
    context,
    "circuits",
    "verificationKeyOf",
    [record.id],
    "VIEW_CIRCUIT_DISAGREES",
    { circuit: record.id },
    (result) => {
      key = String(result[0]);
      return [];
    },
  );
  if (key === undefined) return;
  const code = await data.code(key, block);
  if (code.startsWith("0x00") && keccak256(`0x${code.slice(4)}`) === record.verificationKeyHash) return;
  findings.add(
    "VERIFICATION_KEY_CHANGED",
    `The verification key of ${record.name} at ${key} does not have the registered hash ${record.verificationKeyHash}.`,
    { circuit: record.id },
  );
}

async function checkBalance(context: ViewContext): Promise<bigint | undefined> {
  const { claims, program, findings, donated, addresses, interfaces, data, block } = context;
  const abi = interfaces.token;
  const result = await data
    .call(program.token, abi.encodeFunctionData("balanceOf", [addresses.claims]), block)
    .catch(() => undefined);
  if (result === undefined) {
    unavailable(findings, "balanceOf");
    return undefined;
  }
  const balance = abi.decodeFunctionResult("balanceOf", result)[0] as bigint;
  const owned = [...claims.programs.values()]
    .filter(({ token }) => token === program.token)
    .reduce((sum, { ledger }) => sum + ledger.free + ledger.reserved + ledger.owed, 0n);
  if (balance < owned) {
    findings.add(
      "BALANCE_TOO_LOW",
      `The contract holds ${balance} of the token; its programs have ${owned}.`,
    );
  } else if (balance !== owned + donated) {
    findings.add(
      "BALANCE_UNEXPLAINED",
      `The contract holds ${balance} of the token; its programs have ${owned}, direct transfers brought ${donated}.`,
    );
  }
  return balance;
}

/** Calls a view and reports every pair that differs. @returns whether all agree */
async function compare(
  { data, block, addresses, interfaces, findings }: ViewContext,
  contract: ContractName,
  name: string,
  args: readonly unknown[],
  code: FindingCode,
  place: FindingPlace,
  pairs: (result: Result) => [what: string, actual: unknown, expected: unknown][],
): Promise<boolean> {
  const abi = interfaces[contract];
  let result: Result;
  try {
    const answer = await data.call(addresses[contract], abi.encodeFunctionData(name, [...args]), block);
    result = abi.decodeFunctionResult(name, answer);
  } catch (error) {
    // A contract that does not know what its events tell of reverts; a node without the state says something else.
    if (/revert/i.test((error as Error).message)) {
      findings.add(code, `${name}(${args.join(", ")}) reverts, though the events tell of it.`, place);
    } else {
      unavailable(findings, name);
    }
    return false;
  }
  const wrong = pairs(result).filter(([, actual, expected]) => String(actual) !== String(expected));
  for (const [what, actual, expected] of wrong) {
    findings.add(
      code,
      `${name} gives ${String(actual)} as the ${what}; the events give ${String(expected)}.`,
      place,
    );
  }
  return wrong.length === 0;
}

function fields(
  record: Result,
  expected: Expected,
  of: string,
): [what: string, actual: unknown, expected: unknown][] {
  return Object.entries(expected).map(([name, value]) => [
    `${name} of ${of}`,
    lower(record.getValue(name)),
    value,
  ]);
}

function lower(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function unavailable(findings: Findings, name: string): void {
  findings.add("DATA_VIEW_UNAVAILABLE", `The node did not answer ${name}; it was not compared.`);
}
