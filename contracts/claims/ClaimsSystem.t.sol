// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {deployArtifact} from "../mocks/Artifacts.sol";
import {AssuranceClass, IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {IClaimsPayout, PeriodState, Policy, ProgramOffer} from "../interfaces/IClaimsPayout.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {Escrow, ICustody} from "../interfaces/ICustody.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {CircuitProposal, ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {HealthLedgerConfig, IHealthLedger} from "../interfaces/IHealthLedger.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {IScopeRegistry} from "../interfaces/IScopeRegistry.sol";
import {FactsLayout} from "./generated/FactsLayout.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";
import {deployTestRegistry} from "../mocks/TestRegistry.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {TrapdoorVerifier} from "../mocks/TrapdoorVerifier.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId, ConsentId, EscrowId, GroupId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";

/// @dev The whole system with every actor: three programs in two tokens, three patients. Every contract is deployed by
/// its artifact, so that the mutants tool can put another one there and the tests run without compiling.
abstract contract ClaimsSystem {
    uint256 internal constant ATTESTER_KEY = 0xa77e57e2;
    uint256 internal constant PATIENTS = 3;
    uint256 internal constant PROGRAMS = 3;
    uint256 internal constant START = 1_800_000_000;
    uint32 internal constant INTAKE = 6 hours;
    uint32 internal constant GRACE = 1 days;
    uint32 internal constant CORRECTION = 2 days;
    uint256 internal constant OFFSET = 20;

    ICircuitRegistry public immutable circuits;
    IAnchorRegistry public immutable anchors;
    IScopeRegistry public immutable scopes;
    IConsentRegistry public immutable consents;
    IHealthLedger public immutable ledger;
    IPauseRegistry public immutable pauses;
    ICustody public immutable custody;
    IClaimsPayout public immutable claims;
    TrapdoorVerifier public immutable verifier;
    TestToken[2] public tokens;
    CircuitId public immutable circuit;

    address public constant GOVERNOR = address(0x60);
    address public constant GUARDIAN = address(0x61);
    address public constant PAUSER = address(0x62);
    address public constant ARBITER = address(0x63);
    address public constant STRANGER = address(0x64);
    address public constant CUSTODIAN = address(0x65);
    address public immutable attester = VM.addr(ATTESTER_KEY);

    struct Ghost {
        uint256 received;
        uint256 sent;
    }

    /// @dev `slot` counts over the ledger's pages from 1; 0 for a consent of the registry.
    struct ConsentGhost {
        ConsentId id;
        uint256 slot;
        uint256 patient;
        uint256 program;
        uint64 from;
        uint64 until;
        uint256 nonce;
        uint256 revokedAt;
    }

    /// @dev What came in and went out, per token, counted from the tokens' balances alone.
    Ghost[2] public ghosts;
    ConsentGhost[] public consentGhosts;
    uint256 public slotCount;
    uint256 public now_ = START;
    uint256 public nonce;
    uint256[2] public donated;
    uint256[20] public successes;
    mapping(PolicyId => mapping(uint32 => PeriodState)) public seen;
    mapping(PolicyId => mapping(uint32 => bool)) public proven;
    mapping(PolicyId => uint32) public issuedPeriods;
    /// @dev Who the controllers said is paid; zero for the controller.
    mapping(PolicyId => address) public payees;
    mapping(uint32 day => uint256) public rootOf;

    constructor() {
        VM.warp(START);
        verifier = new TrapdoorVerifier();
        CircuitProposal memory genesis = CircuitProposal({
            name: "glucose-day",
            version: 1,
            verifier: address(verifier),
            verifierCodeHash: address(verifier).codehash,
            verificationKey: deployArtifact(
                "VerificationKey.sol:VerificationKey",
                abi.encode(verifier.key())
            ),
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
            ceremony: keccak256("ceremony"),
            predecessor: CircuitId.wrap(0)
        });
        circuits = deployTestRegistry(GOVERNOR, GUARDIAN, genesis);
        circuit = circuits.circuitIdOf("glucose-day", 1);
        anchors = IAnchorRegistry(deployArtifact("AnchorRegistry.sol:AnchorRegistry", ""));
        scopes = IScopeRegistry(deployArtifact("ScopeRegistry.sol:ScopeRegistry", abi.encode(anchors)));
        consents = IConsentRegistry(deployArtifact("ConsentRegistry.sol:ConsentRegistry", ""));
        pauses = IPauseRegistry(
            deployArtifact("PauseRegistry.sol:PauseRegistry", abi.encode(circuits, PAUSER))
        );
        custody = ICustody(deployArtifact("Custody.sol:Custody", ""));
        HealthLedgerConfig memory config = HealthLedgerConfig(circuits, 30 * 24 * 60);
        ledger = IHealthLedger(deployArtifact("HealthLedger.sol:HealthLedger", abi.encode(config)));
        claims = IClaimsPayout(
            deployArtifact(
                "ClaimsPayout.sol:ClaimsPayout",
                abi.encode(pauses, scopes, consents, ledger, custody)
            )
        );
        tokens[0] = new TestToken("A", "A", 6);
        tokens[1] = new TestToken("B", "B", 18);

        _createPrograms();
    }

    function _createPrograms() internal {
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

    /// @dev The program's money.
    function escrowOf(uint256 program) public view returns (Escrow memory) {
        return custody.escrow(_escrowOf(program));
    }

    function _escrowOf(uint256 program) internal view returns (EscrowId) {
        return claims.program(ProgramId.wrap(uint64(program))).escrow;
    }

    function _sum(uint256 program) internal view returns (uint256) {
        Escrow memory money = escrowOf(program);
        return uint256(money.free) + money.committed;
    }

    function _balances() internal view returns (uint256[2] memory) {
        return [tokens[0].balanceOf(address(custody)), tokens[1].balanceOf(address(custody))];
    }

    /// @dev Mostly a period that is claimable about now.
    function _pick(uint256 seed) internal view returns (PolicyId policy, uint32 period, bool found) {
        return _pick(seed, 8);
    }

    /// @dev Mostly one of the last `mostBack` periods that have begun.
    function _pick(
        uint256 seed,
        uint256 mostBack
    ) internal view returns (PolicyId policy, uint32 period, bool found) {
        uint256 count = claims.policyCount();
        if (count == 0) return (policy, 0, false);
        policy = PolicyId.wrap(uint64((seed % count) + 1));
        Policy memory p = claims.policy(policy);
        if (p.periods == 0) return (policy, 0, false);
        uint256 first = 900 * OFFSET + uint256(p.firstEpoch) * 1 days;
        uint256 recent = now_ <= first ? 0 : (now_ - first) / 1 days;
        uint256 back = (seed >> 64) % mostBack;
        recent = recent > back ? recent - back : 0;
        if ((seed >> 128) % 8 == 0) recent = (seed >> 160);
        return (policy, uint32(recent % p.periods), true);
    }

    /// @dev A claim under review or rejected, where there is one; any period otherwise.
    function _pickReviewed(uint256 seed) internal view returns (PolicyId policy, uint32 period, bool found) {
        uint256 count = claims.policyCount();
        for (uint256 i = 0; i < count; ++i) {
            policy = PolicyId.wrap(uint64((((seed % count) + i) % count) + 1));
            uint32 periods = claims.policy(policy).periods;
            if (_programOf(policy) != 2 || periods == 0) continue;
            for (uint32 j = 0; j < periods; ++j) {
                period = uint32(((seed >> 32) + j) % periods);
                (PeriodState state, ) = claims.periodOf(policy, period);
                if (state == PeriodState.UnderReview || state == PeriodState.Rejected)
                    return (policy, period, true);
            }
        }
        return _pick(seed);
    }

    function _note(PolicyId policy, uint32 period, PeriodState expected) internal {
        (PeriodState state, ) = claims.periodOf(policy, period);
        require(state == expected, "P4: unexpected state");
        seen[policy][period] = state;
    }

    function _programOf(PolicyId policy) internal view returns (uint256) {
        return ProgramId.unwrap(claims.policy(policy).program);
    }
}
