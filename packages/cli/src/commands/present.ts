// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  type AnchorPath,
  attestationDomainOf,
  enrolmentWitness,
  explainTerms,
  type Identity,
  type Presentation,
  type PresentationRequest,
  packTerms,
  policyHashOf,
  presentationAttestation,
  presentationWitness,
  randomFieldElement,
  scopeOf,
  termsForPeriod,
  type VerifiedPresentation,
  VitalproofError,
  verifyPresentation,
} from "@vitalproof/sdk";
import {
  ANCHOR_PATHS,
  type Body,
  POLICY_APPLICATION,
  PRESENTATION,
  PRESENTATION_TRUST,
} from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type Answer, assertHolds, findAnswer } from "../answer.ts";
import { type CheckedKey, verificationKeyOf } from "../artifacts.ts";
import { clockOf } from "../clock.ts";
import { withChain } from "../connect.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import { EXIT } from "../exit.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { type ReadPresentation, readPresentation, readRequest } from "../presentation.ts";
import { type ProverNote, proofOf, proverLines } from "../proof.ts";
import { dayText, instantText, nameOfEpoch, parseDuration } from "../time.ts";
import { withVault } from "../vault.ts";

type Out = { out: string; force?: boolean };

export function registerPresent(program: Command, io: Io): void {
  const present = program
    .command("present")
    .description("answer a verifier's request off chain, or verify such an answer")
    .addHelpText(
      "after",
      "\n`vitalproof present --request …` is short for `vitalproof present new --request …`.\n" +
        "\nExample:\n  vitalproof present new --request request.json --out presentation.json\n",
    );
  registerNew(present, io);
  registerApply(present, io);
  registerVerify(present, io);
}

function registerNew(parent: Command, io: Io): void {
  type Options = GlobalOptions & Out & { request: string; epoch?: string; path?: string };
  parent
    .command("new", { isDefault: true })
    .description("prove every circuit of a request over one period of your logs")
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
      "\nEvery circuit is first decided in the clear; where one does not hold, nothing is proven (exit code 1).\n" +
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

function registerApply(parent: Command, io: Io): void {
  type Options = GlobalOptions & Out & { request: string; validFor: string };
  parent
    .command("apply")
    .description(
      "ask the attester to attest your holder to the request's verifier, with the enrolment proof over it",
    )
    .requiredOption("--request <file>", "the verifier's request")
    .option("--valid-for <time>", "how long the verifier may use the attestation", "7d")
    .requiredOption("--out <file>", "where to write the application")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe application names your subject and goes to the attester alone. One attestation serves all answers to this verifier\n" +
        "in this scope until it expires.\n" +
        "\nExample:\n  vitalproof present apply --request request.json --out application.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const request = await readRequest(io, options.request);
      const now = await clockOf(io, options);
      const identity = await withVault(io, options, loadIdentity);
      const domain = attestationDomainOf(request);
      const scope = scopeOf({ ...domain, scopes: domain.claims, scopeNumber: request.scopeNumber });
      const attestation = presentationAttestation({
        holder: identity.holder(scope),
        nonce: randomFieldElement(),
        expiry: BigInt(now + parseDuration(options.validFor)),
      });
      const witness = enrolmentWitness(identity.secret(), {
        scope,
        policyHash: policyHashOf(domain, attestation),
      });
      const title = "proving that holder and subject are one person";
      const { proof, publicInputs, prover } = await proofOf(io, options, title, witness);
      const body = { domain, attestation, subject: identity.subject, proof, publicInputs: [...publicInputs] };
      await writeDocument(io, POLICY_APPLICATION, options.out, body, options);
      io.report(
        [
          `Application in ${options.out}: the attester is asked to attest holder ${attestation.holder} to ${domain.claims}.`,
          ...proverLines(prover),
          "It names your subject: give it to the attester and to nobody else.",
        ],
        { file: options.out, domain, attestation, prover },
      );
    });
}

/** Codes that are the answer no. All others are errors: a file that is none, artifacts or a node that are missing. */
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

function registerVerify(parent: Command, io: Io): void {
  type Options = GlobalOptions & { request: string; trust: string };
  parent
    .command("verify <presentation>")
    .description(
      "verify an answer to your request: who, what, when, how fresh; no node is asked for receipts",
    )
    .requiredOption("--request <file>", "your own copy of the request")
    .requiredOption("--trust <file>", "whom you trust (`vitalproof request trust`)")
    .addHelpText(
      "after",
      "\nExit code 1: it does not hold; the code says why. The clock is yours (--clock), and freshness is as good as it is.\n" +
        "Proofs over anchored days are held against the anchor registry by --rpc.\n" +
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
        : [`DEVELOPMENT KEY (${development.join(", ")}): anybody can forge proofs under it.`]),
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
