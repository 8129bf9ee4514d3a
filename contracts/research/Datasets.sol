// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Page} from "../interfaces/IHealthLedger.sol";
import {Dataset, DatasetOffer, IResearchMarket, PageProof} from "../interfaces/IResearchMarket.sol";
import {DatasetId} from "../types/Ids.sol";
import {Proofs} from "../verification/Proofs.sol";
import {ResearchState} from "./ResearchState.sol";
import {ResearchLayout} from "./generated/ResearchLayout.sol";

/// @title Datasets: which records there are, and whose consents they are under
abstract contract Datasets is ResearchState {
    /// @dev Name of a family in circuits/circuits.json.
    bytes16 private constant PAGE = "research-page";

    /// @inheritdoc IResearchMarket
    uint64 public datasetCount;
    /// @inheritdoc IResearchMarket
    mapping(uint64 ledgerPage => DatasetId) public datasetOfPage;

    /// @inheritdoc IResearchMarket
    function registerDataset(
        DatasetOffer calldata offer,
        PageProof calldata page
    ) external nonReentrant returns (DatasetId dataset) {
        bool isRight =
            offer.royaltyPerMille <= 1000 &&
                offer.exactBudget != 0 &&
                offer.exactBudget <= ResearchLayout.EARLIER &&
                offer.lookPerMille <= (1000 - offer.royaltyPerMille) / 4 &&
                offer.summable >> ResearchLayout.COLUMNS == 0 &&
                offer.ledgerPages[0] != 0;
        if (!isRight) revert ResearchMarket_InvalidOffer(offer);
        dataset = DatasetId.wrap(++datasetCount);
        bool isOver = false;
        for (uint256 i = 0; i < PAGES; ++i) {
            uint64 ledgerPage = offer.ledgerPages[i];
            if (ledgerPage == 0) {
                isOver = true;
                continue;
            }
            if (isOver) revert ResearchMarket_InvalidOffer(offer);
            _take(dataset, ledgerPage);
        }
        _requireWellFormed(page);

        Dataset storage d = _datasets[dataset];
        (d.custodian, d.royaltyPerMille, d.exactBudget) = (
            msg.sender,
            offer.royaltyPerMille,
            offer.exactBudget
        );
        (d.root, d.price, d.lookPerMille, d.summable, d.ledgerPages) = (
            page.root,
            offer.price,
            offer.lookPerMille,
            offer.summable,
            offer.ledgerPages
        );
        d.escrow = custody.open(offer.token, msg.sender);
        emit DatasetRegistered(dataset, msg.sender, offer, d.escrow, page.root);
    }

    /// @inheritdoc IResearchMarket
    function replacePage(DatasetId dataset, PageProof calldata page) external {
        Dataset storage d = _kept(dataset);
        _requireWellFormed(page);
        d.root = page.root;
        ++d.version;
        emit PageReplaced(dataset, page.root);
    }

    /// @inheritdoc IResearchMarket
    function datasetOf(DatasetId dataset) external view returns (Dataset memory) {
        return _known(dataset);
    }

    /// @dev Live bits of a dataset's records now.
    function _liveOf(Dataset storage d) internal view returns (uint256[PAGES] memory live) {
        uint64[4] memory pages = d.ledgerPages;
        for (uint256 i = 0; i < PAGES && pages[i] != 0; ++i) {
            Page memory p = ledger.pageOf(pages[i]);
            _requireForResearch(pages[i], p.form);
            live[i] = p.live;
        }
    }

    /// @dev A page that was handed over is another's to answer for.
    function _requirePagesOf(address custodian, uint64[4] memory pages) internal view {
        for (uint256 i = 0; i < PAGES && pages[i] != 0; ++i) {
            if (ledger.pageOf(pages[i]).custodian != custodian) {
                revert ResearchMarket_NotPageCustodian(pages[i], custodian);
            }
        }
    }

    function _take(DatasetId dataset, uint64 ledgerPage) private {
        DatasetId other = datasetOfPage[ledgerPage];
        if (DatasetId.unwrap(other) != 0) revert ResearchMarket_PageTaken(ledgerPage, other);
        Page memory p = ledger.pageOf(ledgerPage);
        if (p.custodian != msg.sender) revert ResearchMarket_NotPageCustodian(ledgerPage, msg.sender);
        _requireForResearch(ledgerPage, p.form);
        datasetOfPage[ledgerPage] = dataset;
    }

    /// @dev Every consent of the page has these rights: the circuit of consents sees to it.
    function _requireForResearch(uint64 ledgerPage, uint256 form) private view {
        bool isForResearch = (form >> ResearchLayout.FORM_PURPOSE_RESEARCH) & 1 == 1;
        uint256 until = form >> ResearchLayout.FORM_UNTIL_SHIFT;
        if (!isForResearch || block.timestamp / 60 >= until)
            revert ResearchMarket_NotForResearch(ledgerPage, form);
    }

    function _requireWellFormed(PageProof calldata page) private view {
        uint256[] memory inputs = new uint256[](2);
        inputs[0] = page.root; // and page number 0
        if (!Proofs.verify(_verifierOf(page.circuit, PAGE), inputs, page.proof))
            revert ResearchMarket_NotProven();
    }
}
