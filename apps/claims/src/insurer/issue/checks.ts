// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  attestationDigest,
  CircuitClient,
  ClaimsClient,
  circuitOf,
  circuitOfId,
  epochStart,
  formatAmount,
  Pauses,
  profileOf,
  unpackTerms,
} from "@vitalproof/sdk";
import { recoverAddress } from "ethers";
import type { Application } from "../../data/attestation.ts";
import { circuitInForce } from "../../data/circuits.ts";
import { type App, same, tokenOf } from "../../ui/app.tsx";
import { dateTime, short } from "../../words/format.ts";

export type Check = { readonly ok: boolean; readonly text: string };

/** Unix seconds at which the cover begins and ends, and seconds of one period. */
export function coverOf(terms: bigint, name: string, { attestation }: Application) {
  try {
    const { profile, epochs } = circuitOf(name);
    const form = profileOf(profile);
    const { offset } = unpackTerms(terms);
    const length = epochs * form.epochSeconds;
    const start = epochStart(form, offset, attestation.firstEpoch);
    return { start, end: start + attestation.periods * length, offset, length };
  } catch {
    return undefined; // terms of a newer version: the contract decides
  }
}

/** Everything that the contract will ask, asked before. @param now the chain's Unix seconds */
export async function checksOf(
  { config, rpc, chain }: App,
  application: Application,
  account: string | undefined,
  now: number,
): Promise<Check[]> {
  const { attestation, signature } = application;
  const claims = new ClaimsClient(config.contracts.claims, rpc);
  const program = chain.state().ledger?.programs.get(attestation.program);
  if (program === undefined) {
    return [{ ok: false, text: `There is no program ${attestation.program} on this chain.` }];
  }
  const token = tokenOf(config, program.token);
  const domain = await claims.domain();
  const digest = attestationDigest(domain, attestation);
  const circuit = circuitOfId(program.circuit);
  const cover = circuit === undefined ? undefined : coverOf(program.terms, circuit.name, application);
  const circuits = new CircuitClient(config.contracts.circuits, rpc);
  const pauses = new Pauses(config.contracts.pauses, rpc);
  const [group, { offerHash }, used, covered, last, pausedUntil, ...inCharge] = await Promise.all([
    new AnchorClient(config.contracts.anchors, rpc).group(program.group),
    claims.program(program.id),
    claims.isAttestationUsed(digest),
    claims.coveredUntil(program.scope, attestation.holder),
    cover === undefined ? undefined : circuitInForce(circuits, program.circuit, cover.end - cover.length),
    pauses.pausedUntil(),
    pauses.pauser(),
    circuits.governor(),
    circuits.guardian(),
  ]);
  const suspended = last !== undefined && (await circuits.isSuspendedAt(last, now));
  const byContract = (await rpc.getCode(group.attester)) !== "0x";
  let signer: string | undefined;
  try {
    signer = recoverAddress(digest, signature);
  } catch {
    signer = undefined; // no signature of an ordinary account
  }
  const signed = same(signer, group.attester);
  const needed = program.benefit * BigInt(attestation.periods);
  const expires = Number(attestation.expiry);
  return [
    same(program.insurer, account)
      ? { ok: true, text: `You are the insurer of program ${program.id}.` }
      : {
          ok: false,
          text:
            account === undefined
              ? "Connect the insurer's wallet."
              : `Program ${program.id} is of ${short(program.insurer)}, not of your account.`,
        },
    signed
      ? { ok: true, text: `Signed by the attester of group ${program.group}.` }
      : byContract
        ? {
            ok: true,
            text: `The attester of group ${program.group} is a contract; it is asked when you send.`,
          }
        : {
            ok: false,
            text: `Not signed by the attester of group ${program.group} for this chain and contract. Ask for the application again.`,
          },
    same(attestation.offerHash, offerHash)
      ? { ok: true, text: `Made for the offer of program ${program.id}.` }
      : {
          ok: false,
          text: `Made for another offer than that of program ${program.id}. Ask the patient to apply again.`,
        },
    ...([group.attester, ...inCharge].some((account) => same(account, program.insurer))
      ? [{ ok: false, text: "The insurer attests, governs, guards or pauses, and cannot issue." }]
      : []),
    ...(pausedUntil === 0
      ? []
      : [{ ok: false, text: `Paused until ${dateTime(pausedUntil)}. Issue the policy after that.` }]),
    ...(cover === undefined || last !== undefined
      ? []
      : [{ ok: false, text: "No circuit will be in force for the last period. Ask for fewer periods." }]),
    ...(suspended
      ? [{ ok: false, text: "The program's circuit is suspended. Issue the policy when it is not." }]
      : []),
    expires >= now
      ? { ok: true, text: `Valid until ${dateTime(expires)}.` }
      : { ok: false, text: `Expired at ${dateTime(expires)}. Ask the patient to apply again.` },
    used
      ? { ok: false, text: "A policy was issued on it already." }
      : { ok: true, text: "No policy was issued on it yet." },
    attestation.periods > 0
      ? { ok: true, text: `Covers ${attestation.periods} periods.` }
      : { ok: false, text: "Covers no period." },
    ...(cover === undefined
      ? []
      : [
          cover.start > now
            ? { ok: true, text: `Cover begins ${dateTime(cover.start)}, which is still to come.` }
            : { ok: false, text: `Cover began at ${dateTime(cover.start)}. Ask for a later first period.` },
        ]),
    ...(cover === undefined || Number(covered) <= cover.start
      ? []
      : [
          {
            ok: false,
            text: `The person is covered in scope ${program.scope} until ${dateTime(Number(covered))}. Ask for a later first period.`,
          },
        ]),
    program.free >= needed
      ? {
          ok: true,
          text: `The program has ${formatAmount(program.free, token)} free; ${formatAmount(needed, token)} are needed.`,
        }
      : {
          ok: false,
          text: `The program has ${formatAmount(program.free, token)} free; ${formatAmount(needed, token)} are needed. Fund it first.`,
        },
  ];
}
