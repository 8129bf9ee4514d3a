// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, Custody, type Escrow } from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";
import type { Chain } from "../connect.ts";
import { withHints } from "./hints.ts";
import { registryOf } from "./registry.ts";
import { type Token, tokenAt } from "./token.ts";

/** What programs and their money are read from and changed with. */
export type Programs = { readonly claims: ClaimsClient; readonly custody: Custody };

/** @param runner whose account sends; reads alone when left out */
export async function programsOf(
  claims: string,
  chain: Chain,
  runner: ContractRunner = chain.provider,
): Promise<Programs> {
  const custody = new Custody(await registryOf(claims, "custody", chain), runner);
  return { claims: new ClaimsClient(claims, runner), custody };
}

type ProgramRecord = Awaited<ReturnType<ClaimsClient["program"]>>;

/** A program as it is on the chain, with its money. */
export async function programWithMoney(
  { claims, custody }: Programs,
  program: bigint,
  runner: ContractRunner,
): Promise<{ record: ProgramRecord; money: Escrow; token: Token }> {
  const record = await withHints(() => claims.program(program));
  const money = await withHints(() => custody.escrow(record.escrow));
  return { record, money, token: await tokenAt(money.token, runner) };
}
