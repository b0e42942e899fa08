// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cursor, Cursors} from "./Cursors.sol";
import {Curve} from "./Curve.sol";
import {Digests} from "./Digests.sol";
import {OpenedShard} from "./Shards.sol";

/// @dev An operation on its way: where it is applied, what it costs and who vouches for it.
struct Work {
    Cursor cursor;
    bytes32[] table;
    OpenedShard shard;
    uint64 chainId;
    bytes32 separator;
    /// Mwei of the operation, and of one message.
    uint256 price;
    uint256 messagePrice;
    /// Whether it came through the L2: only then are signatures looked at here.
    bool forced;
    address sender;
    /// r and s of each signature, one after another.
    bytes32[] scalars;
}

/// @title Signatures of what is forced through the L2
library Vouching {
    using Cursors for Cursor;

    /// @notice Whether the owner signed, or sent the operation itself.
    function byOwner(Work memory work, address owner, bytes32 digest) internal view returns (bool) {
        if (!work.forced || work.sender == owner) return true;
        return Curve.holdsForOwner(owner, digest, work.scalars[0], work.scalars[1]);
    }

    /// @notice Whether the key signed, by the signature at `index`. Its hint is read.
    function byKey(Work memory work, bytes32 key, bytes32 digest, uint256 index) internal view returns (bool) {
        if (!work.forced) return true;
        uint256 hint = uint256(work.cursor.word());
        return Curve.holdsForMember(key, hint, digest, work.scalars[2 * index], work.scalars[2 * index + 1]);
    }

    /// @notice Whether the key that enters `slot` at its nonce consents, by the signature at `index`.
    function byEntering(Work memory work, bytes32 id, uint256 slot, uint64 nonce, bytes32 key, uint256 index)
        internal
        view
        returns (bool)
    {
        if (!work.forced) return true;
        bytes32 domain = Digests.domain(Digests.CONSENT, work.chainId);
        return byKey(work, key, Digests.digest(domain, id, Digests.place(slot, nonce), key), index);
    }
}
