// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway that answers one request about falls, with an attester and a receiver of alerts, on a clock that runs and that a test
// moves on.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Attester,
  attestationDomainOf,
  holderOf,
  type PresentationRequest,
  type Prover,
  packTerms,
  presentationAttestation,
  profileOf,
  questionOf,
  scopeOf,
  signAttestation,
  subjectOf,
  termsForRequest,
  verifyPresentation,
} from "@vitalproof/sdk";
import {
  documentText,
  HOLDER_ATTESTATION,
  PRESENTATION,
  PRESENTATION_REQUEST,
  parseDocument,
} from "@vitalproof/sdk/wire";
import { Wallet } from "ethers";
import * as v from "valibot";
import { sqlRecords } from "../../src/attester/sqlRecords.ts";
import {
  AlertLane,
  type AlertSettings,
  alertSettings,
  Gateway,
  type GatewayLog,
  type Notice,
  PayloadReader,
  payloadSettings,
  provingCircuits,
  withAlerts,
} from "../../src/gateway/index.ts";
import type { Duty } from "../../src/operate/loop.ts";
import type { Database } from "../../src/store/index.ts";
import { ATTESTER_KEY, DAY, DOMAIN, FIRST_DAY, GROUP, logsOf, timesOf, Wire } from "./gateways.ts";
import { room } from "./sealed.ts";

export const FALLS = "acceleration-20hz";
const FACTS = profileOf(FALLS);
export const EPOCH_SECONDS = FACTS.epochSeconds;
/** Seconds. */
export const INTAKE = 60;
export const MAX_AGE = 300;
const root = join(import.meta.dirname, "../../../..");
export const circuits = provingCircuits(join(root, "circuits/artifacts"), join(root, "build/circuits"));

const SECRET = 123_456_789n;
const attesterWallet = new Wallet(ATTESTER_KEY);
const form = questionOf("falls").forms[0]!;

export const REQUEST: PresentationRequest & { maxAge: number } = {
  verifier: { chainId: 31_337n, account: "0x00000000000000000000000000000000000000e1" },
  scopeNumber: 1n,
  group: GROUP,
  maxAge: MAX_AGE,
  statements: [{ circuit: form.circuit!, terms: termsForRequest(form.circuit!, form.request, 0) }],
};

const PAYLOADS = v.parse(payloadSettings, {
  rules: [
    {
      filter: "devices/+",
      format: "json",
      device: { level: 2 },
      each: "$.r[*]",
      time: { path: "@.t", form: "seconds" },
      values: [{ metric: "acceleration", value: ["@.a[0]", "@.a[1]", "@.a[2]"], unit: "[g]" }],
    },
  ],
});

/** Runs as the machine's does, and can be moved on. Unix seconds. */
export class RunningClock {
  #ahead = (FIRST_DAY * DAY * 1000 - Date.now()) / 1000;
  readonly #began = performance.now();
  #moved = 0;

  get now(): number {
    return Date.now() / 1000 + this.#ahead;
  }

  /** Wall and monotonic time together. */
  moveTo(time: number): void {
    const by = time - this.now;
    this.#ahead += by;
    this.#moved += by;
  }

  readonly wall = (): number => this.now * 1000;
  readonly monotonic = (): number => performance.now() - this.#began + this.#moved * 1000;
}

/** Takes alerts over HTTP on this machine. */
export class Receiver {
  readonly alerts: { readonly id: string; readonly text: string; readonly token: string | undefined }[] = [];
  /** Of the next answers. */
  status = 204;
  readonly #server: Server;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.alerts.push({
          id: String(request.headers["idempotency-key"]),
          text: Buffer.concat(parts).toString(),
          token: request.headers.authorization,
        });
        response.writeHead(this.status).end();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    receiver.#port = (receiver.#server.address() as AddressInfo).port;
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/alerts`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Folder with the files of the verifier and of the attester. */
export class AlertFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "vitalproof-alerts-"));

  request(
    request: Omit<PresentationRequest, "maxAge"> & { maxAge?: number } = REQUEST,
    name = "request.json",
  ): string {
    const statements = request.statements.map(({ circuit, terms }) => ({ circuit, terms: packTerms(terms) }));
    return this.write(
      name,
      documentText(PRESENTATION_REQUEST, { ...request, maxAge: request.maxAge, statements }),
    );
  }

  /** @param expiry Unix seconds */
  async attestation(expiry: number, name = "attestation.json"): Promise<string> {
    const { attestation, signature } = await attested(expiry);
    return this.write(
      name,
      documentText(HOLDER_ATTESTATION, { domain: attestationDomainOf(REQUEST), attestation, signature }),
    );
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As the attester signs it for the person of these tests, and gives it to the verifier. */
async function attested(expiry: number) {
  const { chainId, account: scopes } = REQUEST.verifier;
  const holder = holderOf(SECRET, scopeOf({ chainId, scopes, scopeNumber: REQUEST.scopeNumber }));
  const attestation = presentationAttestation({ holder, nonce: 1n, expiry: BigInt(Math.floor(expiry)) });
  const signature = await signAttestation(attesterWallet, attestationDomainOf(REQUEST), attestation);
  return { attestation, signature };
}

/** What the verifier does with an alert that it got. @param now Unix seconds @returns the period */
export async function verifierAccepts(text: string, now: number) {
  const { holder, proofs } = parseDocument(PRESENTATION, text, "alert");
  const presentation = {
    holder,
    proofs: proofs.map(({ circuit, terms, proof, receipt }) => ({
      circuit,
      terms,
      proof,
      evidence: { receipt: receipt! },
    })),
  };
  const { attestation, signature: attestationSignature } = await attested(now + DAY);
  const trust = { attester: attesterWallet.address, anchors: DOMAIN, attestation, attestationSignature, now };
  const keyOf = async (circuit: string) => (await circuits(circuit)).artifacts.verificationKey;
  return verifyPresentation(REQUEST, presentation, trust, keyOf);
}

export type AlertWorldOptions = {
  readonly database: Database;
  readonly clock: RunningClock;
  readonly settings: unknown;
  readonly prover: Prover;
  readonly wire?: Wire;
  readonly fetch?: typeof globalThis.fetch;
  /** Unix second at which another account became the group's attester. */
  readonly handedOver?: number;
};

export function fallLogs(wire: Wire, handedOver?: number): GatewayLog[] {
  return logsOf(2, wire, FALLS).map((log, i) => ({
    ...log,
    ...(i === 0 ? { subject: subjectOf(SECRET) } : {}),
    attester: {
      ...log.attester,
      intakeTime: INTAKE,
      trust: {
        ...log.attester.trust,
        ...(handedOver === undefined
          ? {}
          : {
              attester: Wallet.createRandom().address,
              previous: [{ attester: attesterWallet.address, since: 0, until: handedOver }],
            }),
      },
    },
  }));
}

export function wireOver(database: Database, clock: RunningClock): Wire {
  const now = () => Math.floor(clock.now);
  return new Wire(
    new Attester({
      records: sqlRecords(database, now),
      group: GROUP,
      times: { intakeTime: INTAKE, graceTime: DAY },
      domain: DOMAIN,
      signer: attesterWallet,
      clock: now,
    }),
  );
}

/** One process: a gateway with its lane. */
export class AlertWorld {
  readonly notices: readonly Notice[];
  readonly gateway: Gateway;
  readonly lane: AlertLane;
  readonly #clock: RunningClock;

  private constructor(gateway: Gateway, lane: AlertLane, clock: RunningClock, notices: readonly Notice[]) {
    this.gateway = gateway;
    this.lane = lane;
    this.#clock = clock;
    this.notices = notices;
  }

  static async start({
    database,
    clock,
    settings: given,
    prover,
    wire,
    fetch,
    handedOver,
  }: AlertWorldOptions): Promise<AlertWorld> {
    const settings: AlertSettings = v.parse(alertSettings, given);
    const personKeys = room(database).keys;
    const logs = withAlerts(fallLogs(wire ?? wireOver(database, clock), handedOver), settings);
    const notices: Notice[] = [];
    const report = (notice: Notice) => notices.push(notice);
    const gateway = await Gateway.start({
      database,
      personKeys,
      reader: new PayloadReader(PAYLOADS),
      logs,
      times: timesOf({ grace: 20, look: 60_000 }),
      clock: { wall: clock.wall, monotonic: clock.monotonic },
      firstPause: 1,
      report,
    });
    const lane = await AlertLane.start({
      database,
      personKeys,
      settings,
      logs,
      circuits,
      prover,
      secretOf: async () => SECRET,
      time: () => gateway.time(),
      look: 3_600_000,
      report,
      ...(fetch === undefined ? {} : { fetch }),
    });
    gateway.onReceipts(lane.nudge);
    return new AlertWorld(gateway, lane, clock, notices);
  }

  get duties(): readonly Duty[] {
    return [...this.gateway.duties, ...this.lane.duties];
  }

  duty(name: string): Duty {
    return this.duties.find((each) => each.name === name)!;
  }

  /** Does duties until nothing more is due, one after the other. */
  async work(...names: string[]): Promise<void> {
    const { signal } = new AbortController();
    for (const name of names) {
      const duty = this.duty(name);
      while (await duty.act(signal));
    }
  }

  /** A message of samples in g, one every 50 ms. @param time Unix seconds of the first */
  give(time: number, samples: readonly (readonly [number, number, number])[], device = "d0"): Promise<void> {
    const r = samples.map((a, i) => ({ t: Math.round(1000 * (time + i * FACTS.interval)) / 1000, a }));
    return this.gateway.inbox.put({
      topic: `devices/${device}`,
      payload: Buffer.from(JSON.stringify({ r })),
      receivedAt: this.#clock.wall(),
      retained: false,
    });
  }

  async status() {
    const { requests, problems } = await this.lane.status();
    return { ...requests[0]!, problems };
  }
}

/** Lying, and an impact of 2.5 g and more. */
export const STILL = [0, 0, 1] as const;
export const IMPACT = [1.5, 0, 2] as const;
