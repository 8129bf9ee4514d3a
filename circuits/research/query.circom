// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "cells.circom";
include "column.circom";
include "program.circom";
include "seal.circom";
include "../lib/lookup.circom";
include "../lib/packing.circom";
include "../lib/range.circom";
include "../lib/transcript.circom";

/** Sums of an answer: n, outcomes, v, v², u, u², uv of group A; n, outcomes, v, v² of group B. */
function SUMS() { return 11; }

/*
 * Marks of every record from the truth tables, by one lookup.
 *
 * @param N, P, GROUPS
 * @input holds[P][N]       conditions
 * @input groups, outcome   truth tables: bits, fixed by `commitment`
 * @input commitment        determines `tuples`, and the tables
 * @output inGroup, hasOutcome   exact
 * @output tuples           index + 2^P (A + 2 B + 4 outcome): to be fixed by `commitment`
 */
template Marks(N, P, GROUPS) {
    var TABLE = 2 ** P;
    signal input {binary} holds[P][N];
    signal input groups[GROUPS][TABLE], outcome[TABLE], commitment;
    signal output {binary} inGroup[GROUPS][N];
    signal output {binary} hasOutcome[N];
    signal output {max} tuples[N];

    signal {max} indices[N];
    signal {max} marks[N];
    indices.max = TABLE - 1;
    marks.max = 7;
    tuples.max = 8 * TABLE - 1;
    for (var i = 0; i < N; i++) {
        var index = 0;
        for (var p = 0; p < P; p++) {
            index += holds[p][i] * 2 ** p;
        }
        indices[i] <== index;
        var mark = 0;
        for (var g = 0; g < GROUPS; g++) {
            inGroup[g][i] <-- groups[g][index];
            inGroup[g][i] * (inGroup[g][i] - 1) === 0;
            mark += inGroup[g][i] * 2 ** g;
        }
        hasOutcome[i] <-- outcome[index];
        hasOutcome[i] * (hasOutcome[i] - 1) === 0;
        marks[i] <== mark + 4 * hasOutcome[i];
        tuples[i] <== index + TABLE * marks[i];
    }
    signal table[TABLE];
    for (var t = 0; t < TABLE; t++) {
        table[t] <== groups[0][t] + (GROUPS == 2 ? 2 * groups[GROUPS - 1][t] : 0) + 4 * outcome[t];
    }
    _ <== Lookup(TABLE, N)(indices, marks, table, commitment);
}

/*
 * Sums over the live records of each group, and every record's class.
 *
 * @param N, VALUES, GROUPS
 * @input values[VALUES][N]   v, u: below 2^12 by the caller
 * @input wants               bits: sums that are not wanted are 0
 * @output sums, classes      exact
 */
template Sums(N, VALUES, GROUPS) {
    signal input {binary} live[N];
    signal input {binary} inGroup[GROUPS][N];
    signal input {binary} hasOutcome[N];
    signal input values[VALUES][N], wants[VALUES];
    signal output sums[SUMS()], classes[N];

    signal n[GROUPS][N], outcomes[GROUPS][N], v[GROUPS][N], vv[GROUPS][N];
    signal u[VALUES - 1][N], uu[VALUES - 1][N], uv[VALUES - 1][N];
    var total[SUMS()];
    for (var k = 0; k < SUMS(); k++) {
        total[k] = 0;
    }
    for (var i = 0; i < N; i++) {
        var class = 5 * live[i];
        for (var g = 0; g < GROUPS; g++) {
            n[g][i] <== inGroup[g][i] * live[i];
            outcomes[g][i] <== n[g][i] * hasOutcome[i];
            v[g][i] <== n[g][i] * values[0][i];
            vv[g][i] <== v[g][i] * values[0][i];
            total[7 * g] += n[g][i];
            total[7 * g + 1] += outcomes[g][i];
            total[7 * g + 2] += v[g][i];
            total[7 * g + 3] += vv[g][i];
            class -= (g == 0 ? 3 : 1) * n[g][i] + outcomes[g][i];
        }
        for (var w = 1; w < VALUES; w++) {
            u[w - 1][i] <== n[0][i] * values[w][i];
            uu[w - 1][i] <== u[w - 1][i] * values[w][i];
            uv[w - 1][i] <== v[0][i] * values[w][i];
            total[4] += u[w - 1][i];
            total[5] += uu[w - 1][i];
            total[6] += uv[w - 1][i];
        }
        classes[i] <== class;
    }
    signal both <== wants[0] * wants[VALUES - 1];
    for (var k = 0; k < SUMS(); k++) {
        if (k == 0 || k == 1 || k == 7 || k == 8) {
            sums[k] <== total[k];
        } else if (k == 6) {
            sums[k] <== both * total[k];
        } else {
            sums[k] <== wants[k == 4 || k == 5 ? VALUES - 1 : 0] * total[k];
        }
    }
}

/*
 * A researcher's query, answered over every record of a page whose consent is live, and over no other. Record i belongs to
 * live bit i. The answer goes to the researcher's key; everybody else sees whether there is one.
 *
 * PUBLIC   digest, x, y   the transcript of these words:
 *            request      of this query to this dataset, another one for each answer
 *            program      7 words: Program
 *            page         root of the page
 *            live         8 halves of the contract's live words, bit 0 the least significant; 0 beyond the page
 *            earlier      8 roots of the classes of answers before this one; 0 for none
 *            key          2 words, the researcher's
 *            classes      root of this answer's classes
 *            point        2 words: the one-time key
 *            ciphers      2 words
 *            ok           1: the ciphers hold the sums. 0: a cell was too small, and they hold zeros
 * PRIVATE  the columns that are asked for, the parts of the program, earlier classes, and all salts
 *
 * `ok` is exact: 1 if and only if each cell is 0 or at least 11 people. Cells are n, outcomes, and n without outcome of each
 * group, the live records in no group, and those of CellsWithEarlier for every earlier answer.
 * Values are columns that conditions name: v that of condition 0, u that of condition 1, and their sums are released if the
 * program wants them. A value of 0 is a missing one, and counts as 0: a program leaves such records out by a condition, which
 * the SDK's compiler adds.
 *
 * Not checked here: that the page is PageWellFormed, that request, earlier roots and live bits are what they should be (the
 * contract), and that records are true.
 *
 * @param N          records, a multiple of 128, at most 1,024
 * @param P          conditions
 * @param VALUES     1: v; 2: v and u
 * @param GROUPS     1: A; 2: A and B
 * @param EARLIER    earlier answers, at most 8
 */
template Query(N, P, VALUES, GROUPS, EARLIER) {
    assert(N % 128 == 0 && N <= 128 * RESEARCH_LIVE_WORDS() && EARLIER <= RESEARCH_EARLIER());
    assert(VALUES >= 1 && VALUES <= 2 && VALUES <= P);
    var TABLE = 2 ** P;
    var COLUMNS = RESEARCH_COLUMNS();
    var COUNT_BITS = bitsOf(N);
    var TUPLE_WORDS = wordsOf(N, P + 3);
    signal input digest, x, y;
    signal input salt, request, number, columnRoots[COLUMNS], live[N];
    signal input columns[P], reaches[P], wants[VALUES], groups[GROUPS][TABLE], outcome[TABLE];
    signal input values[P][N], valueSalts[P];
    signal input earlier[EARLIER][N], earlierSalts[EARLIER], earlierUsed[EARLIER], classSalt;
    signal input key[2], ephemeral;

    signal {binary} liveBits[N];
    var lives = 0;
    for (var i = 0; i < N; i++) {
        live[i] * (live[i] - 1) === 0;
        liveBits[i] <== live[i];
        lives += live[i];
    }
    signal page <== DataPageRoot()(number, columnRoots);
    signal program[PROGRAM_WORDS()] <== Program(P, VALUES, GROUPS)(columns, reaches, wants, groups, outcome);

    signal {binary} holds[P][N];
    signal opened[P], named[P];
    for (var p = 0; p < P; p++) {
        (holds[p], opened[p]) <== Condition(N)(values[p], reaches[p], valueSalts[p]);
        named[p] <== ColumnAt()(columnRoots, columns[p]);
        named[p] === opened[p];
    }

    // `digest` fixes what the lookups compare: tables by the program's words, tuples in `extra`, classes by tuples and live
    // bits, earlier classes by their roots.
    signal {binary} inGroup[GROUPS][N];
    signal {binary} hasOutcome[N];
    signal {max} tuples[N];
    (inGroup, hasOutcome, tuples) <== Marks(N, P, GROUPS)(holds, groups, outcome, digest);
    signal tupleWords[TUPLE_WORDS] <== Pack(N, P + 3)(tuples);

    signal sums[SUMS()], classes[N];
    signal summed[VALUES][N];
    for (var v = 0; v < VALUES; v++) {
        summed[v] <== values[v];
    }
    (sums, classes) <== Sums(N, VALUES, GROUPS)(liveBits, inGroup, hasOutcome, summed, wants);
    signal classesRoot <== ClassesRoot(N)(classes, classSalt);

    var CELLS = 7;
    var cells[CELLS] = [
        lives - sums[0] - sums[7],
        sums[0], sums[1], sums[0] - sums[1],
        sums[7], sums[8], sums[7] - sums[8]
    ];
    signal {binary} cellHolds[CELLS];
    var holding = 0;
    for (var c = 0; c < CELLS; c++) {
        cellHolds[c] <== CellHolds(COUNT_BITS)(cells[c]);
        holding += cellHolds[c];
    }
    var PAIRS = CLASSES() * CLASSES() - 1;
    signal earlierRoots[EARLIER], earlierHolding[EARLIER], earlierLacking[EARLIER], earlierWords[EARLIER];
    for (var q = 0; q < EARLIER; q++) {
        (earlierRoots[q], earlierHolding[q]) <== CellsWithEarlier(N)(earlier[q], earlierSalts[q], classes, digest);
        // The contract's word decides: a root is not 0, so that one with a root is used, and one with 0 is not. Classes that
        // are not used are the prover's choice, and must not suppress an answer.
        earlierUsed[q] * (earlierUsed[q] - 1) === 0;
        earlierLacking[q] <== earlierUsed[q] * (PAIRS - earlierHolding[q]);
        holding += PAIRS - earlierLacking[q];
        earlierWords[q] <== earlierUsed[q] * earlierRoots[q];
    }
    signal ok <== IsZero()(CELLS + EARLIER * PAIRS - holding);

    var released[2] = [
        sums[0] * 2 ** RELEASED_A_N_SHIFT() + sums[1] * 2 ** RELEASED_A_OUTCOMES_SHIFT()
            + sums[2] * 2 ** RELEASED_A_V_SHIFT() + sums[3] * 2 ** RELEASED_A_VV_SHIFT()
            + sums[4] * 2 ** RELEASED_A_U_SHIFT() + sums[5] * 2 ** RELEASED_A_UU_SHIFT()
            + sums[6] * 2 ** RELEASED_A_UV_SHIFT(),
        sums[7] * 2 ** RELEASED_B_N_SHIFT() + sums[8] * 2 ** RELEASED_B_OUTCOMES_SHIFT()
            + sums[9] * 2 ** RELEASED_B_V_SHIFT() + sums[10] * 2 ** RELEASED_B_VV_SHIFT()
    ];
    signal plain[2];
    for (var k = 0; k < 2; k++) {
        plain[k] <== ok * released[k];
    }
    signal point[2], ciphers[2];
    (point, ciphers) <== Seal(2)(key, ephemeral, request, plain);

    var PROGRAM = 1;
    var PAGE = PROGRAM + PROGRAM_WORDS();
    var LIVE = PAGE + 1;
    var EARLIER_ROOTS = LIVE + RESEARCH_LIVE_WORDS();
    var KEY = EARLIER_ROOTS + RESEARCH_EARLIER();
    var ANSWER = KEY + 2;
    component transcript = Transcript(TAG_QUERY(), ANSWER + 6, TUPLE_WORDS);
    transcript.digest <== digest;
    transcript.x <== x;
    transcript.y <== y;
    transcript.salt <== salt;
    transcript.words[0] <== request;
    for (var w = 0; w < PROGRAM_WORDS(); w++) {
        transcript.words[PROGRAM + w] <== program[w];
    }
    transcript.words[PAGE] <== page;
    for (var w = 0; w < RESEARCH_LIVE_WORDS(); w++) {
        var half = 0;
        for (var i = 128 * w; i < 128 * (w + 1) && i < N; i++) {
            half += live[i] * 2 ** (i % 128);
        }
        transcript.words[LIVE + w] <== half;
    }
    for (var q = 0; q < RESEARCH_EARLIER(); q++) {
        if (q < EARLIER) {
            transcript.words[EARLIER_ROOTS + q] <== earlierWords[q];
        } else {
            transcript.words[EARLIER_ROOTS + q] <== 0;
        }
    }
    for (var k = 0; k < 2; k++) {
        transcript.words[KEY + k] <== key[k];
        transcript.words[ANSWER + 1 + k] <== point[k];
        transcript.words[ANSWER + 3 + k] <== ciphers[k];
    }
    transcript.words[ANSWER] <== classesRoot;
    transcript.words[ANSWER + 5] <== ok;
    for (var w = 0; w < TUPLE_WORDS; w++) {
        transcript.extra[w] <== tupleWords[w];
    }
}
