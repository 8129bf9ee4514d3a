// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerService } from "./service.ts";

export function registerRelayer(program: Command, io: Io): void {
  const relayer = program
    .command("relayer")
    .description("Run a relayer: send other people's claims, consents and payments, and pay the gas.")
    .addHelpText("after", "\nExample:\n  vitalproof relayer run --config relayer.json\n");
  registerService(relayer, io, "relayer");
}
