// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Batch} from "../verification/Groth16Batch.sol";
import {Proofs} from "../verification/Proofs.sol";
import {VerificationKeys} from "../verification/VerificationKeys.sol";

/// @title A verifier of any key, for tests of circuits that are not claims
/// @dev Answers `verifyProof` for the key's number of public inputs, as the verifier that snarkjs exports for it would.
/// The arguments of that call are the words of a batch of one proof.
contract KeyVerifier {
    address private immutable _KEY;
    bytes4 private immutable _SELECTOR;

    constructor(address key) {
        _KEY = key;
        _SELECTOR = Proofs.selectorOf(Groth16Batch.inputsOf(VerificationKeys.read(key)));
    }

    // One function of any number of inputs cannot be declared.
    // solhint-disable-next-line no-complex-fallback
    fallback(bytes calldata data) external returns (bytes memory) {
        require(msg.sig == _SELECTOR, "another number of inputs");
        return abi.encode(Groth16Batch.verify(VerificationKeys.read(_KEY), data[4:]));
    }
}
