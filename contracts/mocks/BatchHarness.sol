// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Batch} from "../verification/Groth16Batch.sol";

/// @title The parts of {Groth16Batch} one by one, for tests
contract BatchHarness {
    function randomisers(bytes calldata key, bytes calldata batch) external pure returns (uint256[] memory) {
        return Groth16Batch.randomisers(key, batch, Groth16Batch.countOf(batch, Groth16Batch.inputsOf(key)));
    }

    /// @notice The combined equation under whatever randomisers the caller likes.
    function check(
        bytes calldata key,
        bytes calldata batch,
        uint256[] memory r
    ) external view returns (bool) {
        return Groth16Batch.check(key, batch, r);
    }
}
