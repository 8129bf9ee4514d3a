// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "consent.circom";
include "../lib/page.circom";
include "../lib/steps.circom";
include "../lib/transcript.circom";
include "babyjub.circom";
include "eddsaposeidon.circom";

/*
 * New consents and revocations in one page. A page fills from slot 0 up and a slot is used once, so the pages before and
 * after are two prefixes of one list of leaves. What a revocation changes is one live bit.
 *
 * PUBLIC   digest, x, y   the transcript of these words:
 *            counts       filled(16) | granted(16) | revoked(16); filled slots before the batch
 *            domain       of grants of this page: chain, contract, page
 *            roots        before, after
 *            live         before (two halves), after (two halves)
 *            form         0, or the rights that every consent of this page has
 *            leaves       of the new consents, in the order of their slots
 * PRIVATE  leaves of the page after the batch, live bits before it; each new consent with its signature; each revoked one
 *          with its secret
 *
 * Each new leaf is a consent that its signer signed for this domain and this very slot, with the page's form if it has one.
 * Each cleared bit was set, or is set in this batch, and belongs to a leaf whose revocation secret the prover knows. No
 * other leaf and no other bit changes.
 *
 * Not checked here: that the state before is the contract's, that the caller may add consents (the contract), and that a
 * patient is behind a signer: a custodian can invent patients.
 *
 * @param GRANTS, REVOCATIONS   most of each, below 2^16
 */
template ConsentBatch(GRANTS, REVOCATIONS) {
    var SLOTS = PAGE_SLOTS();
    signal input digest, x, y;
    signal input salt, filled, granted, revoked, domain, form;
    signal input live[SLOTS], leaves[SLOTS];
    signal input grantMasks[GRANTS][3], grantUntil[GRANTS], grantGrantee[GRANTS], grantHandle[GRANTS], grantAudit[GRANTS];
    signal input grantA[GRANTS][2], grantR8[GRANTS][2], grantS[GRANTS];
    signal input slot[REVOCATIONS], secret[REVOCATIONS], rights[REVOCATIONS], signer[REVOCATIONS];
    signal input grantee[REVOCATIONS], audit[REVOCATIONS];

    // The page before and after: prefixes of `leaves`.
    signal {binary} fromStart[SLOTS + 1] <== Steps(SLOTS)(filled);
    signal {binary} fromEnd[SLOTS + 1] <== Steps(SLOTS)(filled + granted);
    signal before[SLOTS], after[SLOTS];
    for (var s = 0; s < SLOTS; s++) {
        before[s] <== (1 - fromStart[s]) * leaves[s];
        after[s] <== (1 - fromEnd[s]) * leaves[s];
    }
    signal rootBefore <== PageRoot()(before);
    signal rootAfter <== PageRoot()(after);

    // New consents: slots filled to filled + granted - 1.
    signal {binary} noGrant[GRANTS + 1] <== Steps(GRANTS)(granted);
    signal {binary} isGranted[GRANTS];
    signal added[GRANTS] <== From(GRANTS)(after, filled);
    signal newLeaves[GRANTS];
    for (var g = 0; g < GRANTS; g++) {
        isGranted[g] <== 1 - noGrant[g];
        // A full page shifts by 256 = 0 places, so what is not granted is masked.
        newLeaves[g] <== isGranted[g] * added[g];
        Grant()(
            isGranted[g], domain, filled + g, added[g], form,
            grantMasks[g], grantUntil[g], grantGrantee[g], grantHandle[g], grantAudit[g], grantA[g], grantR8[g], grantS[g]
        );
    }

    signal {binary} noRevocation[REVOCATIONS + 1] <== Steps(REVOCATIONS)(revoked);
    signal {binary} isRevoked[REVOCATIONS];
    signal {binary} at[REVOCATIONS][SLOTS];
    for (var v = 0; v < REVOCATIONS; v++) {
        isRevoked[v] <== 1 - noRevocation[v];
        at[v] <== Revocation()(isRevoked[v], after, slot[v], secret[v], rights[v], signer[v], grantee[v], audit[v]);
    }

    // One more for each new consent, one less for each revoked one. The result is a bit again: nothing is revoked twice.
    signal {binary} liveBefore[SLOTS], liveAfter[SLOTS];
    for (var s = 0; s < SLOTS; s++) {
        live[s] * (live[s] - 1) === 0;
        liveBefore[s] <== live[s];
        var sum = live[s] + fromStart[s] - fromEnd[s];
        for (var v = 0; v < REVOCATIONS; v++) {
            sum -= at[v][s];
        }
        liveAfter[s] <== sum;
        liveAfter[s] * (liveAfter[s] - 1) === 0;
    }
    signal wordsBefore[2] <== LiveWords()(liveBefore);
    signal wordsAfter[2] <== LiveWords()(liveAfter);

    var HEAD = 9;
    component transcript = Transcript(TAG_CONSENT_BATCH(), HEAD + GRANTS, 1);
    transcript.digest <== digest;
    transcript.x <== x;
    transcript.y <== y;
    transcript.salt <== salt;
    transcript.words[0] <== filled * 2 ** CONSENT_HEADER_FILLED_SHIFT() + granted * 2 ** CONSENT_HEADER_GRANTED_SHIFT()
        + revoked * 2 ** CONSENT_HEADER_REVOKED_SHIFT();
    transcript.words[1] <== domain;
    transcript.words[2] <== rootBefore;
    transcript.words[3] <== rootAfter;
    transcript.words[4] <== wordsBefore[0];
    transcript.words[5] <== wordsBefore[1];
    transcript.words[6] <== wordsAfter[0];
    transcript.words[7] <== wordsAfter[1];
    transcript.words[8] <== form;
    for (var g = 0; g < GRANTS; g++) {
        transcript.words[HEAD + g] <== newLeaves[g];
    }
    transcript.extra[0] <== 0;
}

/*
 * out[j] = in[from + j], and 0 beyond the end.
 *
 * @input from   in [0, 256] (checked by the caller); 256 reads as 0
 */
template From(LENGTH) {
    var SLOTS = PAGE_SLOTS();
    signal input in[SLOTS], from;
    signal output out[LENGTH];

    signal bits[9] <== Num2Bits(9)(from);
    signal level[9][SLOTS + LENGTH];
    for (var i = 0; i < SLOTS + LENGTH; i++) {
        level[8][i] <== i < SLOTS ? in[i] : 0;
    }
    for (var b = 7; b >= 0; b--) {
        var step = 2 ** b;
        for (var i = 0; i < SLOTS + LENGTH; i++) {
            var moved = i + step < SLOTS + LENGTH ? level[b + 1][i + step] : 0;
            // Of later levels only the first places are read.
            if (i < LENGTH + step - 1) {
                level[b][i] <== level[b + 1][i] + bits[b] * (moved - level[b + 1][i]);
            } else {
                level[b][i] <== 0;
            }
        }
    }
    for (var j = 0; j < LENGTH; j++) {
        out[j] <== level[0][j];
    }
}

/*
 * A consent that its signer signed for exactly this slot:
 *
 *   EdDSA-Poseidon by A over P4(T_grant, domain, slot, leaf),  signer = P3(T_signer, A.x, A.y)
 *
 * The verifier of circomlib takes A and R8 to be points of the curve, so that is checked here.
 *
 * @input used   where 0, nothing is demanded but ranges and points
 * @input leaf   what is put into the page
 */
template Grant() {
    signal input {binary} used;
    signal input domain, slot, leaf, form;
    signal input masks[3], until, grantee, handle, audit;
    signal input A[2], R8[2], S;

    signal {binary} bits[3][8];
    signal rights;
    (bits, rights) <== Rights()(masks, until);
    signal differs <== form * (rights - form);
    used * differs === 0;
    _ <== Num2Bits(32)(grantee);

    BabyCheck()(A[0], A[1]);
    BabyCheck()(R8[0], R8[1]);
    var tagSigner = TAG_SIGNER();
    signal signer <== SparsePoseidon(3)([tagSigner, A[0], A[1]]);
    signal owner <== Owner()(signer, handle, grantee);
    signal signed <== ConsentLeaf()(rights, owner, audit);
    used * (signed - leaf) === 0;
    var tagGrant = TAG_GRANT();
    signal message <== SparsePoseidon(4)([tagGrant, domain, slot, signed]);
    EdDSAPoseidonVerifier()(used, A[0], A[1], S, R8[0], R8[1], message);
}

/*
 * A revocation by who knows the secret behind the leaf's handle.
 *
 * @input leaves   of the page
 * @output at      one-hot at `slot` where used, else 0
 */
template Revocation() {
    var SLOTS = PAGE_SLOTS();
    signal input {binary} used;
    signal input leaves[SLOTS];
    signal input slot, secret, rights, signer, grantee, audit;
    signal output {binary} at[SLOTS];

    signal handle <== Handle()(secret);
    signal owner <== Owner()(signer, handle, grantee);
    signal leaf <== ConsentLeaf()(rights, owner, audit);
    var sum = 0;
    var position = 0;
    var child = 0;
    signal chosen[SLOTS];
    for (var s = 0; s < SLOTS; s++) {
        at[s] <-- used == 1 && slot == s ? 1 : 0;
        at[s] * (at[s] - 1) === 0;
        chosen[s] <== at[s] * leaves[s];
        sum += at[s];
        position += s * at[s];
        child += chosen[s];
    }
    sum === used;
    used * (position - slot) === 0;
    used * (leaf - child) === 0;
}
