// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "consent.circom";
include "../lib/page.circom";

/*
 * "Slot `slot` of the page is mine, and I want `action`." A patient proves it alone, from the leaves in calldata.
 *
 * PUBLIC   root, slot   of the page, as the contract has it
 *          action       hash of what is wanted: to revoke, to be paid, to bind a policy; with chain, contract and page in it
 * PRIVATE  the opened consent, its revocation secret, and the path
 *
 * `action` takes part in no relation: as a public input it is bound by the verifier. The square keeps it in the constraint
 * system whatever the compiler or the key set-up does with unused inputs.
 *
 * Not checked here: that the consent is live (the contract has the bit).
 */
template OwnSlot() {
    signal input root, slot, action;
    signal input secret, rights, signer, grantee, audit;
    signal input children[2][16];

    signal handle <== Handle()(secret);
    signal owner <== Owner()(signer, handle, grantee);
    signal leaf <== ConsentLeaf()(rights, owner, audit);
    signal found <== PagePath()(slot, leaf, children);
    root === found;
    signal bound <== action * action;
}
