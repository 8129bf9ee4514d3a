// SPDX-License-Identifier: GPL-3.0-or-later
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { CircomError } from "../errors.ts";
import { ethereumAddress, signEthereum, signingAdvice } from "../internal/ceremony/signatures.ts";
import { statementOf } from "../internal/ceremony/transcript.ts";
import type { CircomConfig } from "../types.ts";
import { openCeremony, readKey, STATEMENT } from "./folder.ts";
import { acceptSteps, type CeremonyOptions, makeStep } from "./stepWork.ts";

export interface ContributeOptions extends CeremonyOptions {
  /** One of the announced names. */
  readonly contributor: string;
  /** Private key of the announced Ethereum address. Without it the statement is left to be signed elsewhere. */
  readonly privateKey?: Uint8Array;
}

export interface Contributed {
  readonly folder: string;
  readonly statement: string;
  /** What to do next; undefined if it is signed. */
  readonly toSign: string | undefined;
}

/**
 * Contributes to every key of a ceremony, after verifying all steps so far. A secret is made for each key in a process
 * that ends with it. An interrupted run is simply run again.
 *
 * @throws CircomError CEREMONY_REFUSED
 */
export async function contribute(config: CircomConfig, options: ContributeOptions): Promise<Contributed> {
  const { contributor, privateKey, onProgress } = options;
  const ceremony = await openCeremony(config, options.folder);
  const { announcement, pin, steps } = ceremony;
  const refused = (reason: string) => new CircomError("CEREMONY_REFUSED", reason);
  const announced = pin.contributors.find(({ name }) => name === contributor);
  if (announced === undefined) {
    const names = pin.contributors.map(({ name }) => name).join(", ");
    throw refused(`"${contributor}" is not among the announced contributors: ${names}`);
  }
  if (privateKey !== undefined) {
    const address = ethereumAddress(secp256k1.getPublicKey(privateKey));
    if (address !== announced.key) {
      throw refused(
        `the private key is that of ${address}, ${contributor} was announced with ${announced.key}`,
      );
    }
  }
  if (steps.at(-1)!.kind === "beacon")
    throw refused("the beacon has been applied; nobody can contribute any more");
  const accepted = await acceptSteps(ceremony, onProgress);
  const done = accepted.find((step) => step.contributor === contributor);
  if (done !== undefined) throw refused(`${contributor} has contributed already, in step ${done.number}`);

  const number = steps.length;
  const slug =
    contributor
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "contributor";
  let statement = "";
  const folder = await makeStep(
    ceremony,
    `${String(number).padStart(4, "0")}-${slug}`,
    (from, to) => ({ kind: "contribute", from, to, name: contributor }),
    async (unfinished) => {
      const step = {
        number,
        kind: "contribution",
        folder: unfinished,
        statement: undefined,
        signature: undefined,
      } as const;
      const instances = [];
      for (const instance of announcement.instances) {
        const { key } = await readKey(step, instance);
        const contributions = key.contributions.map(({ hash }) => hash);
        instances.push({ ...instance, keys: [], contributions });
      }
      statement = statementOf({ ...announcement, instances }, contributor, number - 1);
      await writeFile(join(unfinished, STATEMENT), statement);
      if (privateKey === undefined) return;
      await writeFile(join(unfinished, "signature.txt"), `${signEthereum(statement, privateKey)}\n`);
    },
    onProgress,
  );
  const toSign = signingAdvice(announced, STATEMENT);
  return { folder, statement, toSign: privateKey === undefined ? toSign : undefined };
}
