// SPDX-License-Identifier: GPL-3.0-or-later
//
// node scripts/ward/gatewayMain.ts CONFIG: a gateway in a process of its own, so that it can be killed. The parent tells it
// the chain's time over IPC.
import { loadConfig, logger, runGateway } from "@vitalproof/services";
import { HURRY, StoryClock } from "./clock.ts";
import type { FromGateway, ToGateway } from "./messages.ts";

const file = process.argv[2];
if (file === undefined || process.send === undefined) {
  console.error("It is started by `npm run demo -- --ward`.");
  process.exit(2);
}

const clock = new StoryClock(0);
const isTold = new Promise<void>((resolve) => {
  process.on("message", ({ now }: ToGateway) => {
    clock.set(now);
    tell({ kind: "clock", now });
    resolve();
  });
});
// A gateway without its story has nothing to do.
process.on("disconnect", () => process.exit(0));

await isTold;
const gateway = await runGateway(loadConfig(file), {
  log: logger({ level: "info" }),
  clock: () => clock.now,
  hurry: HURRY,
});
tell({ kind: "runs", url: gateway.url });

function tell(message: FromGateway): void {
  process.send!(message);
}
