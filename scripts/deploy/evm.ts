// SPDX-License-Identifier: GPL-3.0-or-later
import type { EthereumProvider } from "hardhat/types/providers";

/** What one question to the chain brought: undefined if all is well, else what is wrong. */
export interface EvmCheck {
  readonly id: "ecAdd" | "ecMul" | "pairing" | "cancun";
  readonly problem: string | undefined;
}

const word = (value: bigint) => value.toString(16).padStart(64, "0");

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
/** Generators of BN254 and the double of the first: EIP-196 and EIP-197. */
const G1 = word(1n) + word(2n);
const NEGATIVE_G1 = word(1n) + word(Q - 2n);
const DOUBLE_G1 =
  word(1368015179489954701390400359078579693043519447331113978918064868415326638035n) +
  word(9918110051302171585080402603319702774565515993150576347155970296011118125764n);
const G2 = [
  11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  10857046999023057135944570762232829481370756359578518086990519993285655852781n,
  4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  8495653923123431417604973247489272438418190587263600148770280649306958101930n,
]
  .map(word)
  .join("");

/** tstore(0, 1), then return what tload and mcopy bring back: the opcodes of Cancun that the contracts use. */
const CANCUN_PROBE = "0x60015f5d5f5c5f5260205f60205e60206020f3";

const ONE = word(1n);
const ZERO = word(0n);

/**
 * Asks the chain for what verifying a proof needs: the BN254 precompiles with known answers (right ones accepted,
 * wrong ones refused), and the Cancun opcodes. Only calls; nothing is sent.
 */
export async function checkEvm(provider: EthereumProvider): Promise<EvmCheck[]> {
  const call = async (to: string | undefined, data: string) => {
    try {
      const result = await provider.request({
        method: "eth_call",
        params: [to === undefined ? { data } : { to, data: `0x${data}` }, "latest"],
      });
      return String(result).slice(2).toLowerCase();
    } catch {
      // A failing precompile is an error for some nodes and an empty answer for others.
      return "";
    }
  };
  const at = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;
  const shown = (answer: string) =>
    answer === "" ? "nothing" : `0x${answer.slice(0, 16)}${answer.length > 16 ? "…" : ""}`;
  const expect = (what: string, answer: string, expected: string) =>
    answer === expected ? undefined : `${what} gave ${shown(answer)}, expected ${shown(expected)}`;

  const [sum, offCurve, product, truth, falsehood, badPair, cancun] = await Promise.all([
    call(at(6), G1 + G1),
    call(at(6), word(1n) + word(1n) + G1),
    call(at(7), G1 + word(2n)),
    call(at(8), G1 + G2 + NEGATIVE_G1 + G2),
    call(at(8), G1 + G2 + G1 + G2),
    call(at(8), word(1n) + word(1n) + G2),
    call(undefined, CANCUN_PROBE),
  ]);
  return [
    {
      id: "ecAdd",
      problem:
        expect("0x06, G + G,", sum, DOUBLE_G1) ?? expect("0x06 with a point off the curve", offCurve, ""),
    },
    { id: "ecMul", problem: expect("0x07, 2 · G,", product, DOUBLE_G1) },
    {
      id: "pairing",
      problem:
        expect("0x08 with a true equation", truth, ONE) ??
        expect("0x08 with a false equation", falsehood, ZERO) ??
        expect("0x08 with a point off the curve", badPair, ""),
    },
    { id: "cancun", problem: expect("a probe of PUSH0, TSTORE, TLOAD and MCOPY", cancun, ONE) },
  ];
}
