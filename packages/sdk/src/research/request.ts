// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words and public inputs of an answer, as ResearchMarket.sol computes them from calldata and storage.
import { AbiCoder, concat, keccak256, toBeHex } from "ethers";
import { FIELD } from "../field.ts";
import { RESEARCH_SIZES } from "../generated/researchProtocol.ts";
import { evaluateWords, transcriptPoint } from "../hashes/transcript.ts";
import type { Point } from "../internal/babyJubJub.ts";
import { invalid } from "../invalid.ts";
import { type ProgramWords, programTranscript } from "./program.ts";
import type { SealedAnswer } from "./seal.ts";

/** One query to one dataset. */
export type RequestAddress = {
  readonly chainId: bigint;
  /** Address of the ResearchMarket. */
  readonly market: string;
  readonly query: bigint;
  readonly dataset: bigint;
};

/** What the contract knows of a request when it is answered. */
export type RequestState = {
  readonly address: RequestAddress;
  readonly program: ProgramWords;
  /** Of the dataset's page. */
  readonly root: bigint;
  /** Live bits of the records, bit 0 the first. */
  readonly live: bigint;
  /** Roots of the classes of earlier answers, at most 8. */
  readonly earlier: readonly bigint[];
  readonly key: Point;
};

/** What an answer says. */
export type AnswerWords = SealedAnswer & {
  /** Root of its classes. */
  readonly classes: bigint;
  readonly released: boolean;
};

/** What comes before an answer's digest in its hash: 32 bytes in hex. */
export function requestDomainOf({ chainId, market, query, dataset }: RequestAddress): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["string", "uint256", "address", "uint256", "uint256"],
      ["vitalproof/request/1", chainId, market, query, dataset],
    ),
  );
}

/** The request as a field element, the first word of its transcript. */
export function requestOf(address: RequestAddress): bigint {
  return BigInt(requestDomainOf(address)) % FIELD;
}

/** `action` of an own-slot proof that names who is paid for a record. */
export function payeeActionOf(
  { chainId, market, dataset }: Omit<RequestAddress, "query">,
  record: number,
  account: string,
): bigint {
  const bytes = AbiCoder.defaultAbiCoder().encode(
    ["string", "uint256", "address", "uint256", "uint256", "address"],
    ["vitalproof/payee/1", chainId, market, dataset, record, account],
  );
  return BigInt(keccak256(bytes)) % FIELD;
}

/** Words of the transcript, in the contract's order. @throws INVALID_ARGUMENT */
export function answerTranscript(state: RequestState, answer: AnswerWords): bigint[] {
  const { liveWords, earlier: mostEarlier } = RESEARCH_SIZES;
  const { address, program, root, live, earlier, key } = state;
  if (live < 0n || live >> BigInt(128 * liveWords) !== 0n)
    throw invalid("live bits", live, `a number of ${128 * liveWords} bits`);
  if (earlier.length > mostEarlier)
    throw invalid("number of earlier answers", earlier.length, `at most ${mostEarlier}`);
  const halves = Array.from({ length: liveWords }, (_, w) => (live >> BigInt(128 * w)) & ((1n << 128n) - 1n));
  return [
    requestOf(address),
    ...programTranscript(program),
    root,
    ...halves,
    ...earlier,
    ...new Array<bigint>(mostEarlier - earlier.length).fill(0n),
    ...key,
    answer.classes,
    ...answer.point,
    ...answer.ciphers,
    answer.released ? 1n : 0n,
  ];
}

/** `digest, x, y` of an answer. */
export function answerInputs(
  address: RequestAddress,
  digest: bigint,
  words: readonly bigint[],
): [digest: bigint, x: bigint, y: bigint] {
  const bytes = concat(words.map((word) => toBeHex(word, 32)));
  const x = transcriptPoint(requestDomainOf(address), digest, bytes);
  return [digest, x, evaluateWords(words, x)];
}
