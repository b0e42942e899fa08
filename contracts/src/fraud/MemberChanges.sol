// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../libraries/Ssz.sol";
import {AccountOperations} from "./AccountOperations.sol";
import {Cursor} from "./Cursors.sol";
import {Digests} from "./Digests.sol";
import {Entry, Operation, Operations} from "./Operations.sol";
import {OpenedConversation, OpenedMember, OpenedShard, Shards} from "./Shards.sol";
import {Vouching, Work} from "./Work.sol";

/// @title Changes of a conversation's members
library MemberChanges {
    using Operations for Operation;
    using Shards for Cursor;
    using Shards for OpenedConversation;
    using Shards for OpenedMember;
    using Shards for OpenedShard;
    using Vouching for Work;

    uint64 private constant HIGHEST_COUNTER = type(uint64).max;
    uint256 private constant MAX_ENTRIES = 16;
    uint256 private constant MAX_MEMBERS = 4096;
    uint32 private constant NO_SPONSOR = type(uint32).max;
    uint8 private constant MEMBER = 1;
    uint8 private constant ADMIN = 2;

    /// @dev A change on its way.
    struct Change {
        Operation operation;
        OpenedConversation conversation;
        bytes32 digest;
        uint32 sponsor;
        /// Whether it only removes its signer or exchanges the signer's key.
        bool own;
        /// What the removed leave to their sponsors.
        uint32[] sponsors;
        uint64[] amounts;
    }

    /// @notice Applies a change: conversation · slots as the entries read them · branch · accounts of the removed's sponsors.
    /// @return valid Whether it is valid; the shard has then changed.
    function apply_(Work memory work, Operation memory operation) internal view returns (bool valid) {
        if (!_hasGoodEntries(operation) || operation.conversation >= work.shard.conversationCount) return false;
        Change memory change;
        change.operation = operation;
        change.own = _isOwn(operation);
        change.conversation = work.cursor.openConversation();
        bytes32 before = change.conversation.rootOf(work.table);
        valid = _change(work, change);
        if (valid) {
            ++change.conversation.epoch;
            change.conversation.head = Ssz.hash(change.conversation.head, change.digest);
        }
        bytes32 next = valid ? change.conversation.rootOf(work.table) : before;
        work.shard.put(work.cursor, work.table, operation.conversation, before, next);
        if (!valid) return false;
        for (uint256 i; i < change.sponsors.length; ++i) {
            AccountOperations.credit(work, change.sponsors[i], change.amounts[i]);
        }
        // forge-lint: disable-next-line(unsafe-typecast) part of an allowance
        work.shard.revenue += uint64(work.price);
    }

    function _change(Work memory work, Change memory change) private view returns (bool) {
        OpenedConversation memory conversation = change.conversation;
        if (change.operation.epoch != conversation.epoch || conversation.epoch == HIGHEST_COUNTER) return false;
        return _sign(work, change) && _remove(work, change) && _setRoles(work, change) && _add(work, change)
            && _exchange(work, change) && (change.own || _staysAdmin(change.operation));
    }

    /// @dev The signer pays, for those that it adds as well.
    function _sign(Work memory work, Change memory change) private view returns (bool valid) {
        Operation memory operation = change.operation;
        if (operation.member >= change.conversation.count) return false;
        (OpenedMember memory signer, bytes32 before) = _open(work);
        uint256 spent = work.price;
        for (uint256 i; i < operation.add.length; ++i) {
            spent += operation.add[i].allowance;
        }
        bytes32 place = Digests.place(operation.member, operation.epoch);
        bytes32 domain = Digests.domain(Digests.CHANGE, work.chainId);
        change.digest = Digests.digest(domain, change.conversation.id, place, operation.containerRoot());
        change.sponsor = signer.sponsor;
        valid = signer.role >= (change.own ? MEMBER : ADMIN) && work.messagePrice <= signer.priceLimit
            && spent <= signer.allowance && work.byKey(signer.key, change.digest, 0);
        // forge-lint: disable-next-line(unsafe-typecast) at most the allowance
        if (valid) signer.allowance -= uint64(spent);
        _put(work, change, operation.member, before, signer);
    }

    function _remove(Work memory work, Change memory change) private view returns (bool) {
        Entry[] memory entries = change.operation.remove;
        change.sponsors = new uint32[](entries.length);
        change.amounts = new uint64[](entries.length);
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i].slot >= change.conversation.count) return false;
            (OpenedMember memory member, bytes32 before) = _open(work);
            bool valid = member.role != 0 && member.nonce != HIGHEST_COUNTER;
            if (valid) {
                (change.sponsors[i], change.amounts[i]) = (member.sponsor, member.allowance);
                member = OpenedMember(member.key, 0, member.nonce + 1, NO_SPONSOR, 0, 0);
            }
            _put(work, change, entries[i].slot, before, member);
            if (!valid) return false;
        }
        return true;
    }

    function _setRoles(Work memory work, Change memory change) private view returns (bool) {
        Entry[] memory entries = change.operation.roles;
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i].slot >= change.conversation.count) return false;
            (OpenedMember memory member, bytes32 before) = _open(work);
            bool valid = member.role != 0;
            if (valid) member.role = entries[i].role;
            _put(work, change, entries[i].slot, before, member);
            if (!valid) return false;
        }
        return true;
    }

    function _add(Work memory work, Change memory change) private view returns (bool) {
        Entry[] memory entries = change.operation.add;
        for (uint256 i; i < entries.length; ++i) {
            if (!_enter(work, change, entries[i], i + 1)) return false;
        }
        return true;
    }

    /// @dev Puts somebody into a slot: (member, unless the slot is new) · (hint) · branch
    function _enter(Work memory work, Change memory change, Entry memory e, uint256 index)
        private
        view
        returns (bool valid)
    {
        OpenedConversation memory conversation = change.conversation;
        if (e.slot > conversation.count || e.slot >= MAX_MEMBERS) return false;
        OpenedMember memory member;
        bytes32 before;
        bool fresh = e.slot == conversation.count;
        if (!fresh) (member, before) = _open(work);
        uint64 nonce = member.nonce;
        valid = member.role == 0 && nonce != HIGHEST_COUNTER
            && work.byEntering(conversation.id, e.slot, nonce, e.key, index);
        bytes32 next = before;
        if (valid) {
            member = OpenedMember(e.key, e.role, nonce + 1, change.sponsor, e.allowance, e.priceLimit);
            next = member.rootOf(work.table);
            if (fresh) ++conversation.count;
        }
        conversation.put(work.cursor, work.table, e.slot, before, next);
    }

    /// @dev (member · (hint) · branch) where there is a key to exchange
    function _exchange(Work memory work, Change memory change) private view returns (bool valid) {
        Operation memory operation = change.operation;
        if (operation.exchange.length == 0) return true;
        bytes32 key = operation.exchange[0].key;
        (OpenedMember memory member, bytes32 before) = _open(work);
        valid = member.role != 0 && member.nonce != HIGHEST_COUNTER
            && work.byEntering(change.conversation.id, operation.member, member.nonce, key, 1 + operation.add.length);
        if (valid) (member.key, member.nonce) = (key, member.nonce + 1);
        _put(work, change, operation.member, before, member);
    }

    /// @dev Whether the signer is an admin afterwards: nobody can have entered its slot unless it was removed.
    function _staysAdmin(Operation memory operation) private pure returns (bool) {
        for (uint256 i; i < operation.remove.length; ++i) {
            if (operation.remove[i].slot == operation.member) return false;
        }
        uint8 role = ADMIN;
        for (uint256 i; i < operation.roles.length; ++i) {
            if (operation.roles[i].slot == operation.member) role = operation.roles[i].role;
        }
        return role == ADMIN;
    }

    function _hasGoodEntries(Operation memory operation) private pure returns (bool) {
        uint256 entries = _count(operation);
        if (entries == 0 || entries > MAX_ENTRIES || operation.exchange.length > 1) return false;
        return _hasGoodRoles(operation.roles) && _hasGoodRoles(operation.add);
    }

    function _hasGoodRoles(Entry[] memory entries) private pure returns (bool) {
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i].role != MEMBER && entries[i].role != ADMIN) return false;
        }
        return true;
    }

    function _isOwn(Operation memory operation) private pure returns (bool) {
        if (_count(operation) != 1) return false;
        if (operation.exchange.length == 1) return true;
        return operation.remove.length == 1 && operation.remove[0].slot == operation.member;
    }

    function _count(Operation memory operation) private pure returns (uint256) {
        return operation.remove.length + operation.roles.length + operation.add.length + operation.exchange.length;
    }

    function _open(Work memory work) private view returns (OpenedMember memory member, bytes32 root) {
        member = work.cursor.openMember();
        root = member.rootOf(work.table);
    }

    function _put(Work memory work, Change memory change, uint256 slot, bytes32 before, OpenedMember memory next)
        private
        view
    {
        change.conversation.put(work.cursor, work.table, slot, before, next.rootOf(work.table));
    }
}
