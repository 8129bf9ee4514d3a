// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ANCHOR_PATHS,
  ATTESTER_ENDPOINTS,
  CLOCK_ENDPOINTS,
  DOCUMENTS,
  type Document,
  documentSchema,
  documentText,
  type Field,
  MAILBOX_ENDPOINTS,
  outgoing,
  parse,
  parseDocument,
  RELAYER_ENDPOINTS,
} from "@vitalproof/sdk/wire";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { FIELD, VitalproofError } from "../src/index.ts";

const HASH = `0x${"ab".repeat(32)}`;
const ACCOUNT = `0x${"cd".repeat(20)}`;
const PROOF = {
  a: ["1", "2"],
  b: [
    ["3", "4"],
    ["5", "6"],
  ],
  c: ["7", "8"],
};
const ATTESTATION = {
  program: "1",
  offerHash: HASH,
  holder: "2",
  controller: ACCOUNT,
  payee: ACCOUNT,
  firstEpoch: 3,
  periods: 4,
  nonce: "5",
  expiry: "6",
};
const CLAIM = { policy: "1", period: 0, consentId: HASH, circuit: HASH, anchorRoot: "9", proof: PROOF };

function refusalOf(act: () => unknown): VitalproofError {
  try {
    act();
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("wire: values", () => {
  const refused = (field: Field<unknown>, value: unknown, at: string, given?: string) => {
    const { code, message, details } = refusalOf(() => parse(field, value, "body"));
    expect(code).to.equal("DOCUMENT_INVALID");
    expect(details.at).to.equal(at);
    expect(message.startsWith(`${at} is `), message).to.equal(true);
    if (given !== undefined) expect(details.given).to.equal(given);
  };
  const claim = RELAYER_ENDPOINTS.claim.sends!;

  it("come back as programs use them", () => {
    expect(parse(claim, CLAIM, "body")).to.deep.equal({
      ...CLAIM,
      policy: 1n,
      anchorRoot: 9n,
      proof: {
        a: [1n, 2n],
        b: [
          [3n, 4n],
          [5n, 6n],
        ],
        c: [7n, 8n],
      },
    });
    expect(parse(ATTESTER_ENDPOINTS.path.params, { day: "20000", leaf: "7" }, "path")).to.deep.equal({
      day: 20_000,
      leaf: 7n,
    });
  });

  it("are refused at their place, with the sort of value that was there", () => {
    refused(claim, [], "body", "a list of 0");
    refused(claim, [1], "body");
    refused(claim, null, "body", "null");
    refused(claim, { ...CLAIM, policy: 1 }, "body.policy", "a number");
    refused(claim, { ...CLAIM, policy: "01" }, "body.policy", "a text of length 2");
    refused(claim, { ...CLAIM, policy: String(2n ** 256n) }, "body.policy");
    refused(claim, { ...CLAIM, period: 2 ** 32 }, "body.period");
    refused(claim, { ...CLAIM, period: 0.5 }, "body.period");
    refused(claim, { ...CLAIM, period: undefined }, "body.period", "missing");
    refused(claim, { ...CLAIM, more: 1 }, "body.more");
    refused(claim, { ...CLAIM, consentId: HASH.toUpperCase() }, "body.consentId");
    refused(claim, { ...CLAIM, proof: { ...PROOF, b: [["3", "4"]] } }, "body.proof.b", "a list of 1");
    refused(
      claim,
      {
        ...CLAIM,
        proof: {
          ...PROOF,
          b: [
            ["3", "4"],
            ["5", 6],
          ],
        },
      },
      "body.proof.b[1][1]",
    );
    refused(claim, { ...CLAIM, proof: { ...PROOF, more: 1 } }, "body.proof.more");
    const { consentId: _, ...rest } = CLAIM;
    refused(claim, rest, "body.consentId", "nothing");
    const attest = ATTESTER_ENDPOINTS.attest.sends!;
    const request = {
      attestation: ATTESTATION,
      scopeNumber: "1",
      subject: "2",
      proof: PROOF,
      publicInputs: ["1", "2", "3", "4"],
    };
    expect(parse(attest, request, "body").attestation.payee).to.equal(ACCOUNT);
    refused(attest, { ...request, subject: String(FIELD) }, "body.subject");
    refused(attest, { ...request, publicInputs: ["1", "2", "3"] }, "body.publicInputs", "a list of 3");
    const payee = `0x${"aB".repeat(20)}`;
    refused(attest, { ...request, attestation: { ...ATTESTATION, payee } }, "body.attestation.payee");
  });

  it("of an answer are read although a newer service says more", () => {
    const answer = { policy: "1", period: 0, outcome: "skipped", reason: "not-anchored", detail: "9" };
    const read = (value: unknown) =>
      parse(RELAYER_ENDPOINTS.claim.answers, value, "answer", { ignoreUnknown: true });
    expect(read({ ...answer, more: { than: "known" } })).to.deep.equal({ ...answer, policy: 1n, detail: 9n });
    expect(refusalOf(() => read({ ...answer, more: 1, detail: 9 })).details.at).to.equal("answer.detail");
    expect(refusalOf(() => read({ ...answer, detail: "nine" })).details.at).to.equal("answer.detail");
    expect(refusalOf(() => read({ ...answer, outcome: "settled" })).details.at).to.equal(
      "answer.transaction",
    );
    expect(refusalOf(() => read({ ...answer, outcome: "lost" })).details.at).to.equal("answer.outcome");
    expect(
      refusalOf(() => parse(RELAYER_ENDPOINTS.claim.answers, { ...answer, more: 1 }, "answer")).details.at,
    ).to.equal("answer.more");
  });

  it("leave only as they are in the schema", () => {
    const pay = RELAYER_ENDPOINTS.pay.sends!;
    expect(outgoing(pay, { policy: 7n })).to.equal('{"policy":"7"}');
    for (const [value, at] of [
      [{ policy: "7" }, "message.policy"],
      [{ policy: -7n }, "message.policy"],
      [{ policy: undefined }, "message.policy"],
      [{ policy: 7n, secret: "987654321" }, "message.secret"],
      [undefined, "message"],
      [{ policy: { toJSON: () => "7" } }, "message.policy"],
    ] as const) {
      const error = refusalOf(() => outgoing(pay, value as { policy: bigint }));
      expect(error.code).to.equal("INVALID_ARGUMENT");
      expect(error.details.at).to.equal(at);
      expect(JSON.stringify(error)).not.to.contain("987654321");
    }
  });

  it("T33: nothing that goes to a service has a place for openings, secrets or readings", () => {
    const names = (schema: unknown): string[] => {
      if (typeof schema !== "object" || schema === null) return [];
      const { properties, items } = schema as { properties?: Record<string, unknown>; items?: unknown };
      const inner = Object.entries(properties ?? {}).flatMap(([name, each]) => [name, ...names(each)]);
      return [...inner, ...names(items)];
    };
    const endpoints = [ATTESTER_ENDPOINTS, RELAYER_ENDPOINTS, CLOCK_ENDPOINTS, MAILBOX_ENDPOINTS].flatMap(
      (each) => Object.values(each as Record<string, { sends: Field<unknown> | undefined }>),
    );
    const sent = endpoints.flatMap(({ sends }) => (sends === undefined ? [] : names(schemaOf(sends))));
    expect(sent).to.include.members(["signature", "proof", "publicKey"]);
    for (const name of sent) {
      expect(name).not.to.match(/salt|code|secret|seed|reading|passphrase|pending|genesis/i);
    }
  });
});

function schemaOf(body: Field<unknown>): unknown {
  return documentSchema({ kind: "vitalproof/any", version: 1, title: "any", body });
}

describe("wire: documents", () => {
  const paths = { group: 2n ** 256n - 1n, paths: [{ day: 1, root: 2n, leaf: 3n, index: 4, siblings: [5n] }] };

  it("come back as they were written", () => {
    expect(parseDocument(ANCHOR_PATHS, documentText(ANCHOR_PATHS, paths), "f")).to.deep.equal(paths);
  });

  it("of another kind or version are named", () => {
    const other = { kind: "vitalproof/claim", version: 1, title: "a claim", body: ANCHOR_PATHS.body };
    const text = documentText(ANCHOR_PATHS, paths);
    const { message, details } = refusalOf(() => parseDocument(other, text, "f"));
    expect(message).to.include("vitalproof/anchor-paths");
    expect(details).to.deep.equal({
      file: "f",
      wanted: "vitalproof/claim/1",
      given: "vitalproof/anchor-paths",
    });
    const later = text.replace('"version": 1', '"version": 2');
    expect(refusalOf(() => parseDocument(ANCHOR_PATHS, later, "f")).hint).to.include("another version");
  });

  it("have one kind each, and a JSON Schema that is one", () => {
    const kinds = DOCUMENTS.map(({ kind }) => kind);
    expect(new Set(kinds).size).to.equal(kinds.length);
    const ajv = new Ajv2020({ strict: true });
    for (const document of DOCUMENTS) ajv.compile(documentSchema(document) as object);
  });

  it("pass their JSON Schema, and what the reader refuses for its form fails there too", () => {
    const ajv = new Ajv2020({ strict: true });
    const isValid = ajv.compile(documentSchema(ANCHOR_PATHS as Document<unknown>) as object);
    const raw = JSON.parse(documentText(ANCHOR_PATHS, paths));
    expect(isValid(raw), JSON.stringify(isValid.errors)).to.equal(true);
    const [path] = raw.paths;
    for (const wrong of [
      { ...raw, kind: "vitalproof/claim" },
      { ...raw, version: 2 },
      { ...raw, more: 1 },
      { ...raw, group: 1 },
      { ...raw, paths: {} },
      { ...raw, paths: [{ ...path, index: -1 }] },
      { ...raw, paths: [{ ...path, leaf: "0x1" }] },
      { ...raw, paths: [{ ...path, siblings: [5] }] },
      { ...raw, paths: [{ ...path, siblings: Array(33).fill("5") }] },
      { ...raw, paths: [{ ...path, more: 1 }] },
    ]) {
      expect(isValid(wrong), JSON.stringify(wrong)).to.equal(false);
      expect(() => parseDocument(ANCHOR_PATHS, JSON.stringify(wrong), "f")).to.throw(VitalproofError);
    }
  });
});
