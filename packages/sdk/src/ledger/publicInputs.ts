// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words and public inputs of the ledger's proofs, as HealthLedger.sol computes them from calldata and storage.
import { concat, dataLength, dataSlice, toBeHex } from "ethers";
import { evaluateWords, transcriptPoint } from "../hashes/transcript.ts";
import { accessDomainOf, consentDomainOf, grantDomainOf, liveWordsOf, type PageAddress } from "./page.ts";
import { BODY_WORD_BYTES, type ConsentHeader, packConsentHeader } from "./words.ts";

/** Root and live bits of a page. */
export type RootAndLive = { readonly root: bigint; readonly live: bigint };

/** What comes before the leaves of a consent batch. */
export function consentHeadOf(
  address: PageAddress,
  header: ConsentHeader,
  {
    before,
    after,
    form,
  }: { readonly before: RootAndLive; readonly after: RootAndLive; readonly form: bigint },
): bigint[] {
  return [
    packConsentHeader(header),
    grantDomainOf(address),
    before.root,
    after.root,
    ...liveWordsOf(before.live),
    ...liveWordsOf(after.live),
    form,
  ];
}

/** @param leaves of the new consents @returns `digest, x, y` */
export function consentInputs(
  address: PageAddress,
  digest: bigint,
  head: readonly bigint[],
  leaves: readonly bigint[],
): [digest: bigint, x: bigint, y: bigint] {
  const words = [...head, ...leaves];
  const bytes = concat(words.map((word) => toBeHex(word, 32)));
  const x = transcriptPoint(consentDomainOf(address), digest, bytes);
  return [digest, x, evaluateWords(words, x)];
}

/** What comes before the body of an access batch. */
export function accessHeadOf(headerWord: bigint, { root, live }: RootAndLive): bigint[] {
  return [headerWord, root, ...liveWordsOf(live)];
}

/** @param body hex, a multiple of 31 bytes @returns `digest, x, y` */
export function accessInputs(
  address: PageAddress,
  digest: bigint,
  head: readonly bigint[],
  body: string,
): [digest: bigint, x: bigint, y: bigint] {
  const bytes = concat([...head.map((word) => toBeHex(word, 32)), body]);
  const x = transcriptPoint(accessDomainOf(address), digest, bytes);
  const words = Array.from({ length: dataLength(body) / BODY_WORD_BYTES }, (_, i) =>
    BigInt(dataSlice(body, BODY_WORD_BYTES * i, BODY_WORD_BYTES * (i + 1))),
  );
  return [digest, x, evaluateWords([...head, ...words], x)];
}
