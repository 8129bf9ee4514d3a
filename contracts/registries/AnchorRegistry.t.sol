// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AnchorRegistry} from "./AnchorRegistry.sol";
import {Anchor, AssuranceClass} from "../interfaces/IAnchorRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {GroupId} from "../types/Ids.sol";

contract AnchorRegistryTest {
    uint256 private constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    address private constant ATTESTER = address(0xa77);
    AnchorRegistry internal anchors = new AnchorRegistry();

    struct Times {
        uint32 intake;
        uint32 grace;
        uint32 correction;
    }

    function _group(Times memory t) private returns (GroupId group) {
        t.intake = t.intake % 60 days;
        t.grace = (t.grace % 60 days) + 1 hours;
        t.correction = (t.correction % 58 days) + 1 days;
        VM.prank(ATTESTER);
        return anchors.createGroup(t.intake, t.grace, t.correction, AssuranceClass.SelfAttested);
    }

    /// @dev A1: written exactly when in time, by the attester, with a root that is one.
    function testFuzz_A1_anchor(
        Times memory t,
        uint32 day,
        uint256 delta,
        uint256 root,
        bool byAttester
    ) public {
        GroupId group = _group(t);
        uint256 from = (uint256(day) + 1) * 1 days + t.intake;
        // Around both ends of the window.
        uint256 time = from + (delta % (uint256(t.grace) + 4)) - 2;
        if (delta % 2 == 0) time = from + t.grace - 1 + ((delta >> 1) % 4);
        VM.warp(time);
        VM.prank(byAttester ? ATTESTER : address(0xbad));
        try anchors.anchor(group, day, root) {
            require(byAttester && time >= from && time <= from + t.grace && root != 0 && root < R, "A1");
            Anchor memory written = anchors.anchorOf(group, day);
            require(written.root == root && written.writtenAt == time && !written.corrected, "A1: record");
        } catch {
            require(
                !byAttester || time < from || time > from + t.grace || root == 0 || root >= R,
                "A1: refused"
            );
        }
    }

    /// @dev T22: corrected exactly once and in time; a missed day only after its window.
    function testFuzz_T22_correct(Times memory t, uint32 day, uint256 delta, bool anchored) public {
        GroupId group = _group(t);
        uint256 from = (uint256(day) + 1) * 1 days + t.intake;
        if (anchored) {
            VM.warp(from);
            VM.prank(ATTESTER);
            anchors.anchor(group, day, 5);
        }
        uint256 last = from + t.grace + t.correction;
        uint256 time = from + (delta % (uint256(t.grace) + t.correction + 4));
        if (delta % 4 == 0) time = last - 1 + ((delta >> 2) % 4);
        if (delta % 4 == 1) time = from + t.grace + ((delta >> 2) % 2);
        VM.warp(time);
        VM.startPrank(ATTESTER);
        bool may = time <= last && (anchored || time > from + t.grace);
        try anchors.correct(group, day, 6, "why") {
            require(may, "T22");
            Anchor memory written = anchors.anchorOf(group, day);
            require(written.root == 6 && written.writtenAt == time && written.corrected, "T22: record");
            try anchors.correct(group, day, 7, "again") {
                revert("T22: twice");
            } catch {}
        } catch Error(string memory reason) {
            revert(reason);
        } catch {
            require(!may, "T22: refused");
        }
        VM.stopPrank();
    }

    /// @dev Groups that are refused, or bounded: nothing waits for an anchor longer than 180 days.
    function testFuzz_groupTimes(uint32 intake, uint32 grace, uint32 correction) public {
        uint256 total = uint256(intake) + grace + correction;
        bool may = grace >= 1 hours && correction >= 1 days && total <= 180 days;
        try anchors.createGroup(intake, grace, correction, AssuranceClass.SecureElement) returns (
            GroupId group
        ) {
            require(may, "times");
            (, , uint256 until) = anchors.anchorWindow(group, 0);
            require(until == 1 days + total && until <= 181 days, "bound");
        } catch {
            require(!may, "refused");
        }
    }
}
