// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { circuitInfo } from "../../info.ts";
import "../../typeExtensions.ts";

export default async function info(
  { json }: { json: boolean },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const infos = await circuitInfo(hre.config.circom);
  if (json) {
    console.log(JSON.stringify(infos, null, 2));
    return;
  }
  for (const { name, version, group, verifier, maxDomain, manifest, publicSignals, parts } of infos) {
    console.log(`${name} (version ${version}, group ${group})`);
    if (manifest === undefined) {
      console.log("  not built");
      continue;
    }
    const { constraints, domain, keyKind, keyBytes, verificationKeyHash } = manifest;
    const linear = constraints.linear === 0 ? "" : ` + ${constraints.linear} linear`;
    console.log(`  constraints  ${constraints.nonLinear}${linear}, ${constraints.wires} wires`);
    if (parts !== undefined) {
      const shown = Object.entries(parts).map(([part, count]) => `${part} ${count}`);
      console.log(`  about        ${shown.join(", ")}`);
    }
    console.log(`  domain       2^${domain} (limit 2^${maxDomain})`);
    console.log(
      `  public       ${constraints.public}${publicSignals === undefined ? "" : `: ${publicSignals.join(", ")}`}`,
    );
    console.log(`  key          ${keyKind}, ${(keyBytes / 1e6).toFixed(1)} MB`);
    console.log(`  verifier     ${verifier ?? "none exported"}`);
    console.log(`  key hash     ${verificationKeyHash}`);
  }
}
