// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

/*
 * [n >= threshold] for every n in [0, LAST].
 *
 * The differences of neighbours are a one-hot vector whose only 1 is at the
 * threshold. The steps are the wires, not the differences: sums of differences
 * would put LAST^2 / 2 terms into the constraints that use the steps.
 *
 * @param LAST
 * @input threshold   assumes nothing; a threshold outside [0, LAST] has no witness
 * @output reached[LAST + 1]   exact
 */
template Steps(LAST) {
    signal input threshold;
    signal output {binary} reached[LAST + 1];

    var before = 0;
    var position = 0;
    for (var n = 0; n <= LAST; n++) {
        reached[n] <-- before == 1 || threshold == n ? 1 : 0;
        var step = reached[n] - before;
        step * step === step;
        position += n * step;
        before = reached[n];
    }
    reached[LAST] === 1;
    position === threshold;
}
