// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { importProductionKey } from "../../importKey.ts";
import "../../typeExtensions.ts";

interface ImportArguments {
  name: string;
  zkey: string;
  transcript: string;
  ptau: string | undefined;
}

export default async function importKey(
  { name, zkey, transcript, ptau }: ImportArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const manifest = await importProductionKey(hre.config.circom, {
    name,
    zkey: resolve(zkey),
    transcript: resolve(transcript),
    ...(ptau === undefined ? {} : { ptau: resolve(ptau) }),
  });
  console.log(`  ${name}: production key imported, verification key hash ${manifest.verificationKeyHash}`);
  for (const { type, name: contributor, hash } of manifest.key.contributions ?? []) {
    console.log(`    ${type} ${contributor ?? "(unnamed)"}: ${hash}`);
  }
}
