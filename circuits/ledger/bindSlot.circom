// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "ownSlot.circom";

/*
 * As OwnSlot, and shows what the consent allows and to whom, for a contract that relies on it.
 *
 * PUBLIC   root, slot, action, rights, grantee
 */
template BindSlot() {
    signal input root, slot, action, rights, grantee;
    signal input secret, signer, audit;
    signal input children[2][16];

    OwnSlot()(root, slot, action, secret, rights, signer, grantee, audit, children);
}
