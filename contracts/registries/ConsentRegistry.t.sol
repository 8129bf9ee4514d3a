// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ConsentRegistry} from "./ConsentRegistry.sol";
import {Consent} from "../interfaces/IConsentRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {ConsentId} from "../types/Ids.sol";

contract ConsentRegistryTest {
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    ConsentRegistry internal consents = new ConsentRegistry();

    function _signed(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _sane(Consent memory c, uint256 key) private pure returns (Consent memory) {
        c.patient = VM.addr(key);
        if (c.grantee == address(0)) c.grantee = address(1);
        c.from = c.from % (2 ** 40);
        c.until = c.from + 1 + (c.until % (2 ** 40));
        if (c.receiptHash == 0) c.receiptHash = keccak256("receipt");
        return c;
    }

    function _active(ConsentId id, Consent memory c) private view returns (bool) {
        return consents.isActive(id, c.patient, c.grantee, c.purpose, c.program);
    }

    /// @dev C1, C2, T30: over any consent, any moment of asking and of revoking, and any repetition.
    function testFuzz_C1_C2_life(
        Consent memory c,
        uint256 key,
        uint64 ask,
        uint64 revokeAt,
        bool again
    ) public {
        key = (key % (N - 1)) + 1;
        c = _sane(c, key);
        ask = ask % (2 ** 41);
        // Every other question is about the seconds around the first and the last.
        if (ask % 4 == 1) ask = c.from + ((ask >> 2) % 2);
        if (ask % 4 == 3) ask = c.until - 1 + ((ask >> 2) % 2);
        // No chain has the second 0, which stands for "never".
        revokeAt = (revokeAt % (2 ** 41)) + 1;
        VM.warp(1);
        // A consent that is over when it is granted is refused: no life to look at.
        if (c.until == 1) c.until = 2;
        uint256 deadline = 2 ** 60;
        bytes memory signature = _signed(key, consents.grantDigest(c, deadline));
        ConsentId id = consents.grantWithSignature(c, deadline, signature);
        if (again) consents.grantWithSignature(c, deadline, signature);
        VM.warp(ask);
        require(_active(id, c) == (c.from <= ask && ask < c.until), "C1");
        VM.warp(revokeAt);
        VM.prank(c.patient);
        consents.revoke(id);
        for (uint256 i = 0; i < 3; ++i) {
            VM.warp(
                i == 0
                    ? ask
                    : i == 1
                        ? c.from
                        : uint256(c.until) - 1
            );
            require(!_active(id, c), "C2");
        }
        try consents.grantWithSignature(c, deadline, signature) {
            revert("C2: revived");
        } catch Error(string memory reason) {
            revert(reason);
        } catch {}
    }

    /// @dev T29: a signature over one consent grants no other.
    function testFuzz_T29_otherConsent(
        Consent memory c,
        Consent memory d,
        uint256 key,
        uint256 deadline
    ) public {
        key = (key % (N - 1)) + 1;
        c = _sane(c, key);
        d = _sane(d, key);
        VM.warp(1);
        deadline = (deadline % (2 ** 60)) + 2;
        bytes memory signature = _signed(key, consents.grantDigest(c, deadline));
        if (keccak256(abi.encode(c)) == keccak256(abi.encode(d))) return;
        try consents.grantWithSignature(d, deadline, signature) {
            revert("T29");
        } catch Error(string memory reason) {
            revert(reason);
        } catch {}
        require(
            ConsentId.unwrap(consents.consentIdOf(c)) != ConsentId.unwrap(consents.consentIdOf(d)),
            "ids"
        );
    }

    /// @dev P8: whatever a stranger revokes, with whatever bytes as signature, the patient's consent stays.
    function testFuzz_P8_stranger(
        Consent memory c,
        uint256 key,
        address stranger,
        bytes memory noise
    ) public {
        key = (key % (N - 1)) + 1;
        c = _sane(c, key);
        if (stranger == c.patient) return;
        VM.warp(c.from == 0 ? 1 : c.from);
        if (block.timestamp >= c.until) return;
        VM.prank(c.patient);
        ConsentId id = consents.grant(c);
        VM.prank(stranger);
        consents.revoke(id);
        try consents.revokeWithSignature(c.patient, id, type(uint256).max, noise) {
            revert("P8: noise was a signature");
        } catch Error(string memory reason) {
            revert(reason);
        } catch {}
        require(_active(id, c), "P8");
    }
}
