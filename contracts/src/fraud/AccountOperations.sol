// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OperationRoots} from "../libraries/OperationRoots.sol";
import {Ssz} from "../libraries/Ssz.sol";
import {Cursor} from "./Cursors.sol";
import {Entry, Operation} from "./Operations.sol";
import {OwnerDigests} from "./OwnerDigests.sol";
import {OpenedAccount, OpenedConversation, OpenedMember, OpenedShard, Shards} from "./Shards.sol";
import {Vouching, Work} from "./Work.sol";

/// @title Operations that an account's owner signs
/// @notice Each answers whether it is valid, and has then changed the shard. Amounts fit 64 bits wherever it is.
library AccountOperations {
    using OwnerDigests for Operation;
    using Shards for Cursor;
    using Shards for OpenedAccount;
    using Shards for OpenedConversation;
    using Shards for OpenedMember;
    using Shards for OpenedShard;
    using Vouching for Work;

    uint64 private constant HIGHEST_COUNTER = type(uint64).max;
    uint256 private constant MAX_ENTRIES = 16;
    uint256 private constant MAX_CONVERSATIONS = 2 ** 24;
    uint32 private constant NO_SPONSOR = type(uint32).max;

    /// @dev A balance that returns to somebody once the operation is known to be valid.
    struct Refund {
        uint32 account;
        uint64 amount;
    }

    /// @notice Applies a creation, a funding, a reclaim or a withdrawal: account · what its kind reads · branch · what follows.
    function apply_(Work memory work, Operation memory operation) internal view returns (bool valid) {
        if (operation.account >= work.shard.accountCount) return false;
        bool creates = operation.kind == OperationRoots.CREATE_CONVERSATION;
        if (creates && !_hasGoodEntries(work, operation.add)) return false;
        OpenedAccount memory account = work.cursor.openAccount();
        bytes32 before = account.rootOf();
        bytes32 digest = operation.digest(work.separator);
        Refund memory refund = Refund(NO_SPONSOR, 0);
        valid =
            account.nonce == operation.nonce && account.nonce != HIGHEST_COUNTER && work.byOwner(account.owner, digest);
        if (valid) valid = _spend(work, operation, account, digest, refund);
        if (valid) ++account.nonce;
        work.shard.putAccount(work.cursor, work.table, operation.account, before, valid ? account.rootOf() : before);
        if (!valid) return false;
        if (creates) _append(work, operation, digest);
        credit(work, refund.account, refund.amount);
        // forge-lint: disable-next-line(unsafe-typecast) part of a balance
        work.shard.revenue += uint64(work.price);
    }

    /// @notice Adds to an account's balance: account · branch; nothing where there is no account.
    function credit(Work memory work, uint32 index, uint64 amount) internal view {
        if (index == NO_SPONSOR) return;
        OpenedAccount memory account = work.cursor.openAccount();
        bytes32 before = account.rootOf();
        account.balance += amount;
        work.shard.putAccount(work.cursor, work.table, index, before, account.rootOf());
    }

    /// @dev What the operation takes from its account, and does to the conversation it names.
    function _spend(
        Work memory work,
        Operation memory operation,
        OpenedAccount memory account,
        bytes32 digest,
        Refund memory refund
    ) private view returns (bool) {
        uint256 spent = work.price;
        if (operation.kind == OperationRoots.RECLAIM) {
            if (spent > uint256(account.balance) + operation.amount) return false;
            if (!_reclaim(work, operation)) return false;
            account.balance += operation.amount;
        } else if (operation.kind == OperationRoots.CREATE_CONVERSATION) {
            for (uint256 i; i < operation.add.length; ++i) {
                spent += operation.add[i].allowance;
            }
            if (spent > account.balance || !_consented(work, operation.add, digest)) return false;
        } else {
            spent += operation.amount;
            if (spent > account.balance) return false;
            if (operation.kind == OperationRoots.FUND && !_fund(work, operation, refund)) return false;
            if (operation.kind == OperationRoots.WITHDRAW) account.withdrawn += operation.amount;
        }
        // forge-lint: disable-next-line(unsafe-typecast) at most the balance
        account.balance -= uint64(spent);
        return true;
    }

    function _hasGoodEntries(Work memory work, Entry[] memory entries) private pure returns (bool) {
        if (entries.length == 0 || entries.length > MAX_ENTRIES) return false;
        if (work.shard.conversationCount >= MAX_CONVERSATIONS) return false;
        bool admin;
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i].role == 0 || entries[i].role > 2) return false;
            if (entries[i].role == 2) admin = true;
        }
        return admin;
    }

    function _consented(Work memory work, Entry[] memory entries, bytes32 id) private view returns (bool) {
        for (uint256 i; i < entries.length; ++i) {
            if (!work.byEntering(id, i, 0, entries[i].key, i + 1)) return false;
        }
        return true;
    }

    /// @dev Puts a new conversation at the end: branch
    function _append(Work memory work, Operation memory operation, bytes32 id) private view {
        Entry[] memory entries = operation.add;
        bytes32[] memory members = new bytes32[](entries.length);
        for (uint256 i; i < members.length; ++i) {
            Entry memory e = entries[i];
            members[i] = OpenedMember(e.key, e.role, 1, operation.account, e.allowance, e.priceLimit).rootOf(work.table);
        }
        uint256 count = entries.length;
        bytes32 tree = Ssz.merkleize(members, Shards.MEMBERS_DEPTH);
        bytes32 leaf = OpenedConversation(id, 0, tree, count, 0, id).rootOf(work.table);
        work.shard.put(work.cursor, work.table, work.shard.conversationCount, 0, leaf);
        ++work.shard.conversationCount;
    }

    /// @dev conversation · (member · branch, unless the slot is beyond the end) · branch
    function _fund(Work memory work, Operation memory operation, Refund memory refund) private view returns (bool ok) {
        (OpenedConversation memory conversation, OpenedMember memory member, bool found) = _openSlot(work, operation);
        bytes32 before = conversation.rootOf(work.table);
        if (found) {
            bytes32 leaf = member.rootOf(work.table);
            bool own = member.sponsor == operation.account;
            ok = member.role != 0 && (own || member.allowance < work.messagePrice);
            if (ok) {
                if (!own) {
                    (refund.account, refund.amount) = (member.sponsor, member.allowance);
                    (member.sponsor, member.allowance) = (operation.account, 0);
                }
                member.allowance += operation.amount;
                member.priceLimit = operation.priceLimit;
            }
            conversation.put(work.cursor, work.table, operation.member, leaf, ok ? member.rootOf(work.table) : leaf);
        }
        _putConversation(work, operation, before, conversation);
    }

    /// @dev conversation · (member · branch, unless the slot is beyond the end) · branch
    function _reclaim(Work memory work, Operation memory operation) private view returns (bool ok) {
        (OpenedConversation memory conversation, OpenedMember memory member, bool found) = _openSlot(work, operation);
        bytes32 before = conversation.rootOf(work.table);
        if (found) {
            bytes32 leaf = member.rootOf(work.table);
            ok = member.sponsor == operation.account && operation.amount <= member.allowance;
            if (ok) member.allowance -= operation.amount;
            conversation.put(work.cursor, work.table, operation.member, leaf, ok ? member.rootOf(work.table) : leaf);
        }
        _putConversation(work, operation, before, conversation);
    }

    /// @dev Opens the conversation and, below its count, the slot; an unknown conversation stays as it is made: without an id.
    function _openSlot(Work memory work, Operation memory operation)
        private
        pure
        returns (OpenedConversation memory conversation, OpenedMember memory member, bool found)
    {
        if (operation.conversation >= work.shard.conversationCount) return (conversation, member, false);
        conversation = work.cursor.openConversation();
        found = operation.member < conversation.count;
        if (found) member = work.cursor.openMember();
    }

    function _putConversation(
        Work memory work,
        Operation memory operation,
        bytes32 before,
        OpenedConversation memory conversation
    ) private view {
        if (operation.conversation >= work.shard.conversationCount) return;
        bytes32 next = conversation.rootOf(work.table);
        work.shard.put(work.cursor, work.table, operation.conversation, before, next);
    }
}
