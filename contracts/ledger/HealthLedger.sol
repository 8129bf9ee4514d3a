// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {IConsentSource} from "../interfaces/IConsentSource.sol";
import {EndedVersion, HealthLedgerConfig, IHealthLedger, Matter, Page} from "../interfaces/IHealthLedger.sol";
import {Field} from "../libraries/Field.sol";
import {Transcripts} from "../libraries/Transcripts.sol";
import {BOUND_CONSENT, CircuitId, ConsentId} from "../types/Ids.sol";
import {Proofs} from "../verification/Proofs.sol";
import {LedgerLayout} from "./generated/LedgerLayout.sol";

/// @title HealthLedger
/// @dev See {IHealthLedger}. It calls nobody but the registry of circuits and verifiers, which only read.
contract HealthLedger is IHealthLedger {
    /// @dev Names of families in circuits/circuits.json.
    bytes16 private constant ACCESSES = "ledger-access";
    bytes16 private constant CONSENTS = "ledger-consent";
    bytes16 private constant SLOT = "ledger-slot";
    bytes16 private constant BIND = "ledger-bind";

    uint256 private constant SLOTS = 256;
    uint256 private constant FORM_BITS = LedgerLayout.RIGHTS_UNTIL_SHIFT + LedgerLayout.RIGHTS_UNTIL_BITS;
    uint256 private constant CIPHERS_PER_WORD = 4;
    /// @dev Of 256 empty slots.
    uint256 private constant EMPTY_ROOT =
        190094059183537526474050938428298547749140576722238745313696591586376835700;

    /// @inheritdoc IHealthLedger
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IHealthLedger
    uint32 public immutable lateTime;
    /// @inheritdoc IHealthLedger
    uint256 public pageCount;
    /// @inheritdoc IHealthLedger
    mapping(uint256 page => address) public pendingCustodianOf;
    /// @inheritdoc IHealthLedger
    mapping(uint256 page => mapping(bytes25 history => uint32)) public lateLogged;

    /// @inheritdoc IHealthLedger
    mapping(address account => uint32) public granteeOf;

    uint32 private _granteeCount;
    mapping(ConsentId consentId => Bound) private _bound;
    mapping(uint256 page => Page) private _pages;

    constructor(HealthLedgerConfig memory config) {
        if (address(config.circuits).code.length == 0) {
            revert HealthLedger_NotAContract(address(config.circuits));
        }
        circuits = config.circuits;
        lateTime = config.lateTime;
    }

    // --- pages ----------------------------------------------------------------------------------------------

    /// @inheritdoc IHealthLedger
    function openPage(uint56 form) external returns (uint256 page) {
        if (form >> FORM_BITS != 0) revert HealthLedger_InvalidForm(form);
        page = ++pageCount;
        Page storage p = _pages[page];
        p.root = EMPTY_ROOT;
        (p.custodian, p.form) = (msg.sender, form);
        (p.since, p.logged) = (_minute(), _minute());
        emit PageOpened(page, msg.sender, form);
    }

    /// @inheritdoc IHealthLedger
    function nominateCustodian(uint256 page, address nominee) external {
        _kept(page);
        pendingCustodianOf[page] = nominee;
        emit CustodianNominated(page, nominee);
    }

    /// @inheritdoc IHealthLedger
    function acceptCustodian(uint256 page) external {
        address nominee = pendingCustodianOf[page];
        if (msg.sender != nominee) revert HealthLedger_NotNominee(msg.sender, nominee);
        delete pendingCustodianOf[page];
        emit CustodianChanged(page, _pages[page].custodian, msg.sender);
        _pages[page].custodian = msg.sender;
    }

    // --- consents -------------------------------------------------------------------------------------------

    /// @inheritdoc IHealthLedger
    function changeConsents(
        uint256 page,
        CircuitId circuit,
        uint16 revoked,
        uint256 root,
        uint256 live,
        uint256 digest,
        Groth16Proof calldata proof,
        uint256[] calldata leaves
    ) external {
        Page storage p = leaves.length == 0 ? _known(page) : _kept(page);
        if (leaves.length != 0) {
            _requireDirect();
        } else if (revoked == 0) {
            revert HealthLedger_NothingChanges(page);
        }
        // Patients could prove nothing about a root that no tree has.
        if (!Field.isNonZeroElement(root)) revert HealthLedger_InvalidRoot(page, root);
        _requireLiveBits(page, p, live, leaves.length);
        (uint256 x, uint256 y) = Transcripts.evaluateWords(
            consentDomainOf(page),
            digest,
            _consentWords(page, p, revoked, root, live, leaves.length),
            leaves
        );
        _requireProven(page, circuit, CONSENTS, [digest, x, y], proof);
        _endVersion(p);
        (p.root, p.live, p.filled) = (root, live, uint16(p.filled + leaves.length));
        emit ConsentsChanged(page, p.version, root, live, uint16(leaves.length), revoked);
    }

    /// @inheritdoc IHealthLedger
    function revokeByForce(
        uint256 page,
        CircuitId circuit,
        uint8 slot,
        Groth16Proof calldata proof
    ) external {
        Page storage p = _known(page);
        uint256 bit = 1 << slot;
        if (p.live & bit == 0) revert HealthLedger_NotLive(page, slot);
        _requireProven(page, circuit, SLOT, [p.root, slot, revokeActionOf(page)], proof);
        _endVersion(p);
        p.live &= ~bit;
        emit ConsentRevokedByForce(page, p.version, slot);
    }

    // --- binding --------------------------------------------------------------------------------------------

    /// @inheritdoc IHealthLedger
    function registerGrantee() external returns (uint32 grantee) {
        grantee = granteeOf[msg.sender];
        if (grantee != 0) return grantee;
        grantee = ++_granteeCount;
        granteeOf[msg.sender] = grantee;
        emit GranteeRegistered(grantee, msg.sender);
    }

    /// @inheritdoc IHealthLedger
    function bind(
        uint256 page,
        CircuitId circuit,
        uint8 slot,
        uint64 rights,
        Matter calldata matter,
        Groth16Proof calldata proof
    ) external returns (ConsentId consentId) {
        Page storage p = _known(page);
        if (!isLive(page, slot)) revert HealthLedger_NotLive(page, slot);
        uint32 grantee = granteeOf[matter.grantee];
        if (grantee == 0) revert HealthLedger_UnknownGrantee(matter.grantee);
        uint256 purposes = rights >> LedgerLayout.RIGHTS_PURPOSES_SHIFT;
        if ((purposes >> LedgerLayout.PURPOSE_PAYMENT) & 1 == 0) revert HealthLedger_NotForPayment(rights);
        uint256 until = rights >> LedgerLayout.RIGHTS_UNTIL_SHIFT;
        if (until <= _minute()) revert HealthLedger_ConsentOver(until);
        consentId = boundConsentIdOf(page, slot, matter);
        if (_bound[consentId].page != 0) return consentId;

        uint256[] memory inputs = new uint256[](5);
        (inputs[0], inputs[1], inputs[2]) = (p.root, slot, bindActionOf(page, matter));
        (inputs[3], inputs[4]) = (rights, grantee);
        address verifier = _verifierOf(circuit, BIND);
        if (!Proofs.verify(verifier, inputs, proof)) revert HealthLedger_NotProven(page);
        // A page's leaves have ends of 26 bits: the circuit of consents sees to it.
        _bound[consentId] = Bound(uint216(page), slot, uint32(until));
        emit ConsentBound(consentId, page, slot, rights, matter);
    }

    // --- accesses -------------------------------------------------------------------------------------------

    /// @inheritdoc IHealthLedger
    function logAccesses(
        uint256 page,
        CircuitId circuit,
        uint256 header,
        uint256 digest,
        Groth16Proof calldata proof,
        bytes calldata body
    ) external {
        Page storage p = _kept(page);
        p.logged = _windowEnd(page, header, p.logged, _minute());
        _log(page, Logged(p.version, p.root, p.live), circuit, header, digest, proof, body);
    }

    /// @inheritdoc IHealthLedger
    function logLate(
        uint256 page,
        EndedVersion[] calldata versions,
        CircuitId circuit,
        uint256 header,
        uint256 digest,
        Groth16Proof calldata proof,
        bytes calldata body
    ) external {
        Page storage p = _kept(page);
        bytes25 own = _requireHistory(page, p, versions);
        EndedVersion calldata version = versions[0];
        if (_minute() > uint256(version.until) + lateTime) revert HealthLedger_TooLate(page, version.until);
        uint32 logged = lateLogged[page][own];
        if (logged < version.logged) logged = version.logged;
        lateLogged[page][own] = _windowEnd(page, header, logged, version.until);
        uint16 number = p.version - uint16(versions.length);
        _log(page, Logged(number, version.root, version.live), circuit, header, digest, proof, body);
    }

    // --- views ----------------------------------------------------------------------------------------------

    /// @inheritdoc IHealthLedger
    function pageOf(uint256 page) external view returns (Page memory) {
        return _known(page);
    }

    /// @inheritdoc IHealthLedger
    function isLive(uint256 page, uint8 slot) public view returns (bool) {
        return (_pages[page].live >> slot) & 1 == 1;
    }

    /// @inheritdoc IConsentSource
    function isActive(
        ConsentId consentId,
        address patient,
        address grantee,
        bytes32 purpose,
        uint256 program
    ) external view returns (bool) {
        Bound storage bound = _bound[consentId];
        (uint256 page, uint8 slot, uint32 until) = (bound.page, bound.slot, bound.until);
        return
            _minute() < until &&
            isLive(page, slot) &&
            ConsentId.unwrap(consentId) ==
                _boundId(abi.encode(page, slot, Matter(patient, grantee, purpose, program)));
    }

    /// @inheritdoc IHealthLedger
    function boundConsent(ConsentId consentId) external view returns (uint256, uint8, uint32) {
        Bound storage bound = _bound[consentId];
        return (bound.page, bound.slot, bound.until);
    }

    /// @inheritdoc IHealthLedger
    function accessDomainOf(uint256 page) public view returns (bytes32) {
        return keccak256(abi.encode("vitalproof/accesses/1", block.chainid, address(this), page));
    }

    /// @inheritdoc IHealthLedger
    function consentDomainOf(uint256 page) public view returns (bytes32) {
        return keccak256(abi.encode("vitalproof/consents/1", block.chainid, address(this), page));
    }

    /// @inheritdoc IHealthLedger
    function grantDomainOf(uint256 page) public view returns (uint256) {
        bytes32 hash = keccak256(abi.encode("vitalproof/grant/1", block.chainid, address(this), page));
        return uint256(hash) % Field.MODULUS;
    }

    /// @inheritdoc IHealthLedger
    function revokeActionOf(uint256 page) public view returns (uint256) {
        bytes32 hash = keccak256(abi.encode("vitalproof/revoke/1", block.chainid, address(this), page));
        return uint256(hash) % Field.MODULUS;
    }

    /// @inheritdoc IHealthLedger
    function bindActionOf(uint256 page, Matter calldata matter) public view returns (uint256) {
        bytes32 hash = keccak256(abi.encode("vitalproof/bind/1", block.chainid, address(this), page, matter));
        return uint256(hash) % Field.MODULUS;
    }

    /// @inheritdoc IHealthLedger
    function boundConsentIdOf(
        uint256 page,
        uint8 slot,
        Matter calldata matter
    ) public pure returns (ConsentId) {
        return ConsentId.wrap(_boundId(abi.encode(page, slot, matter)));
    }

    // --- internals ------------------------------------------------------------------------------------------

    /// @dev A consent that was bound; one slot of storage.
    struct Bound {
        uint216 page;
        uint8 slot;
        uint32 until;
    }

    function _boundId(bytes memory bound) private pure returns (bytes32) {
        return BOUND_CONSENT | (keccak256(bound) >> 32);
    }

    /// @dev What accesses are logged under.
    struct Logged {
        uint16 version;
        uint256 root;
        uint256 live;
    }

    /// @dev Whatever a circuit lets through, a slot that was used never comes alive again.
    function _requireLiveBits(uint256 page, Page storage p, uint256 live, uint256 granted) private view {
        uint256 filled = p.filled;
        if (granted > SLOTS - filled) revert HealthLedger_PageFull(page, filled, granted);
        uint256 fresh = (type(uint256).max >> (SLOTS - granted)) << filled;
        if (live & ~(p.live | fresh) != 0) revert HealthLedger_InvalidLiveBits(page, live);
    }

    /// @dev The words of a consent batch before its leaves, as its circuit has them.
    function _consentWords(
        uint256 page,
        Page storage p,
        uint16 revoked,
        uint256 root,
        uint256 live,
        uint256 granted
    ) private view returns (uint256[9] memory) {
        uint256 before = p.live;
        uint256 header =
            (uint256(p.filled) << LedgerLayout.CONSENT_HEADER_FILLED_SHIFT) |
                (granted << LedgerLayout.CONSENT_HEADER_GRANTED_SHIFT) |
                (uint256(revoked) << LedgerLayout.CONSENT_HEADER_REVOKED_SHIFT);
        return
            [
                header,
                grantDomainOf(page),
                p.root,
                root,
                uint128(before),
                before >> 128,
                uint128(live),
                live >> 128,
                p.form
            ];
    }

    /// @return end of the window
    function _windowEnd(
        uint256 page,
        uint256 header,
        uint256 from,
        uint256 until
    ) private pure returns (uint32) {
        uint256 base = uint32(header >> LedgerLayout.ACCESS_HEADER_BASE_SHIFT);
        uint256 end = base + uint16(header >> LedgerLayout.ACCESS_HEADER_SPAN_SHIFT);
        if (base < from || end > until) revert HealthLedger_OutsideWindow(page, from, until);
        return uint32(end); // at most `until`, which is 32 bits
    }

    function _log(
        uint256 page,
        Logged memory under,
        CircuitId circuit,
        uint256 header,
        uint256 digest,
        Groth16Proof calldata proof,
        bytes calldata body
    ) private {
        _requireDirect();
        uint256 count = uint16(header >> LedgerLayout.ACCESS_HEADER_COUNT_SHIFT);
        uint256 length;
        unchecked {
            length = ((count + CIPHERS_PER_WORD - 1) / CIPHERS_PER_WORD) * Transcripts.BODY_WORD; // below 2^20
        }
        if (body.length != length) revert HealthLedger_WrongBodyLength(body.length, length);
        (uint256 x, uint256 y) = Transcripts.evaluate(
            accessDomainOf(page),
            digest,
            _accessWords(header, under),
            body
        );
        _requireProven(page, circuit, ACCESSES, [digest, x, y], proof);
        emit AccessesLogged(page, under.version, header);
    }

    /// @dev The words of an access batch before its body, as its circuit has them.
    function _accessWords(uint256 header, Logged memory under) private pure returns (uint256[4] memory) {
        return [header, under.root, uint128(under.live), under.live >> 128];
    }

    /// @dev The verifier refuses inputs that are not below r, so `digest` needs no check of its own.
    function _requireProven(
        uint256 page,
        CircuitId circuit,
        bytes16 family,
        uint256[3] memory inputs,
        Groth16Proof calldata proof
    ) private view {
        address verifier = _verifierOf(circuit, family);
        if (!Proofs.verify3(verifier, inputs, proof)) revert HealthLedger_NotProven(page);
    }

    function _verifierOf(CircuitId circuit, bytes16 family) private view returns (address verifier) {
        bytes16 found;
        (verifier, found) = circuits.verifierInForce(circuit);
        if (verifier == address(0) || found != family) revert HealthLedger_CircuitNotUsable(circuit, family);
    }

    function _endVersion(Page storage p) private {
        uint32 minute = _minute();
        p.history = _historyAfter(EndedVersion(p.history, p.root, p.live, p.since, minute, p.logged));
        (p.since, p.logged, p.version) = (minute, minute, p.version + 1);
    }

    /// @return own the history with the first of the versions as its last
    function _requireHistory(
        uint256 page,
        Page storage p,
        EndedVersion[] calldata versions
    ) private view returns (bytes25 own) {
        if (versions.length == 0) revert HealthLedger_OtherHistory(page, p.history);
        own = _historyAfter(versions[0]);
        bytes25 history = own;
        for (uint256 i = 1; i < versions.length; ++i) {
            if (versions[i].before != history) revert HealthLedger_OtherHistory(page, p.history);
            history = _historyAfter(versions[i]);
        }
        if (history != p.history) revert HealthLedger_OtherHistory(page, p.history);
    }

    function _historyAfter(EndedVersion memory version) private pure returns (bytes25) {
        return bytes25(keccak256(abi.encode(version)));
    }

    function _known(uint256 page) private view returns (Page storage p) {
        p = _pages[page];
        if (p.custodian == address(0)) revert HealthLedger_UnknownPage(page);
    }

    /// @dev The page, if the caller is its custodian.
    function _kept(uint256 page) private view returns (Page storage p) {
        p = _pages[page];
        address custodian = p.custodian;
        if (custodian == address(0)) revert HealthLedger_UnknownPage(page);
        if (msg.sender != custodian) revert HealthLedger_NotCustodian(msg.sender, custodian);
    }

    /// @dev Leaves and records are in the transaction's input only then. An account that is delegated to code (EIP-7702) may call
    /// from within a call to itself.
    function _requireDirect() private view {
        // solhint-disable-next-line avoid-tx-origin
        bool isDirect = msg.sender == tx.origin && msg.sender.code.length == 0;
        if (!isDirect) revert HealthLedger_NotDirect(msg.sender);
    }

    function _minute() private view returns (uint32) {
        return uint32(block.timestamp / 60); // until the year 10136
    }
}
