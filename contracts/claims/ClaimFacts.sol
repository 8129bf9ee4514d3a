// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitFacts} from "../interfaces/ICircuitRegistry.sol";
import {ClaimProof} from "./ClaimProof.sol";
import {FactsLayout} from "./generated/FactsLayout.sol";

/// @title The facts of a claim circuit
/// @notice {CircuitRegistry} keeps one word of facts for each circuit and does not read it. For the family of
/// claims this library does: it is where a wrong word is refused, when a program is created.
library ClaimFacts {
    /// @dev The family's name in circuits/circuits.json.
    bytes16 internal constant FAMILY = "claims";

    /// @param template template id as in `terms`, at least 1.
    /// @param profile metric profile number as in `terms`, at least 1.
    /// @param epochs epochs per period, at least 1.
    /// @param epochSeconds seconds per epoch, at least 1.
    /// @param codes highest code n of the profile, at least 1. A profile on three axes (template impact) is
    /// symmetric, so that the code of its value 0 is the middle one, (codes + 1) / 2.
    /// @param samples samples per epoch, at least 1: the profile's slots, or a third of them on three axes.
    struct Facts {
        uint8 template;
        uint16 profile;
        uint16 epochs;
        uint32 epochSeconds;
        uint16 codes;
        uint16 samples;
    }

    error ClaimFacts_AnotherFamily(bytes16 family);
    error ClaimFacts_Mismatch(string field, uint256 value, uint256 expected);
    error ClaimFacts_Zero(string field);
    error ClaimFacts_UnusedBits(bytes32 word);

    /// @notice Reverts unless a circuit on record is one that claims can be verified with.
    function read(CircuitFacts memory circuit) internal pure returns (Facts memory facts) {
        if (circuit.family != FAMILY) revert ClaimFacts_AnotherFamily(circuit.family);
        facts = unpack(circuit.word);
        _requireEqual("inputs", circuit.inputs, ClaimProof.FIRST_OUTPUT);
        _requireEqual("period", circuit.period, uint256(facts.epochs) * facts.epochSeconds);
        // No claim circuit accepts template 0, so none has a proof for inputs of zeros alone. A record that says
        // otherwise would take `exposeForgery` from those whose money the circuit moves.
        _requireEqual("zeroImpossible", circuit.zeroImpossible ? 1 : 0, 1);
    }

    /// @notice The word's fields, each in its range.
    function unpack(bytes32 word) internal pure returns (Facts memory facts) {
        uint256 bits = uint256(word);
        if (bits >> FactsLayout.END != 0) revert ClaimFacts_UnusedBits(word);
        // Each cast drops the fields above, as wide as the type is.
        facts.template = uint8(bits >> FactsLayout.TEMPLATE_SHIFT);
        facts.profile = uint16(bits >> FactsLayout.PROFILE_SHIFT);
        facts.epochs = uint16(bits >> FactsLayout.EPOCHS_SHIFT);
        facts.epochSeconds = uint32(bits >> FactsLayout.EPOCH_SECONDS_SHIFT);
        facts.codes = uint16(bits >> FactsLayout.CODES_SHIFT);
        facts.samples = uint16(bits >> FactsLayout.SAMPLES_SHIFT);

        _requireNonZero("template", facts.template);
        _requireNonZero("profile", facts.profile);
        _requireNonZero("epochs", facts.epochs);
        _requireNonZero("epochSeconds", facts.epochSeconds);
        _requireNonZero("codes", facts.codes);
        _requireNonZero("samples", facts.samples);
    }

    function _requireEqual(string memory field, uint256 value, uint256 expected) private pure {
        if (value != expected) revert ClaimFacts_Mismatch(field, value, expected);
    }

    function _requireNonZero(string memory field, uint256 value) private pure {
        if (value == 0) revert ClaimFacts_Zero(field);
    }
}
