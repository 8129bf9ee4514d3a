// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Field} from "./Field.sol";

/// @title A contract's side of a transcript
/// @notice Ties words of calldata and storage to a circuit's words at two public inputs, whatever their number:
/// `x = keccak256(domain, digest, words) mod r` and `y = w0 + x (w1 + x (w2 + …))`. The circuit computes `y` from
/// its own words and `digest` from them before `x` exists (circuits/lib/transcript.circom says why it is sound).
/// @dev Every word that the polynomial has must be under the hash, byte for byte, or a proof can be forged.
library Transcripts {
    /// @dev A word of 32 bytes that is not below r.
    error Transcripts_NotInField(uint256 word);

    /// @dev Bytes of a body's word: the largest whole number that is always below r.
    uint256 internal constant BODY_WORD = 31;

    /// @notice Point and value for a head of field elements and a body of calldata, 31 bytes a word.
    /// @param head the first words, each below r: the caller knows that
    /// @param body its length must be a multiple of 31: the caller checks that. A last word that is cut short would
    /// read bytes behind the body, which the hash does not cover.
    function evaluate(
        bytes32 domain,
        uint256 digest,
        uint256[4] memory head,
        bytes calldata body
    ) internal pure returns (uint256 x, uint256 y) {
        uint256 r = Field.MODULUS;
        // The free memory is used and not claimed: nothing of it is read afterwards.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, domain)
            mstore(add(free, 0x20), digest)
            mcopy(add(free, 0x40), head, 0x80)
            calldatacopy(add(free, 0xc0), body.offset, body.length)
            x := mod(keccak256(free, add(0xc0, body.length)), r)

            // From the last word to the first; what is left of 32, then 32 at a time. A plain sum does not
            // overflow: mulmod gives less than r, a word has 31 bytes, and the next mulmod takes it modulo r.
            let at := add(body.offset, body.length)
            for {
                let rest := and(div(body.length, 31), 31)
            } rest {
                rest := sub(rest, 1)
            } {
                at := sub(at, 31)
                y := add(mulmod(y, x, r), shr(8, calldataload(at)))
            }
            for {} gt(at, body.offset) {} {
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 31))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 62))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 93))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 124))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 155))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 186))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 217))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 248))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 279))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 310))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 341))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 372))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 403))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 434))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 465))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 496))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 527))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 558))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 589))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 620))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 651))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 682))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 713))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 744))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 775))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 806))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 837))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 868))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 899))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 930))))
                y := add(mulmod(y, x, r), shr(8, calldataload(sub(at, 961))))
                at := sub(at, 992)
                y := add(mulmod(y, x, r), shr(8, calldataload(at)))
            }
            y := addmod(mulmod(y, x, r), mload(add(head, 0x60)), r)
            y := addmod(mulmod(y, x, r), mload(add(head, 0x40)), r)
            y := addmod(mulmod(y, x, r), mload(add(head, 0x20)), r)
            y := addmod(mulmod(y, x, r), mload(head), r)
        }
    }

    /// @notice Point and value for words of 32 bytes.
    /// @param head the first words, each below r: the caller knows that
    /// @param tail the last ones, from calldata; refused where not below r
    function evaluateWords(
        bytes32 domain,
        uint256 digest,
        uint256[9] memory head,
        uint256[] calldata tail
    ) internal pure returns (uint256 x, uint256 y) {
        uint256 r = Field.MODULUS;
        x = uint256(keccak256(abi.encodePacked(domain, digest, head, tail))) % r;
        for (uint256 i = tail.length; i != 0;) {
            unchecked {
                --i; // not 0, as the loop's condition says
            }
            if (tail[i] >= r) revert Transcripts_NotInField(tail[i]);
            y = addmod(mulmod(y, x, r), tail[i], r);
        }
        for (uint256 i = 9; i != 0;) {
            unchecked {
                --i; // not 0, as the loop's condition says
            }
            y = addmod(mulmod(y, x, r), head[i], r);
        }
    }

    /// @notice Point and value for words in memory.
    /// @param words each below r: the caller knows that
    function evaluateAll(
        bytes32 domain,
        uint256 digest,
        uint256[] memory words
    ) internal pure returns (uint256 x, uint256 y) {
        uint256 r = Field.MODULUS;
        x = uint256(keccak256(abi.encodePacked(domain, digest, words))) % r;
        for (uint256 i = words.length; i != 0;) {
            unchecked {
                --i; // not 0, as the loop's condition says
            }
            y = addmod(mulmod(y, x, r), words[i], r);
        }
    }
}
