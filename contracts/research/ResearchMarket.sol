// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {
    Bid,
    Dataset,
    IResearchMarket,
    QueryProgram,
    Query,
    Request,
    RequestState,
    ResearchMarketConfig,
    SealedAnswer
} from "../interfaces/IResearchMarket.sol";
import {BabyJubJub} from "../libraries/BabyJubJub.sol";
import {Field} from "../libraries/Field.sol";
import {Transcripts} from "../libraries/Transcripts.sol";
import {CircuitId, DatasetId, EscrowId, QueryId} from "../types/Ids.sol";
import {Proofs} from "../verification/Proofs.sol";
import {ResearchState} from "./ResearchState.sol";
import {Royalties} from "./Royalties.sol";
import {ResearchLayout} from "./generated/ResearchLayout.sol";

/// @title ResearchMarket
/// @notice What it does, assumes and cannot do is said in {IResearchMarket}.
/// @dev Each part is a file of its own, the lower ones first: ResearchState, Datasets, Royalties, and queries here. Fees
/// are committed in the dataset's escrow in {ICustody} from the moment they are asked with: an answer moves no token.
contract ResearchMarket is Royalties {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Name of a family in circuits/circuits.json.
    bytes16 private constant QUERY = "research-query";
    uint256 private constant MIN_TIME = 1 hours;
    uint256 private constant MAX_TIME = 90 days;
    uint256 private constant CONDITION_BITS =
        ResearchLayout.CONDITION_COLUMN_BITS + ResearchLayout.CONDITION_REACH_BITS;
    uint256 private constant PROGRAM_BITS =
        CONDITION_BITS * ResearchLayout.CONDITIONS +
            ResearchLayout.WANTS_V_BITS +
            ResearchLayout.WANTS_U_BITS;

    /// @dev A condition with this reach holds for a missing value too.
    uint256 private constant MISSING_REACHES = 1 << ResearchLayout.VALUE_BITS;
    /// @dev Indices in which condition 0 holds, and condition 1: 0xaa…aa and 0xcc…cc.
    uint256 private constant BIT_0 = (type(uint256).max / 3) * 2;
    uint256 private constant BIT_1 = (type(uint256).max / 5) * 4;

    /// @inheritdoc IResearchMarket
    uint64 public queryCount;
    /// @inheritdoc IResearchMarket
    mapping(QueryId query => bytes32) public queryHashOf;

    mapping(QueryId query => mapping(DatasetId dataset => Request)) private _requests;
    /// @dev Roots of classes, as many as the dataset has released answers.
    mapping(DatasetId dataset => mapping(uint256 index => uint256)) private _earlier;

    constructor(ResearchMarketConfig memory config) ResearchState(config) {}

    /// @inheritdoc IResearchMarket
    function ask(
        Query calldata asked,
        Bid[] calldata bids,
        uint40 deadline
    ) external nonReentrant returns (QueryId query) {
        if (asked.researcher != msg.sender || bids.length == 0) revert ResearchMarket_NothingAsked();
        if (deadline < block.timestamp + MIN_TIME || deadline > block.timestamp + MAX_TIME)
            revert ResearchMarket_InvalidDeadline(deadline);
        if (!BabyJubJub.isKey(asked.keyX, asked.keyY))
            revert ResearchMarket_InvalidKey(asked.keyX, asked.keyY);
        _requireProgram(asked.program);
        query = QueryId.wrap(++queryCount);
        queryHashOf[query] = keccak256(abi.encode(asked));
        emit QueryAsked(query, msg.sender, asked);
        for (uint256 i = 0; i < bids.length; ++i) _send(query, bids[i], asked.program, deadline);
    }

    /// @inheritdoc IResearchMarket
    function accept(QueryId query, DatasetId dataset) external {
        Dataset storage d = _kept(dataset);
        Request storage request = _inTime(query, dataset, RequestState.Asked);
        if (request.version != d.version) revert ResearchMarket_OtherPage(dataset, d.version);
        _requirePagesOf(d.custodian, d.ledgerPages);
        if (d.exactUsed >= d.exactBudget) revert ResearchMarket_BudgetSpent(dataset, d.exactBudget);
        ++d.exactUsed;
        request.state = RequestState.Accepted;
        emit QueryAccepted(query, dataset);
    }

    /// @inheritdoc IResearchMarket
    function answer(
        QueryId query,
        DatasetId dataset,
        Query calldata asked,
        CircuitId circuit,
        uint256 digest,
        Groth16Proof calldata proof,
        SealedAnswer calldata sealed_
    ) external nonReentrant {
        Request storage request = _inTime(query, dataset, RequestState.Accepted);
        if (keccak256(abi.encode(asked)) != queryHashOf[query]) revert ResearchMarket_OtherQuery(query);
        Dataset storage d = _datasets[dataset];
        if (request.version != d.version) revert ResearchMarket_OtherPage(dataset, d.version);
        uint256[PAGES] memory live = _liveOf(d);
        {
            uint256[] memory words = _words(dataset, d, live, asked, sealed_);
            bytes32 domain = requestDomainOf(query, dataset);
            words[0] = uint256(domain) % Field.MODULUS;
            (uint256 x, uint256 y) = Transcripts.evaluateAll(domain, digest, words);
            if (!Proofs.verify3(_verifierOf(circuit, QUERY), [digest, x, y], proof))
                revert ResearchMarket_NotProven();
        }

        uint96 perSlot = 0;
        uint256 share;
        if (sealed_.released) {
            _earlier[dataset][d.released++] = sealed_.classes;
            uint256 fee = request.fee;
            uint256 total;
            (perSlot, total) = _addRoyalty(dataset, d, live, (fee * d.royaltyPerMille) / 1000);
            share = fee - total;
            (request.state, request.fee) = (RequestState.Released, 0);
        } else {
            share = (uint256(request.fee) * d.lookPerMille) / 1000;
            request.state = RequestState.Suppressed;
            request.fee -= uint88(share); // a share of it
        }
        emit QueryAnswered(query, dataset, sealed_, perSlot);
        custody.release(d.escrow, share);
    }

    /// @inheritdoc IResearchMarket
    function refund(QueryId query, DatasetId dataset) external nonReentrant {
        Request storage request = _requests[query][dataset];
        (RequestState state, bool isOver) = (request.state, block.timestamp > request.deadline);
        bool isDue =
            state == RequestState.Suppressed ||
                (state == RequestState.Asked && (isOver || msg.sender == request.researcher)) ||
                (state == RequestState.Accepted && isOver);
        if (!isDue) revert ResearchMarket_NotNow(query, dataset, state);
        uint256 amount = request.fee;
        (request.state, request.fee) = (RequestState.Refunded, 0);
        emit FeeRefunded(query, dataset, amount);
        if (amount != 0) custody.pay(_datasets[dataset].escrow, amount, request.researcher);
    }

    /// @inheritdoc IResearchMarket
    function requestOf(QueryId query, DatasetId dataset) external view returns (Request memory) {
        return _requests[query][dataset];
    }

    /// @inheritdoc IResearchMarket
    function earlierOf(DatasetId dataset) external view returns (uint256[] memory roots) {
        roots = new uint256[](_datasets[dataset].released);
        for (uint256 i = 0; i < roots.length; ++i) roots[i] = _earlier[dataset][i];
    }

    /// @inheritdoc IResearchMarket
    function requestDomainOf(QueryId query, DatasetId dataset) public view returns (bytes32) {
        return keccak256(abi.encode("vitalproof/request/1", block.chainid, address(this), query, dataset));
    }

    function _send(QueryId query, Bid calldata bid, QueryProgram calldata program, uint40 deadline) private {
        DatasetId dataset = bid.dataset;
        Dataset storage d = _known(dataset);
        Request storage request = _requests[query][dataset];
        if (request.state != RequestState.None) revert ResearchMarket_NotNow(query, dataset, request.state);
        _requireSummable(dataset, d.summable, program.conditions);
        request.state = RequestState.Asked;
        (request.researcher, request.deadline, request.version) = (msg.sender, deadline, d.version);
        uint88 fee = _takeFee(d.escrow, bid.fee).toUint88();
        if (fee < d.price) revert ResearchMarket_FeeTooLow(dataset, fee, d.price);
        request.fee = fee;
        emit QuerySent(query, dataset, fee, deadline);
    }

    function _inTime(
        QueryId query,
        DatasetId dataset,
        RequestState wanted
    ) private view returns (Request storage request) {
        request = _requests[query][dataset];
        if (request.state != wanted || block.timestamp > request.deadline)
            revert ResearchMarket_NotNow(query, dataset, request.state);
    }

    /// @dev What arrives counts, here and in custody. Some datasets are free.
    /// @return received committed in the escrow
    function _takeFee(EscrowId escrow, uint256 fee) private returns (uint256 received) {
        if (fee == 0) return 0;
        IERC20 token = custody.escrow(escrow).token;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), fee);
        uint256 arrived = token.balanceOf(address(this)) - before;
        token.forceApprove(address(custody), arrived);
        received = custody.fund(escrow, arrived);
        custody.commit(escrow, received);
    }

    /// @dev What no circuit would accept, so that nobody waits for its answer; and sums over records without a value, which would
    /// tell how many there are, or be one person's value.
    function _requireProgram(QueryProgram calldata program) private pure {
        bool isRight =
            program.a != 0 && program.a & program.b == 0 && program.conditions >> PROGRAM_BITS == 0;
        for (uint256 p = 0; p < ResearchLayout.CONDITIONS; ++p) {
            (uint256 column, uint256 reach) = _condition(program.conditions, p);
            isRight = isRight && column < ResearchLayout.COLUMNS && reach <= MISSING_REACHES;
        }
        if (_wants(program.conditions, ResearchLayout.WANTS_V_SHIFT))
            isRight = isRight && _isOfThoseWith(program.conditions, 0, program.a | program.b, BIT_0);
        if (_wants(program.conditions, ResearchLayout.WANTS_U_SHIFT))
            isRight = isRight && _isOfThoseWith(program.conditions, 1, program.a, BIT_1);
        if (!isRight) revert ResearchMarket_InvalidProgram(program);
    }

    /// @dev Whether a condition means that there is a value, and every index of the groups has it.
    /// @param indices those in which the condition holds
    function _isOfThoseWith(
        uint256 conditions,
        uint256 place,
        uint256 groups,
        uint256 indices
    ) private pure returns (bool) {
        (, uint256 reach) = _condition(conditions, place);
        return reach != 0 && reach < MISSING_REACHES && groups & ~indices == 0;
    }

    function _requireSummable(DatasetId dataset, uint256 summable, uint256 conditions) private pure {
        for (uint256 place = 0; place < 2; ++place) {
            bool isWanted = _wants(
                conditions,
                place == 0 ? ResearchLayout.WANTS_V_SHIFT : ResearchLayout.WANTS_U_SHIFT
            );
            (uint256 column, ) = _condition(conditions, place);
            if (isWanted && (summable >> column) & 1 == 0) revert ResearchMarket_NotSummable(dataset, column);
        }
    }

    function _condition(
        uint256 conditions,
        uint256 place
    ) private pure returns (uint256 column, uint256 reach) {
        uint256 condition = (conditions >> (CONDITION_BITS * place)) & ((1 << CONDITION_BITS) - 1);
        column = condition & ((1 << ResearchLayout.CONDITION_COLUMN_BITS) - 1);
        reach = condition >> ResearchLayout.CONDITION_REACH_SHIFT;
    }

    function _wants(uint256 conditions, uint256 shift) private pure returns (bool) {
        return (conditions >> (CONDITION_BITS * ResearchLayout.CONDITIONS + shift)) & 1 == 1;
    }

    /// @dev The words of circuits/research/query.circom, but for the first, the request.
    function _words(
        DatasetId dataset,
        Dataset storage d,
        uint256[PAGES] memory live,
        Query calldata asked,
        SealedAnswer calldata sealed_
    ) private view returns (uint256[] memory words) {
        uint256 at = 8;
        words = new uint256[](at + 1 + ResearchLayout.LIVE_WORDS + ResearchLayout.EARLIER + 8);
        words[1] = asked.program.conditions;
        (words[2], words[3]) = (uint128(asked.program.a), asked.program.a >> 128);
        (words[4], words[5]) = (uint128(asked.program.b), asked.program.b >> 128);
        (words[6], words[7]) = (uint128(asked.program.outcome), asked.program.outcome >> 128);
        words[at++] = d.root;
        for (uint256 i = 0; i < PAGES; ++i) {
            (words[at], words[at + 1]) = (uint128(live[i]), live[i] >> 128);
            at += 2;
        }
        uint256 released = d.released;
        for (uint256 i = 0; i < released; ++i) words[at + i] = _earlier[dataset][i];
        at += ResearchLayout.EARLIER;
        (words[at], words[at + 1]) = (asked.keyX, asked.keyY);
        words[at + 2] = _element(sealed_.classes);
        (words[at + 3], words[at + 4]) = (_element(sealed_.pointX), _element(sealed_.pointY));
        (words[at + 5], words[at + 6]) = (_element(sealed_.cipherA), _element(sealed_.cipherB));
        words[at + 7] = sealed_.released ? 1 : 0;
    }

    function _element(uint256 word) private pure returns (uint256) {
        if (word >= Field.MODULUS) revert ResearchMarket_NotInField(word);
        return word;
    }
}
