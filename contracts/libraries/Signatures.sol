// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of plain, contract and delegated accounts
library Signatures {
    /// @notice True if `signer` signed `digest`: with its own key, or through its code (ERC-1271).
    /// @dev The key is tried first also where the account has code, because an account that delegated to code
    /// (EIP-7702) still belongs to its key; a contract has no known key. ECDSA refuses high-s signatures
    /// and the zero signer. An ERC-1271 account is asked by static call: it may burn its relayer's gas, but
    /// cannot change state.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return
            signer.code.length != 0 &&
            SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
