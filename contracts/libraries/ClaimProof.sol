// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Proof, IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title The claim circuits' public inputs by name
/// @notice Every claim circuit has these four first, in this order. The contract derives all of them; the
/// claimant chooses none. A template's outputs, once there are any, follow from `FIRST_OUTPUT` on.
///
/// What the circuits do not check and the caller must: that `holder` is the policy's, `anchorRoot` the one on
/// record for the program's group and the period's last day, `terms` the program's with the period's first epoch,
/// and `scope` the program's on this chain and contract.
library ClaimProof {
    uint256 internal constant HOLDER = 0;
    uint256 internal constant ANCHOR_ROOT = 1;
    uint256 internal constant TERMS = 2;
    uint256 internal constant SCOPE = 3;
    uint256 internal constant FIRST_OUTPUT = 4;

    /// @param holder the policyholder's pseudonym in the scope.
    /// @param anchorRoot root of the day in which the period's last epoch ends.
    /// @param terms packed terms with the period's first epoch in them.
    /// @param scope the scope's field element.
    struct Inputs {
        uint256 holder;
        uint256 anchorRoot;
        uint256 terms;
        uint256 scope;
    }

    /// @notice The inputs in verifier order.
    function toArray(Inputs memory inputs) internal pure returns (uint256[FIRST_OUTPUT] memory signals) {
        signals[HOLDER] = inputs.holder;
        signals[ANCHOR_ROOT] = inputs.anchorRoot;
        signals[TERMS] = inputs.terms;
        signals[SCOPE] = inputs.scope;
    }

    /// @notice True only if `verifier` answers with exactly one word, 1.
    /// @dev A call that reverts, runs out of gas, or reaches an address without code (it "succeeds" with no
    /// data) is no proof.
    function verify(
        address verifier,
        Inputs memory inputs,
        Groth16Proof calldata proof
    ) internal view returns (bool) {
        (bool success, bytes memory answer) = verifier.staticcall(
            abi.encodeCall(IGroth16Verifier.verifyProof, (proof.a, proof.b, proof.c, toArray(inputs)))
        );
        return success && answer.length == 32 && uint256(bytes32(answer)) == 1;
    }
}
