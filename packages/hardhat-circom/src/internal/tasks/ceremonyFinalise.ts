// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { finaliseCeremony } from "../../ceremony/finish.ts";
import { tell } from "../report.ts";
import "../../typeExtensions.ts";

export default async function finalise(
  { folder }: { folder: string },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const { transcript, manifests } = await finaliseCeremony(hre.config.circom, {
    folder: resolve(folder),
    onProgress: tell,
  });
  for (const { name, verificationKeyHash } of manifests) {
    console.log(`  ${name}: production key imported, verification key hash ${verificationKeyHash}`);
  }
  console.log(`Transcript SHA-256 0x${transcript.sha256}`);
  console.log("Publish the ceremony's folder, and commit the artifacts and circuits/ceremonies.");
}
