// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {Page} from "../interfaces/IHealthLedger.sol";
import {Dataset, IResearchMarket, Payee} from "../interfaces/IResearchMarket.sol";
import {Field} from "../libraries/Field.sol";
import {CircuitId, DatasetId} from "../types/Ids.sol";
import {Proofs} from "../verification/Proofs.sol";
import {Datasets} from "./Datasets.sol";

/// @title Royalties: the same for every record that was live in an answer
/// @dev `perSlot` adds up what one record earned that was live all the time. An epoch is a stretch of answers with the same live
/// bits: one word each, with a hash of the bits, whose preimage a claim brings along. So an answer writes two words however
/// many patients there are, and a claim costs the same among 10 payees and 10,000.
abstract contract Royalties is Datasets {
    using SafeCast for uint256;

    /// @dev Name of a family in circuits/circuits.json.
    bytes16 private constant SLOT = "ledger-slot";
    uint256 private constant PER_SLOT_BITS = 96;

    /// @dev 160 bits of a hash of the live words | what a slot had earned before it.
    mapping(DatasetId dataset => mapping(uint256 epoch => uint256)) private _epochs;
    mapping(DatasetId dataset => mapping(uint256 record => Payee)) private _payees;

    /// @inheritdoc IResearchMarket
    function setPayee(
        DatasetId dataset,
        uint256 record,
        address account,
        CircuitId circuit,
        Groth16Proof calldata proof
    ) external {
        Dataset storage d = _known(dataset);
        uint64 ledgerPage = record < PAGES * SLOTS ? d.ledgerPages[record / SLOTS] : 0;
        if (ledgerPage == 0 || account == address(0)) revert ResearchMarket_UnknownRecord(dataset, record);
        address payee = _payees[dataset][record].account;
        if (payee == address(0)) {
            Page memory p = ledger.pageOf(ledgerPage);
            uint256 slot = record % SLOTS;
            if ((p.live >> slot) & 1 == 0) revert ResearchMarket_NotLive(dataset, record);
            uint256[3] memory inputs = [p.root, slot, payeeActionOf(dataset, record, account)];
            if (!Proofs.verify3(_verifierOf(circuit, SLOT), inputs, proof)) revert ResearchMarket_NotProven();
        } else if (msg.sender != payee) {
            revert ResearchMarket_NotPayee(msg.sender, payee);
        }
        _payees[dataset][record].account = account;
        emit PayeeSet(dataset, record, account);
    }

    /// @inheritdoc IResearchMarket
    function claimRoyalty(
        DatasetId dataset,
        uint256 record,
        uint256[4][] calldata lives
    ) external nonReentrant {
        Payee storage payee = _payees[dataset][record];
        address account = payee.account;
        if (account == address(0)) revert ResearchMarket_NoPayee(dataset, record);
        uint256 owed = 0;
        for (uint256 i = 0; i < lives.length; ++i) owed += _settle(dataset, record, payee, lives[i]);
        if (owed == 0) revert ResearchMarket_NothingOwed(dataset, record);
        emit RoyaltyPaid(dataset, record, account, owed);
        custody.pay(_datasets[dataset].escrow, owed, account);
    }

    /// @inheritdoc IResearchMarket
    function payeeOf(DatasetId dataset, uint256 record) external view returns (Payee memory) {
        return _payees[dataset][record];
    }

    /// @inheritdoc IResearchMarket
    function payeeActionOf(DatasetId dataset, uint256 record, address account) public view returns (uint256) {
        bytes32 hash = keccak256(
            abi.encode("vitalproof/payee/1", block.chainid, address(this), dataset, record, account)
        );
        return uint256(hash) % Field.MODULUS;
    }

    /// @dev Adds a share to every live record.
    /// @return perSlot the share of each
    /// @return total of all; the rest of the royalty is dust, and the custodian's
    function _addRoyalty(
        DatasetId dataset,
        Dataset storage d,
        uint256[PAGES] memory live,
        uint256 royalty
    ) internal returns (uint96 perSlot, uint256 total) {
        uint256 count = 0;
        for (uint256 i = 0; i < PAGES; ++i) count += _ones(live[i]);
        if (count == 0 || royalty < count) return (0, 0);
        perSlot = (royalty / count).toUint96();
        total = perSlot * count;

        (uint8 epochs, uint96 before) = (d.epochs, d.perSlot);
        uint256 hash = _hashOf(live);
        if (epochs == 0 || _epochs[dataset][epochs - 1] >> PER_SLOT_BITS != hash) {
            _epochs[dataset][epochs] = (hash << PER_SLOT_BITS) | before;
            emit EpochBegun(dataset, epochs, live);
            d.epochs = epochs + 1;
        }
        d.perSlot = before + perSlot;
    }

    /// @dev Moves a payee to the end of their epoch, and into the next one if there is one.
    /// @return earned in it
    function _settle(
        DatasetId dataset,
        uint256 record,
        Payee storage payee,
        uint256[PAGES] calldata live
    ) private returns (uint256 earned) {
        Dataset storage d = _datasets[dataset];
        (uint256 epoch, uint256 epochs, uint96 to) = (payee.epoch, d.epochs, d.perSlot);
        if (epoch >= epochs || _epochs[dataset][epoch] >> PER_SLOT_BITS != _hashOf(live))
            revert ResearchMarket_OtherEpoch(dataset, epoch);
        if (epoch + 1 < epochs) {
            to = uint96(_epochs[dataset][epoch + 1]);
            payee.epoch = uint32(epoch + 1);
        }
        if ((live[record / SLOTS] >> (record % SLOTS)) & 1 == 1) earned = to - payee.perSlot;
        payee.perSlot = to;
    }

    function _hashOf(uint256[PAGES] memory live) private pure returns (uint256) {
        return uint160(uint256(keccak256(abi.encode(live))));
    }

    /// @dev Ones of a word, by adding up in fields of 2, 4, 8 and 16 bits.
    function _ones(uint256 word) private pure returns (uint256) {
        unchecked {
            // No field overflows into the next: each holds at most as many ones as it has bits.
            word -= (word >> 1) & (type(uint256).max / 3);
            word = (word & (type(uint256).max / 5)) + ((word >> 2) & (type(uint256).max / 5));
            word = (word + (word >> 4)) & (type(uint256).max / 17);
            word = (word & (type(uint256).max / 257)) + ((word >> 8) & (type(uint256).max / 257));
            return (word * (type(uint256).max / 65535)) >> 240;
        }
    }
}
