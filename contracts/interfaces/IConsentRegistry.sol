// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ConsentId} from "../types/Ids.sol";
import {IConsentSource} from "./IConsentSource.sol";

/// @dev What a patient agrees to.
/// @param patient account that gives the consent (for a policy: its controller).
/// @param grantee who may act on it (for a claim: the program's insurer).
/// @param purpose what for; for claims `IClaimsPayout.claimPurpose()`.
/// @param program number of the program it concerns.
/// @param from first second at which it is active.
/// @param until first second at which it no longer is.
/// @param receiptHash salted hash of the full consent receipt (ISO/IEC TS 27560), whose text stays off chain.
/// @param nonce any number; another one makes another consent of otherwise equal content.
struct Consent {
    address patient;
    address grantee;
    bytes32 purpose;
    uint256 program;
    uint64 from;
    uint64 until;
    bytes32 receiptHash;
    uint256 nonce;
}

/// @param matter `keccak256(abi.encode(patient, grantee, purpose, program))`; zero means never granted.
/// @param grantedAt Unix seconds of the block that recorded it.
struct ConsentRecord {
    bytes32 matter;
    uint64 from;
    uint64 until;
    uint64 grantedAt;
    uint64 revokedAt;
    address patient;
}

/// @title A patient's revocable permissions
/// @notice Assumptions and weaknesses, plainly:
/// - A consent never changes: its id is a hash over everything it says, including the nonce. Repeating it
///   changes nothing, and a revoked consent never comes back. To agree again, the patient signs with another nonce.
/// - Therefore anyone can submit a signed grant, early, twice or after the patient's own transaction. It does
///   nothing that the patient did not sign. The same is true of a signed revocation.
/// - A patient can also revoke an id that is not on chain yet, which makes a signed grant in circulation
///   worthless.
/// - `isActive` is true exactly if `patient` granted this consent to `grantee` for `purpose` and `program`, has not
///   revoked it, and `from <= block.timestamp < until`.
/// - An id that begins with `BOUND_CONSENT`, one in 2^32, is asked for elsewhere: sign with another nonce.
/// - Several consents for one matter may be active together; revoking one leaves the others.
/// - The chain shows who consented to whom and when. Use a fresh account per policy.
/// - A delegated account (EIP-7702) signs with its own key or through its code's ERC-1271; both count.
interface IConsentRegistry is IConsentSource {
    event ConsentGranted(
        ConsentId indexed consentId,
        address indexed patient,
        address indexed grantee,
        bytes32 purpose,
        uint256 program,
        uint64 from,
        uint64 until,
        bytes32 receiptHash,
        uint256 nonce
    );
    event ConsentRevoked(ConsentId indexed consentId, address indexed patient);

    error ConsentRegistry_NotPatient(address caller, address patient);
    error ConsentRegistry_InvalidGrantee(address grantee);
    error ConsentRegistry_InvalidTimes(uint64 from, uint64 until);
    error ConsentRegistry_NoReceipt();
    error ConsentRegistry_Revoked(ConsentId consentId, uint64 revokedAt);
    error ConsentRegistry_SignatureExpired(uint256 deadline);
    error ConsentRegistry_InvalidSignature(address signer);

    /// @notice Records the caller's consent. Repeating it does nothing.
    function grant(Consent calldata consent) external returns (ConsentId);

    /// @notice Records a consent that the patient signed. Anyone may submit it. Repeating it does nothing.
    /// @param deadline last second at which the signature is accepted; part of what is signed.
    function grantWithSignature(
        Consent calldata consent,
        uint256 deadline,
        bytes calldata signature
    ) external returns (ConsentId);

    /// @notice Revokes the caller's consent, granted already or not. Repeating it does nothing.
    function revoke(ConsentId consentId) external;

    /// @notice Revokes with the patient's signature over `ConsentRevocation(bytes32 consentId,uint256 deadline)`.
    /// There is no nonce: revoking is final, so a second submission finds nothing left to do.
    function revokeWithSignature(
        address patient,
        ConsentId consentId,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice `keccak256(abi.encode("vitalproof/consent/1", consent))`.
    function consentIdOf(Consent calldata consent) external pure returns (ConsentId);

    /// @notice Zeros for what was never granted. A revocation before the grant shows in `revokedAtBy` only.
    function consentOf(ConsentId consentId) external view returns (ConsentRecord memory);

    /// @notice When `patient` revoked this id; zero if never.
    function revokedAtBy(address patient, ConsentId consentId) external view returns (uint64);

    /// @notice EIP-712 digest that the patient signs to grant.
    function grantDigest(Consent calldata consent, uint256 deadline) external view returns (bytes32);

    /// @notice EIP-712 digest that the patient signs to revoke.
    function revocationDigest(ConsentId consentId, uint256 deadline) external view returns (bytes32);
}
