// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  explainTerms,
  type Presentation,
  type PresentationRequest,
  type VerifiedPresentation,
  VitalproofError,
  verifyPresentation,
} from "@vitalproof/sdk";
import { type Body, PRESENTATION_TRUST } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type CheckedKey, verificationKeyOf } from "../../artifacts.ts";
import { clockOf } from "../../clock.ts";
import { withChain } from "../../connect.ts";
import { readDocument } from "../../documentFiles.ts";
import { EXIT } from "../../exit.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { type ReadPresentation, readPresentation, readRequest } from "../../presentation.ts";
import { dayText, instantText } from "../../time.ts";

/** Codes that mean the answer "no". All others are errors: a wrong file, or artifacts or a node that are missing. */
const ANSWERS: ReadonlySet<string> = new Set([
  "PRESENTATION_MISMATCH",
  "PRESENTATION_STALE",
  "ATTESTATION_MISMATCH",
  "ATTESTATION_EXPIRED",
  "RECEIPT_INVALID",
  "ANCHOR_DAY_UNKNOWN",
  "PROOF_INVALID",
  "PROOF_MALFORMED",
  "TERMS_NOT_UNDERSTOOD",
  "TERMS_INVALID",
  "TERMS_MET_BY_NOTHING",
]);

const NOT_SAID = [
  "any reading, or how far beyond a bound it was",
  "that the sensor was honest, or worn by the right person: the attester and its assurance class stand for that",
  "that this presentation is new: who counts keeps (holder, start)",
];

export function registerVerify(parent: Command, io: Io): void {
  type Options = GlobalOptions & { request: string; trust: string };
  parent
    .command("verify <presentation>")
    .description(
      "Verify an answer to your request: who answers, what it says, for when, and how fresh it is. Receipts need no node.",
    )
    .requiredOption("--request <file>", "your own copy of the request")
    .requiredOption("--trust <file>", "whom you trust (`vitalproof request trust`)")
    .addHelpText(
      "after",
      "\nExit code 1: it does not hold; the code says why. The clock is yours (--clock), and freshness is as good as it is.\n" +
        "Proofs over anchored days are compared with the anchor registry, through --rpc.\n" +
        "\nExample:\n  vitalproof present verify presentation.json --request request.json --trust trust.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const request = await readRequest(io, options.request);
      const given = await readPresentation(io, file);
      const trust = await readDocument(io, PRESENTATION_TRUST, options.trust);
      const now = await clockOf(io, options);
      const keys = await keysOf(io, options, request);
      let verified: VerifiedPresentation;
      try {
        assertKeys(given, keys);
        verified = await io.during("verifying", () =>
          verifyAgainst(io, options, { request, given, trust, now, keys }),
        );
      } catch (error) {
        if (!(error instanceof VitalproofError) || !ANSWERS.has(error.code)) throw error;
        io.exitCode = EXIT.no;
        io.report(
          [
            `Does not hold: ${error.shortMessage} [${error.code}]`,
            ...(error.hint === undefined ? [] : [error.hint]),
          ],
          { valid: false, code: error.code, reason: error.shortMessage, hint: error.hint },
        );
        return;
      }
      report(io, { request, given, trust, now, keys }, verified);
    });
}

type Matter = {
  request: PresentationRequest;
  given: ReadPresentation;
  trust: Body<typeof PRESENTATION_TRUST>;
  now: number;
  /** By circuit. */
  keys: ReadonlyMap<string, CheckedKey>;
};

/** The keys of what was asked for, never of what a presentation names. */
async function keysOf(
  io: Io,
  options: GlobalOptions,
  { statements }: PresentationRequest,
): Promise<Matter["keys"]> {
  const keys = new Map<string, CheckedKey>();
  for (const { circuit } of statements) keys.set(circuit, await verificationKeyOf(io, options, circuit));
  return keys;
}

/** Said before the pairing fails: the likeliest reason is another release, and that is worth a name. */
function assertKeys({ presentation, keys: claimed }: ReadPresentation, keys: Matter["keys"]): void {
  presentation.proofs.forEach(({ circuit }, i) => {
    const key = keys.get(circuit);
    if (key === undefined || key.sha256 === claimed[i]) return;
    throw new VitalproofError(
      "PRESENTATION_MISMATCH",
      `${circuit} was proven under another verification key than the one here.`,
      {
        details: { circuit, wanted: key.sha256, given: claimed[i]! },
        hint: "Both sides need the same release of vitalproof.",
      },
    );
  });
}

async function verifyAgainst(
  io: Io,
  options: GlobalOptions,
  { request, given, trust, now, keys }: Matter,
): Promise<VerifiedPresentation> {
  const { attester, anchors, attestation, signature: attestationSignature } = trust;
  const keyOf = async (circuit: string) => {
    const found = keys.get(circuit);
    if (found === undefined) throw new Error(`${circuit} was not asked for`);
    return found.key;
  };
  const known = { attester, anchors, attestation, attestationSignature, now };
  if (!given.presentation.proofs.some(({ evidence }) => "anchorDay" in evidence)) {
    return verifyPresentation(request, given.presentation, known, keyOf);
  }
  return withChain(io, options, async ({ provider, chainId }) => {
    if (chainId !== anchors.chainId) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `The node is on chain ${chainId}; the anchors are on ${anchors.chainId}.`,
        {
          details: { given: chainId, wanted: anchors.chainId },
          hint: "Name a node of the anchors' chain with --rpc.",
        },
      );
    }
    const client = new AnchorClient(anchors.anchors, provider);
    const { attester: writer } = await client.group(request.group);
    if (writer.toLowerCase() !== attester.toLowerCase()) {
      throw new VitalproofError(
        "ATTESTATION_MISMATCH",
        `Group ${request.group}'s attester is ${writer}, not ${attester}.`,
        { details: { group: request.group, attester: writer, trusted: attester } },
      );
    }
    const anchorRootOf = async (day: number) => (await client.anchorOf(request.group, day))?.root;
    return verifyPresentation(request, given.presentation, { ...known, anchorRootOf }, keyOf);
  });
}

function report(io: Io, { request, given, trust, now, keys }: Matter, found: VerifiedPresentation): void {
  const { holder, start, end } = found;
  const { proofs } = given.presentation satisfies Presentation;
  const age = now - end;
  const evidence = proofs.map((proof) =>
    "receipt" in proof.evidence
      ? `${proof.circuit}: the attester's receipt of ${instantText(proof.evidence.receipt.receivedAt)}, not yet an anchor`
      : `${proof.circuit}: the anchor of ${dayText(proof.evidence.anchorDay)}`,
  );
  const development = [...keys].filter(([, { keyKind }]) => keyKind === "development").map(([name]) => name);
  const what = request.statements.map(({ circuit, terms }) => ({ circuit, says: explainTerms(terms) }));
  io.report(
    [
      "Holds.",
      "Who:",
      `  holder ${holder}, a person whom attester ${trust.attester} knows (attested until ${instantText(Number(trust.attestation.expiry))})`,
      `  the same holder in all answers to ${request.verifier.account} under scope number ${request.scopeNumber}`,
      "What:",
      ...what.flatMap(({ circuit, says }) => [`  ${circuit}`, ...says.map((line) => `    ${line}`)]),
      "When:",
      `  ${instantText(start)} to ${instantText(end)}`,
      "How fresh:",
      `  the period ended ${age} s ago; ${request.maxAge === undefined ? "any age is allowed" : `${request.maxAge} s are allowed`}`,
      "On record:",
      ...evidence.map((line) => `  ${line}`),
      "Not said:",
      ...NOT_SAID.map((line) => `  ${line}`),
      ...(development.length === 0
        ? []
        : [`DEVELOPMENT KEY (${development.join(", ")}): anyone can forge proofs under it.`]),
    ],
    {
      valid: true,
      holder,
      attester: trust.attester,
      attestedUntil: trust.attestation.expiry,
      period: { start, end, from: instantText(start), to: instantText(end) },
      age,
      maxAge: request.maxAge ?? null,
      statements: what,
      evidence: proofs.map(({ circuit, evidence: of }) =>
        "receipt" in of
          ? { circuit, kind: "receipt", receivedAt: of.receipt.receivedAt }
          : { circuit, kind: "anchor", day: dayText(of.anchorDay) },
      ),
      verificationKeys: [...keys].map(([circuit, { sha256, keyKind }]) => ({
        circuit,
        sha256,
        kind: keyKind,
      })),
      notSaid: NOT_SAID,
    },
  );
}
