// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CircuitId, DatasetId, EscrowId, QueryId} from "../types/Ids.sol";
import {ICircuitRegistry} from "./ICircuitRegistry.sol";
import {ICustody} from "./ICustody.sol";
import {Groth16Proof} from "./IGroth16Verifier.sol";
import {IHealthLedger} from "./IHealthLedger.sol";

/// @dev A page of records whose consents are on the health ledger. Record i belongs to slot `i % 256` of
/// `ledgerPages[i / 256]`.
/// @param custodian who registered it; accepts queries and owns the escrow.
/// @param royaltyPerMille share of each released answer's fee that goes to the records' patients.
/// @param exactBudget most exact answers, ever.
/// @param exactUsed queries accepted so far, whether they were answered or not.
/// @param escrow in {ICustody}: fees of queries that wait and royalties are committed; the rest is the custodian's.
/// @param root of the page of columns, shown to be well formed.
/// @param price least fee of a query.
/// @param lookPerMille share of a fee that the custodian keeps when an answer is suppressed.
/// @param released exact answers that were released.
/// @param epochs stretches of answers with the same live bits.
/// @param perSlot royalties of a record that was live in all of them.
/// @param summable bit c: sums of column c may be released.
/// @param version counts the pages of columns.
/// @param ledgerPages four numbers; 0 beyond the last.
struct Dataset {
    address custodian;
    uint16 royaltyPerMille;
    uint8 exactBudget;
    uint8 exactUsed;
    EscrowId escrow;
    uint256 root;
    uint96 price;
    uint16 lookPerMille;
    uint8 released;
    uint8 epochs;
    uint96 perSlot;
    uint16 summable;
    uint16 version;
    uint64[4] ledgerPages;
}

/// @dev What a custodian registers; see {Dataset}. The look share is at most a quarter of what the custodian has from a released
/// answer, so that there is little to earn by a suppression.
/// @param exactBudget no more than the circuits for pages of this size compare, or a query is accepted and never answered.
/// @param summable columns of many different numbers: sums over a category, or over few codes, give the sizes of small cells.
/// @param schemaHash of the description of the columns, which the custodian publishes.
struct DatasetOffer {
    IERC20 token;
    uint16 royaltyPerMille;
    uint8 exactBudget;
    uint88 price;
    uint16 lookPerMille;
    uint16 summable;
    uint64[4] ledgerPages;
    bytes32 schemaHash;
}

/// @dev That a page's values are in range.
/// @param circuit of the family `research-page`.
struct PageProof {
    uint256 root;
    CircuitId circuit;
    Groth16Proof proof;
}

/// @dev What is asked of every record, as circuits/research/program.circom explains it.
/// @param conditions eight of column(4) | reach(13), and which sums are wanted: v(1) | u(1); least significant first.
/// @param a truth table of group A over the conditions.
/// @param b of group B; disjoint from A, 0 for a query about one group.
/// @param outcome truth table of the outcome.
struct QueryProgram {
    uint256 conditions;
    uint256 a;
    uint256 b;
    uint256 outcome;
}

/// @dev A query as it was asked; the contract keeps its hash, and the event has all of it.
/// @param hypothesisHash of what is expected, before the answer: a registration that stays whatever comes out.
/// @param keyX, keyY the researcher's key on BabyJubJub, to which answers are sealed.
struct Query {
    address researcher;
    QueryProgram program;
    bytes32 hypothesisHash;
    uint256 keyX;
    uint256 keyY;
}

/// @dev Where a query goes, and for how much.
struct Bid {
    DatasetId dataset;
    uint88 fee;
}

/// @dev What became of a query to one dataset.
enum RequestState {
    None,
    Asked,
    Accepted,
    Released,
    /// @dev A cell was too small. What is left of the fee waits for the researcher.
    Suppressed,
    Refunded
}

/// @param researcher who gets a fee back.
/// @param deadline last second in which the custodian can accept and answer, Unix time.
/// @param version of the page of columns that it is about.
/// @param fee that arrived in the escrow; after an answer what is left for the researcher. Eight times it fits what a record
/// can earn.
struct Request {
    address researcher;
    uint40 deadline;
    RequestState state;
    uint16 version;
    uint88 fee;
}

/// @dev An answer, sealed to the researcher.
/// @param classes root of what each record was in this answer.
/// @param pointX, pointY the one-time key.
/// @param cipherA, cipherB the sums, or zeros where it is suppressed.
struct SealedAnswer {
    uint256 classes;
    uint256 pointX;
    uint256 pointY;
    uint256 cipherA;
    uint256 cipherB;
    bool released;
}

/// @dev Who is paid for a record, and up to where.
struct Payee {
    address account;
    uint96 perSlot;
    uint32 epoch;
}

struct ResearchMarketConfig {
    ICircuitRegistry circuits;
    ICustody custody;
    IHealthLedger ledger;
}

/// @title Queries over records with a live consent, answered by proof and paid from the fee
/// @notice A query is answered over every record of a dataset whose consent is live in that very block, and over no other.
/// The researcher alone can read the sums. Patients of all live records get the same share of the fee.
///
/// Assumptions and weaknesses, plainly:
/// - Whether records are true is the custodian's word, and so is which record belongs to which consent. A custodian who invents
///   consents earns their royalties.
/// - Everybody sees program, fee, time, whether an answer was released, and how many consents are live. Where a program is about one
///   person, that bit alone says something about them: a custodian should look at what a program asks before accepting it.
/// - An exact answer is released only if each cell is empty or of at least 11 people, alone and together with every earlier exact
///   answer of the dataset. Three answers are enough to get around it (X and Y and one more person, X, Y). The budget of at most 8
///   exact answers bounds how often.
/// - A new page of columns for the same records (`replacePage`) can change a value between two answers. Membership is
///   compared across pages, values are not: the difference of two sums then shows how one record's value changed.
/// - A custodian can compute an answer and not send it. Then the fee goes back, and the budget is spent all the same.
/// - A revocation voids an answer on its way, which has to be proven again. Its calldata is public all the same, and the
///   researcher can open it: the custodian must count it as released. The SDK does.
/// - A ledger page belongs to one dataset for good, so that a second one does not begin with a budget of its own. Consents that are
///   given again on another page, or another market over the same ledger, are not compared.
/// - Who holds a forged key answers what they like until the circuit is exposed or suspended. It moves no fee but those of
///   queries that the dataset's custodian accepted, and only to that custodian and the patients.
/// - There is no administrator, and nothing here can be stopped or upgraded.
interface IResearchMarket {
    event DatasetRegistered(
        DatasetId indexed dataset,
        address indexed custodian,
        DatasetOffer offer,
        EscrowId escrow,
        uint256 root
    );
    event PageReplaced(DatasetId indexed dataset, uint256 root);
    event QueryAsked(QueryId indexed query, address indexed researcher, Query asked);
    event QuerySent(QueryId indexed query, DatasetId indexed dataset, uint88 fee, uint40 deadline);
    event QueryAccepted(QueryId indexed query, DatasetId indexed dataset);
    /// @param perSlot royalty of each live record.
    event QueryAnswered(
        QueryId indexed query,
        DatasetId indexed dataset,
        SealedAnswer answer,
        uint96 perSlot
    );
    event FeeRefunded(QueryId indexed query, DatasetId indexed dataset, uint256 amount);
    /// @dev From now on royalties go to the records that are live in these words.
    event EpochBegun(DatasetId indexed dataset, uint32 indexed epoch, uint256[4] live);
    event PayeeSet(DatasetId indexed dataset, uint256 indexed record, address indexed account);
    event RoyaltyPaid(DatasetId indexed dataset, uint256 indexed record, address account, uint256 amount);

    error ResearchMarket_NotAContract(address account);
    error ResearchMarket_InvalidOffer(DatasetOffer offer);
    error ResearchMarket_NotPageCustodian(uint64 ledgerPage, address caller);
    /// @dev The ledger page is another dataset's.
    error ResearchMarket_PageTaken(uint64 ledgerPage, DatasetId dataset);
    /// @dev Its consents have no common form, or one that is not for research, or is over.
    error ResearchMarket_NotForResearch(uint64 ledgerPage, uint256 form);
    error ResearchMarket_UnknownDataset(DatasetId dataset);
    error ResearchMarket_NotCustodian(DatasetId dataset, address caller);
    /// @dev It is not on record for this family, or is retired, suspended or forged.
    error ResearchMarket_CircuitNotUsable(CircuitId circuit, bytes16 family);
    error ResearchMarket_NotProven();
    error ResearchMarket_NotInField(uint256 word);
    error ResearchMarket_InvalidProgram(QueryProgram program);
    error ResearchMarket_InvalidKey(uint256 x, uint256 y);
    error ResearchMarket_InvalidDeadline(uint40 deadline);
    error ResearchMarket_NothingAsked();
    error ResearchMarket_FeeTooLow(DatasetId dataset, uint256 received, uint256 price);
    error ResearchMarket_BudgetSpent(DatasetId dataset, uint8 budget);
    /// @dev It is in this state, or its deadline has passed or is still ahead.
    error ResearchMarket_NotNow(QueryId query, DatasetId dataset, RequestState state);
    /// @dev What was given is not what was asked.
    error ResearchMarket_OtherQuery(QueryId query);
    error ResearchMarket_UnknownRecord(DatasetId dataset, uint256 record);
    /// @dev Only the payee names another one.
    error ResearchMarket_NotPayee(address caller, address payee);
    /// @dev A consent that ended names no payee: its revocation secret may be known.
    error ResearchMarket_NotLive(DatasetId dataset, uint256 record);
    /// @dev Its columns were replaced since the query was asked.
    error ResearchMarket_OtherPage(DatasetId dataset, uint16 version);
    error ResearchMarket_NotSummable(DatasetId dataset, uint256 column);
    error ResearchMarket_NoPayee(DatasetId dataset, uint256 record);
    /// @dev These are not the live words of that epoch.
    error ResearchMarket_OtherEpoch(DatasetId dataset, uint256 epoch);
    error ResearchMarket_NothingOwed(DatasetId dataset, uint256 record);

    // --- datasets -------------------------------------------------------------------------------------------

    /// @notice Offers a page of records; the custodian of its ledger pages only.
    /// @param page its root and the proof that it is well formed, as page number 0
    function registerDataset(
        DatasetOffer calldata offer,
        PageProof calldata page
    ) external returns (DatasetId);

    /// @notice New columns for the same records; custodian only. Earlier answers count on.
    function replacePage(DatasetId dataset, PageProof calldata page) external;

    // --- queries ------------------------------------------------------------------------------------------

    /// @notice Asks one query of one or more datasets. Takes each fee from the caller, who approved it in the dataset's token.
    /// @param asked with the caller as its researcher
    /// @param deadline an hour to 90 days from now
    function ask(Query calldata asked, Bid[] calldata bids, uint40 deadline) external returns (QueryId);

    /// @notice Takes a query on; custodian only, while its ledger pages are theirs. It spends one exact answer of the budget.
    function accept(QueryId query, DatasetId dataset) external;

    /// @notice Answers a query that was accepted, over the live bits of now. Anyone may send it: fees go where they go.
    /// @param circuit of the family `research-query`
    function answer(
        QueryId query,
        DatasetId dataset,
        Query calldata asked,
        CircuitId circuit,
        uint256 digest,
        Groth16Proof calldata proof,
        SealedAnswer calldata sealed_
    ) external;

    /// @notice Sends the researcher what is theirs: the fee of a query that was not accepted (the researcher at any
    /// time, anyone after the deadline) or not answered in time, or what a suppressed answer left of it.
    function refund(QueryId query, DatasetId dataset) external;

    // --- royalties ------------------------------------------------------------------------------------------

    /// @notice Names the account that a record's royalties go to, also those that it earned before. The first time it takes a
    /// proof by the person who knows the consent's revocation secret, while the consent is live; anyone may send it. Afterwards
    /// the payee alone names another one, and the proof counts for nothing. So name one before you revoke: a revocation tells the
    /// custodian the secret.
    /// @param circuit of the family `ledger-slot`
    function setPayee(
        DatasetId dataset,
        uint256 record,
        address account,
        CircuitId circuit,
        Groth16Proof calldata proof
    ) external;

    /// @notice Pays a record's royalties to its payee.
    /// @param lives live words of the epochs from the payee's on, as `EpochBegun` has them; as many as are to be settled
    function claimRoyalty(DatasetId dataset, uint256 record, uint256[4][] calldata lives) external;

    // --- views ----------------------------------------------------------------------------------------------

    function circuits() external view returns (ICircuitRegistry);

    function custody() external view returns (ICustody);

    function ledger() external view returns (IHealthLedger);

    function datasetCount() external view returns (uint64);

    function queryCount() external view returns (uint64);

    /// @notice Reverts for an unknown dataset.
    function datasetOf(DatasetId dataset) external view returns (Dataset memory);

    /// @notice Roots of the classes of the dataset's released answers, in their order.
    function earlierOf(DatasetId dataset) external view returns (uint256[] memory);

    /// @notice Zero for a ledger page without a dataset.
    function datasetOfPage(uint64 ledgerPage) external view returns (DatasetId);

    function requestOf(QueryId query, DatasetId dataset) external view returns (Request memory);

    /// @notice keccak256 of the query as it was asked; zero for an unknown one.
    function queryHashOf(QueryId query) external view returns (bytes32);

    function payeeOf(DatasetId dataset, uint256 record) external view returns (Payee memory);

    /// @notice What comes before an answer's digest in its hash; modulo r, the first word of its transcript.
    function requestDomainOf(QueryId query, DatasetId dataset) external view returns (bytes32);

    /// @notice `action` of a proof that names a payee; a field element.
    function payeeActionOf(
        DatasetId dataset,
        uint256 record,
        address account
    ) external view returns (uint256);
}
