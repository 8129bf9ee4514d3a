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
export { resolveConfig } from "./config.ts";
export { CircomError, type CircomErrorCode } from "./errors.ts";
export { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
export { type InstanceFiles, instanceFiles, readManifest } from "./manifest.ts";
export type * from "./types.ts";
export { verificationKeyHash, verificationKeyWords } from "./verification-key-hash.ts";

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
  ],
});
