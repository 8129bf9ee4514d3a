// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "sparse_poseidon.circom";

/** Slots of a page. */
function PAGE_SLOTS() { return 256; }

/*
 * Root of a page: a tree of two levels, 17 hashes of 16 children. Empty slots are 0.
 *
 * @input leaves[256]   any field elements
 */
template PageRoot() {
    signal input leaves[256];
    signal output root;

    signal middle[16];
    for (var i = 0; i < 16; i++) {
        var children[16];
        for (var j = 0; j < 16; j++) {
            children[j] = leaves[16 * i + j];
        }
        middle[i] <== SparsePoseidon(16)(children);
    }
    root <== SparsePoseidon(16)(middle);
}

/*
 * The contract's storage word of live bits, cut in two so that each half is below r. Bit 0 is the least significant.
 *
 * @output words   unique for the bits, by their tag
 */
template LiveWords() {
    signal input {binary} bits[256];
    signal output words[2];

    for (var half = 0; half < 2; half++) {
        var sum = 0;
        var weight = 1;
        for (var i = 0; i < 128; i++) {
            sum += bits[128 * half + i] * weight;
            weight *= 2;
        }
        words[half] <== sum;
    }
}

/*
 * A leaf of a page by its path: children of the leaf's node, then of the root.
 *
 * @input slot            any field element: constrained to [0, 255]
 * @input leaf            compared with the child at `slot`
 * @input children[2][16] of the middle node, of the root; nothing is assumed
 * @output root
 */
template PagePath() {
    signal input slot, leaf;
    signal input children[2][16];
    signal output root;

    signal digits[2][16]; // one-hot
    signal chosen[2][16];
    signal node[3];
    node[0] <== leaf;
    var position[2];
    for (var level = 0; level < 2; level++) {
        var digit = level == 0 ? slot & 15 : slot >> 4;
        var sum = 0;
        var child = 0;
        position[level] = 0;
        for (var i = 0; i < 16; i++) {
            digits[level][i] <-- digit == i ? 1 : 0;
            digits[level][i] * (digits[level][i] - 1) === 0;
            chosen[level][i] <== digits[level][i] * children[level][i];
            sum += digits[level][i];
            position[level] += i * digits[level][i];
            child += chosen[level][i];
        }
        sum === 1;
        child === node[level];
        node[level + 1] <== SparsePoseidon(16)(children[level]);
    }
    slot === position[0] + 16 * position[1];
    root <== node[2];
}
