// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon3 } from "poseidon-lite/poseidon3";
import { assertField } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";

/** `subject = P3(T_subject, s, 0)`: the name under which an attester files a person's log. Not for the chain. */
export function subjectOf(secret: bigint): bigint {
  assertField("secret", secret, { secret: true });
  return poseidon3([TAGS.subject, secret, 0n]);
}

/** `holder = P3(T_holder, s, scope)`: the person's pseudonym in one scope, unlinkable to those in others. */
export function holderOf(secret: bigint, scope: bigint): bigint {
  assertField("secret", secret, { secret: true });
  assertField("scope", scope);
  return poseidon3([TAGS.holder, secret, scope]);
}
