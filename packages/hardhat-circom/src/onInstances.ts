// SPDX-License-Identifier: GPL-3.0-or-later
import { ArgumentType } from "hardhat/types/arguments";
import type { NewTaskDefinitionBuilder, TaskArguments } from "hardhat/types/tasks";

// Part of index.ts, which Hardhat loads at every start: definitions only.

/** Lets a task be told which instances it works on: by name, by group, or all. */
export function onInstances<A extends TaskArguments>(task: NewTaskDefinitionBuilder<A>) {
  return task
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
    .addFlag({ name: "all", description: "All instances of the list" });
}
