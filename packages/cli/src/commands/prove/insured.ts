// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a policy or a program on the chain wants to be proven.
import {
  AnchorClient,
  anchorDayOf,
  assertLogFits,
  type ClaimRequest,
  circuitIdOf,
  claimRequest,
  type Identity,
  type PathSource,
  type PeriodFacts,
  type ProgramFacts,
  periodFacts,
  profileOf,
  programFacts,
  VitalproofError,
} from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";
import { withHints } from "../../chain/hints.ts";
import { programsOf } from "../../chain/programs.ts";
import { type Chain, withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { needed } from "../../numbers.ts";
import type { PatientLog } from "../../patientLog.ts";
import { nameOfEpoch } from "../../time.ts";
import { fromOption, type ProveOptions } from "./options.ts";
import { assertMet } from "./terms.ts";

/** The request for a period of a policy, or for any epochs on a program's terms. */
export function insuredRequest(
  io: Io,
  options: ProveOptions,
  kept: PatientLog,
  person: Identity,
  paths: PathSource,
): Promise<ClaimRequest> {
  const claims = needed(options.claims, "--claims", "with --policy and --program");
  return withChain(io, options, async (chain) => {
    const { provider } = chain;
    const on = await programsOf(claims, chain);
    const client = on.claims;
    if (options.policy === undefined) {
      const program = await withHints(() => programFacts(on, options.program!));
      assertLogFits(kept.opened.opening, program);
      const firstEpoch = fromOption(options, kept);
      assertMet(program.terms, firstEpoch, kept.log);
      const facts = await anchored(kept, provider, program, firstEpoch);
      return claimRequest(program, facts, firstEpoch, kept.log, paths);
    }
    const policy = await withHints(() => client.policy(options.policy!));
    const program = await programFacts(on, policy.program);
    if (policy.holder !== person.holder(program.scope)) {
      throw new VitalproofError("NOT_ALLOWED", `Policy ${options.policy} is another person's.`, {
        details: { policy: options.policy },
        hint: "Name your own policy, or the right --vault.",
      });
    }
    assertLogFits(kept.opened.opening, program);
    const cover = { firstEpoch: Number(policy.firstEpoch), periods: Number(policy.periods) };
    const period = periodOf(options, kept, program, cover);
    const firstEpoch = cover.firstEpoch + period * program.terms.epochs;
    assertMet(program.terms, firstEpoch, kept.log);
    const facts = await periodFacts(client, options.policy, period);
    return claimRequest(program, facts, firstEpoch, kept.log, paths);
  });
}

/** What the chain has for epochs without a policy. */
async function anchored(
  { opened }: PatientLog,
  runner: ContractRunner & Chain["provider"],
  { group, terms, circuit }: ProgramFacts,
  firstEpoch: number,
): Promise<Pick<PeriodFacts, "circuit" | "anchorRoot">> {
  const day = anchorDayOf(profileOf(terms.profile), terms.offset, firstEpoch + terms.epochs - 1);
  const anchor = await new AnchorClient(opened.domain.anchors, runner).anchorOf(group, day);
  return { circuit: circuitIdOf(circuit.name, circuit.version), anchorRoot: anchor?.root ?? 0n };
}

/** @throws USAGE for a period that the policy does not have */
function periodOf(
  options: ProveOptions,
  kept: PatientLog,
  { terms }: ProgramFacts,
  { firstEpoch, periods }: { firstEpoch: number; periods: number },
): number {
  const { epochs } = terms;
  const period = options.period ?? (fromOption(options, kept) - firstEpoch) / epochs;
  if (Number.isInteger(period) && period >= 0 && period < periods) return period;
  throw new VitalproofError("USAGE", `Policy ${options.policy} has the periods 0 to ${periods - 1}.`, {
    details: { policy: options.policy, period, periods },
    hint: `Period 0 begins with ${nameOfEpoch(kept.profile, kept.offset, firstEpoch)}, each has ${epochs} ${epochs === 1 ? "epoch" : "epochs"}.`,
  });
}
