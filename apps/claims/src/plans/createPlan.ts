// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ASSURANCE_CLASSES,
  circuitOfId,
  epochStart,
  formatAmount,
  type ProgramOffer,
  profileOf,
  SCOPE_REGISTRY_ABI,
  ScopeClient,
  unpackTerms,
} from "@vitalproof/sdk";
import { Interface, type Signer, ZeroAddress } from "ethers";
import type { Config, TokenConfig } from "../config/config.ts";
import { wordsOf } from "../data/circuits.ts";
import { duration } from "../words/format.ts";
import { disputeText } from "../words/programWords.ts";
import type { Fact, Plan } from "./plan.ts";
import { claimsStep } from "./steps.ts";

const scopes = new Interface(SCOPE_REGISTRY_ABI);

export type Publication = {
  /** Without its scope. */
  readonly offer: Omit<ProgramOffer, "scope">;
  /** Number of a scope that the insurer may use; undefined makes one over the group. */
  readonly scope: bigint | undefined;
  readonly group: { readonly id: bigint; readonly name: string };
  readonly token: TokenConfig;
  /** The insurer. */
  readonly account: string | undefined;
  /** A question about the benefit. */
  readonly asks?: string | undefined;
};

/** Publishing a program, with its scope first where it has none. What is said is read from what is signed. */
export function createPlan(config: Config, publication: Publication): Plan {
  const { offer, scope, group, token, account, asks } = publication;
  let used = scope ?? 0n;
  let made: bigint | undefined;
  const whole = (): ProgramOffer => ({ ...offer, scope: used });
  return {
    title: "Publish this program",
    says: [
      `You offer ${formatAmount(offer.benefit, token)} for each period of ${periodOf(offer.terms)} that meets the question below.`,
      "Publishing costs gas only. It opens an escrow in custody that you own. Money moves when you fund the program, and you can withdraw what no policy has reserved.",
      "You decide for which applications you issue a policy.",
    ],
    facts: factsOf(publication),
    fixed: [
      "None of the parameters above can ever be changed. For others, publish another program.",
      "You stay the program's insurer, and the program stays in the public list.",
    ],
    ...(asks === undefined ? {} : { asks }),
    account,
    unit: token,
    steps: [
      ...(scope === undefined
        ? [
            {
              title: `Make a scope over group ${group.id}`,
              call: () => ({
                to: config.contracts.scopes,
                data: scopes.encodeFunctionData("createScope", [group.id]),
              }),
              async send(signer: Signer) {
                const sent = await new ScopeClient(config.contracts.scopes, signer).createScope(group.id);
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

/** Every member of the offer, and where it comes from. */
function factsOf({ offer, scope, group, token }: Publication): Fact[] {
  const circuit = circuitOfId(offer.circuit);
  const reviewed = offer.arbiter !== ZeroAddress;
  return [
    ["Question", wordsOf(offer.terms)],
    ["Circuit", circuit === undefined ? offer.circuit : `${circuit.name}, version ${circuit.version}`],
    ["A period", `${periodOf(offer.terms)}, from ${dayStart(offer.terms)} UTC`],
    ["Benefit", `${formatAmount(offer.benefit, token)} for each met period`],
    ["Token", `${token.symbol}, ${token.address}`],
    ["Claim window", `${duration(offer.claimWindow)} after the attester anchored the period`],
    ["Review", disputeText(offer, "You")],
    ["Arbiter", reviewed ? offer.arbiter : "None"],
    ["Attester", `${group.name}, group ${group.id}`],
    ["Assurance class", offer.assurance],
    ["Scope", scope === undefined ? `A new one over group ${group.id}` : `${scope}, used again`],
  ];
}

function periodOf(terms: bigint): string {
  const { profile, epochs } = unpackTerms(terms);
  return duration(epochs * profileOf(profile).epochSeconds);
}

/** The time of day, in UTC, at which an epoch begins. */
function dayStart(terms: bigint): string {
  const { profile, offset } = unpackTerms(terms);
  return new Date(epochStart(profileOf(profile), offset, 0) * 1000).toISOString().slice(11, 16);
}
