// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type AnchorPath,
  type Identity,
  type PresentationRequest,
  packTerms,
  presentationWitness,
  scopeOf,
  termsForPeriod,
  VitalproofError,
} from "@vitalproof/sdk";
import { ANCHOR_PATHS, type Body, PRESENTATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type Answer, assertHolds, findAnswer } from "../../answer.ts";
import { verificationKeyOf } from "../../artifacts.ts";
import { clockOf } from "../../clock.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { GlobalOptions } from "../../globals.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { readRequest } from "../../presentation.ts";
import { type ProverNote, proofOf, proverLines } from "../../proof.ts";
import { instantText, nameOfEpoch } from "../../time.ts";
import { withVault } from "../../vault.ts";
import type { Out } from "./out.ts";

export function registerNew(parent: Command, io: Io): void {
  type Options = GlobalOptions & Out & { request: string; epoch?: string; path?: string };
  parent
    .command("new", { isDefault: true })
    .description("Prove every circuit of a request over one period of your logs.")
    .requiredOption("--request <file>", "the verifier's request")
    .option(
      "--epoch <epoch>",
      "the period's first epoch in the first circuit's log: a date, a time in it, or its number (default: the latest complete)",
    )
    .option(
      "--path <file>",
      "prove over anchored days, with the anchor paths that the attester gave, instead of receipts",
    )
    .requiredOption("--out <file>", "where to write the presentation")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nEvery circuit is first decided without a proof. If one does not hold, nothing is proven (exit code 1).\n" +
        "The answer tells the verifier that you, one holder, answered: see docs/alerts.md.\n" +
        "\nExample:\n  vitalproof present new --request request.json --out presentation.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const request = await readRequest(io, options.request);
      const now = await clockOf(io, options);
      const paths: readonly AnchorPath[] | undefined =
        options.path === undefined ? undefined : await pathsOf(io, options.path, request);
      const { identity, answer } = await withVault(io, options, async (vault) => ({
        identity: await loadIdentity(vault),
        answer: await io.during("looking through the logs", () =>
          findAnswer(vault, request, options.epoch, paths),
        ),
      }));
      assertFreshEnough(request, answer, now);
      assertHolds(request, answer);
      const { body, provers } = await makePresentation(io, options, identity, request, answer);
      await writeDocument(io, PRESENTATION, options.out, body, options);
      const { start, end, parts } = answer;
      io.report(
        [
          `Proven about ${instantText(start)} to ${instantText(end)}; ${options.out} is for ${request.verifier.account}:`,
          ...parts.map(
            ({ circuit, kept, firstEpoch }) =>
              `  ${circuit}, log "${kept.name}", from ${nameOfEpoch(kept.profile, kept.offset, firstEpoch)}`,
          ),
          ...(request.maxAge === undefined
            ? []
            : [`The verifier takes it until ${instantText(end + request.maxAge)}.`]),
          ...new Set(provers.flatMap(proverLines)),
          `It shows holder ${body.holder}, these circuits, and this time; no reading.`,
        ],
        {
          file: options.out,
          holder: body.holder,
          start,
          end,
          evidence: paths === undefined ? "receipt" : "anchor",
          proofs: parts.map(({ circuit, firstEpoch, kept }, i) => ({
            circuit,
            firstEpoch,
            log: kept.name,
            prover: provers[i],
          })),
        },
      );
    });
}

async function pathsOf(io: Io, file: string, request: PresentationRequest): Promise<readonly AnchorPath[]> {
  const { group, paths } = await readDocument(io, ANCHOR_PATHS, file);
  if (group === request.group) return paths;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${file} is of group ${group}; the request wants group ${request.group}.`,
    {
      details: { given: group, wanted: request.group },
    },
  );
}

/** The verifier decides by its own clock; what is stale by this one is not worth the proving. */
function assertFreshEnough({ maxAge }: PresentationRequest, { end }: Answer, now: number): void {
  if (maxAge === undefined || now - end <= maxAge) return;
  throw new VitalproofError(
    "PRESENTATION_STALE",
    `The period ended at ${instantText(end)}, ${now - end} s ago; the verifier allows ${maxAge} s.`,
    {
      details: { end, now, maxAge },
      hint: "Seal the present period, send its head to the attester and accept the receipt; then answer.",
    },
  );
}

async function makePresentation(
  io: Io,
  options: GlobalOptions,
  identity: Identity,
  request: PresentationRequest,
  { parts }: Answer,
): Promise<{ body: Body<typeof PRESENTATION>; provers: ProverNote[] }> {
  const scope = scopeOf({
    ...request.verifier,
    scopes: request.verifier.account,
    scopeNumber: request.scopeNumber,
  });
  const proofs: Body<typeof PRESENTATION>["proofs"] = [];
  const provers: ProverNote[] = [];
  for (const { index, circuit, firstEpoch, period, evidence } of parts) {
    const which = parts.length === 1 ? "" : ` (${index + 1} of ${parts.length})`;
    const witness = presentationWitness(identity.secret(), request, index, period);
    const { sha256 } = await verificationKeyOf(io, options, circuit);
    const { proof, prover } = await proofOf(io, options, `proving ${circuit}${which}`, witness);
    provers.push(prover);
    const { circuit: name, terms } = request.statements[index]!;
    proofs.push({
      circuit: name,
      verificationKey: sha256,
      terms: packTerms(termsForPeriod(terms, firstEpoch)),
      proof: { a: [...proof.a], b: [[...proof.b[0]], [...proof.b[1]]], c: [...proof.c] },
      receipt: "receipt" in evidence ? evidence.receipt : undefined,
      anchorDay: "receipt" in evidence ? undefined : evidence.anchorDay,
    });
  }
  return { body: { holder: identity.holder(scope), proofs }, provers };
}
