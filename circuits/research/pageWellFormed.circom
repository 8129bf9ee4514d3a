// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "column.circom";

/*
 * "Every value of this page is below 2^12." Shown once for a page, before any query about it: the conditions of a query
 * open the page's values only if it holds.
 *
 * PUBLIC   root     of the page
 *          number   of the page in its dataset
 * PRIVATE  values and salts of all columns; a column that is not used has values of 0
 *
 * Not checked here: that the values are true (the attester's word), and which record belongs to which consent (the custodian's).
 *
 * @param N   records
 */
template PageWellFormed(N) {
    var COLUMNS = RESEARCH_COLUMNS();
    signal input root, number;
    signal input values[COLUMNS][N], salts[COLUMNS];

    signal columns[COLUMNS];
    for (var c = 0; c < COLUMNS; c++) {
        for (var i = 0; i < N; i++) {
            _ <== Num2Bits(RESEARCH_VALUE_BITS())(values[c][i]);
        }
        columns[c] <== ColumnRoot(N)(values[c], salts[c]);
    }
    signal made <== DataPageRoot()(number, columns);
    root === made;
}
