// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ClaimsClient,
  ConsentClient,
  circuitOfTask,
  Holder,
  type Identity,
  type ProofMaker,
  witnessOf,
} from "@vitalproof/sdk";
import { registryOf } from "./chain/registry.ts";
import type { Chain } from "./connect.ts";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";
import { type ProverNote, proofOf } from "./proof.ts";

export type CommandHolder = {
  holder: Holder;
  claims: ClaimsClient;
  /** What made the last proof. */
  prover(): ProverNote;
};

/** The vault's person on a chain. Proofs are made as the command's options say. */
export function holderOn(
  io: Io,
  options: Pick<GlobalOptions, "artifacts" | "rapidsnark">,
  identity: Identity,
  chain: Chain,
  contract: string,
): CommandHolder {
  const claims = new ClaimsClient(contract, chain.provider);
  // Asked for where something is signed for it, and not before.
  const consents = {
    domain: async () =>
      new ConsentClient(await registryOf(contract, "consents", chain), chain.provider).domain(),
  };
  const { prove, prover } = proofMakerOf(io, options);
  return { holder: new Holder(identity, { claims, consents }, prove), claims, prover };
}

/** Makes a person's proofs as the command's options say, and remembers what made the last one. */
export function proofMakerOf(
  io: Io,
  options: Pick<GlobalOptions, "artifacts" | "rapidsnark">,
): { prove: ProofMaker; prover(): ProverNote } {
  let note: ProverNote = { name: "snarkjs" };
  const prove: ProofMaker = async (task) => {
    const title =
      task.kind === "enrolment"
        ? "proving that holder and subject are one person"
        : `proving ${circuitOfTask(task)}`;
    const { prover, ...proof } = await proofOf(io, options, title, witnessOf(task));
    note = prover;
    return proof;
  };
  return { prove, prover: () => note };
}
