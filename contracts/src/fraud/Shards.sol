// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../libraries/Ssz.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Trees} from "./Trees.sol";
import {Millis} from "../types/Units.sol";

/// @dev A shard by its lists. Their trees are cut at the height that has room for one element more than there are; above it
/// everything beside is zero.
struct OpenedShard {
    bytes32 conversations;
    uint256 conversationCount;
    uint256 conversationHeight;
    bytes32 accounts;
    uint256 accountCount;
    uint256 accountHeight;
    uint64 feeExcess;
    Millis feeTime;
    uint64 revenue;
}

/// @dev A conversation; `members` is the root of its members' tree.
struct OpenedConversation {
    bytes32 id;
    uint64 epoch;
    bytes32 members;
    uint256 count;
    uint64 messageCount;
    bytes32 head;
}

struct OpenedMember {
    bytes32 key;
    uint8 role;
    uint64 nonce;
    uint32 sponsor;
    uint64 allowance;
    uint64 priceLimit;
}

struct OpenedAccount {
    address owner;
    uint64 nonce;
    uint64 balance;
    uint64 withdrawn;
}

/// @title Opening the state of a shard
library Shards {
    using Cursors for Cursor;

    uint256 internal constant CONVERSATIONS_DEPTH = 24;
    uint256 internal constant ACCOUNTS_DEPTH = 32;
    uint256 internal constant MEMBERS_DEPTH = 12;

    /// @notice Reads a shard's lists and fields.
    function openShard(Cursor memory cursor) internal pure returns (OpenedShard memory shard) {
        shard.conversations = cursor.word();
        shard.conversationCount = cursor.take(4);
        shard.conversationHeight = Trees.heightOf(shard.conversationCount, CONVERSATIONS_DEPTH);
        shard.accounts = cursor.word();
        shard.accountCount = cursor.take(5);
        shard.accountHeight = Trees.heightOf(shard.accountCount, ACCOUNTS_DEPTH);
        shard.feeExcess = cursor.take64();
        shard.feeTime = cursor.takeMillis();
        shard.revenue = cursor.take64();
    }

    /// @notice hash_tree_root of a shard.
    function rootOf(OpenedShard memory shard, bytes32[] memory table) internal view returns (bytes32) {
        return Trees.container(
            table,
            _list(shard.conversations, table, shard.conversationHeight, CONVERSATIONS_DEPTH, shard.conversationCount),
            _list(shard.accounts, table, shard.accountHeight, ACCOUNTS_DEPTH, shard.accountCount),
            Ssz.chunk(shard.feeExcess),
            Ssz.chunk(shard.feeTime),
            Ssz.chunk(shard.revenue),
            0
        );
    }

    /// @notice Reads a conversation.
    function openConversation(Cursor memory cursor) internal pure returns (OpenedConversation memory conversation) {
        conversation.id = cursor.word();
        conversation.epoch = cursor.take64();
        conversation.members = cursor.word();
        conversation.count = cursor.take(2);
        conversation.messageCount = cursor.take64();
        conversation.head = cursor.word();
    }

    /// @notice hash_tree_root of a conversation.
    function rootOf(OpenedConversation memory conversation, bytes32[] memory table) internal view returns (bytes32) {
        return Trees.container(
            table,
            conversation.id,
            Ssz.chunk(conversation.epoch),
            _mixIn(conversation.members, conversation.count),
            Ssz.chunk(conversation.messageCount),
            conversation.head,
            0
        );
    }

    /// @notice Reads a member.
    function openMember(Cursor memory cursor) internal pure returns (OpenedMember memory member) {
        member.key = cursor.word();
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        member.role = uint8(cursor.take(1));
        member.nonce = cursor.take64();
        // forge-lint: disable-next-line(unsafe-typecast) 4 bytes
        member.sponsor = uint32(cursor.take(4));
        member.allowance = cursor.take64();
        member.priceLimit = cursor.take64();
    }

    /// @notice hash_tree_root of a member.
    function rootOf(OpenedMember memory member, bytes32[] memory table) internal view returns (bytes32) {
        return Trees.container(
            table,
            member.key,
            Ssz.chunk(uint64(member.role)),
            Ssz.chunk(member.nonce),
            Ssz.chunk(uint64(member.sponsor)),
            Ssz.chunk(member.allowance),
            Ssz.chunk(member.priceLimit)
        );
    }

    /// @notice Reads an account.
    function openAccount(Cursor memory cursor) internal pure returns (OpenedAccount memory account) {
        // forge-lint: disable-next-line(unsafe-typecast) 20 bytes
        account.owner = address(uint160(cursor.take(20)));
        account.nonce = cursor.take64();
        account.balance = cursor.take64();
        account.withdrawn = cursor.take64();
    }

    /// @notice hash_tree_root of an account.
    function rootOf(OpenedAccount memory account) internal view returns (bytes32) {
        return Ssz.hash4(
            Ssz.chunk(account.owner), Ssz.chunk(account.nonce), Ssz.chunk(account.balance), Ssz.chunk(account.withdrawn)
        );
    }

    /// @notice Shows that the account `before` stands at `index` and puts `next` there, both by their roots.
    function putAccount(
        OpenedShard memory shard,
        Cursor memory cursor,
        bytes32[] memory table,
        uint256 index,
        bytes32 before,
        bytes32 next
    ) internal view {
        (bytes32 was, bytes32 is_) = Trees.replace(cursor, table, before, next, index, shard.accountHeight);
        Trees.checkRoot(was, shard.accounts);
        shard.accounts = is_;
    }

    /// @notice Shows that the conversation `before` stands at `index` and puts `next` there, both by their roots.
    function put(
        OpenedShard memory shard,
        Cursor memory cursor,
        bytes32[] memory table,
        uint256 index,
        bytes32 before,
        bytes32 next
    ) internal view {
        (bytes32 was, bytes32 is_) = Trees.replace(cursor, table, before, next, index, shard.conversationHeight);
        Trees.checkRoot(was, shard.conversations);
        shard.conversations = is_;
    }

    /// @notice Shows that the member `before` stands in `slot` and puts `next` there, both by their roots.
    function put(
        OpenedConversation memory conversation,
        Cursor memory cursor,
        bytes32[] memory table,
        uint256 slot,
        bytes32 before,
        bytes32 next
    ) internal view {
        (bytes32 was, bytes32 is_) = Trees.replace(cursor, table, before, next, slot, MEMBERS_DEPTH);
        Trees.checkRoot(was, conversation.members);
        conversation.members = is_;
    }

    function _list(bytes32 cut, bytes32[] memory table, uint256 height, uint256 depth, uint256 count)
        private
        view
        returns (bytes32)
    {
        return _mixIn(Trees.lift(cut, table, height, depth), count);
    }

    function _mixIn(bytes32 tree, uint256 count) private view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) read from 5 bytes at most
        return Ssz.mixInLength(tree, uint64(count));
    }
}
