// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @dev Storage and moves common to the odd tokens; each kind overrides how it answers.
abstract contract OddToken {
    uint8 public decimals = 18;
    mapping(address account => uint256) internal _balances;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        _balances[to] += amount;
    }

    function balanceOf(address account) external view virtual returns (uint256) {
        return _balances[account];
    }

    function approve(address spender, uint256 amount) external virtual returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function _move(address from, address to, uint256 amount) internal {
        require(_balances[from] >= amount, "balance");
        unchecked {
            _balances[from] -= amount;
        }
        _balances[to] += amount;
    }

    function _spend(address from, uint256 amount) internal {
        require(allowance[from][msg.sender] >= amount, "allowance");
        allowance[from][msg.sender] -= amount;
    }
}

/// @dev A token that does as it should, with one hook before every move.
abstract contract HookedToken is OddToken {
    function transfer(address to, uint256 amount) external virtual returns (bool) {
        _hook(msg.sender, to, amount);
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external virtual returns (bool) {
        _spend(from, amount);
        _hook(from, to, amount);
        _move(from, to, amount);
        return true;
    }

    function _hook(address from, address to, uint256 amount) internal virtual {}
}

/// @dev Keeps 1 % of every transfer from the receiver.
contract FeeOnTransferToken is OddToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        return _taxed(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        return _taxed(from, to, amount);
    }

    function _taxed(address from, address to, uint256 amount) private returns (bool) {
        uint256 fee = amount / 100;
        _move(from, to, amount - fee);
        _move(from, address(0xfee), fee);
        return true;
    }
}

/// @dev Takes 1 % more from the sender than it was told to.
contract SenderFeeToken is OddToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        _move(msg.sender, address(0xfee), amount / 100);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _move(from, to, amount);
        return true;
    }
}

/// @dev Returns nothing, like USDT.
contract NoReturnToken is OddToken {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _spend(from, amount);
        _move(from, to, amount);
    }
}

/// @dev Returns false instead of reverting, once told to fail.
contract FalseReturnToken is OddToken {
    bool public failing;

    function fail(bool failing_) external {
        failing = failing_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (failing || _balances[msg.sender] < amount) return false;
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (failing || _balances[from] < amount || allowance[from][msg.sender] < amount) return false;
        _spend(from, amount);
        _move(from, to, amount);
        return true;
    }
}

/// @dev Says that it moved the money, and does not, once told to lie.
contract LyingToken is OddToken {
    bool public lying;

    function lie(bool lying_) external {
        lying = lying_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (!lying) _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (!lying) {
            _spend(from, amount);
            _move(from, to, amount);
        }
        return true;
    }
}

/// @dev Refuses blocked receivers and senders, like USDC.
contract BlocklistToken is HookedToken {
    mapping(address account => bool) public isBlocked;

    function block_(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _hook(address from, address to, uint256) internal view override {
        require(!isBlocked[from] && !isBlocked[to], "blocked");
    }
}

/// @dev Anyone can pause it.
contract PausableToken is HookedToken {
    bool public paused;

    function pause(bool paused_) external {
        paused = paused_;
    }

    function _hook(address, address, uint256) internal view override {
        require(!paused, "paused");
    }
}

/// @dev Tells the receiver, like ERC-777.
contract CallbackToken is HookedToken {
    event Called(address receiver, bool success);

    function _hook(address from, address to, uint256 amount) internal override {
        if (to.code.length == 0) return;
        (bool success, ) = to.call(abi.encodeWithSignature("tokensReceived(address,uint256)", from, amount));
        emit Called(to, success);
    }
}

/// @dev Answers with a great deal of data: `true` followed by zeros, or, once told to, a huge revert reason.
contract ReturnBombToken is OddToken {
    bool public reverting;

    function explode(bool reverting_) external {
        reverting = reverting_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        _bomb();
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _move(from, to, amount);
        _bomb();
    }

    function _bomb() private view {
        bool reverting_ = reverting;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, 1)
            if reverting_ {
                revert(start, 100000)
            }
            return(start, 100000)
        }
    }
}

/// @dev Reverts on transfers of nothing.
contract ZeroRevertToken is HookedToken {
    function _hook(address, address, uint256 amount) internal pure override {
        require(amount != 0, "zero");
    }
}

/// @dev Refuses to change an allowance that is not zero, like USDT.
contract ApprovalRaceToken is HookedToken {
    function approve(address spender, uint256 amount) external override returns (bool) {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "approval race");
        allowance[msg.sender][spender] = amount;
        return true;
    }
}

/// @dev Balances shrink by a factor that anyone can set. Documented as unsupported.
contract RebasingToken is OddToken {
    uint256 public percent = 100;

    function rebase(uint256 percent_) external {
        percent = percent_;
    }

    function balanceOf(address account) external view override returns (uint256) {
        return (_balances[account] * percent) / 100;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, (amount * 100) / percent);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _move(from, to, (amount * 100) / percent);
        return true;
    }
}

/// @dev Makes an arbitrary call while it is being transferred: the attacker of the re-entrancy tests. It can also
/// look something up (`peek`) and remember the answer, for read-only re-entrance.
contract HostileToken is OddToken {
    address public callee;
    bytes public attack;
    bytes public peek;
    bool public attackSucceeded;
    bytes public attackAnswer;
    bytes public peekAnswer;
    uint256 public attacks;

    function arm(address target_, bytes calldata attack_, bytes calldata peek_) external {
        callee = target_;
        attack = attack_;
        peek = peek_;
        attackSucceeded = false;
        attacks = 0;
    }

    /// @dev Lets the token itself hold roles: it does as it is told.
    function execute(address to, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory answer) = to.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        _strike();
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (from != address(this)) _spend(from, amount);
        _move(from, to, amount);
        _strike();
        return true;
    }

    function _strike() private {
        if (callee == address(0)) return;
        if (attack.length != 0) {
            attacks += 1;
            (attackSucceeded, attackAnswer) = callee.call(attack);
        }
        if (peek.length != 0) (, peekAnswer) = callee.staticcall(peek);
    }
}
