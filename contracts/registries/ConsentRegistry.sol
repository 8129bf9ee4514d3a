// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Consent, ConsentRecord, IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IConsentSource} from "../interfaces/IConsentSource.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {ConsentId} from "../types/Ids.sol";

/// @title ConsentRegistry
/// @notice What it does, assumes and cannot do is said in {IConsentRegistry}.
contract ConsentRegistry is IConsentRegistry, EIP712 {
    bytes32 public constant GRANT_TYPEHASH = keccak256(
        "ConsentGrant(address patient,address grantee,bytes32 purpose,uint256 program,uint64 from,uint64 until,bytes32 receiptHash,uint256 nonce,uint256 deadline)"
    );
    bytes32 public constant REVOCATION_TYPEHASH = keccak256(
        "ConsentRevocation(bytes32 consentId,uint256 deadline)"
    );

    mapping(ConsentId consentId => ConsentRecord) private _consents;
    /// @dev Apart from the records, so that a patient can revoke what is signed but not yet granted, and so that
    /// nobody can revoke in another's name: a revocation counts only under the patient who is in the id.
    mapping(address patient => mapping(ConsentId consentId => uint64 time)) private _revokedAt;

    constructor() EIP712("Vitalproof Consent", "1") {}

    /// @inheritdoc IConsentRegistry
    function grant(Consent calldata consent) external returns (ConsentId) {
        if (msg.sender != consent.patient) revert ConsentRegistry_NotPatient(msg.sender, consent.patient);
        return _grant(consent);
    }

    /// @inheritdoc IConsentRegistry
    function grantWithSignature(
        Consent calldata consent,
        uint256 deadline,
        bytes calldata signature
    ) external returns (ConsentId) {
        _requireSigned(consent.patient, grantDigest(consent, deadline), deadline, signature);
        return _grant(consent);
    }

    /// @inheritdoc IConsentRegistry
    function revoke(ConsentId consentId) external {
        _revoke(msg.sender, consentId);
    }

    /// @inheritdoc IConsentRegistry
    function revokeWithSignature(
        address patient,
        ConsentId consentId,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _requireSigned(patient, revocationDigest(consentId, deadline), deadline, signature);
        _revoke(patient, consentId);
    }

    /// @inheritdoc IConsentRegistry
    function consentOf(ConsentId consentId) external view returns (ConsentRecord memory) {
        return _consents[consentId];
    }

    /// @inheritdoc IConsentRegistry
    function revokedAtBy(address patient, ConsentId consentId) external view returns (uint64) {
        return _revokedAt[patient][consentId];
    }

    /// @inheritdoc IConsentSource
    function isActive(
        ConsentId consentId,
        address patient,
        address grantee,
        bytes32 purpose,
        uint256 program
    ) external view returns (bool) {
        ConsentRecord storage record = _consents[consentId];
        return
            record.from <= block.timestamp &&
            block.timestamp < record.until &&
            record.revokedAt == 0 &&
            record.matter == _matter(patient, grantee, purpose, program);
    }

    /// @inheritdoc IConsentRegistry
    function consentIdOf(Consent calldata consent) public pure returns (ConsentId) {
        return ConsentId.wrap(keccak256(abi.encode("vitalproof/consent/1", consent)));
    }

    /// @inheritdoc IConsentRegistry
    function grantDigest(Consent calldata consent, uint256 deadline) public view returns (bytes32) {
        // All members of the struct are one word each, so encoding the struct encodes its members in order.
        return _hashTypedDataV4(keccak256(abi.encode(GRANT_TYPEHASH, consent, deadline)));
    }

    /// @inheritdoc IConsentRegistry
    function revocationDigest(ConsentId consentId, uint256 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REVOCATION_TYPEHASH, consentId, deadline)));
    }

    function _grant(Consent calldata consent) private returns (ConsentId consentId) {
        consentId = consentIdOf(consent);
        uint64 revokedAt = _revokedAt[consent.patient][consentId];
        if (revokedAt != 0) revert ConsentRegistry_Revoked(consentId, revokedAt);

        ConsentRecord storage record = _consents[consentId];
        if (record.matter != 0) return consentId;

        if (consent.grantee == address(0)) revert ConsentRegistry_InvalidGrantee(consent.grantee);
        if (consent.from >= consent.until || consent.until <= block.timestamp) {
            revert ConsentRegistry_InvalidTimes(consent.from, consent.until);
        }
        if (consent.receiptHash == 0) revert ConsentRegistry_NoReceipt();

        record.matter = _matter(consent.patient, consent.grantee, consent.purpose, consent.program);
        record.patient = consent.patient;
        record.from = consent.from;
        record.until = consent.until;
        record.grantedAt = uint64(block.timestamp);
        emit ConsentGranted(
            consentId,
            consent.patient,
            consent.grantee,
            consent.purpose,
            consent.program,
            consent.from,
            consent.until,
            consent.receiptHash,
            consent.nonce
        );
    }

    function _revoke(address patient, ConsentId consentId) private {
        if (_revokedAt[patient][consentId] != 0) return;
        _revokedAt[patient][consentId] = uint64(block.timestamp);
        ConsentRecord storage record = _consents[consentId];
        if (record.patient == patient) record.revokedAt = uint64(block.timestamp);
        emit ConsentRevoked(consentId, patient);
    }

    function _requireSigned(
        address signer,
        bytes32 digest,
        uint256 deadline,
        bytes calldata signature
    ) private view {
        if (block.timestamp > deadline) revert ConsentRegistry_SignatureExpired(deadline);
        if (!Signatures.isValid(signer, digest, signature)) revert ConsentRegistry_InvalidSignature(signer);
    }

    function _matter(
        address patient,
        address grantee,
        bytes32 purpose,
        uint256 program
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(patient, grantee, purpose, program));
    }
}
