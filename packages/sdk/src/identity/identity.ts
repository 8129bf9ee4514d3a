// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { assertField, randomBytes, randomFieldElement } from "../field.ts";
import { holderOf, subjectOf } from "../hashes/names.ts";
import { invalid } from "../invalid.ts";

/** Length of a wallet seed in bytes. */
export const WALLET_SEED_BYTES = 32;

/**
 * A person: the identity secret `s`, uniform in the field, which opens the person's logs and holders, and a wallet
 * seed, from which the accounts that hold money are derived (`controllerOf`). The two are independent: a gateway that
 * proves for the person is given `s` and can spend and redirect nothing with it.
 *
 * Neither is in a property, so that printing or serialising an identity shows the subject at most.
 */
export class Identity {
  readonly #secret: bigint;
  readonly #walletSeed: Uint8Array;
  /** The name under which an attester files this person's log. Not secret, but personal: never for the chain. */
  readonly subject: bigint;

  /**
   * Use `createIdentity`, unless both were kept elsewhere.
   * @param secret in `[1, r)`
   * @param walletSeed 32 random bytes that have nothing to do with the secret
   * @throws NOT_A_FIELD_ELEMENT, INVALID_ARGUMENT
   */
  constructor(secret: bigint, walletSeed: Uint8Array) {
    assertField("secret", secret, { secret: true });
    if (secret === 0n) throw new VitalproofError("NOT_A_FIELD_ELEMENT", "An identity secret must not be 0.");
    if (walletSeed.length !== WALLET_SEED_BYTES) {
      throw invalid("length of the wallet seed", walletSeed.length, `${WALLET_SEED_BYTES} bytes`);
    }
    this.#secret = secret;
    this.#walletSeed = walletSeed.slice();
    this.subject = subjectOf(secret);
  }

  /** The pseudonym in a scope; the same scope always gives the same holder, two scopes give unlinkable ones. */
  holder(scope: bigint): bigint {
    return holderOf(this.#secret, scope);
  }

  /** The secret itself, for witnesses. Never log it; give it to nobody but a gateway that proves for this person. */
  secret(): bigint {
    return this.#secret;
  }

  /** What the person's accounts come from. Give it to nobody. */
  walletSeed(): Uint8Array {
    return this.#walletSeed.slice();
  }

  toJSON(): Record<string, unknown> {
    return { type: "Identity", secret: "(secret)", walletSeed: "(secret)" };
  }
}

/** A new identity from the platform's secure random numbers. Export it before relying on it: nobody can restore it. */
export function createIdentity(): Identity {
  return new Identity(randomFieldElement(), randomBytes(WALLET_SEED_BYTES));
}
