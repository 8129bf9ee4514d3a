// SPDX-License-Identifier: GPL-3.0-or-later
//
// An attester and a relayer that answer with fixed values, requests that their endpoints accept, and tokens.
import {
  type ClaimItem,
  type HolderAttestation,
  type SignedHead,
  SimulatedDevice,
  VitalproofError,
} from "@vitalproof/sdk";
import { jsonOf, type Role } from "@vitalproof/sdk/wire";
import { type Reply, send } from "../../../test/support/rawRequest.ts";
import {
  type Access,
  type App,
  type AttesterBackend,
  accessList,
  accessRecord,
  attesterRoutes,
  type Logger,
  logger,
  newToken,
  type RelayerBackend,
  relayerRoutes,
} from "../src/index.ts";

export const HASH = `0x${"ab".repeat(32)}`;
export const ACCOUNT = `0x${"cd".repeat(20)}`;
export const SIGNATURE = `0x${"0b".repeat(65)}`;
/** Two people. */
export const [ANNA, BERT] = [1234567890123n, 9876543210987n] as const;
/** A closed day, and the leaf that each of them has in it. */
export const DAY = 20_000;
export const LEAF_OF = new Map<bigint, bigint>([
  [ANNA, 51n],
  [BERT, 52n],
]);

export const device = new SimulatedDevice("p256");
/** Of the form of a proof. */
export const PROOF: ClaimItem["proof"] = {
  a: [1n, 2n],
  b: [
    [3n, 4n],
    [5n, 6n],
  ],
  c: [7n, 8n],
};
export const ATTESTATION: HolderAttestation = {
  program: 1n,
  offerHash: HASH,
  holder: 2n,
  controller: ACCOUNT,
  payee: ACCOUNT,
  firstEpoch: 3,
  periods: 4,
  nonce: 5n,
  expiry: 6n,
};
export const ITEM: ClaimItem = {
  policy: 1n,
  period: 2,
  consentId: HASH,
  circuit: HASH,
  anchorRoot: 3n,
  proof: PROOF,
};

export const headOf = (subject: bigint): SignedHead => ({
  group: 1n,
  subject,
  previous: 3n,
  inner: 4n,
  context: 5n,
  device: { curve: device.curve, publicKey: device.publicKey },
  signature: "0a".repeat(64),
});

export const attesterOf = (asked: unknown[] = []): AttesterBackend => {
  const opening = (subject: bigint) =>
    ({ group: 1n, subject, profile: "glucose-mg-dl-5min", offset: 0, firstEpoch: 9, genesis: 8n }) as const;
  return {
    info: async () => ({
      group: 1n,
      domain: { chainId: 31_337n, anchors: ACCOUNT },
      attester: ACCOUNT,
      times: { intakeTime: 1, graceTime: 2, correctionTime: 3 },
    }),
    enrol: async (request) => {
      asked.push(request);
      return opening(request.subject);
    },
    continueLog: async (request) => {
      asked.push(request);
      return opening(request.subject);
    },
    submitHead: async (head) => {
      asked.push(head);
      return { group: 1n, leaf: 6n, context: 5n, receivedAt: 7, anchorDay: 8, signature: SIGNATURE };
    },
    attest: async (request) => {
      asked.push(request);
      return SIGNATURE;
    },
    path: async (day, leaf) => {
      if (![...LEAF_OF.values()].includes(leaf)) {
        throw new VitalproofError("ANCHOR_LEAF_UNKNOWN", `Leaf ${leaf} is not in this tree.`);
      }
      return { root: 1n, leaf, index: 0, siblings: [BigInt(day)] };
    },
    owns: async (subject, _, leaf) => LEAF_OF.get(subject) === leaf,
    leaves: async () => [...LEAF_OF.values()],
  };
};

export const relayerOf = (): RelayerBackend => ({
  consent: async () => ({ consentId: HASH, transaction: HASH }),
  revoke: async () => ({ transaction: HASH }),
  claim: async () => ({ outcome: "settled", transaction: HASH, blockNumber: 5 }),
  pay: async () => ({ transaction: HASH }),
});

export function bothRoutes(app: App, asked: unknown[] = []): void {
  app.register(attesterRoutes(attesterOf(asked)), { prefix: "/attester" });
  app.register(relayerRoutes(relayerOf()), { prefix: "/relayer" });
}

export type Request = { readonly method: "GET" | "POST"; readonly path: string; readonly body?: unknown };

/** A request of every endpoint that the services accept, about one person where it is about one. */
export function requestsOf(subject: bigint): Record<string, Request> {
  const profile = "glucose-mg-dl-5min";
  const publicHalf = { curve: device.curve, publicKey: device.publicKey };
  const consent = {
    patient: ACCOUNT,
    grantee: ACCOUNT,
    purpose: HASH,
    program: 1n,
    from: 2,
    until: 3,
    receiptHash: HASH,
    nonce: 4n,
  };
  const post = (path: string, body: unknown): Request => ({ method: "POST", path, body });
  return {
    info: { method: "GET", path: "/attester" },
    enrol: post("/attester/people", { subject, device: publicHalf, profile, offset: 0 }),
    continueLog: post("/attester/people/continue", { subject, device: publicHalf, profile }),
    submitHead: post("/attester/heads", headOf(subject)),
    attest: post("/attester/attestations", {
      attestation: ATTESTATION,
      scopeNumber: 1n,
      subject,
      proof: PROOF,
      publicInputs: [1n, 2n, 3n, 4n],
    }),
    path: { method: "GET", path: `/attester/paths/${DAY}/${LEAF_OF.get(subject)}` },
    consent: post("/relayer/consents", { consent, deadline: 5n, signature: SIGNATURE }),
    revoke: post("/relayer/revocations", {
      patient: ACCOUNT,
      consentId: HASH,
      deadline: 5n,
      signature: SIGNATURE,
    }),
    claim: post("/relayer/claims", ITEM),
    pay: post("/relayer/payments", { policy: 1n }),
    openapi: { method: "GET", path: "/openapi.json" },
    metrics: { method: "GET", path: "/metrics" },
  };
}

export function ask(
  url: string,
  { method, path, body }: Request,
  token?: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return send(url, method, path, {
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : jsonOf(body) }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
}

export const codeOf = ({ text }: Reply): string | undefined => JSON.parse(text).error?.code;

/** Far enough ahead for a test. */
export const LATER = Math.floor(Date.now() / 1000) + 3600;

export type Given = { roles: readonly Role[]; subject?: bigint; expires?: number };

/** Access for principals by name, and their tokens. */
export function accessFor<Name extends string>(
  given: Readonly<Record<Name, Given>>,
): { access: Access; tokens: Record<Name, string> } {
  const tokens: Record<string, string> = {};
  const records = Object.entries<Given>(given).map(([name, { roles, subject, expires = LATER }]) => {
    const { token, sha256 } = newToken();
    tokens[name] = token;
    const written = { name, sha256, roles, expires, ...(subject === undefined ? {} : { subject }) };
    return accessRecord(JSON.parse(jsonOf(written)));
  });
  return { access: accessList(records), tokens };
}

/** A logger and the lines that it wrote. */
export function recorder(level: "trace" | "info" = "trace"): { lines: string[]; log: Logger } {
  const lines: string[] = [];
  const log = logger({ name: "attester", level, destination: { write: (line) => void lines.push(line) } });
  return { lines, log };
}
