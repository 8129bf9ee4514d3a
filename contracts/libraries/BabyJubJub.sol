// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Field} from "./Field.sol";

/// @title The curve inside the field of circuits
/// @notice `168700 x² + y² = 1 + 168696 x² y²` (EIP-2494); its order is 8 times a prime.
library BabyJubJub {
    uint256 private constant A = 168700;
    uint256 private constant D = 168696;

    /// @notice Whether (x, y) is on the curve and its order is not 1, 2, 4 or 8: then 8 times the point generates the
    /// subgroup of prime order.
    function isKey(uint256 x, uint256 y) internal pure returns (bool) {
        uint256 r = Field.MODULUS;
        if (x >= r || y >= r) return false;
        uint256 xx = mulmod(x, x, r);
        uint256 yy = mulmod(y, y, r);
        uint256 left = addmod(mulmod(A, xx, r), yy, r);
        uint256 right = addmod(1, mulmod(D, mulmod(xx, yy, r), r), r);
        if (left != right) return false;

        uint256 z = 1;
        for (uint256 i = 0; i < 3; ++i) (x, y, z) = _double(x, y, z);
        // The only points with x = 0 are the neutral one and one of order 2, which no 8 P is.
        return x != 0;
    }

    /// @dev In projective coordinates: the doubling of Bernstein et al., 2008, in the Explicit-Formulas Database.
    function _double(
        uint256 x,
        uint256 y,
        uint256 z
    ) private pure returns (uint256 x2, uint256 y2, uint256 z2) {
        uint256 r = Field.MODULUS;
        uint256 sum = addmod(x, y, r);
        uint256 c = mulmod(x, x, r);
        uint256 d = mulmod(y, y, r);
        uint256 e = mulmod(A, c, r);
        uint256 f = addmod(e, d, r);
        uint256 j = addmod(f, r - mulmod(2, mulmod(z, z, r), r), r);
        uint256 cross = addmod(mulmod(sum, sum, r), r - addmod(c, d, r), r);
        x2 = mulmod(cross, j, r);
        y2 = mulmod(f, addmod(e, r - d, r), r);
        z2 = mulmod(f, j, r);
    }
}
