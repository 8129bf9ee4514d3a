// SPDX-License-Identifier: GPL-3.0-or-later
import {
  explainTerms,
  type Presentation,
  type PresentationRequest,
  packTerms,
  unpackTerms,
  validateRequest,
} from "@vitalproof/sdk";
import { type Body, PRESENTATION, PRESENTATION_REQUEST, wrong } from "@vitalproof/sdk/wire";
import { readDocument } from "./documentFiles.ts";
import type { Io } from "./io.ts";

/** @throws FILE_UNREADABLE, DOCUMENT_INVALID, TERMS_NOT_UNDERSTOOD, REQUEST_INVALID */
export async function readRequest(io: Io, file: string): Promise<PresentationRequest> {
  const { maxAge, statements, ...body } = await readDocument(io, PRESENTATION_REQUEST, file);
  const request = {
    ...body,
    ...(maxAge === undefined ? {} : { maxAge }),
    statements: statements.map(({ circuit, terms }) => ({ circuit, terms: unpackTerms(terms) })),
  };
  validateRequest(request);
  return request;
}

/** The document of a request. */
export function requestBody(request: PresentationRequest): Body<typeof PRESENTATION_REQUEST> {
  return {
    verifier: { ...request.verifier },
    scopeNumber: request.scopeNumber,
    group: request.group,
    maxAge: request.maxAge,
    statements: request.statements.map(({ circuit, terms }) => ({ circuit, terms: packTerms(terms) })),
  };
}

/** What a request asks, in words. */
export function describeRequest(request: PresentationRequest): string[] {
  const { verifier, statements, maxAge } = request;
  return [
    `Asked by ${verifier.account} on chain ${verifier.chainId}, scope number ${request.scopeNumber}; logs of the attester's group ${request.group}.`,
    maxAge === undefined
      ? "An answer may be of any age."
      : `An answer is fresh until ${maxAge} s after the end of its period.`,
    statements.length === 1 ? "One statement:" : `${statements.length} statements over the same time:`,
    ...statements.flatMap(({ circuit, terms }) => [
      `  ${circuit}`,
      ...explainTerms(terms).map((line) => `    ${line}`),
    ]),
  ];
}

export type ReadPresentation = {
  presentation: Presentation;
  /** SHA-256 of the verification keys that the proofs were made under, as the file says. */
  keys: readonly string[];
};

/** @throws FILE_UNREADABLE, DOCUMENT_INVALID */
export async function readPresentation(io: Io, file: string): Promise<ReadPresentation> {
  const { holder, proofs } = await readDocument(io, PRESENTATION, file);
  return {
    presentation: {
      holder,
      proofs: proofs.map(({ circuit, terms, proof, receipt, anchorDay }, i) => {
        if ((receipt === undefined) === (anchorDay === undefined)) {
          throw wrong(`${file}.proofs[${i}]`, "a proof with either a receipt or an anchored day");
        }
        const evidence = receipt === undefined ? { anchorDay: anchorDay! } : { receipt };
        return { circuit, terms, proof, evidence };
      }),
    },
    keys: proofs.map(({ verificationKey }) => verificationKey),
  };
}
