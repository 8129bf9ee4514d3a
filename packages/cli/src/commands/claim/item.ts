// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitIdOf, VitalproofError } from "@vitalproof/sdk";
import { CLAIM, CLAIMS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { consentIdOption } from "../../consentId.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { big, whole } from "../../numbers.ts";

/** Of a claim: holder, anchor root, terms, scope. */
const INPUTS = 4;

type Options = GlobalOptions & {
  policy: bigint;
  period: number;
  consent: string;
  out: string;
  force?: boolean;
};

/** Adds what makes of a proof a file that others can send. Nothing is verified, and no node is asked. */
export function registerItem(family: Command, io: Io): void {
  family
    .command("item <claim>")
    .description("Write a claim with its policy, period and consent, so that anyone can settle it.")
    .requiredOption("--policy <n>", "the policy", big)
    .requiredOption("--period <n>", "the period, from 0 on", whole)
    .requiredOption("--consent <id>", "the consent relied upon")
    .requiredOption("--out <file>", "where to write the claim")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe file holds no secret. Who sends it pays the gas, and the policy's payee is paid.\n" +
        "\nExample:\n  vitalproof claim item claim.json --policy 1 --period 0 --consent 0x… --out claims.json\n",
    )
    .action(async (file: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { policy, period, out } = options;
      const consentId = consentIdOption(options.consent);
      const { circuit, circuitVersion, publicInputs, proof } = await readDocument(io, CLAIM, file);
      const [, anchorRoot] = publicInputs;
      if (anchorRoot === undefined || publicInputs.length !== INPUTS) {
        throw new VitalproofError("DOCUMENT_INVALID", `${file} has ${publicInputs.length} public inputs.`, {
          details: { file, given: publicInputs.length, wanted: INPUTS },
          hint: "Take the file that `vitalproof prove` wrote.",
        });
      }
      const item = {
        policy,
        period,
        consentId,
        // Any version: which one a policy's period wants, the chain says.
        circuit: circuitIdOf(circuit, circuitVersion),
        anchorRoot,
        proof,
      };
      await writeDocument(io, CLAIMS, out, { claims: [item] }, options);
      io.report(
        [
          `${out} holds the claim for period ${period} of policy ${policy}.`,
          "`vitalproof settle` sends it, with those of others.",
        ],
        { file: out, ...item },
      );
    });
}
