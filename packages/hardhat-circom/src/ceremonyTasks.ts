// SPDX-License-Identifier: GPL-3.0-or-later
import { emptyTask, task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";
import { onInstances } from "./onInstances.ts";

// Part of index.ts, which Hardhat loads at every start: definitions only.

export function ceremonyTasks(): TaskDefinition[] {
  return [
    emptyTask(["circuits", "ceremony"], "Make production keys together, in a folder that travels").build(),
    onInstances(
      onFolder("init", "Begin an announced ceremony for all chosen circuits").addPositionalArgument({
        name: "ceremony",
        description: "An entry of circom.production.ceremonies",
      }),
    )
      .setAction(() => import("./internal/tasks/ceremonyInit.ts"))
      .build(),
    onFolder("contribute", "Verify all steps so far and contribute to all keys")
      .addOption({ name: "contributor", description: "Your announced name", defaultValue: "" })
      .addOption({
        name: "key",
        description: "File with your Ethereum private key; without it, sign the statement elsewhere",
        type: ArgumentType.FILE_WITHOUT_DEFAULT,
        defaultValue: undefined,
      })
      .setAction(() => import("./internal/tasks/ceremonyContribute.ts"))
      .build(),
    onFolder("status", "Who has contributed, who is next, what is wrong")
      .addFlag({ name: "json", description: "For machines" })
      .setAction(() => import("./internal/tasks/ceremonyStatus.ts"))
      .build(),
    onFolder(
      "verify",
      "Replay a ceremony: every step, and the latest keys against circuits and powers of tau",
    )
      .setAction(() => import("./internal/tasks/ceremonyVerify.ts"))
      .build(),
    onFolder("beacon", "Apply the beacon, whose value is in the configuration by now, to all keys")
      .setAction(() => import("./internal/tasks/ceremonyBeacon.ts"))
      .build(),
    onFolder("transcript", "Write the transcript of a finished ceremony and print its hash")
      .setAction(() => import("./internal/tasks/ceremonyTranscript.ts"))
      .build(),
    onFolder("finalise", "Verify everything, write the transcript, import all keys")
      .setAction(() => import("./internal/tasks/ceremonyFinalise.ts"))
      .build(),
  ];
}

function onFolder(name: string, description: string) {
  return task(["circuits", "ceremony", name], description).addOption({
    name: "folder",
    description: "The ceremony's folder",
    defaultValue: "ceremony",
  });
}
