// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { assertField, randomFieldElement } from "../field.ts";
import { holderOf, subjectOf } from "../hashes/names.ts";

/**
 * A person's identity secret `s`, uniform in the field. It opens the person's logs and holders and pays for nothing;
 * accounts that hold money are derived from it one way (`controllerOf`).
 *
 * The secret is in no property, so that printing or serialising an identity shows the subject at most.
 */
export class Identity {
  readonly #secret: bigint;
  /** The name under which an attester files this person's log. Not secret, but personal: never for the chain. */
  readonly subject: bigint;

  /** @param secret in `[1, r)`; use `createIdentity` unless the secret was kept elsewhere */
  constructor(secret: bigint) {
    assertField("secret", secret, { secret: true });
    if (secret === 0n)
      throw new VitalproofError("NOT_A_FIELD_ELEMENT", "An identity secret of 0 is no secret.");
    this.#secret = secret;
    this.subject = subjectOf(secret);
  }

  /** The pseudonym in a scope; the same scope always gives the same holder, two scopes give unlinkable ones. */
  holder(scope: bigint): bigint {
    return holderOf(this.#secret, scope);
  }

  /** The secret itself, for witnesses. Never log it, never send it anywhere. */
  secret(): bigint {
    return this.#secret;
  }

  toJSON(): Record<string, unknown> {
    return { type: "Identity", secret: "(secret)" };
  }
}

/** A new identity from the platform's secure random numbers. Export it before relying on it: nobody can restore it. */
export function createIdentity(): Identity {
  return new Identity(randomFieldElement());
}
