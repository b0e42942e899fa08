// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {InboxItems} from "../libraries/InboxItems.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Deposit} from "../types/State.sol";
import {Batches} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Messages} from "./Messages.sol";
import {Operation, Operations} from "./Operations.sol";

/// @dev An inbox item of any kind but prices; what its kind does not carry is zero or empty.
struct Item {
    uint256 kind;
    Deposit deposit;
    address sender;
    Operation operation;
    /// Where the message begins in calldata.
    uint256 message;
    /// r and s of each signature, one after another.
    bytes32[] scalars;
}

/// @title Inbox items as proofs carry them
/// @dev kind 1, then a deposit: shard 1 · account 4 · owner 20 · amount 8; an operation: sender 20 · operation ·
/// signatures 1 · 64 each; a message: shard 1 · message 38 · signature 64.
library Items {
    using Cursors for Cursor;
    using Operations for Operation;

    /// @dev Levels of a list of at most 17 signatures.
    uint256 private constant SIGNATURES_DEPTH = 5;

    /// @notice Reads an item.
    /// @return item What it carries.
    /// @return root Its hash_tree_root, as the queue keeps it.
    function read(Cursor memory cursor) internal view returns (Item memory item, bytes32 root) {
        item.kind = cursor.take(1);
        if (item.kind == InboxItems.DEPOSIT) return (item, _readDeposit(cursor, item));
        if (item.kind == InboxItems.FORCED_OPERATION) return (item, _readOperation(cursor, item));
        if (item.kind == InboxItems.FORCED_MESSAGE) return (item, _readMessage(cursor, item));
        revert IProof.Proof_OtherKind(item.kind);
    }

    function _readDeposit(Cursor memory cursor, Item memory item) private view returns (bytes32) {
        Deposit memory deposit = item.deposit;
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        deposit.shard = uint8(cursor.take(1));
        // forge-lint: disable-next-line(unsafe-typecast) 4 bytes
        deposit.account = uint32(cursor.take(4));
        // forge-lint: disable-next-line(unsafe-typecast) 20 bytes
        deposit.owner = address(uint160(cursor.take(20)));
        deposit.amount = cursor.takeMwei();
        return InboxItems.deposit(deposit);
    }

    function _readOperation(Cursor memory cursor, Item memory item) private view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) 20 bytes
        item.sender = address(uint160(cursor.take(20)));
        item.operation = Operations.read(cursor);
        uint256 count = cursor.take(1);
        bytes32[] memory roots = new bytes32[](count);
        item.scalars = new bytes32[](2 * count);
        for (uint256 i; i < count; ++i) {
            roots[i] = _readSignature(cursor, item, i);
        }
        bytes32 signatures = Batches.mixIn(Ssz.merkleize(roots, SIGNATURES_DEPTH), count);
        bytes32 value = Ssz.hash4(Ssz.chunk(item.sender), item.operation.rootOf(), signatures, 0);
        return Ssz.mixInSelector(value, InboxItems.FORCED_OPERATION);
    }

    function _readMessage(Cursor memory cursor, Item memory item) private view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        uint8 shard = uint8(cursor.take(1));
        bytes32 message;
        (item.message, message) = Messages.readOne(cursor);
        item.scalars = new bytes32[](2);
        bytes32 signature = _readSignature(cursor, item, 0);
        return Ssz.mixInSelector(Ssz.hash4(Ssz.chunk(uint64(shard)), message, signature, 0), InboxItems.FORCED_MESSAGE);
    }

    function _readSignature(Cursor memory cursor, Item memory item, uint256 index) private view returns (bytes32) {
        (bytes32 r, bytes32 s) = (cursor.word(), cursor.word());
        (item.scalars[2 * index], item.scalars[2 * index + 1]) = (r, s);
        return Ssz.hash(r, s);
    }
}
