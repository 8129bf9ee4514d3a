// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AnchorRegistry} from "../registries/AnchorRegistry.sol";
import {ConsentRegistry} from "../registries/ConsentRegistry.sol";
import {ScopeRegistry} from "../registries/ScopeRegistry.sol";
import {CircuitRegistry} from "../registries/CircuitRegistry.sol";
import {VerificationKey} from "../verification/VerificationKey.sol";
import {Anchor, AssuranceClass} from "../interfaces/IAnchorRegistry.sol";
import {
    ClaimItem,
    ClaimPreview,
    HolderAttestation,
    IClaimsPayout,
    PeriodState,
    Policy,
    Program,
    ProgramOffer,
    SkipReason
} from "../interfaces/IClaimsPayout.sol";
import {Consent} from "../interfaces/IConsentRegistry.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {KeyKind, Circuit, CircuitProposal, CircuitRegistryConfig} from "../interfaces/ICircuitRegistry.sol";
import {FactsLayout} from "./generated/FactsLayout.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {TrapdoorVerifier} from "../mocks/TrapdoorVerifier.sol";
import {VM} from "../mocks/Vm.sol";
import {ConsentId, GroupId, PolicyId, ProgramId, ScopeId, CircuitId} from "../types/Ids.sol";

/// @dev The whole system with every actor, and random steps of all of them. Every step that may fail is tried, and
/// what must hold after it (or must not have succeeded) is required here; what must hold always is in the
/// invariants below. A step never reverts unless something is wrong.
contract ClaimsHandler {
    uint256 internal constant ATTESTER_KEY = 0xa77e57e2;
    uint256 internal constant PATIENTS = 3;
    uint256 internal constant PROGRAMS = 3;
    uint256 internal constant START = 1_800_000_000;
    uint32 internal constant INTAKE = 6 hours;
    uint32 internal constant GRACE = 1 days;
    uint32 internal constant CORRECTION = 2 days;
    uint256 internal constant OFFSET = 20;

    CircuitRegistry public immutable circuits;
    AnchorRegistry public immutable anchors;
    ScopeRegistry public immutable scopes;
    ConsentRegistry public immutable consents;
    IClaimsPayout public immutable claims;
    TrapdoorVerifier public immutable verifier;
    TestToken[2] public tokens;
    CircuitId public immutable circuit;

    address public constant GOVERNOR = address(0x60);
    address public constant GUARDIAN = address(0x61);
    address public constant PAUSER = address(0x62);
    address public constant ARBITER = address(0x63);
    address public constant STRANGER = address(0x64);
    address public immutable attester = VM.addr(ATTESTER_KEY);

    struct Ghost {
        uint256 received;
        uint256 sent;
    }

    struct ConsentGhost {
        ConsentId id;
        uint256 patient;
        uint256 program;
        uint64 from;
        uint64 until;
        uint256 revokedAt;
    }

    /// @dev What came in and went out, per token, counted from the tokens' balances alone.
    Ghost[2] public ghosts;
    ConsentGhost[] public consentGhosts;
    uint256 public now_ = START;
    uint256 public nonce;
    uint256 public donated;
    uint256[20] public successes;
    mapping(PolicyId => mapping(uint32 => PeriodState)) public seen;
    mapping(PolicyId => mapping(uint32 => bool)) public proven;
    mapping(PolicyId => uint32) public issuedPeriods;
    mapping(uint32 day => uint256) public rootOf;
    uint256 public retiredAtOnce;

    constructor() {
        VM.warp(START);
        verifier = new TrapdoorVerifier();
        CircuitRegistryConfig memory config;
        config.governor = GOVERNOR;
        config.guardian = GUARDIAN;
        config.batchVerifier = IGroth16BatchVerifier(
            _deploy("Groth16BatchVerifier.sol:Groth16BatchVerifier", "")
        );
        config.delay = 15 days;
        config.suspensionTime = 16 days;
        config.suspensionCooldown = 30 days;
        config.genesis = new CircuitProposal[](1);
        config.genesis[0] = CircuitProposal({
            name: "glucose-day",
            version: 1,
            verifier: address(verifier),
            verifierCodeHash: address(verifier).codehash,
            verificationKey: address(new VerificationKey(verifier.key())),
            verificationKeyHash: keccak256(verifier.key()),
            family: "claims",
            facts: bytes32(
                (1 << FactsLayout.TEMPLATE_SHIFT) |
                    (1 << FactsLayout.PROFILE_SHIFT) |
                    (1 << FactsLayout.EPOCHS_SHIFT) |
                    (1 days << FactsLayout.EPOCH_SECONDS_SHIFT) |
                    (363 << FactsLayout.CODES_SHIFT) |
                    (288 << FactsLayout.SAMPLES_SHIFT)
            ),
            inputs: 4,
            period: 1 days,
            zeroImpossible: true,
            keyKind: KeyKind.Production,
            predecessor: CircuitId.wrap(0)
        });
        circuits = new CircuitRegistry(config);
        circuit = circuits.circuitIdOf("glucose-day", 1);
        anchors = new AnchorRegistry();
        scopes = new ScopeRegistry(anchors);
        consents = new ConsentRegistry();
        // By its artifact: compiled through the IR, as it is deployed, and not as this file is.
        claims = IClaimsPayout(
            _deploy("ClaimsPayout.sol:ClaimsPayout", abi.encode(circuits, scopes, consents, PAUSER))
        );
        tokens[0] = new TestToken("A", "A", 6);
        tokens[1] = new TestToken("B", "B", 18);

        VM.prank(attester);
        GroupId group = anchors.createGroup(INTAKE, GRACE, CORRECTION, AssuranceClass.SupervisedGateway);
        VM.prank(insurerOf(1));
        ScopeId scope = scopes.createScope(group);
        for (uint256 i = 1; i <= PROGRAMS; ++i) {
            VM.prank(insurerOf(1));
            scopes.setMember(scope, insurerOf(i), true);
            bool reviewed = i == 2;
            VM.prank(insurerOf(i));
            claims.createProgram(
                ProgramOffer({
                    circuit: circuit,
                    scope: scope,
                    assurance: AssuranceClass.SupervisedGateway,
                    terms: terms(),
                    token: tokens[i == 3 ? 1 : 0],
                    benefit: uint128(benefitOf(i)),
                    arbiter: reviewed ? ARBITER : address(0),
                    claimWindow: 4 days,
                    reviewTime: reviewed ? 2 days : 0,
                    arbiterTime: reviewed ? 3 days : 0
                })
            );
        }
        for (uint256 i = 0; i < PROGRAMS; ++i) fund(i, 999 * benefitOf(i + 1));
        for (uint256 i = 0; i < PATIENTS; ++i) {
            issue(i, i, 0, 40);
            grant(i, i, 200 days);
        }
    }

    function _deploy(string memory artifact, bytes memory arguments) private returns (address deployed) {
        bytes memory code = bytes.concat(VM.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "deployment");
    }

    // --- who and what ---------------------------------------------------------------------------------------

    function insurerOf(uint256 program) public pure returns (address) {
        return address(uint160(0x1000 + program));
    }

    function patientOf(uint256 patient) public pure returns (address) {
        return address(uint160(0x2000 + patient));
    }

    function benefitOf(uint256 program) public pure returns (uint256) {
        return
            program == 1
                ? 25_000_000
                : program == 2
                    ? 1
                    : 3 ether;
    }

    function tokenOf(uint256 program) public pure returns (uint256) {
        return program == 3 ? 1 : 0;
    }

    function terms() public pure returns (uint256) {
        return
            (1 << TermsLayout.TEMPLATE_SHIFT) |
            (1 << TermsLayout.PROFILE_SHIFT) |
            (OFFSET << TermsLayout.OFFSET_SHIFT) |
            (1 << TermsLayout.EPOCHS_SHIFT) |
            (32 << TermsLayout.DISTRIBUTION_LOW_SHIFT) |
            (142 << TermsLayout.DISTRIBUTION_HIGH_SHIFT) |
            (7000 << TermsLayout.DISTRIBUTION_SHARE_MIN_SHIFT) |
            (10000 << TermsLayout.DISTRIBUTION_SHARE_MAX_SHIFT) |
            (363 << TermsLayout.DISTRIBUTION_MEAN_MAX_SHIFT) |
            (10000 << TermsLayout.DISTRIBUTION_COVERAGE_MAX_SHIFT);
    }

    function consentCount() external view returns (uint256) {
        return consentGhosts.length;
    }

    /// @dev A proof for exactly these inputs.
    function proofOf(PolicyId policy, uint32 period) public view returns (Groth16Proof memory) {
        (uint256 holder, uint256 root, uint256 terms_, uint256 scope) = claims.claimInputs(policy, period);
        return verifier.forge([holder, root, terms_, scope]);
    }

    // --- framing --------------------------------------------------------------------------------------------

    /// @dev P6 and P2 around every step: programs other than `acting` keep their sum, and what the tokens say
    /// moved is what is counted.
    modifier step(uint256 acting) {
        VM.warp(now_);
        uint256[PROGRAMS + 1] memory before;
        for (uint256 i = 1; i <= PROGRAMS; ++i) before[i] = _sum(i);
        uint256[2] memory balances = _balances();
        _;
        for (uint256 i = 1; i <= PROGRAMS; ++i) {
            if (i != acting) require(_sum(i) == before[i], "P6: another program's money moved");
        }
        uint256[2] memory after_ = _balances();
        for (uint256 i = 0; i < 2; ++i) {
            if (after_[i] >= balances[i]) ghosts[i].received += after_[i] - balances[i];
            else ghosts[i].sent += balances[i] - after_[i];
        }
    }

    function _sum(uint256 program) private view returns (uint256) {
        Program memory p = claims.program(ProgramId.wrap(uint64(program)));
        return uint256(p.free) + p.committed;
    }

    function _balances() private view returns (uint256[2] memory) {
        return [tokens[0].balanceOf(address(claims)), tokens[1].balanceOf(address(claims))];
    }

    function _pick(uint256 seed) private view returns (PolicyId policy, uint32 period, bool found) {
        uint256 count = claims.policyCount();
        if (count == 0) return (policy, 0, false);
        policy = PolicyId.wrap(uint64((seed % count) + 1));
        Policy memory p = claims.policy(policy);
        if (p.periods == 0) return (policy, 0, false);
        // Mostly periods that are claimable about now.
        uint256 first = 900 * OFFSET + uint256(p.firstEpoch) * 1 days;
        uint256 recent = now_ <= first ? 0 : (now_ - first) / 1 days;
        uint256 back = (seed >> 64) % 8;
        recent = recent > back ? recent - back : 0;
        if ((seed >> 128) % 8 == 0) recent = (seed >> 160);
        return (policy, uint32(recent % p.periods), true);
    }

    function _note(PolicyId policy, uint32 period, PeriodState expected) private {
        (PeriodState state, ) = claims.periodOf(policy, period);
        require(state == expected, "P4: unexpected state");
        seen[policy][period] = state;
    }

    // --- steps: time, anchors, governance -------------------------------------------------------------------

    function wait(uint256 duration) external {
        now_ += duration % 3 days;
        VM.warp(now_);
    }

    /// @dev To the next anchoring window, and usually anchoring it.
    function nextDay(uint256 seed) external step(0) {
        uint256 day = (now_ - INTAKE) / 1 days;
        uint256 opens = day * 1 days + INTAKE;
        if (opens <= now_) opens += 1 days;
        now_ = opens + (seed % GRACE);
        VM.warp(now_);
        uint32 last = uint32((now_ - INTAKE) / 1 days - 1);
        if (seed % 8 != 0) _anchor(last, seed);
    }

    /// @dev A1: by anybody, at any time, for any day: only what is in time and by the attester is written.
    function anchor(uint256 seed, uint256 root) external step(0) {
        uint32 day = uint32(now_ / 1 days - (seed % 5));
        bool byAttester = seed % 3 != 0;
        if (byAttester) {
            _anchor(day, root);
        } else {
            VM.prank(STRANGER);
            try anchors.anchor(GroupId.wrap(1), day, root) {
                revert("A1: a stranger anchored");
            } catch {}
        }
    }

    function _anchor(uint32 day, uint256 root) private {
        root = (root >> 4) + 1;
        uint256 from = (uint256(day) + 1) * 1 days + INTAKE;
        VM.prank(attester);
        try anchors.anchor(GroupId.wrap(1), day, root) {
            require(now_ >= from && now_ <= from + GRACE, "A1: out of time");
            require(rootOf[day] == 0, "A1: twice");
            rootOf[day] = root;
            successes[0]++;
        } catch {
            require(now_ < from || now_ > from + GRACE || rootOf[day] != 0 || root == 0, "A1: refused");
        }
    }

    function correct(uint256 seed, uint256 root) external step(0) {
        uint32 day = uint32(now_ / 1 days - 1 - (seed % 4));
        root = (root >> 4) + 1;
        Anchor memory before = anchors.anchorOf(GroupId.wrap(1), day);
        uint256 from = (uint256(day) + 1) * 1 days + INTAKE;
        VM.prank(attester);
        try anchors.correct(GroupId.wrap(1), day, root, "a reason") {
            require(!before.corrected && before.root != root, "A1: corrected twice");
            require(now_ <= from + GRACE + CORRECTION, "A1: corrected late");
            require(before.root != 0 || now_ > from + GRACE, "A1: corrected instead of anchored");
            rootOf[day] = root;
            successes[1]++;
        } catch {}
    }

    function pause(uint256 seed) external step(0) {
        VM.prank(PAUSER);
        if (seed % 2 == 0) {
            try claims.pause("") {
                successes[2]++;
            } catch {}
        } else {
            try claims.endPause() {} catch {}
        }
    }

    function suspend(uint256 seed) external step(0) {
        VM.prank(GUARDIAN);
        if (seed % 2 == 0) {
            try circuits.suspend(circuit, "") {
                successes[3]++;
            } catch {}
        } else {
            try circuits.endSuspension(circuit) {} catch {}
        }
    }

    // --- steps: money and policies --------------------------------------------------------------------------

    function fund(uint256 program, uint256 amount) public step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        amount = (amount % (1000 * benefitOf(number))) + 1;
        TestToken token = tokens[tokenOf(number)];
        token.mint(STRANGER, amount);
        VM.prank(STRANGER);
        token.approve(address(claims), amount);
        VM.prank(STRANGER);
        require(claims.fund(ProgramId.wrap(uint64(number)), amount) == amount, "P2: funding");
    }

    function donate(uint256 program, uint256 amount) external step(0) {
        amount = amount % 1e6;
        tokens[program % 2].mint(address(claims), amount);
    }

    function withdraw(
        uint256 program,
        uint256 amount,
        bool byInsurer
    ) external step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        Program memory before = claims.program(ProgramId.wrap(uint64(number)));
        amount = amount % (uint256(before.free) + before.committed + 2);
        VM.prank(byInsurer ? insurerOf(number) : STRANGER);
        try claims.withdraw(ProgramId.wrap(uint64(number)), uint128(amount), address(0xbeef)) {
            require(byInsurer, "P8: a stranger withdrew");
            require(amount <= before.free, "P7: withdrew what is not free");
            require(
                claims.program(ProgramId.wrap(uint64(number))).committed == before.committed,
                "P7: committed moved"
            );
            successes[4]++;
        } catch {
            require(!byInsurer || amount > before.free, "P7: free money refused");
        }
    }

    function issue(
        uint256 program,
        uint256 patient,
        uint256 lead,
        uint256 periods
    ) public step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        patient = patient % PATIENTS;
        HolderAttestation memory attestation = HolderAttestation({
            program: ProgramId.wrap(uint64(number)),
            holder: 100 + patient,
            controller: patientOf(patient),
            payee: address(0),
            firstEpoch: uint32((now_ - 900 * OFFSET) / 1 days + (lead % 60)),
            periods: uint32(periods % 50),
            nonce: ++nonce,
            expiry: now_ + 1 days
        });
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(ATTESTER_KEY, claims.attestationDigest(attestation));
        VM.prank(insurerOf(number));
        try claims.issuePolicy(attestation, abi.encodePacked(r, s, v)) returns (PolicyId policy) {
            issuedPeriods[policy] = attestation.periods;
            (uint256 start, ) = claims.periodTimes(policy, 0);
            require(start > now_, "a policy covers what had begun");
            successes[5]++;
        } catch {}
    }

    function end(uint256 seed, bool byInsurer) external {
        (PolicyId policy, , bool found) = _pick(seed);
        if (found) _end(policy, byInsurer);
    }

    function _end(PolicyId policy, bool byInsurer) private step(_programOf(policy)) {
        Policy memory p = claims.policy(policy);
        VM.prank(byInsurer ? insurerOf(_programOf(policy)) : p.controller);
        try claims.endPolicy(policy) {
            Policy memory ended = claims.policy(policy);
            require(ended.periods < p.periods, "ended nothing");
            for (uint32 i = ended.periods; i < p.periods; ++i) {
                require(
                    900 * OFFSET + (uint256(p.firstEpoch) + i) * 1 days > now_,
                    "P7: ended a period that had begun"
                );
            }
            successes[6]++;
        } catch {}
    }

    function redirect(uint256 seed, address payee) external step(0) {
        (PolicyId policy, , bool found) = _pick(seed);
        if (!found || payee == address(claims)) return;
        VM.prank(claims.policy(policy).controller);
        claims.setPayee(policy, uint160(payee) < 0x10000 ? address(0) : payee);
    }

    // --- steps: consents and claims -------------------------------------------------------------------------

    function grant(uint256 program, uint256 patient, uint256 duration) public step(0) {
        uint256 number = (program % PROGRAMS) + 1;
        patient = patient % PATIENTS;
        Consent memory consent = Consent({
            patient: patientOf(patient),
            grantee: insurerOf(number),
            purpose: claims.claimPurpose(),
            program: number,
            from: uint64(now_),
            until: uint64(now_ + (duration % 400 days) + 1),
            receiptHash: keccak256("receipt"),
            nonce: ++nonce
        });
        VM.prank(consent.patient);
        ConsentId id = consents.grant(consent);
        consentGhosts.push(ConsentGhost(id, patient, number, consent.from, consent.until, 0));
    }

    function revoke(uint256 seed, bool byPatient) external step(0) {
        ConsentGhost storage ghost = consentGhosts[seed % consentGhosts.length];
        // Not the first ones too soon, or nothing else is ever tried.
        if (seed % 4 != 0) return;
        VM.prank(byPatient ? patientOf(ghost.patient) : STRANGER);
        consents.revoke(ghost.id);
        if (byPatient && ghost.revokedAt == 0) ghost.revokedAt = now_;
    }

    function claim(uint256 seed, uint256 consentSeed) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (found) _claim(policy, period, consentSeed);
    }

    function _claim(PolicyId policy, uint32 period, uint256 consentSeed) private step(_programOf(policy)) {
        Policy memory p = claims.policy(policy);
        uint256 number = ProgramId.unwrap(p.program);
        ConsentGhost memory ghost = _consentFor(p, consentSeed);
        (PeriodState state, ) = claims.periodOf(policy, period);
        VM.prank(STRANGER);
        try claims.submitClaim(policy, period, ghost.id, proofOf(policy, period)) {
            require(state == PeriodState.Open && !proven[policy][period], "P5: claimed twice");
            require(
                patientOf(ghost.patient) == p.controller && ghost.program == number,
                "C1: whose consent?"
            );
            require(ghost.from <= now_ && now_ < ghost.until, "C1: consent out of time");
            require(ghost.revokedAt == 0, "C3: claimed under a revoked consent");
            require(claims.pausedUntil() == 0, "claimed while paused");
            require(!circuits.isSuspendedAt(circuit, now_), "claimed while suspended");
            require(rootOf[claims.anchorDayOf(policy, period)] != 0, "A1: claimed without anchor");
            proven[policy][period] = true;
            _note(policy, period, number == 2 ? PeriodState.UnderReview : PeriodState.Credited);
            successes[7]++;
        } catch {}
    }

    /// @dev N1: with any proof but the right one.
    function claimFalsely(uint256 seed, uint256 wrong) external step(0) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        Groth16Proof memory proof = _falseProof(policy, period, wrong);
        for (uint256 i = 0; i < consentGhosts.length; ++i) {
            try claims.submitClaim(policy, period, consentGhosts[i].id, proof) {
                revert("N1: a false proof was taken");
            } catch {}
        }
    }

    /// @dev For other inputs, or no proof at all.
    function _falseProof(
        PolicyId policy,
        uint32 period,
        uint256 wrong
    ) private view returns (Groth16Proof memory proof) {
        (uint256 holder, uint256 root, uint256 terms_, uint256 scope) = claims.claimInputs(policy, period);
        proof = verifier.forge([holder, root, terms_ ^ 1, scope]);
        if (wrong % 2 == 0) proof.a[0] ^= wrong == 0 ? 1 : wrong;
    }

    /// @dev Up to six claims in one transaction, repeated ones, such of closed periods and under wrong roots or
    /// consents among them, and now and then a false proof.
    function claimMany(uint256 seed, uint256 consentSeed) external step(0) {
        ClaimItem[] memory items = new ClaimItem[]((seed % 6) + 1);
        for (uint256 i = 0; i < items.length; ++i) {
            (PolicyId policy, uint32 period, bool found) = _pick(uint256(keccak256(abi.encode(seed, i))));
            if (!found) return;
            (, uint256 root, , ) = claims.claimInputs(policy, period);
            items[i] = ClaimItem({
                policyId: policy,
                period: period,
                consentId: _consentFor(claims.policy(policy), consentSeed >> i).id,
                circuit: (seed >> 8) % 16 == i ? CircuitId.wrap(bytes32(seed)) : circuit,
                anchorRoot: (seed >> 16) % 16 == i ? root + 1 : root,
                proof: proofOf(policy, period)
            });
        }
        uint256 spoiled = (seed >> 24) % 32;
        if (spoiled < items.length) {
            items[spoiled].proof = _falseProof(items[spoiled].policyId, items[spoiled].period, seed >> 32);
        }
        _claimMany(items, spoiled);
    }

    function _claimMany(ClaimItem[] memory items, uint256 spoiled) private {
        if (claims.pausedUntil() != 0) {
            try claims.submitClaims(items) {
                revert("claimed while paused");
            } catch {
                return;
            }
        }
        ClaimPreview[] memory previews = claims.previewClaims(items);
        uint256 expected = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            if (previews[i].reason == SkipReason.None) ++expected;
        }
        bool isFalse = spoiled < items.length && previews[spoiled].reason == SkipReason.None;
        try claims.submitClaims(items) returns (uint256 settled) {
            require(!isFalse, "N1: a false proof was taken in a batch");
            require(settled == expected, "the view said otherwise");
        } catch {
            require(isFalse, "a batch of true proofs was refused");
            return;
        }
        for (uint256 i = 0; i < items.length; ++i) {
            if (previews[i].reason != SkipReason.None) continue;
            ClaimItem memory item = items[i];
            require(!proven[item.policyId][item.period], "P5: claimed twice");
            require(!circuits.isSuspendedAt(circuit, now_), "claimed while suspended");
            require(
                rootOf[claims.anchorDayOf(item.policyId, item.period)] == item.anchorRoot,
                "A1: claimed without anchor"
            );
            ConsentGhost memory ghost = _ghostOf(item.consentId);
            require(
                patientOf(ghost.patient) == claims.policy(item.policyId).controller && ghost.revokedAt == 0,
                "C1, C3: claimed without consent"
            );
            require(ghost.from <= now_ && now_ < ghost.until, "C1: consent out of time");
            proven[item.policyId][item.period] = true;
            _note(
                item.policyId,
                item.period,
                ghost.program == 2 ? PeriodState.UnderReview : PeriodState.Credited
            );
            successes[13]++;
        }
    }

    function _ghostOf(ConsentId id) private view returns (ConsentGhost memory ghost) {
        for (uint256 i = 0; i < consentGhosts.length; ++i) {
            if (ConsentId.unwrap(consentGhosts[i].id) == ConsentId.unwrap(id)) return consentGhosts[i];
        }
        revert("an unknown consent");
    }

    /// @dev Mostly the latest fitting consent.
    function _consentFor(
        Policy memory policy,
        uint256 seed
    ) private view returns (ConsentGhost memory ghost) {
        ghost = consentGhosts[seed % consentGhosts.length];
        if (seed % 8 == 0) return ghost;
        for (uint256 i = consentGhosts.length; i > 0; --i) {
            ghost = consentGhosts[i - 1];
            bool fits = ghost.program == ProgramId.unwrap(policy.program);
            if (fits && patientOf(ghost.patient) == policy.controller) return ghost;
        }
    }

    function approve(uint256 seed, bool byInsurer) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (found) _approve(policy, period, byInsurer);
    }

    function _approve(PolicyId policy, uint32 period, bool byInsurer) private step(_programOf(policy)) {
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(byInsurer ? insurerOf(_programOf(policy)) : STRANGER);
        try claims.approveClaim(policy, period) {
            require(proven[policy][period], "N1: approved without proof");
            require(state == PeriodState.UnderReview || state == PeriodState.Rejected, "P4");
            require(byInsurer || now_ >= until, "approved too early");
            _note(policy, period, PeriodState.Credited);
            successes[8]++;
        } catch {}
    }

    function reject(uint256 seed) external step(2) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(insurerOf(_programOf(policy)));
        try claims.rejectClaim(policy, period, "") {
            require(state == PeriodState.UnderReview && now_ < until, "P4");
            _note(policy, period, PeriodState.Rejected);
            successes[9]++;
        } catch {}
    }

    function arbitrate(uint256 seed, bool pays) external step(2) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(ARBITER);
        try claims.arbitrate(policy, period, pays, "") {
            require(state == PeriodState.Rejected && now_ < until, "P4");
            _note(policy, period, pays ? PeriodState.Credited : PeriodState.Denied);
            successes[10]++;
        } catch {}
    }

    function release(uint256 seed) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (found) _release(policy, period);
    }

    function _release(PolicyId policy, uint32 period) private step(_programOf(policy)) {
        (PeriodState state, ) = claims.periodOf(policy, period);
        uint32 day = claims.anchorDayOf(policy, period);
        try claims.releasePeriod(policy, period) {
            require(state == PeriodState.Open, "P4");
            Anchor memory written = anchors.anchorOf(GroupId.wrap(1), day);
            require(
                written.corrected || now_ > (uint256(day) + 1) * 1 days + INTAKE + GRACE + CORRECTION,
                "released what could still be anchored"
            );
            require(
                written.root == 0 || now_ >= uint256(written.writtenAt) + 4 days,
                "released what could still be claimed"
            );
            _note(policy, period, PeriodState.Released);
            successes[11]++;
        } catch {}
    }

    /// @dev P9: what is owed can be paid at any time by anybody, and goes to the payee.
    function pay(uint256 seed) external {
        (PolicyId policy, , bool found) = _pick(seed);
        if (found) _pay(policy);
    }

    function _pay(PolicyId policy) private step(_programOf(policy)) {
        uint256 owed = claims.owedOf(policy);
        if (owed == 0) return;
        TestToken token = tokens[tokenOf(_programOf(policy))];
        address payee = claims.payeeOf(policy);
        uint256 before = token.balanceOf(payee);
        VM.prank(STRANGER);
        require(claims.pay(policy) == owed, "P9");
        require(token.balanceOf(payee) == before + owed, "P9: not to the payee");
        successes[12]++;
    }

    function _programOf(PolicyId policy) private view returns (uint256) {
        return ProgramId.unwrap(claims.policy(policy).program);
    }

    // --- the end --------------------------------------------------------------------------------------------

    /// @dev P10: long after everything, whoever comes along turns every reserve into paid or free money.
    function windDown() external {
        now_ += 2000 days;
        VM.warp(now_);
        uint256 count = claims.policyCount();
        for (uint64 id = 1; id <= count; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            uint32 periods = claims.policy(policy).periods;
            for (uint32 period = 0; period < periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                if (state == PeriodState.Open) {
                    claims.releasePeriod(policy, period);
                } else if (state == PeriodState.UnderReview || state == PeriodState.Rejected) {
                    claims.approveClaim(policy, period);
                }
            }
            if (claims.owedOf(policy) != 0) claims.pay(policy);
            Policy memory p = claims.policy(policy);
            require(p.reserved == 0 && p.owed == 0, "P10: a reserve is stuck");
        }
        for (uint64 i = 1; i <= PROGRAMS; ++i) {
            Program memory p = claims.program(ProgramId.wrap(i));
            require(p.committed == 0, "P10: committed money is stuck");
            VM.prank(insurerOf(i));
            claims.withdraw(ProgramId.wrap(i), p.free, address(0xbeef));
        }
        require(claims.accountedIn(tokens[0]) == 0 && claims.accountedIn(tokens[1]) == 0, "P10: ledgers");
    }
}

contract ClaimsPayoutTest {
    ClaimsHandler internal handler;
    IClaimsPayout internal claims;

    function setUp() public {
        handler = new ClaimsHandler();
        claims = handler.claims();
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
        steps = new bytes4[](26);
        uint256 i = 0;
        // What moves the story on comes more than once.
        for (uint256 j = 0; j < 3; ++j) {
            steps[i++] = ClaimsHandler.nextDay.selector;
            steps[i++] = ClaimsHandler.claim.selector;
        }
        for (uint256 j = 0; j < 2; ++j) steps[i++] = ClaimsHandler.claimMany.selector;
        steps[i++] = ClaimsHandler.wait.selector;
        steps[i++] = ClaimsHandler.anchor.selector;
        steps[i++] = ClaimsHandler.correct.selector;
        steps[i++] = ClaimsHandler.pause.selector;
        steps[i++] = ClaimsHandler.suspend.selector;
        steps[i++] = ClaimsHandler.fund.selector;
        steps[i++] = ClaimsHandler.donate.selector;
        steps[i++] = ClaimsHandler.withdraw.selector;
        steps[i++] = ClaimsHandler.issue.selector;
        steps[i++] = ClaimsHandler.end.selector;
        steps[i++] = ClaimsHandler.redirect.selector;
        steps[i++] = ClaimsHandler.grant.selector;
        steps[i++] = ClaimsHandler.revoke.selector;
        steps[i++] = ClaimsHandler.claimFalsely.selector;
        steps[i++] = ClaimsHandler.approve.selector;
        steps[i++] = ClaimsHandler.reject.selector;
        steps[i++] = ClaimsHandler.arbitrate.selector;
        steps[i++] = ClaimsHandler.release.selector;
    }

    /// @dev P1 to P5: money, per token, program and policy.
    function invariant_P1_P2_P3_P5_money() public view {
        _money();
    }

    /// @dev P4, N1: states of all periods.
    function invariant_P4_N1_states() public view {
        _states();
    }

    /// @dev C1, C2: consents.
    function invariant_C1_C2_consents() public {
        VM.warp(handler.now_());
        _consents();
    }

    /// @dev V1, V2, A1: registries.
    function invariant_V1_V2_A1_registries() public view {
        _registries();
    }

    /// @dev P10 at the end of a random story, with all invariants on the way.
    function testFuzz_P10_everyReserveBecomesPaidOrFree(uint256 seed) public {
        bytes4[] memory steps = _steps();
        for (uint256 i = 0; i < 48; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 a = uint256(keccak256(abi.encode(seed, "a")));
            uint256 b = uint256(keccak256(abi.encode(seed, "b")));
            // Small arguments and large ones; surplus arguments are ignored, booleans taken from the last bit.
            bytes4 selector = steps[(seed >> 8) % 26];
            bytes memory data =
                _isBooleanSecond(selector)
                    ? abi.encodeWithSelector(selector, a, b & 1)
                    : selector == ClaimsHandler.redirect.selector
                        ? abi.encodeWithSelector(selector, a, address(uint160(b)))
                        : abi.encodeWithSelector(selector, a, b, b & 1, (a >> 7) % 60);
            (bool success, bytes memory reason) = address(handler).call(data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        VM.warp(handler.now_());
        _money();
        _states();
        _consents();
        _registries();
        handler.windDown();
        _money();
    }

    function _isBooleanSecond(bytes4 selector) private pure returns (bool) {
        return
            selector == ClaimsHandler.end.selector ||
            selector == ClaimsHandler.revoke.selector ||
            selector == ClaimsHandler.approve.selector ||
            selector == ClaimsHandler.arbitrate.selector;
    }

    /// @dev The random stories do what they are for: without this, invariants could hold over nothing.
    function test_storiesReachEveryStep() public {
        uint256 seed = 7;
        for (uint256 i = 0; i < 400; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            if (i % 3 == 0) handler.nextDay(seed | 1);
            handler.claim(seed, seed | 1);
            handler.claimMany(seed >> 13, seed | 1);
            handler.reject(seed);
            handler.arbitrate(uint256(keccak256(abi.encode(seed, "x"))), seed % 2 == 0);
            handler.approve(seed >> 3, false);
            handler.release(seed >> 5);
            handler.pay(seed >> 7);
            handler.issue(seed, seed >> 9, seed >> 11, seed >> 13);
            handler.grant(seed, seed >> 9, seed >> 70);
            handler.correct(seed, seed >> 9);
            if (i % 40 == 0) handler.withdraw(seed, seed >> 9, true);
            if (i % 90 == 0) handler.pause(0);
            if (i % 200 == 0) handler.suspend(0);
            if (i % 50 == 0) handler.end(seed, true);
        }
        for (uint256 i = 0; i < 14; ++i) require(handler.successes(i) > 0, "a step never succeeded");
        _money();
        _states();
    }

    // --- what must hold always ------------------------------------------------------------------------------

    function _money() private view {
        uint256[2] memory ledgers;
        uint256 policies = claims.policyCount();
        uint256[] memory committed = new uint256[](claims.programCount() + 1);
        for (uint64 id = 1; id <= policies; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            Policy memory p = claims.policy(policy);
            uint256 number = ProgramId.unwrap(p.program);
            committed[number] += (uint256(p.reserved) + p.owed) * handler.benefitOf(number);
            require(uint256(p.reserved) + p.owed + p.paid <= p.periods, "P3: more than was reserved");
            require(p.periods <= handler.issuedPeriods(policy), "P3: periods grew");
            uint256 credited = 0;
            uint256 reserved = 0;
            for (uint32 period = 0; period < p.periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                if (state == PeriodState.Credited) ++credited;
                if (uint8(state) <= uint8(PeriodState.Rejected)) ++reserved;
            }
            require(credited == uint256(p.owed) + p.paid, "P5: credited is owed or paid, once");
            require(reserved == p.reserved, "P10: what is not decided is reserved");
            _requireNoOverlap(id, p);
        }
        for (uint64 i = 1; i <= claims.programCount(); ++i) {
            Program memory p = claims.program(ProgramId.wrap(i));
            require(p.committed == committed[i], "P1: committed is what policies hold");
            ledgers[handler.tokenOf(i)] += uint256(p.free) + p.committed;
        }
        for (uint256 i = 0; i < 2; ++i) {
            IERC20 token = handler.tokens(i);
            require(claims.accountedIn(token) == ledgers[i], "P2: accounted is the sum of the ledgers");
            require(token.balanceOf(address(claims)) >= ledgers[i], "P1: the money is there");
        }
    }

    function _requireNoOverlap(uint64 id, Policy memory p) private view {
        for (uint64 other = 1; other < id; ++other) {
            Policy memory q = claims.policy(PolicyId.wrap(other));
            if (q.holder != p.holder) continue;
            bool apart = p.firstEpoch >= q.firstEpoch + q.periods || q.firstEpoch >= p.firstEpoch + p.periods;
            require(apart || p.periods == 0 || q.periods == 0, "P5: two policies cover one second");
        }
    }

    function _states() private view {
        uint256 policies = claims.policyCount();
        for (uint64 id = 1; id <= policies; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            uint32 periods = claims.policy(policy).periods;
            for (uint32 period = 0; period < periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                // Every change was made, and judged, by a step of the handler.
                require(state == handler.seen(policy, period), "P4: changed behind our back");
                bool unproven = state == PeriodState.Open || state == PeriodState.Released;
                require(unproven != handler.proven(policy, period), "N1: claimed without a proof");
            }
        }
    }

    function _consents() private view {
        ConsentRegistry consents = handler.consents();
        for (uint256 i = 0; i < handler.consentCount(); ++i) {
            (
                ConsentId id,
                uint256 patient,
                uint256 program,
                uint64 from,
                uint64 until,
                uint256 revokedAt
            ) = handler.consentGhosts(i);
            bool active = consents.isActive(
                id,
                handler.patientOf(patient),
                handler.insurerOf(program),
                claims.claimPurpose(),
                program
            );
            bool should = revokedAt == 0 && from <= block.timestamp && block.timestamp < until;
            require(active == should, "C1, C2: active exactly if granted, in time and unrevoked");
        }
    }

    function _registries() private view {
        CircuitRegistry circuits = handler.circuits();
        Circuit memory record = circuits.circuit(handler.circuit());
        require(record.verifier == address(handler.verifier()), "V1: verifier");
        require(record.verifierCodeHash == address(handler.verifier()).codehash, "V1: code hash");
        (uint64 start, uint64 end) = circuits.lastSuspensionBefore(handler.circuit(), type(uint64).max);
        require(end <= start + circuits.suspensionTime(), "V2: a suspension without end");
        uint256 today = handler.now_() / 1 days;
        for (uint256 day = today - 6; day <= today; ++day) {
            Anchor memory written = handler.anchors().anchorOf(GroupId.wrap(1), uint32(day));
            require(written.root == handler.rootOf(uint32(day)), "A1: not what the attester wrote");
        }
    }
}
