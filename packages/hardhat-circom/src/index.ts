// SPDX-License-Identifier: GPL-3.0-or-later
import { emptyTask, task } from "hardhat/config";
import { definePlugin } from "hardhat/plugins";
import { ArgumentType } from "hardhat/types/arguments";
import { ceremonyTasks } from "./ceremonyTasks.ts";
import { PLUGIN_ID } from "./errors.ts";
import { onInstances } from "./onInstances.ts";

// Hardhat imports this file at every start: only the plugin object and types are here. What works on circuits, and
// loads the compiler and snarkjs for it, is "@vitalproof/hardhat-circom/circuits".
export type * from "./typeExtensions.ts";
export type * from "./types.ts";

export default definePlugin({
  id: PLUGIN_ID,
  npmPackage: PLUGIN_ID,
  hookHandlers: {
    config: () => import("./internal/hook-handlers/config.ts"),
  },
  tasks: [
    emptyTask("circuits", "Compile circuits, make keys, export verifiers").build(),
    onInstances(
      task(
        ["circuits", "build"],
        "Compile changed circuits, make their keys, export verification keys and verifiers",
      ),
    )
      .addFlag({
        name: "force",
        description: "Overwrite committed artifacts that do not belong to their sources",
      })
      .setAction(() => import("./internal/tasks/build.ts"))
      .build(),
    onInstances(
      task(["circuits", "check"], "Recompile and compare everything committed; names the link that broke"),
    )
      .addFlag({
        name: "production",
        description:
          "Refuse development keys, and verify production keys with both verifiers and the powers of tau",
      })
      .setAction(() => import("./internal/tasks/check.ts"))
      .build(),
    task(["circuits", "info"], "Constraints, domains, public signals and keys of all instances")
      .addFlag({ name: "json", description: "For machines" })
      .setAction(() => import("./internal/tasks/info.ts"))
      .build(),
    onInstances(
      task(
        ["circuits", "attack"],
        "Find what the constraints leave free: wires that nothing forces, second witnesses, public inputs that can move",
      ),
    )
      .addOption({
        name: "input",
        description: "Start from the input in this JSON file instead of the configured samples",
        type: ArgumentType.FILE_WITHOUT_DEFAULT,
        defaultValue: undefined,
      })
      .addOption({
        name: "seed",
        description: "Choose other samples and other random values",
        type: ArgumentType.INT,
        defaultValue: 1,
      })
      .addOption({
        name: "tries",
        description: "Try so many changes in each array of signals; 0: try all",
        type: ArgumentType.INT,
        defaultValue: 100,
      })
      .addFlag({ name: "json", description: "For machines" })
      .setAction(() => import("./internal/tasks/attack.ts"))
      .build(),
    task(
      ["circuits", "lint"],
      "Find what compiles and constrains nothing: unchecked hints, comparisons without range, asserts about signals",
    )
      .addFlag({ name: "json", description: "For machines" })
      .setAction(() => import("./internal/tasks/lint.ts"))
      .build(),
    task(["circuits", "import"], "Judge the key of a ceremony and import it")
      .addPositionalArgument({ name: "name", description: "Instance to which the key belongs" })
      .addOption({
        name: "zkey",
        description: "The finished key",
        type: ArgumentType.FILE,
        defaultValue: "final.zkey",
      })
      .addOption({
        name: "transcript",
        description: "The ceremony's transcript",
        type: ArgumentType.FILE,
        defaultValue: "transcript.json",
      })
      .addOption({
        name: "ptau",
        description: "Powers of tau, if not at the configured path",
        type: ArgumentType.FILE_WITHOUT_DEFAULT,
        defaultValue: undefined,
      })
      .setAction(() => import("./internal/tasks/import.ts"))
      .build(),
    ...ceremonyTasks(),
  ],
});
