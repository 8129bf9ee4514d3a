// SPDX-License-Identifier: GPL-3.0-or-later
import { explainTerms, formatAmount, programFacts } from "@vitalproof/sdk";
import type { Command } from "commander";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { programsOf, programWithMoney } from "../../chain/programs.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { big } from "../../numbers.ts";
import { durationText } from "../../time.ts";

export function registerShow(family: Command, io: Io): void {
  withDeploymentOptions(family.command("show <program>"))
    .description("Show a program, with its terms in words and its money.")
    .addHelpText("after", "\nExample:\n  vitalproof program show 1 --deployment deployment.json\n")
    .action(async (number: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const id = big(number);
      const {
        record: found,
        money,
        facts,
        token,
      } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const on = await programsOf(claims, chain);
        const all = await programWithMoney(on, id, chain.provider);
        return { ...all, facts: await programFacts(on, id) };
      });
      const { circuit, terms, scopeNumber, scope, group } = facts;
      io.report(
        [
          `Program ${id} of ${found.insurer}: ${circuit.name}, scope ${scopeNumber}, group ${group}`,
          ...explainTerms(terms).map((line) => `  ${line}`),
          `  benefit    ${formatAmount(found.benefit, token)} for each met period`,
          `  free       ${formatAmount(money.free, token)}`,
          `  committed  ${formatAmount(money.committed, token)} reserved for periods or owed`,
          `  claims     within ${lasting(found.claimWindow)} of the anchor${found.reviewTime === 0n ? ", paid without review" : `, reviewed within ${lasting(found.reviewTime)}, arbiter ${found.arbiter} within ${lasting(found.arbiterTime)}`}`,
        ],
        {
          program: id,
          insurer: found.insurer,
          circuit: circuit.name,
          terms: found.terms,
          scope: scopeNumber,
          scopeElement: scope,
          group,
          token: { address: token.address, symbol: token.symbol, decimals: token.decimals },
          benefit: found.benefit,
          escrow: found.escrow,
          free: money.free,
          committed: money.committed,
          claimWindow: found.claimWindow,
          reviewTime: found.reviewTime,
          arbiterTime: found.arbiterTime,
          arbiter: found.arbiter,
        },
      );
    });
}

export function registerList(family: Command, io: Io): void {
  withDeploymentOptions(family.command("list"))
    .description("List the programs of a deployment.")
    .addHelpText("after", "\nExample:\n  vitalproof program list --deployment deployment.json\n")
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const programs = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const on = await programsOf(claims, chain);
        const count = Number(await withHints(() => on.claims.programCount()));
        const found = [];
        for (let i = 1; i <= count; i++) {
          const { record, money, token } = await programWithMoney(on, BigInt(i), chain.provider);
          found.push({
            program: BigInt(i),
            insurer: record.insurer,
            circuit: record.circuit,
            group: record.group,
            benefit: record.benefit,
            free: money.free,
            shown: `${formatAmount(record.benefit, token)} for each met period, ${formatAmount(money.free, token)} free`,
          });
        }
        return found;
      });
      io.report(
        programs.length === 0
          ? ["There is no program yet."]
          : programs.map(
              ({ program, insurer, group, shown }) =>
                `${program}: ${shown}; group ${group}, insurer ${insurer}`,
            ),
        { programs: programs.map(({ shown: _shown, ...rest }) => rest) },
      );
    });
}

function lasting(seconds: bigint): string {
  return durationText(Number(seconds));
}
