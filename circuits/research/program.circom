// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/research.circom";
include "bitify.circom";

/** Words of a program: its conditions, and two halves of each truth table. */
function PROGRAM_WORDS() { return 7; }

/*
 * A program's words from its parts, each of which is constrained to its range here, so that words and parts belong to each
 * other. A condition holds from a code on in one column; a record's index has bit p set if condition p holds; group A, group B
 * and the outcome are truth tables over the index.
 *
 *   words: conditions and wants | A low, high | B low, high | outcome low, high      halves of 128 bits
 *
 * A program of fewer conditions has the same words in every circuit: conditions of zeros never hold.
 *
 * @param P                      conditions, at most 8
 * @param VALUES                 1: v; 2: v and u
 * @param GROUPS                 1: group A alone, and B's table is empty; 2: A and B, disjoint
 * @input columns[P]             any field elements: constrained to 4 bits
 * @input reaches[P]             any field elements: constrained to [0, 4,096]
 * @input wants, groups, outcome any field elements: constrained to bits
 */
template Program(P, VALUES, GROUPS) {
    assert(P <= RESEARCH_CONDITIONS() && GROUPS >= 1 && GROUPS <= 2);
    var TABLE = 2 ** P;
    signal input columns[P], reaches[P], wants[VALUES];
    signal input groups[GROUPS][TABLE], outcome[TABLE];
    signal output words[PROGRAM_WORDS()];

    var first = 0;
    var step = CONDITION_COLUMN_BITS() + CONDITION_REACH_BITS();
    for (var p = 0; p < P; p++) {
        _ <== Num2Bits(CONDITION_COLUMN_BITS())(columns[p]);
        _ <== Num2Bits(CONDITION_REACH_BITS())(reaches[p]);
        _ <== Num2Bits(CONDITION_REACH_BITS())(2 ** RESEARCH_VALUE_BITS() - reaches[p]);
        first += (columns[p] * 2 ** CONDITION_COLUMN_SHIFT() + reaches[p] * 2 ** CONDITION_REACH_SHIFT()) * 2 ** (step * p);
    }
    for (var v = 0; v < VALUES; v++) {
        wants[v] * (wants[v] - 1) === 0;
        first += wants[v] * 2 ** (step * RESEARCH_CONDITIONS() + (v == 0 ? WANTS_V_SHIFT() : WANTS_U_SHIFT()));
    }
    words[0] <== first;

    var halves[6];
    for (var h = 0; h < 6; h++) {
        halves[h] = 0;
    }
    for (var t = 0; t < TABLE; t++) {
        var half = t \ 128;
        var weight = 2 ** (t % 128);
        for (var g = 0; g < GROUPS; g++) {
            groups[g][t] * (groups[g][t] - 1) === 0;
            halves[2 * g + half] += groups[g][t] * weight;
        }
        if (GROUPS == 2) {
            groups[0][t] * groups[GROUPS - 1][t] === 0;
        }
        outcome[t] * (outcome[t] - 1) === 0;
        halves[4 + half] += outcome[t] * weight;
    }
    for (var h = 0; h < 6; h++) {
        words[1 + h] <== halves[h];
    }
}
