// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {IHealthLedger} from "../interfaces/IHealthLedger.sol";
import {Dataset, IResearchMarket, ResearchMarketConfig} from "../interfaces/IResearchMarket.sol";
import {CircuitId, DatasetId} from "../types/Ids.sol";

/// @title What the parts of the market share
abstract contract ResearchState is IResearchMarket, ReentrancyGuardTransient {
    /// @dev Slots of a ledger page.
    uint256 internal constant SLOTS = 256;
    /// @dev Ledger pages below a dataset, at most.
    uint256 internal constant PAGES = 4;

    /// @inheritdoc IResearchMarket
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IResearchMarket
    ICustody public immutable custody;
    /// @inheritdoc IResearchMarket
    IHealthLedger public immutable ledger;

    mapping(DatasetId dataset => Dataset) internal _datasets;

    constructor(ResearchMarketConfig memory config) {
        _requireContract(address(config.circuits));
        _requireContract(address(config.custody));
        _requireContract(address(config.ledger));
        (circuits, custody, ledger) = (config.circuits, config.custody, config.ledger);
    }

    function _known(DatasetId dataset) internal view returns (Dataset storage d) {
        d = _datasets[dataset];
        if (d.custodian == address(0)) revert ResearchMarket_UnknownDataset(dataset);
    }

    function _kept(DatasetId dataset) internal view returns (Dataset storage d) {
        d = _known(dataset);
        if (msg.sender != d.custodian) revert ResearchMarket_NotCustodian(dataset, msg.sender);
    }

    function _verifierOf(CircuitId circuit, bytes16 family) internal view returns (address verifier) {
        bytes16 found;
        (verifier, found) = circuits.verifierInForce(circuit);
        if (verifier == address(0) || found != family)
            revert ResearchMarket_CircuitNotUsable(circuit, family);
    }

    function _requireContract(address account) private view {
        if (account.code.length == 0) revert ResearchMarket_NotAContract(account);
    }
}
