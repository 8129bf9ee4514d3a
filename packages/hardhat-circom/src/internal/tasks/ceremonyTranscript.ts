// SPDX-License-Identifier: GPL-3.0-or-later
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { writeTranscript } from "../../ceremony/finish.ts";
import "../../typeExtensions.ts";

export default async function transcript(
  { folder }: { folder: string },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const { path, sha256 } = await writeTranscript(hre.config.circom, { folder: resolve(folder) });
  console.log(`${relative(process.cwd(), path)}\nSHA-256 0x${sha256}`);
}
