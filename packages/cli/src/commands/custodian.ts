// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerProver } from "./prover.ts";
import { registerService } from "./service.ts";

export function registerCustodian(program: Command, io: Io): void {
  const custodian = program
    .command("custodian")
    .description("Run a custodian of the health ledger: take accesses, and log them in batches.")
    .addHelpText("after", "\nExample:\n  vitalproof custodian run --config custodian.json\n");
  registerProver(custodian, io, "custodian");
  registerService(custodian, io, "custodian");
}
