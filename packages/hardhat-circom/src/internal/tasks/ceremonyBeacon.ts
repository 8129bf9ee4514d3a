// SPDX-License-Identifier: GPL-3.0-or-later
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { applyBeacon } from "../../ceremony/finish.ts";
import { tell } from "../report.ts";
import "../../typeExtensions.ts";

export default async function beacon(
  { folder }: { folder: string },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const made = await applyBeacon(hre.config.circom, { folder: resolve(folder), onProgress: tell });
  console.log(`The finished keys are in ${relative(process.cwd(), made)}.`);
}
