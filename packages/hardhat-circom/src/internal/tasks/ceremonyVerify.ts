// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { verifyCeremony } from "../../ceremony/status.ts";
import { CircomError } from "../../errors.ts";
import { tell } from "../report.ts";
import { describeStatus } from "./ceremonyStatus.ts";
import "../../typeExtensions.ts";

export default async function verify(
  { folder }: { folder: string },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const { status, problems } = await verifyCeremony(hre.config.circom, {
    folder: resolve(folder),
    onProgress: tell,
  });
  console.log(describeStatus(status, folder));
  const steps = status.steps.flatMap((step) =>
    step.problems.map((problem) => `step ${step.number}: ${problem}`),
  );
  const all = [...steps, ...problems];
  if (all.length === 0) {
    console.log("Verified: every step follows the one before, and the latest keys are the circuits'.");
    return;
  }
  throw new CircomError(
    "CEREMONY_REFUSED",
    `the ceremony does not verify:\n${all.map((problem) => `  ${problem}`).join("\n")}`,
  );
}
