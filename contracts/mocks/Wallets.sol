// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract wallet with one owner (ERC-1271), also fit to be delegated to (EIP-7702)
contract Wallet {
    bytes4 internal constant MAGIC = 0x1626ba7e;
    address public owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function execute(address callee, bytes calldata data) external returns (bytes memory) {
        require(msg.sender == owner || msg.sender == address(this), "owner");
        (bool success, bytes memory answer) = callee.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external virtual returns (bytes4) {
        return _signed(digest, signature) ? MAGIC : bytes4(0xffffffff);
    }

    function _signed(bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == owner;
    }
}

/// @title A wallet that makes a call (re-enter, revoke, …) while it is asked for its signature
contract CallingWallet is Wallet {
    address public callee;
    bytes public data;
    bool public called;

    constructor(address owner_) Wallet(owner_) {}

    function arm(address target_, bytes calldata data_) external {
        callee = target_;
        data = data_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external override returns (bytes4) {
        (bool success, ) = callee.call(data);
        // Refuse if the call got through: a test that sees the signature accepted knows that it did not.
        if (success) return bytes4(0xffffffff);
        return _signed(digest, signature) ? MAGIC : bytes4(0xffffffff);
    }
}

/// @title A wallet that burns all gas it is given
contract GasBurningWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        uint256 i = 0;
        while (true) ++i;
        return bytes4(uint32(i));
    }
}

/// @title A wallet that answers with less or more than it should
contract MisansweringWallet {
    uint256 public length = 4;

    function answerWith(uint256 length_) external {
        length = length_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 length_ = length;
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            // Dirty bits after the magic value when a whole word is returned.
            if eq(length_, 32) {
                mstore(0, or(shl(224, 0x1626ba7e), 1))
            }
            return(0, length_)
        }
    }
}
