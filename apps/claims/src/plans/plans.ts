// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ASSURANCE_CLASSES,
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  formatAmount,
  type ProgramOffer,
  SCOPE_REGISTRY_ABI,
  ScopeClient,
} from "@vitalproof/sdk";
import { Contract, Interface, type Signer } from "ethers";
import { ERC20 } from "../chain/erc20.ts";
import type { Config, TokenConfig } from "../config/config.ts";
import type { Application } from "../data/attestation.ts";
import type { Plan, Step } from "./plan.ts";

const claims = new Interface(CLAIMS_PAYOUT_ABI);
const scopes = new Interface(SCOPE_REGISTRY_ABI);

/** A transaction of a token's. */
function tokenStep(
  title: string,
  token: TokenConfig,
  method: "approve" | "mint",
  args: readonly unknown[],
): Step {
  return {
    title,
    call: () => ({ to: token.address, data: ERC20.encodeFunctionData(method, args) }),
    async send(signer) {
      const sent = await new Contract(token.address, ERC20, signer).getFunction(method)(...args);
      return sent.wait();
    },
  };
}

/** A transaction of the claims contract's; `args` are asked for when it is sent. */
export function claimsStep(
  config: Config,
  title: string,
  method: string,
  args: () => readonly unknown[],
  send: (client: ClaimsClient) => ReturnType<Step["send"]>,
): Step {
  const to = config.contracts.claims;
  return {
    title,
    call: () => ({ to, data: claims.encodeFunctionData(method, args()) }),
    send: (signer: Signer) => send(new ClaimsClient(to, signer)),
  };
}

/**
 * Publishing a program, with its scope first where it has none.
 * @param offer without its scope
 * @param scope number of a scope that the insurer may use; undefined makes one over `group`
 */
export function createPlan(
  config: Config,
  offer: Omit<ProgramOffer, "scope">,
  scope: bigint | undefined,
  group: bigint,
  says: readonly string[],
): Plan {
  let used = scope ?? 0n;
  let made: bigint | undefined;
  const whole = (): ProgramOffer => ({ ...offer, scope: used });
  return {
    title: "Publish this program",
    says,
    steps: [
      ...(scope === undefined
        ? [
            {
              title: `Make a scope over group ${group}`,
              call: () => ({
                to: config.contracts.scopes,
                data: scopes.encodeFunctionData("createScope", [group]),
              }),
              async send(signer: Signer) {
                const sent = await new ScopeClient(config.contracts.scopes, signer).createScope(group);
                used = sent.result;
                return sent;
              },
            },
          ]
        : []),
      claimsStep(
        config,
        "Publish the program",
        "createProgram",
        () => [{ ...whole(), assurance: ASSURANCE_CLASSES.indexOf(offer.assurance) }],
        async (client) => {
          const sent = await client.createProgram(whole());
          made = sent.result;
          return sent;
        },
      ),
    ],
    done: () => ({
      text: `Program ${made} is published. Fund it before you issue policies.`,
      link: { href: `#/insurer/programs/${made}`, text: `Open program ${made}` },
    }),
  };
}

/**
 * Paying tokens in: makes test tokens where asked, allows exactly the amount, pays.
 * @param mint amount of test tokens to make first, in smallest units; 0 for none
 */
export function fundPlan(
  config: Config,
  token: TokenConfig,
  program: bigint,
  account: string,
  amount: bigint,
  mint: bigint,
): Plan {
  const text = formatAmount(amount, token);
  return {
    title: `Fund program ${program}`,
    says: [
      ...(mint > 0n ? [`${formatAmount(mint, token)} of test tokens are made for your account.`] : []),
      `${text} move from your account into program ${program}.`,
      "They are free until a policy reserves them; what is free you can withdraw at any time.",
    ],
    unit: token,
    steps: [
      ...(mint > 0n
        ? [tokenStep(`Make ${formatAmount(mint, token)} of test tokens`, token, "mint", [account, mint])]
        : []),
      tokenStep(`Allow the claims contract to take ${text}`, token, "approve", [
        config.contracts.claims,
        amount,
      ]),
      claimsStep(
        config,
        `Pay ${text} in`,
        "fund",
        () => [program, amount],
        (client) => client.fund(program, amount),
      ),
    ],
    done: () => ({ text: `Program ${program} was credited.` }),
  };
}

export function withdrawPlan(
  config: Config,
  token: TokenConfig,
  program: bigint,
  account: string,
  amount: bigint,
): Plan {
  const text = formatAmount(amount, token);
  return {
    title: `Withdraw from program ${program}`,
    says: [
      `${text} of the program's free money move to your account.`,
      "What is reserved for policies or owed stays.",
    ],
    unit: token,
    steps: [
      claimsStep(
        config,
        `Withdraw ${text}`,
        "withdraw",
        () => [program, amount, account],
        (client) => client.withdraw(program, amount, account),
      ),
    ],
    done: () => ({ text: `${text} are in your account.` }),
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
      `${formatAmount(benefit * BigInt(periods), token)} of the program's free money are reserved: ${formatAmount(benefit, token)} for each of ${periods} periods.`,
      "What is reserved cannot be withdrawn until a period is paid, denied or released.",
      "The policy, its controller and its payee are public.",
    ],
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
