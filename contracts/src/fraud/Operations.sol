// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {OperationRoots} from "../libraries/OperationRoots.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Cursor, Cursors} from "./Cursors.sol";

/// @dev One entry of one of an operation's lists; what its list does not carry is zero.
struct Entry {
    uint16 slot;
    bytes32 key;
    uint8 role;
    uint64 allowance;
    uint64 priceLimit;
}

/// @dev Any operation; what its kind does not carry is zero or empty.
struct Operation {
    uint256 kind;
    uint8 shard;
    uint32 account;
    uint64 nonce;
    uint32 conversation;
    /// The signer's slot of a membership change.
    uint16 member;
    uint64 amount;
    uint64 priceLimit;
    bytes32 salt;
    uint64 epoch;
    /// Members that a conversation is created with, or those that a change adds.
    Entry[] add;
    Entry[] remove;
    Entry[] roles;
    Entry[] exchange;
}

/// @title Operations as proofs carry them
library Operations {
    using Cursors for Cursor;

    uint256 private constant ENTRIES_DEPTH = 4;
    uint256 private constant EIGHT_FIELDS_DEPTH = 3;

    /// @notice Reads an operation.
    function read(Cursor memory cursor) internal pure returns (Operation memory operation) {
        operation.kind = cursor.take(1);
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        operation.shard = uint8(cursor.take(1));
        if (operation.kind == OperationRoots.CHANGE_MEMBERS) {
            _readChange(cursor, operation);
            return operation;
        }
        if (operation.kind > OperationRoots.WITHDRAW) revert IProof.Proof_OtherKind(operation.kind);
        // forge-lint: disable-next-line(unsafe-typecast) 4 bytes
        operation.account = uint32(cursor.take(4));
        operation.nonce = cursor.take64();
        if (operation.kind == OperationRoots.CREATE_CONVERSATION) {
            operation.salt = cursor.word();
            operation.add = _readEntries(cursor, false, true, true, true);
            return operation;
        }
        if (operation.kind != OperationRoots.WITHDRAW) {
            // forge-lint: disable-next-line(unsafe-typecast) 4 bytes
            operation.conversation = uint32(cursor.take(4));
            operation.member = _take16(cursor);
        }
        operation.amount = cursor.take64();
        if (operation.kind == OperationRoots.FUND) operation.priceLimit = cursor.take64();
    }

    /// @notice hash_tree_root of the operation union.
    function rootOf(Operation memory operation) internal view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        return Ssz.mixInSelector(containerRoot(operation), uint8(operation.kind));
    }

    /// @notice hash_tree_root of the operation without the union around it: what the signer of a change signs.
    function containerRoot(Operation memory operation) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](8);
        fields[0] = Ssz.chunk(uint64(operation.shard));
        if (operation.kind == OperationRoots.CHANGE_MEMBERS) {
            fields[1] = Ssz.chunk(uint64(operation.conversation));
            fields[2] = Ssz.chunk(operation.epoch);
            fields[3] = Ssz.chunk(uint64(operation.member));
            fields[4] = _slots(operation.remove);
            fields[5] = _roles(operation.roles);
            fields[6] = _added(operation.add);
            fields[7] = _keys(operation.exchange);
            return Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH);
        }
        fields[1] = Ssz.chunk(uint64(operation.account));
        fields[2] = Ssz.chunk(operation.nonce);
        if (operation.kind == OperationRoots.WITHDRAW) {
            return Ssz.hash4(fields[0], fields[1], fields[2], Ssz.chunk(operation.amount));
        }
        if (operation.kind == OperationRoots.CREATE_CONVERSATION) {
            fields[3] = operation.salt;
            fields[4] = _members(operation.add);
            return Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH);
        }
        fields[3] = Ssz.chunk(uint64(operation.conversation));
        fields[4] = Ssz.chunk(uint64(operation.member));
        fields[5] = Ssz.chunk(operation.amount);
        if (operation.kind == OperationRoots.FUND) fields[6] = Ssz.chunk(operation.priceLimit);
        return Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH);
    }

    /// @notice Signatures that the operation carries: its signer's and one consent for each key that enters.
    function signatures(Operation memory operation) internal pure returns (uint256) {
        return 1 + operation.add.length + operation.exchange.length;
    }

    function _readChange(Cursor memory cursor, Operation memory operation) private pure {
        // forge-lint: disable-next-line(unsafe-typecast) 4 bytes
        operation.conversation = uint32(cursor.take(4));
        operation.epoch = cursor.take64();
        operation.member = _take16(cursor);
        operation.remove = _readEntries(cursor, true, false, false, false);
        operation.roles = _readEntries(cursor, true, false, true, false);
        operation.add = _readEntries(cursor, true, true, true, true);
        operation.exchange = _readEntries(cursor, false, true, false, false);
    }

    /// @dev Reads a list of entries that carry what is asked for, in this order.
    function _readEntries(Cursor memory cursor, bool slot, bool key, bool role, bool amounts)
        private
        pure
        returns (Entry[] memory entries)
    {
        entries = new Entry[](cursor.take(1));
        for (uint256 i; i < entries.length; ++i) {
            Entry memory entry = entries[i];
            if (slot) entry.slot = _take16(cursor);
            if (key) entry.key = cursor.word();
            // forge-lint: disable-next-line(unsafe-typecast) one byte
            if (role) entry.role = uint8(cursor.take(1));
            if (!amounts) continue;
            entry.allowance = cursor.take64();
            entry.priceLimit = cursor.take64();
        }
    }

    function _take16(Cursor memory cursor) private pure returns (uint16) {
        // forge-lint: disable-next-line(unsafe-typecast) 2 bytes
        return uint16(cursor.take(2));
    }

    function _members(Entry[] memory entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            Entry memory entry = entries[i];
            roots[i] = Ssz.hash4(
                entry.key, Ssz.chunk(uint64(entry.role)), Ssz.chunk(entry.allowance), Ssz.chunk(entry.priceLimit)
            );
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _slots(Entry[] memory entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = Ssz.chunk(uint64(entries[i].slot));
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _roles(Entry[] memory entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = Ssz.hash(Ssz.chunk(uint64(entries[i].slot)), Ssz.chunk(uint64(entries[i].role)));
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _added(Entry[] memory entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            Entry memory entry = entries[i];
            bytes32[] memory fields = new bytes32[](5);
            fields[0] = Ssz.chunk(uint64(entry.slot));
            fields[1] = entry.key;
            fields[2] = Ssz.chunk(uint64(entry.role));
            fields[3] = Ssz.chunk(entry.allowance);
            fields[4] = Ssz.chunk(entry.priceLimit);
            roots[i] = Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH);
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    /// @dev A list of at most one: `merkleize` reverts for more.
    function _keys(Entry[] memory entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = entries[i].key;
        }
        return _list(roots, 0);
    }

    function _list(bytes32[] memory roots, uint256 depth) private view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) at most 16, or `merkleize` reverts
        uint64 length = uint64(roots.length);
        return Ssz.mixInLength(Ssz.merkleize(roots, depth), length);
    }
}
