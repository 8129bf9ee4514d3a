// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitProposal, ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {EndedVersion, HealthLedgerConfig, IHealthLedger, Matter, Page} from "../interfaces/IHealthLedger.sol";
import {ledgerCircuits} from "../mocks/AnyProofs.sol";
import {deployArtifact} from "../mocks/Artifacts.sol";
import {deployTestRegistry} from "../mocks/TestRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId, ConsentId} from "../types/Ids.sol";
import {LedgerLayout} from "./generated/LedgerLayout.sol";

/// @dev One page under random steps, with circuits that take every proof: what holds here, the contract alone sees to.
contract HealthLedgerHandler {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant PAGE = 1;
    uint32 private constant LATE_TIME = 3 days / 1 minutes;
    address private constant CUSTODIAN = address(0x65);
    address private constant GRANTEE = address(0x66);
    address private constant PATIENT = address(0x67);

    struct BoundGhost {
        ConsentId id;
        uint8 slot;
        uint256 until;
        uint256 program;
    }

    IHealthLedger public immutable ledger;
    CircuitId private immutable _ACCESS;
    CircuitId private immutable _CONSENT;
    CircuitId private immutable _SLOT;
    CircuitId private immutable _BIND;

    uint256 public now_ = START;
    /// @dev Bits that were on once and went off.
    uint256 public dead;
    EndedVersion[] public ended;
    /// @dev Up to when each ended version is logged, late batches included.
    mapping(uint256 version => uint256) public loggedOf;
    BoundGhost[] public bound;
    uint256[7] public successes;

    constructor() {
        VM.warp(START);
        ICircuitRegistry circuits = deployTestRegistry(address(1), address(2), _unused());
        _ACCESS = circuits.circuitIdOf("ledger-access", 1);
        _CONSENT = circuits.circuitIdOf("ledger-consent", 1);
        _SLOT = circuits.circuitIdOf("ledger-slot", 1);
        _BIND = circuits.circuitIdOf("ledger-bind", 1);
        HealthLedgerConfig memory config = HealthLedgerConfig(circuits, LATE_TIME);
        ledger = IHealthLedger(deployArtifact("HealthLedger.sol:HealthLedger", abi.encode(config)));
        VM.prank(CUSTODIAN);
        ledger.openPage(0);
        VM.prank(GRANTEE);
        ledger.registerGrantee();
    }

    /// @dev A registry wants a circuit for claims as well.
    function _unused() private returns (CircuitProposal memory circuit) {
        circuit = ledgerCircuits()[0];
        circuit.name = "unused";
    }

    modifier step() {
        VM.warp(now_);
        _;
        // A step that changes root or bits ends a version; nothing else does.
        Page memory p = page();
        require(p.since <= now_ / 60 && p.logged <= now_ / 60, "L2: a version or a window of the future");
    }

    function page() public view returns (Page memory) {
        return ledger.pageOf(PAGE);
    }

    function count(uint256 what) external view returns (uint256) {
        return what == 0 ? ended.length : bound.length;
    }

    // --- steps ----------------------------------------------------------------------------------------------

    function wait(uint256 seed) external {
        now_ += seed % 3 == 0 ? seed % 60 : seed % 2 days;
    }

    /// @dev New consents with any live bits, of which those that the contract must refuse.
    function change(uint256 seed, uint256 live, uint256 root) external step {
        Page memory p = page();
        uint256 granted = seed % 5;
        uint16 revoked = uint16((seed >> 8) % 3);
        // Mostly what fits: some bits less, the new ones on.
        uint256 fresh = p.filled + granted > 256 ? 0 : ((1 << granted) - 1) << p.filled;
        if (seed % 7 != 0) live = (p.live & (live | (live << 1))) | fresh;
        root = (root % 2 ** 200) + 1;
        uint256[] memory leaves = new uint256[](granted);
        Groth16Proof memory proof;
        (address sender, bool isCustodian) = _sender(seed >> 16);
        VM.prank(sender, sender);
        try ledger.changeConsents(PAGE, _CONSENT, revoked, root, live, 0, proof, leaves) {
            require(granted == 0 || isCustodian, "a stranger added consents");
            require(granted + revoked > 0, "nothing changed");
            require(live & ~(p.live | fresh) == 0, "L1: a bit came from nowhere");
            _ended(p);
            dead |= p.live & ~live;
            successes[0]++;
        } catch {
            bool fits = live & ~(p.live | fresh) == 0 && p.filled + granted <= 256;
            require(!fits || (granted > 0 && !isCustodian) || granted + revoked == 0, "refused what fits");
        }
    }

    function force(uint256 seed) external step {
        Page memory p = page();
        uint8 slot = uint8(seed % 24);
        Groth16Proof memory proof;
        try ledger.revokeByForce(PAGE, _SLOT, slot, proof) {
            require((p.live >> slot) & 1 == 1, "revoked what was not live");
            _ended(p);
            dead |= 1 << slot;
            successes[1]++;
        } catch {
            require((p.live >> slot) & 1 == 0, "force was refused");
        }
    }

    function log(uint256 seed) external step {
        Page memory p = page();
        (uint256 header, uint256 base, uint256 end) = _window(seed, p.logged, now_ / 60 - (seed % 90));
        (address sender, bool isCustodian) = _sender(seed >> 24);
        Groth16Proof memory proof;
        VM.prank(sender, sender);
        try ledger.logAccesses(PAGE, _ACCESS, header, 0, proof, new bytes(31)) {
            require(isCustodian, "L3: a stranger logged accesses");
            require(base >= p.logged && end <= now_ / 60, "L2: a window outside");
            require(page().logged == end, "L2: the window is not kept");
            successes[2]++;
        } catch {
            require(!isCustodian || base < p.logged || end > now_ / 60, "a window was refused");
        }
    }

    /// @dev Under an ended version, with the way from it to now; and now and then with a wrong way.
    function logLate(uint256 seed) external step {
        if (ended.length == 0) return;
        uint256 first = ended.length - 1 - (seed % (ended.length < 6 ? ended.length : 6));
        EndedVersion[] memory way = new EndedVersion[](ended.length - first);
        for (uint256 i = 0; i < way.length; ++i) way[i] = ended[first + i];
        bool wrong = (seed >> 8) % 4 == 0;
        if (wrong) way[(seed >> 16) % way.length].live ^= 1;
        EndedVersion memory v = way[0];
        // Now and then from where the version's own windows ended, as if no late one had come since.
        (uint256 header, uint256 base, uint256 end) = _window(seed >> 24, loggedOf[first], v.logged);
        (address sender, bool isCustodian) = _sender(seed >> 48);
        Groth16Proof memory proof;
        VM.prank(sender, sender);
        try ledger.logLate(PAGE, way, _ACCESS, header, 0, proof, new bytes(31)) {
            require(isCustodian, "L3: a stranger logged accesses");
            require(!wrong, "L2: another history was taken");
            require(base >= loggedOf[first] && end <= v.until, "L2: a late window outside");
            require(now_ / 60 <= uint256(v.until) + LATE_TIME, "L2: too late");
            loggedOf[first] = end;
            successes[3]++;
        } catch {
            bool fits = isCustodian && base >= loggedOf[first] && end <= v.until;
            require(wrong || !fits || now_ / 60 > uint256(v.until) + LATE_TIME, "a late one was refused");
        }
    }

    function bind(uint256 seed) external step {
        uint8 slot = uint8(seed % 24);
        uint256 until = now_ / 60 - 60 + ((seed >> 8) % 2 days);
        uint64 rights = uint64(((seed >> 200) % 4) | (until << LedgerLayout.RIGHTS_UNTIL_SHIFT));
        Matter memory matter = _matterOf((seed >> 40) % 3);
        Groth16Proof memory proof;
        bool live = (page().live >> slot) & 1 == 1;
        try ledger.bind(PAGE, _BIND, slot, rights, matter, proof) returns (ConsentId id) {
            require(live, "C2: bound what was revoked");
            require(rights & (1 << LedgerLayout.PURPOSE_PAYMENT) != 0, "C1: bound another purpose");
            require(until > now_ / 60, "C1: bound what is over");
            for (uint256 i = 0; i < bound.length; ++i) {
                if (ConsentId.unwrap(bound[i].id) == ConsentId.unwrap(id)) return;
            }
            bound.push(BoundGhost(id, slot, until, matter.program));
            successes[4]++;
        } catch {
            require(
                !live || rights & (1 << LedgerLayout.PURPOSE_PAYMENT) == 0 || until <= now_ / 60,
                "a binding was refused"
            );
        }
    }

    // --- what must hold always ------------------------------------------------------------------------------

    function requireLiveBits() external view {
        Page memory p = page();
        require(p.live & dead == 0, "L1: a bit came back");
        require(p.filled == 256 || p.live >> p.filled == 0, "L1: an unused slot is live");
    }

    /// @dev Versions follow each other without a gap, and their hashes are the page's history.
    function requireVersions() external view {
        Page memory p = page();
        require(p.version == ended.length, "L2: a version was not seen");
        bytes25 history = 0;
        uint256 since = START / 60;
        for (uint256 i = 0; i < ended.length; ++i) {
            EndedVersion memory v = ended[i];
            require(
                v.before == history && v.since == since && v.until >= v.since,
                "L2: versions do not tile"
            );
            require(v.logged >= v.since && v.logged <= v.until, "L2: logged outside of its version");
            (history, since) = (bytes25(keccak256(abi.encode(v))), v.until);
        }
        require(p.history == history && p.since == since, "L2: the page has another history");
    }

    /// @dev C1, C2, C3: active exactly if bound, live and in time, and for no other matter.
    function requireBound() external view {
        uint256 live = page().live;
        for (uint256 i = 0; i < bound.length; ++i) {
            BoundGhost memory b = bound[i];
            bool should = (live >> b.slot) & 1 == 1 && block.timestamp / 60 < b.until;
            for (uint256 program = 0; program < 4; ++program) {
                Matter memory m = _matterOf(program);
                bool active = ledger.isActive(b.id, m.patient, m.grantee, m.purpose, m.program);
                require(
                    active == (should && program == b.program),
                    "C1, C2, C3: active exactly if it should be"
                );
            }
            require(!ledger.isActive(b.id, GRANTEE, GRANTEE, "purpose", b.program), "C1: another's account");
        }
    }

    // --- internals ------------------------------------------------------------------------------------------

    function _ended(Page memory p) private {
        loggedOf[ended.length] = p.logged;
        ended.push(EndedVersion(p.history, p.root, p.live, p.since, uint32(now_ / 60), p.logged));
    }

    function _sender(uint256 seed) private pure returns (address sender, bool isCustodian) {
        isCustodian = seed % 5 != 0;
        sender = isCustodian ? CUSTODIAN : PATIENT;
    }

    /// @dev Mostly from where the last one ended, else from another minute.
    function _window(
        uint256 seed,
        uint256 from,
        uint256 other
    ) private view returns (uint256 header, uint256 base, uint256 end) {
        base = seed % 4 == 0 ? other : from;
        uint256 span = (seed >> 8) % (now_ / 60 - from + 2 > 2 ** 16 ? 2 ** 16 : now_ / 60 - from + 2);
        end = base + span;
        header =
            (1 << LedgerLayout.ACCESS_HEADER_COUNT_SHIFT) |
            (base << LedgerLayout.ACCESS_HEADER_BASE_SHIFT) |
            (span << LedgerLayout.ACCESS_HEADER_SPAN_SHIFT);
    }

    function _matterOf(uint256 program) private pure returns (Matter memory) {
        return Matter(PATIENT, GRANTEE, "purpose", program);
    }
}

contract HealthLedgerTest {
    HealthLedgerHandler internal handler;

    function setUp() public {
        handler = new HealthLedgerHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), _steps());
    }

    function _steps() private pure returns (bytes4[] memory steps) {
        steps = new bytes4[](8);
        steps[0] = HealthLedgerHandler.wait.selector;
        steps[1] = HealthLedgerHandler.change.selector;
        steps[2] = HealthLedgerHandler.change.selector;
        steps[3] = HealthLedgerHandler.force.selector;
        steps[4] = HealthLedgerHandler.log.selector;
        steps[5] = HealthLedgerHandler.logLate.selector;
        steps[6] = HealthLedgerHandler.bind.selector;
        steps[7] = HealthLedgerHandler.wait.selector;
    }

    /// @dev Live bits only ever go from 1 to 0, whatever a circuit lets through.
    function invariant_L1_liveBits() public view {
        handler.requireLiveBits();
    }

    function invariant_L2_versionsTileTime() public view {
        handler.requireVersions();
    }

    function invariant_C1_C2_C3_boundConsents() public {
        VM.warp(handler.now_());
        handler.requireBound();
    }

    /// @dev The steps above succeed, or the invariants say nothing.
    function test_storiesReachEveryStep() public {
        uint256 seed = 1;
        for (uint256 i = 0; i < 400; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 a = uint256(keccak256(abi.encode(seed, "a")));
            bytes4 selector = _steps()[(seed >> 8) % 8];
            (bool success, bytes memory reason) = address(handler).call(
                abi.encodeWithSelector(selector, a, a >> 3, a >> 5)
            );
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        for (uint256 i = 0; i < 5; ++i) require(handler.successes(i) > 0, "a step never succeeds");
        handler.requireLiveBits();
        handler.requireVersions();
        VM.warp(handler.now_());
        handler.requireBound();
    }
}
