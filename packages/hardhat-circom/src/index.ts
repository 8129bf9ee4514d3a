// SPDX-License-Identifier: GPL-3.0-or-later
import { emptyTask, task } from "hardhat/config";
import { definePlugin } from "hardhat/plugins";
import { ArgumentType } from "hardhat/types/arguments";
import { PLUGIN_ID } from "./errors.ts";
import "./type-extensions.ts";

export {
  type BuildEvent,
  type BuildOptions,
  type BuildResult,
  type BuildStep,
  buildCircuits,
} from "./build.ts";
export { type CheckOptions, type CheckReport, checkCircuits } from "./check.ts";
export { resolveConfig } from "./config.ts";
export { CircomError, type CircomErrorCode } from "./errors.ts";
export { expectedVerifierCodeHash, type VerifierArtifact } from "./expected-verifier-code-hash.ts";
export { type ImportOptions, importProductionKey } from "./import-key.ts";
export { type CircuitInfo, circuitInfo } from "./info.ts";
export { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
export type { BrokenLink, Link } from "./internal/links.ts";
export { isDevelopmentKey } from "./is-development-key.ts";
export { type InstanceFiles, instanceFiles, readManifest } from "./manifest.ts";
export type * from "./types.ts";
export { verificationKeyBytes, verificationKeyHash, verificationKeyWords } from "./verification-key-hash.ts";

export default definePlugin({
  id: PLUGIN_ID,
  npmPackage: PLUGIN_ID,
  hookHandlers: {
    config: () => import("./internal/hook-handlers/config.ts"),
  },
  tasks: [
    emptyTask("circuits", "Compile circuits, make keys, export verifiers").build(),
    task(
      ["circuits", "build"],
      "Compile changed circuits, make their keys, export verification keys and verifiers",
    )
      .addVariadicArgument({
        name: "names",
        description: "Instances, by name; default: those of --group",
        type: ArgumentType.STRING,
        defaultValue: [],
      })
      .addOption({
        name: "group",
        description: "Group of instances when no names are given",
        defaultValue: "default",
      })
      .addFlag({ name: "all", description: "All instances of the list" })
      .addFlag({
        name: "force",
        description: "Overwrite committed artifacts that do not belong to their sources",
      })
      .setAction(() => import("./internal/tasks/build.ts"))
      .build(),
    task(["circuits", "check"], "Recompile and compare everything committed; names the link that broke")
      .addVariadicArgument({
        name: "names",
        description: "Instances, by name; default: those of --group",
        type: ArgumentType.STRING,
        defaultValue: [],
      })
      .addOption({
        name: "group",
        description: "Group of instances when no names are given",
        defaultValue: "default",
      })
      .addFlag({ name: "all", description: "All instances of the list" })
      .addFlag({
        name: "production",
        description: "Refuse development keys and keys that anybody can forge under",
      })
      .setAction(() => import("./internal/tasks/check.ts"))
      .build(),
    task(["circuits", "info"], "Constraints, domains, public signals and keys of all instances")
      .addFlag({ name: "json", description: "For machines" })
      .setAction(() => import("./internal/tasks/info.ts"))
      .build(),
    task(["circuits", "import"], "Take over the key of a ceremony, after judging it")
      .addPositionalArgument({ name: "name", description: "Instance to which the key belongs" })
      .addOption({
        name: "zkey",
        description: "The finished key",
        type: ArgumentType.FILE,
        defaultValue: "final.zkey",
      })
      .addOption({
        name: "ptau",
        description: "Powers of tau, if not at the configured path",
        type: ArgumentType.FILE_WITHOUT_DEFAULT,
        defaultValue: undefined,
      })
      .setAction(() => import("./internal/tasks/import.ts"))
      .build(),
  ],
});
