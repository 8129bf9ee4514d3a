// SPDX-License-Identifier: GPL-3.0-or-later
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { initCeremony } from "../../ceremony/init.ts";
import { tell } from "../report.ts";
import "../../typeExtensions.ts";

interface InitArguments {
  ceremony: string;
  names: string[];
  group: string;
  all: boolean;
  folder: string;
}

export default async function init(
  { ceremony, names, group, all, folder }: InitArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const path = resolve(folder);
  const announcement = await initCeremony(hre.config.circom, {
    ceremony,
    names,
    group,
    all,
    folder: path,
    onProgress: tell,
  });
  console.log(`Ceremony ${ceremony} begun in ${relative(process.cwd(), path) || "."}:`);
  for (const { name, version, circuit } of announcement.instances) {
    console.log(`  ${name} version ${version}, circuit ${circuit.slice(0, 32)}…`);
  }
  const [first] = announcement.contributors;
  console.log(`Publish ceremony.json, and send the folder to ${first!.name}, who runs`);
  console.log(`  npx hardhat circuits ceremony contribute --folder ${folder} --contributor "${first!.name}"`);
}
