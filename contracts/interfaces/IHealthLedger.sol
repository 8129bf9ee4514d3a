// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitId, ConsentId} from "../types/Ids.sol";
import {ICircuitRegistry} from "./ICircuitRegistry.sol";
import {IConsentSource} from "./IConsentSource.sol";
import {Groth16Proof} from "./IGroth16Verifier.sol";

/// @dev A page as it is now. Times are minutes since 1970-01-01 UTC.
/// @param root of the tree over its 256 leaves.
/// @param live bit s: the consent in slot s is given and not revoked.
/// @param custodian who keeps it; adds consents.
/// @param filled slots in use, from 0 on; a slot is used once.
/// @param version counts the changes of root or live bits.
/// @param since when this version began.
/// @param logged up to when accesses under this version are logged.
/// @param form 0, or the rights that every consent of the page has.
/// @param history chain of hashes over the versions that ended.
struct Page {
    uint256 root;
    uint256 live;
    address custodian;
    uint16 filled;
    uint16 version;
    uint32 since;
    uint32 logged;
    uint56 form;
    bytes25 history;
}

/// @dev A version of a page that ended.
/// @param before the history before it.
struct EndedVersion {
    bytes25 before;
    uint256 root;
    uint256 live;
    uint32 since;
    uint32 until;
    uint32 logged;
}

/// @dev What a consent is used for by a contract that asks {IConsentSource}.
/// @param patient account that acts for the patient there (for a policy: its controller).
/// @param grantee who may act on it (for a claim: the program's insurer).
/// @param purpose what for; for claims `IClaimsPayout.claimPurpose()`.
/// @param program number of the program it concerns.
struct Matter {
    address patient;
    address grantee;
    bytes32 purpose;
    uint256 program;
}

struct HealthLedgerConfig {
    ICircuitRegistry circuits;
    uint32 lateTime;
}

/// @title Private consents, and accesses none of which is outside its consent
/// @notice Consents are leaves of pages with 256 slots, which show nothing, with a live bit each. A batch of accesses
/// proves that each of them was allowed by a live consent of one page, or broke the glass and says so. Its records are
/// in calldata, encrypted for the patient of each consent.
///
/// Assumptions and weaknesses, plainly:
/// - What nobody logs, nothing shows. The ledger makes what a custodian says consistent, complete in time and readable.
/// - Actors and roles are the custodian's word. So is that a patient is behind a consent: a custodian can invent one.
/// - Times have the resolution of a minute, so an access in the minute of a revocation can be logged as before it.
/// - Leaves and records are in calldata only. Batches have to be direct calls of an account without code (`tx.origin`), so
///   that they are in the transaction's input, where everybody finds them. Keep an archive: nodes may drop old blocks.
/// - Only a page's custodian logs accesses: a batch of none, or of a patient's own emergencies, closes a window as well and
///   takes no opening, so that a stranger's would leave the custodian's own without one. Revocations are from anyone.
/// - A batch whose window has no minutes can be sent again by its custodian, and says the same again: readers count it once.
/// - A page has one state. Two senders at one moment collide, and one proves again.
/// - A consent for payment can be bound to a matter, such as a policy, by who knows its revocation secret. The binding is
///   in public: which slot, whose account, for whom, and what the consent allows. It ends with the consent, in its block.
/// - The governor of the circuits' registry decides which circuits are right, after a delay. Who holds a forged key can
///   log and grant what they like until the circuit is exposed or suspended. No circuit can move a live bit from 0 to 1
///   for a slot that was used before: the contract refuses it.
interface IHealthLedger is IConsentSource {
    event PageOpened(uint256 indexed page, address indexed custodian, uint56 form);
    /// @param version that the accesses are under.
    /// @param header as `logAccesses` has it.
    event AccessesLogged(uint256 indexed page, uint16 version, uint256 header);
    /// @param version that this begins.
    event ConsentsChanged(
        uint256 indexed page,
        uint16 indexed version,
        uint256 root,
        uint256 live,
        uint16 granted,
        uint16 revoked
    );
    event ConsentRevokedByForce(uint256 indexed page, uint16 indexed version, uint8 slot);
    event CustodianNominated(uint256 indexed page, address indexed nominee);
    event CustodianChanged(uint256 indexed page, address indexed previous, address indexed custodian);

    event GranteeRegistered(uint32 indexed grantee, address indexed account);
    /// @param rights of the consent, as the leaf has them.
    event ConsentBound(
        ConsentId indexed consentId,
        uint256 indexed page,
        uint8 indexed slot,
        uint64 rights,
        Matter matter
    );

    error HealthLedger_NotAContract(address account);
    error HealthLedger_InvalidForm(uint56 form);
    error HealthLedger_UnknownPage(uint256 page);
    error HealthLedger_NotCustodian(address caller, address custodian);
    error HealthLedger_NotNominee(address caller, address nominee);
    /// @dev A contract called, or an account that is delegated to code: its calldata is where nobody finds it.
    error HealthLedger_NotDirect(address caller);
    /// @dev It is not on record for this family, or is retired, suspended or forged.
    error HealthLedger_CircuitNotUsable(CircuitId circuit, bytes16 family);
    error HealthLedger_NothingChanges(uint256 page);
    error HealthLedger_InvalidRoot(uint256 page, uint256 root);
    error HealthLedger_PageFull(uint256 page, uint256 filled, uint256 granted);
    /// @dev `live` has a bit that is neither of before nor of a new consent.
    error HealthLedger_InvalidLiveBits(uint256 page, uint256 live);
    /// @dev It begins before `from`, up to when accesses are logged, or ends after `until`: now, or the version's end.
    error HealthLedger_OutsideWindow(uint256 page, uint256 from, uint256 until);
    /// @dev The versions do not lead to the page's history.
    error HealthLedger_OtherHistory(uint256 page, bytes25 history);
    /// @dev The version ended more than `lateTime` ago.
    error HealthLedger_TooLate(uint256 page, uint32 until);
    error HealthLedger_WrongBodyLength(uint256 length, uint256 wanted);
    error HealthLedger_NotLive(uint256 page, uint8 slot);
    error HealthLedger_NotProven(uint256 page);
    /// @dev The account has no number that a consent could name.
    error HealthLedger_UnknownGrantee(address account);
    /// @dev The consent is not for payment.
    error HealthLedger_NotForPayment(uint64 rights);
    error HealthLedger_ConsentOver(uint256 until);

    // --- pages ----------------------------------------------------------------------------------------------

    /// @notice Opens an empty page; the caller is its custodian.
    /// @param form 0, or the rights that all its consents will have, in public: for research.
    function openPage(uint56 form) external returns (uint256 page);

    /// @notice Names who shall keep the page from now on; custodian only. `address(0)` names nobody.
    function nominateCustodian(uint256 page, address nominee) external;

    /// @notice Takes a page on; nominee only. Consents name a grantee and stay valid.
    function acceptCustodian(uint256 page) external;

    // --- consents -------------------------------------------------------------------------------------------

    /// @notice New consents and revocations. With new consents the custodian only, else anyone.
    /// @param circuit of the family `ledger-consent`
    /// @param revoked number of consents that are revoked
    /// @param root of the page after it
    /// @param live bits of the page after it
    /// @param leaves of the new consents, in the order of their slots
    function changeConsents(
        uint256 page,
        CircuitId circuit,
        uint16 revoked,
        uint256 root,
        uint256 live,
        uint256 digest,
        Groth16Proof calldata proof,
        uint256[] calldata leaves
    ) external;

    /// @notice A patient revokes a consent alone; in force with this transaction, from any sender.
    /// @param circuit of the family `ledger-slot`
    function revokeByForce(uint256 page, CircuitId circuit, uint8 slot, Groth16Proof calldata proof) external;

    // --- binding --------------------------------------------------------------------------------------------

    /// @notice Gives the caller the number by which consents name it; always the same one.
    function registerGrantee() external returns (uint32 grantee);

    /// @notice Lets contracts rely on a consent for payment in one matter, from now until it ends. What it takes is a proof by
    /// who knows the consent's revocation secret; anyone may send it. Repeating it does nothing.
    /// @param circuit of the family `ledger-bind`
    /// @param rights of the consent, which the proof shows. It names `matter.grantee` by its number
    function bind(
        uint256 page,
        CircuitId circuit,
        uint8 slot,
        uint64 rights,
        Matter calldata matter,
        Groth16Proof calldata proof
    ) external returns (ConsentId consentId);

    // --- accesses -------------------------------------------------------------------------------------------

    /// @notice Logs accesses under the version of now; custodian only.
    /// @param circuit of the family `ledger-access`
    /// @param header what the batch says in public, least significant bit first: accesses(16) | accesses with broken
    /// glass among them(16) | base(32) | span(16) | nonce(96). The window has `span` minutes, at most 4,095, from minute
    /// `base` on, which is not before the end of the last window. A later one leaves a gap in time for which nothing is
    /// said, and which everybody sees. The nonce is of the records' pads: 96 random bits
    /// @param body encrypted records: four of 62 bits to 31 bytes
    function logAccesses(
        uint256 page,
        CircuitId circuit,
        uint256 header,
        uint256 digest,
        Groth16Proof calldata proof,
        bytes calldata body
    ) external;

    /// @notice Logs accesses under a version that ended at most `lateTime` ago; custodian only, after a hand-over the new one.
    /// @param versions from the one of the accesses to the last that ended, in order
    function logLate(
        uint256 page,
        EndedVersion[] calldata versions,
        CircuitId circuit,
        uint256 header,
        uint256 digest,
        Groth16Proof calldata proof,
        bytes calldata body
    ) external;

    // --- views ----------------------------------------------------------------------------------------------

    function circuits() external view returns (ICircuitRegistry);

    /// @notice Minutes after its end for which a version takes late accesses.
    function lateTime() external view returns (uint32);

    /// @notice Pages count from 1.
    function pageCount() external view returns (uint256);

    function pageOf(uint256 page) external view returns (Page memory);

    function pendingCustodianOf(uint256 page) external view returns (address);

    /// @notice Up to when accesses under a version that ended are logged; 0 when nothing came late.
    /// @param history the page's with the version as its last
    function lateLogged(uint256 page, bytes25 history) external view returns (uint32);

    function isLive(uint256 page, uint8 slot) external view returns (bool);

    /// @notice What comes before an access batch's digest in its hash.
    function accessDomainOf(uint256 page) external view returns (bytes32);

    /// @notice What comes before a consent batch's digest in its hash.
    function consentDomainOf(uint256 page) external view returns (bytes32);

    /// @notice What grants of a page are signed for; a field element.
    function grantDomainOf(uint256 page) external view returns (uint256);

    /// @notice `action` of a proof that revokes by force; a field element.
    function revokeActionOf(uint256 page) external view returns (uint256);

    /// @notice Numbers count from 1; 0 for an account without one.
    function granteeOf(address account) external view returns (uint32);

    /// @notice `action` of a proof that binds a consent to a matter; a field element.
    function bindActionOf(uint256 page, Matter calldata matter) external view returns (uint256);

    /// @notice `BOUND_CONSENT`, and the first 28 bytes of a hash over page, slot and matter.
    function boundConsentIdOf(
        uint256 page,
        uint8 slot,
        Matter calldata matter
    ) external pure returns (ConsentId);

    /// @notice What a bound consent is, and until when: minutes since 1970-01-01 UTC. Zeros where nothing was bound. Whether it
    /// is live says `isActive`.
    function boundConsent(ConsentId consentId) external view returns (uint256 page, uint8 slot, uint32 until);
}
