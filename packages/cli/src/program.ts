// SPDX-License-Identifier: GPL-3.0-or-later
import { Command, Option } from "commander";
import { registerApply } from "./commands/apply.ts";
import { registerAttester } from "./commands/attester.ts";
import { registerAudit } from "./commands/audit.ts";
import { registerCheck } from "./commands/check.ts";
import { registerCircuits } from "./commands/circuits.ts";
import { registerClaim } from "./commands/claim.ts";
import { registerCompletion } from "./commands/completion.ts";
import { registerConsent } from "./commands/consent.ts";
import { registerCustodian } from "./commands/custodian.ts";
import { registerDemoClock } from "./commands/demoClock.ts";
import { registerDemoData } from "./commands/demoData.ts";
import { registerDeploy } from "./commands/deploy.ts";
import { registerDevice } from "./commands/device.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerGateway } from "./commands/gateway.ts";
import { registerIdentity } from "./commands/identity.ts";
import { registerInit } from "./commands/init.ts";
import { registerInspect } from "./commands/inspect.ts";
import { registerKeystore } from "./commands/keystore.ts";
import { registerLedger } from "./commands/ledger.ts";
import { registerLog } from "./commands/log.ts";
import { registerPolicy } from "./commands/policy.ts";
import { registerPresent } from "./commands/present.ts";
import { registerProgram } from "./commands/program.ts";
import { registerProve } from "./commands/prove.ts";
import { registerQuestions } from "./commands/questions.ts";
import { registerRelayer } from "./commands/relayer.ts";
import { registerRequest } from "./commands/request.ts";
import { registerSchema } from "./commands/schema.ts";
import { registerSettle } from "./commands/settle.ts";
import { registerVault } from "./commands/vault.ts";
import { registerVerify } from "./commands/verify.ts";
import { type GlobalOptions, refuseOldNames } from "./globals.ts";
import type { Io } from "./io.ts";
import { VERSION } from "./place.ts";

/** Registers one command, or one family of commands, on the program. */
export type Register = (program: Command, io: Io) => void;

/** In the order in which --help lists them. */
const COMMANDS: readonly Register[] = [
  registerQuestions,
  registerCheck,
  registerInspect,
  registerInit,
  registerIdentity,
  registerVault,
  registerDevice,
  registerLog,
  registerAttester,
  registerGateway,
  registerRelayer,
  registerCustodian,
  registerApply,
  registerRequest,
  registerPresent,
  registerProve,
  registerVerify,
  registerExplain,
  registerDeploy,
  registerCircuits,
  registerProgram,
  registerPolicy,
  registerConsent,
  registerLedger,
  registerClaim,
  registerSettle,
  registerAudit,
  registerKeystore,
  registerSchema,
  registerCompletion,
  registerDemoData,
  registerDemoClock,
];

const HELP = `
Examples:
  vitalproof check clarity.csv --question time-in-range --zone Europe/Berlin
  vitalproof log add clarity.csv --zone Europe/Berlin
  vitalproof prove --policy 1 --period 0 --claims 0x… --paths paths.json --out claim.json
  vitalproof audit --program 1 --deployment deployment.json

docs/cli.md tells a whole claim, from deployment to audit.

Exit codes: 0 done; 1 the answer is "no" (circuit not met, proof invalid, audit found differences); 2 wrong use;
3 a file, store or passphrase is not what it should be; 4 chain or network; 5 refused by a rule; 6 not ready
(circuits not built, no identity, …); 7 a file without a reading that counts; 70 a fault of this program; 130 stopped.
`;

/** The whole command line. */
export function buildProgram(io: Io): Command {
  const program = new Command("vitalproof");
  program
    .description(
      "Proofs over health readings, from a shell: the patient's log, the attester's intake, proofs, and the chain.\n" +
        "Unaudited, with development keys only. Do not use it with real funds or real health data.",
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => writeHelp(io, text) })
    .exitOverride()
    .version(VERSION)
    .showSuggestionAfterError(true)
    .option("--json", "one JSON document on standard output; errors as JSON on standard error")
    .option("--quiet", "no progress on standard error")
    .option(
      "--vault <folder>",
      "folder of identity, device and logs, encrypted (else VITALPROOF_VAULT, else ~/.vitalproof)",
    )
    .addOption(new Option("--home <folder>").hideHelp())
    .option(
      "--passphrase-file <file>",
      "file with the vault's passphrase (else VITALPROOF_PASSPHRASE, else asked)",
    )
    .option(
      "--artifacts <folder>",
      "folder or URL of circuits and keys, each circuit in a folder of its name (else those of the command)",
    )
    .option(
      "--rapidsnark <program>",
      "native prover that you have installed; proves instead of snarkjs (else VITALPROOF_RAPIDSNARK, else none)",
    )
    .option("--rpc <url>", "node to talk to (else VITALPROOF_RPC, else http://127.0.0.1:8545)")
    .addOption(
      new Option("--clock <clock>", "whose time it is: the system's, or a local chain's for data of the past")
        .choices(["system", "chain"])
        .default(io.env.VITALPROOF_CLOCK === "chain" ? "chain" : "system", "system, else VITALPROOF_CLOCK"),
    )
    .hook("preAction", (_, action) => {
      const options = action.optsWithGlobals<GlobalOptions>();
      io.json = options.json === true;
      io.quiet = options.quiet === true;
      refuseOldNames(io, options);
    })
    .addHelpText("after", HELP);
  for (const register of COMMANDS) register(program, io);
  return program;
}

/** commander writes "error: …" too. `tellError` says it in the form that was asked for. Help goes through. */
function writeHelp(io: Io, text: string): void {
  if (text.startsWith("error: ") || io.json) return;
  io.err(text);
}
