// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {VerificationKeys} from "./VerificationKeys.sol";

/// @title A verification key on chain
/// @notice A contract whose whole code is one zero byte and the key's words: alpha, beta, gamma, delta, IC_0 … IC_n
/// as docs/adr/0011 orders them. The zero byte is the instruction STOP, so the code can neither do anything nor
/// destroy itself: the key at an address never changes. Reading it costs one account access.
contract VerificationKey {
    /// @param key the words, for at least one public input; checked for their length only
    constructor(bytes memory key) {
        bytes memory code = VerificationKeys.codeOf(key);
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}
