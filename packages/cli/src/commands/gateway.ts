// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerErase } from "./erase.ts";
import { registerEraseAgain } from "./eraseAgain.ts";
import { registerAdmit } from "./gateway/admit.ts";
import { registerHashPassword } from "./gateway/hashPassword.ts";
import { registerConfirmClock, registerOpenLog } from "./gateway/operate.ts";
import { registerRequest } from "./gateway/request.ts";
import { registerRotateKey } from "./gateway/rotateKey.ts";
import { registerProver } from "./prover.ts";
import { registerService } from "./service.ts";

export function registerGateway(program: Command, io: Io): void {
  const gateway = program
    .command("gateway")
    .description(
      "Run a gateway: read devices from brokers, seal each day, and send its hash to the attester.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof gateway admit p17 --config gateway.json --vault anna\n  vitalproof gateway run --config gateway.json\n",
    );
  registerAdmit(gateway, io);
  registerErase(gateway, io, "gateway");
  registerEraseAgain(gateway, io, "gateway");
  registerConfirmClock(gateway, io);
  registerOpenLog(gateway, io);
  registerHashPassword(gateway, io);
  registerProver(gateway, io, "gateway");
  registerRequest(gateway, io);
  registerRotateKey(gateway, io);
  registerService(gateway, io, "gateway");
}
