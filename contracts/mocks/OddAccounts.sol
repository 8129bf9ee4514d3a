// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title A payee that strikes back when a token tells it that it was paid
contract HostilePayee {
    address public callee;
    bytes public attack;
    bool public attackSucceeded;
    uint256 public calls;

    function arm(address target_, bytes calldata attack_) external {
        callee = target_;
        attack = attack_;
    }

    function tokensReceived(address, uint256) external {
        calls += 1;
        (attackSucceeded, ) = callee.call(attack);
    }
}

/// @title Code that can be put at any address to prove that code hashes are looked at
contract OtherCode {
    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[4] calldata
    ) external pure returns (bool) {
        return true;
    }
}

/// @title An account with code that calls what it is told
contract CallingAccount {
    function execute(address callee, bytes calldata data) external {
        (bool success, bytes memory answer) = callee.call(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}

/// @title An account that calls what it is told while it is made, when it has no code yet
contract CallingConstructor {
    constructor(address callee, bytes[] memory calls) {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory answer) = callee.call(calls[i]);
            if (success) continue;
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
