// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {VM} from "./Vm.sol";

/// @dev Deploys a contract by its artifact: compiled as it is deployed (some through the IR), and not as the test is.
function deployArtifact(string memory artifact, bytes memory arguments) returns (address deployed) {
    bytes memory code = bytes.concat(VM.getCode(artifact), arguments);
    assembly ("memory-safe") {
        deployed := create(0, add(code, 0x20), mload(code))
    }
    require(deployed != address(0), "deployment");
}
