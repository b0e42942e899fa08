// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../libraries/Ssz.sol";
import {Cursor} from "./Cursors.sol";
import {Digests} from "./Digests.sol";
import {OpenedConversation, OpenedMember, OpenedShard, Shards} from "./Shards.sol";

/// @dev What holds for messages: the domain of their digests and their price.
struct Speaking {
    bytes32[] table;
    bytes32 domain;
    uint256 price;
}

/// @dev What came of a message. `key` and `digest` are zero unless it is valid, its signature aside.
struct Spoken {
    bool valid;
    bytes32 key;
    bytes32 digest;
}

/// @title What a message does to its shard
library Speech {
    using Shards for Cursor;
    using Shards for OpenedShard;
    using Shards for OpenedConversation;
    using Shards for OpenedMember;

    uint64 private constant HIGHEST_COUNTER = type(uint64).max;

    /// @notice Applies a message, its signature aside.
    function apply_(
        Cursor memory cursor,
        OpenedShard memory shard,
        Speaking memory speaking,
        uint256 index,
        uint256 slot,
        bytes32 content
    ) internal view returns (Spoken memory spoken) {
        if (index >= shard.conversationCount) return spoken;
        bytes32[] memory table = speaking.table;
        OpenedConversation memory conversation = cursor.openConversation();
        bytes32 before = conversation.rootOf(table);
        if (slot < conversation.count) _speak(cursor, conversation, speaking, slot, content, spoken);
        shard.put(cursor, table, index, before, spoken.valid ? conversation.rootOf(table) : before);
        // Prices and allowances fit 64 bits wherever a message is valid.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (spoken.valid) shard.revenue += uint64(speaking.price);
    }

    /// @dev What a message changes in its conversation.
    function _speak(
        Cursor memory cursor,
        OpenedConversation memory conversation,
        Speaking memory speaking,
        uint256 slot,
        bytes32 content,
        Spoken memory spoken
    ) private view {
        OpenedMember memory member = cursor.openMember();
        bytes32 before = member.rootOf(speaking.table);
        bytes32 next = before;
        spoken.valid = member.role != 0 && member.nonce != HIGHEST_COUNTER
            && conversation.messageCount != HIGHEST_COUNTER && speaking.price <= member.priceLimit
            && speaking.price <= member.allowance;
        if (spoken.valid) {
            spoken.key = member.key;
            bytes32 place = Digests.place(slot, member.nonce);
            spoken.digest = Digests.digest(speaking.domain, conversation.id, place, content);
            ++conversation.messageCount;
            conversation.head = Ssz.hash(conversation.head, spoken.digest);
            ++member.nonce;
            // forge-lint: disable-next-line(unsafe-typecast) not above the allowance
            member.allowance -= uint64(speaking.price);
            next = member.rootOf(speaking.table);
        }
        conversation.put(cursor, speaking.table, slot, before, next);
    }
}
