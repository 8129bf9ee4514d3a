// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { ZeroAddress } from "ethers";
import type { Config, TokenConfig } from "../config/config.ts";
import { same } from "../data/addresses.ts";
import type { Application } from "../data/attestation.ts";
import type { ProgramRow } from "../data/ledger.ts";
import { dateTime } from "../words/format.ts";
import type { Plan } from "./plan.ts";
import { claimsStep, custodyStep, tokenStep } from "./steps.ts";

/**
 * Paying tokens in: makes test tokens where asked, allows exactly the amount, pays.
 * @param mint amount of test tokens to make first, in smallest units; 0 for none
 */
export function fundPlan(
  config: Config,
  token: TokenConfig,
  { id: program, insurer, escrow }: Pick<ProgramRow, "id" | "insurer" | "escrow">,
  account: string,
  amount: bigint,
  mint: bigint,
): Plan {
  const text = formatAmount(amount, token);
  const own = same(insurer, account);
  return {
    title: own ? `Fund program ${program}` : `Give money to program ${program}`,
    says: [
      ...(mint > 0n ? [`${formatAmount(mint, token)} of test tokens is made for your account.`] : []),
      `${text} moves from your account into program ${program}.`,
      ...(own
        ? ["It is free until a policy reserves it. You can withdraw what is free at any time."]
        : [`This is a gift to ${insurer}. Only that account can withdraw it. You cannot.`]),
    ],
    facts: [
      ["Program", String(program)],
      ["Escrow", String(escrow)],
      ["Insurer", own ? `${insurer}, you` : insurer],
      ["Amount", text],
      ["Token", `${token.symbol}, ${token.address}`],
      ...(mint > 0n ? [["Test tokens made first", formatAmount(mint, token)] as const] : []),
    ],
    account,
    unit: token,
    steps: [
      ...(mint > 0n
        ? [tokenStep(`Make ${formatAmount(mint, token)} of test tokens`, token, "mint", [account, mint])]
        : []),
      tokenStep(`Allow custody to take ${text}`, token, "approve", [config.contracts.custody, amount]),
      custodyStep(config, `Pay ${text} in`, "fund", [escrow, amount], (client) =>
        client.fund(escrow, amount),
      ),
    ],
    done: () => ({ text: `Program ${program} was credited.` }),
  };
}

export function withdrawPlan(
  config: Config,
  token: TokenConfig,
  { id: program, escrow }: Pick<ProgramRow, "id" | "escrow">,
  account: string,
  amount: bigint,
): Plan {
  const text = formatAmount(amount, token);
  return {
    title: `Withdraw from program ${program}`,
    says: [
      `${text} of the program's free money moves to your account.`,
      "What is reserved for policies or owed stays.",
    ],
    facts: [
      ["Program", String(program)],
      ["Escrow", String(escrow)],
      ["Amount", text],
      ["Token", `${token.symbol}, ${token.address}`],
      ["Paid to", account],
    ],
    account,
    unit: token,
    steps: [
      custodyStep(config, `Withdraw ${text}`, "withdraw", [escrow, amount, account], (client) =>
        client.withdraw(escrow, amount, account),
      ),
    ],
    done: () => ({ text: `${text} is in your account.` }),
  };
}

/** @param benefit per period, smallest units */
export function issuePlan(
  config: Config,
  token: TokenConfig,
  application: Application,
  benefit: bigint,
): Plan {
  const { attestation, signature } = application;
  const { program, periods } = attestation;
  let made: bigint | undefined;
  return {
    title: `Issue a policy in program ${program}`,
    says: [
      `${formatAmount(benefit * BigInt(periods), token)} of the program's free money is reserved: ${formatAmount(benefit, token)} for each of ${periods} periods.`,
      "What is reserved cannot be withdrawn until a period is paid, denied or released.",
      "The policy, its controller and its payee are public.",
    ],
    facts: [
      ["Program", String(program)],
      ["Periods", `${periods}, from epoch ${attestation.firstEpoch}`],
      ["Reserved", formatAmount(benefit * BigInt(periods), token)],
      ["Token", `${token.symbol}, ${token.address}`],
      ["Holder", `${attestation.holder}, a pseudonym in the program's scope`],
      ["Controller", attestation.controller],
      ["Payee", attestation.payee === ZeroAddress ? "The controller" : attestation.payee],
      ["Application valid until", dateTime(Number(attestation.expiry))],
    ],
    fixed: ["You cannot end the cover of a period that has begun."],
    unit: token,
    steps: [
      claimsStep(
        config,
        "Issue the policy",
        "issuePolicy",
        () => [attestation, signature],
        async (client) => {
          const sent = await client.issuePolicy(attestation, signature);
          made = sent.result;
          return sent;
        },
      ),
    ],
    done: () => ({
      text: `Policy ${made} is issued.`,
      link: { href: `#/insurer/programs/${program}`, text: `Open program ${program}` },
    }),
  };
}
