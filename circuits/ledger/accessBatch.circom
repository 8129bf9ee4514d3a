// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "consent.circom";
include "record.circom";
include "../lib/page.circom";
include "../lib/packing.circom";
include "../lib/range.circom";
include "../lib/steps.circom";
include "../lib/transcript.circom";

/*
 * One access: its consent is opened, the policy holds or the glass is broken, and the record is encrypted. Not checked
 * here: that the consent is in the page, which one lookup does for all accesses.
 *
 * @input used            0 for places of the batch that no access fills
 * @input base            first minute of the batch's window, below 2^26 (checked by the caller)
 * @input span            minutes of the window, below 2^12 (checked by the caller)
 * @input nonce           another one for each access of an audit key
 * @input slot … glass    any field elements: constrained here
 * @input masks … audit   the opened consent; any field elements
 * @output leaf           of the opened consent
 * @output row            slot + 256 * glass
 * @output cipher         below 2^62; 0 when not used
 */
template Access() {
    signal input {binary} used;
    signal input base, span, nonce;
    signal input slot, actor, role, purpose, class, minute, glass;
    signal input masks[3], until, owner, audit;
    signal output leaf, row, cipher;

    glass * (glass - used) === 0; // a bit, and 0 where not used
    signal {binary} indices[3][3];
    signal record;
    (record, indices) <== Record()(slot, actor, role, purpose, class, minute, glass);
    _ <== Num2Bits(RECORD_MINUTE_BITS())(span - minute); // both below 2^12

    signal {binary} bits[3][8];
    signal rights;
    (bits, rights) <== Rights()(masks, until);
    leaf <== ConsentLeaf()(rights, owner, audit);

    signal allowed[3];
    for (var m = 0; m < 3; m++) {
        allowed[m] <== BitOf8()(bits[m], indices[m]);
    }
    // base + minute < until: the distance is below 2^27, so the top bit of the sum is its sign.
    signal order[28] <== Num2Bits(28)(2 ** 27 + until - base - minute - 1);
    signal both <== allowed[0] * allowed[1];
    signal three <== both * allowed[2];
    signal holds <== three * order[27];
    (used - glass) * (1 - holds) === 0;

    signal plain <== Encrypt()(record, audit, nonce);
    cipher <== used * plain;
    row <== slot + 256 * glass;
}

/*
 * Accesses to consents of one page, none of them outside its consent.
 *
 * PUBLIC   digest, x, y   the transcript of these words:
 *            header       count(16) | emergencies(16) | base(32) | span(16) | nonce(96)
 *            root, live   of the page, as the contract has them: one word and two halves
 *            body         four ciphers of 62 bits each to a word, N / 4 words
 * PRIVATE  the leaves of the page, and each access with its opened consent
 *
 * For each of `count` accesses: a leaf with these rights, owner and audit key is in the page with this root, at `slot`.
 * Without broken glass its live bit is set, the bits of purpose, role and class are set, and base + minute < until. With
 * it, the slot is filled, and nothing else is asked. 0 <= minute <= span. The cipher is that of this record.
 * `emergencies` is the number of accesses with broken glass.
 *
 * Not checked here: that the page is the contract's and that the window is within its version (the contract), that an
 * access was logged at all (nothing can), and that actor and role are true (the custodian's word).
 *
 * @param N   most accesses: a multiple of 4, at most 2^16 - 4
 */
template AccessBatch(N) {
    var EACH = CIPHERS_PER_WORD();
    assert(N % EACH == 0 && N < 2 ** ACCESS_HEADER_COUNT_BITS());
    var SLOTS = PAGE_SLOTS();
    var ROWS = 2 * SLOTS;
    var BODY = N \ EACH;
    var COUNT_BITS = bitsOf(N);
    var COUNT_WORDS = wordsOf(ROWS, COUNT_BITS);
    signal input digest, x, y;
    signal input salt, count, base, span, nonce;
    signal input live[SLOTS], leaves[SLOTS];
    signal input slot[N], actor[N], role[N], purpose[N], class[N], minute[N], glass[N];
    signal input masks[N][3], until[N], owner[N], audit[N];

    signal {binary} liveBits[SLOTS];
    for (var s = 0; s < SLOTS; s++) {
        live[s] * (live[s] - 1) === 0;
        liveBits[s] <== live[s];
    }
    signal root <== PageRoot()(leaves);
    signal liveWords[2] <== LiveWords()(liveBits);

    // Narrower than their fields: base + minute stays comparable with a consent's end, span with a record's minute.
    _ <== Num2Bits(RIGHTS_UNTIL_BITS())(base);
    _ <== Num2Bits(RECORD_MINUTE_BITS())(span);
    _ <== Num2Bits(ACCESS_HEADER_NONCE_BITS())(nonce);
    signal {binary} reached[N + 1] <== Steps(N)(count);
    signal {binary} used[N];
    signal opened[N], rows[N], ciphers[N];
    var emergencies = 0;
    for (var i = 0; i < N; i++) {
        used[i] <== 1 - reached[i];
        (opened[i], rows[i], ciphers[i]) <== Access()(
            used[i], base, span, nonce * 2 ** 16 + i,
            slot[i], actor[i], role[i], purpose[i], class[i], minute[i], glass[i],
            masks[i], until[i], owner[i], audit[i]
        );
        emergencies += glass[i];
    }

    // How often each row of the table is used. Rows 0 to 255 are live consents, and 0 where dead; 256 to 511 all of them.
    var tally[ROWS];
    for (var t = 0; t < ROWS; t++) {
        tally[t] = 0;
    }
    for (var i = 0; i < N; i++) {
        var known = rows[i] >= 0 && rows[i] < ROWS ? 1 : 0;
        tally[known * rows[i]] += used[i];
    }
    signal counts[ROWS];
    signal {max} checkedCounts[ROWS];
    checkedCounts.max = 2 ** COUNT_BITS - 1;
    for (var t = 0; t < ROWS; t++) {
        counts[t] <-- tally[t];
        checkedCounts[t] <== Bits(COUNT_BITS)(counts[t]);
    }
    signal countWords[COUNT_WORDS] <== Pack(ROWS, COUNT_BITS)(checkedCounts);

    // What the lookup below compares at its challenges is fixed before: leaves and counts in `extra`; slot and glass follow
    // from cipher, audit key and nonce.
    var HEAD = 4;
    component transcript = Transcript(TAG_ACCESS_BATCH(), HEAD + BODY, N + COUNT_WORDS);
    transcript.digest <== digest;
    transcript.x <== x;
    transcript.y <== y;
    transcript.salt <== salt;
    transcript.words[0] <== count * 2 ** ACCESS_HEADER_COUNT_SHIFT() + emergencies * 2 ** ACCESS_HEADER_EMERGENCIES_SHIFT()
        + base * 2 ** ACCESS_HEADER_BASE_SHIFT() + span * 2 ** ACCESS_HEADER_SPAN_SHIFT()
        + nonce * 2 ** ACCESS_HEADER_NONCE_SHIFT();
    transcript.words[1] <== root;
    transcript.words[2] <== liveWords[0];
    transcript.words[3] <== liveWords[1];
    for (var w = 0; w < BODY; w++) {
        var sum = 0;
        for (var k = 0; k < EACH; k++) {
            sum += ciphers[EACH * w + k] * 2 ** (CIPHER_BITS() * k);
        }
        transcript.words[HEAD + w] <== sum;
    }
    for (var i = 0; i < N; i++) {
        transcript.extra[i] <== opened[i];
    }
    for (var w = 0; w < COUNT_WORDS; w++) {
        transcript.extra[N + w] <== countWords[w];
    }

    PageLookup(N)(x, used, rows, opened, liveBits, leaves, counts);
}

/*
 * Every used pair (row, leaf) is in the table of 512 rows, and how often each row occurs (LogUp, as in lib/lookup.circom,
 * with pairs folded by a second challenge):
 *
 *   sum over used i of 1 / (z - v_i) = sum over rows t of counts[t] / (z - v_t),   v = row + gamma * leaf
 *
 * @param N
 * @input x           of a transcript that fixes all other inputs
 * @input rows[N]     any field elements
 * @input counts      below r / 2 in sum
 */
template PageLookup(N) {
    var SLOTS = PAGE_SLOTS();
    signal input x;
    signal input {binary} used[N];
    signal input rows[N], opened[N];
    signal input {binary} live[SLOTS];
    signal input leaves[SLOTS], counts[2 * SLOTS];

    signal z <== TranscriptChallenge(1)(x);
    signal gamma <== TranscriptChallenge(2)(x);
    var left = 0;
    signal operands[N], inverses[N];
    for (var i = 0; i < N; i++) {
        operands[i] <== gamma * opened[i];
        inverses[i] <-- used[i] / (z - rows[i] - operands[i]);
        inverses[i] * (z - rows[i] - operands[i]) === used[i];
        left += inverses[i];
    }
    var right = 0;
    signal weighted[SLOTS], alive[SLOTS], shares[2 * SLOTS];
    for (var s = 0; s < SLOTS; s++) {
        weighted[s] <== gamma * leaves[s];
        alive[s] <== live[s] * weighted[s];
        shares[s] <-- counts[s] / (z - s - alive[s]);
        shares[s] * (z - s - alive[s]) === counts[s];
        shares[SLOTS + s] <-- counts[SLOTS + s] / (z - SLOTS - s - weighted[s]);
        shares[SLOTS + s] * (z - SLOTS - s - weighted[s]) === counts[SLOTS + s];
        right += shares[s] + shares[SLOTS + s];
    }
    left === right;
}
