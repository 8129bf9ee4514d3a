// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title A verifier without a circuit, for tests
/// @dev The "proof" of some inputs has `a[0] = keccak256(inputs)`. So a test must know all four inputs to claim,
/// and a contract that derives one of them wrongly fails its tests.
contract MockVerifier is IGroth16Verifier {
    enum Behaviour {
        Honest,
        Forgeable,
        Reverts,
        AnswersTwo,
        AnswersShort,
        AnswersLong
    }

    Behaviour public behaviour;
    /// @dev Makes code hashes differ where a test needs different verifiers.
    uint256 private immutable _SALT;

    constructor(uint256 salt) {
        _SALT = salt;
    }

    function behave(Behaviour behaviour_) external {
        behaviour = behaviour_;
    }

    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[4] calldata inputs
    ) external view returns (bool) {
        Behaviour behaviour_ = behaviour;
        if (behaviour_ == Behaviour.Forgeable) return true;
        if (behaviour_ == Behaviour.Reverts) revert("no");
        if (behaviour_ == Behaviour.AnswersTwo) _answer(2, 32);
        if (behaviour_ == Behaviour.AnswersShort) _answer(1 << 8, 31);
        if (behaviour_ == Behaviour.AnswersLong) _answer(1, 64);
        return _SALT != type(uint256).max && a[0] == uint256(keccak256(abi.encode(inputs)));
    }

    function _answer(uint256 value, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(0, value)
            return(0, length)
        }
    }
}
