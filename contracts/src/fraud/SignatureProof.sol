// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {OperationRoots} from "../libraries/OperationRoots.sol";
import {Case} from "../types/Fraud.sol";
import {Batches, OpenedBlock, OpenedRun, OpenedSegment} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Curve} from "./Curve.sol";
import {Digests} from "./Digests.sol";
import {Messages} from "./Messages.sol";
import {Operation, Operations} from "./Operations.sol";
import {OwnerDigests} from "./OwnerDigests.sol";
import {OpenedAccount, OpenedConversation, OpenedMember, OpenedShard, Shards} from "./Shards.sol";
import {Trees} from "./Trees.sol";
import {Signed, Witnesses} from "./Witnesses.sol";

/// @title One signature of a segment
/// @notice Shows that a signature of a message, an owner, a consent or a membership change does not hold.
contract SignatureProof is IProof {
    using Cursors for Cursor;
    using Operations for Operation;
    using OwnerDigests for Operation;
    using Shards for Cursor;
    using Shards for OpenedShard;
    using Shards for OpenedConversation;
    using Shards for OpenedMember;
    using Shards for OpenedAccount;

    /// @dev What the signature is of.
    struct Place {
        bytes32[] table;
        bytes32 preRoot;
        uint64 chainId;
        uint256 entry;
    }

    /// @inheritdoc IProof
    /// @param proof block · run · segment · entry · signatures, then the body and what the digest depends on.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        Cursor memory cursor = Cursors.open(proof);
        bytes32[] memory table = Trees.zeros();
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        Place memory place = Place(table, segment.preRoot, case_.chainId, cursor.take(1));
        Signed memory signed = Witnesses.open(cursor, table, case_, block_.index, run.index, segment.index, place.entry);
        bool holds;
        if (segment.kind == Batches.MESSAGES) {
            holds = _message(cursor, place, segment, signed);
        } else if (segment.kind == Batches.OPERATION) {
            holds = _operation(cursor, place, segment.body, case_.separator, signed);
        } else {
            revert Proof_OtherKind(segment.kind);
        }
        cursor.close();
        if (holds) revert Proof_NothingWrong();
        return IProof.check.selector;
    }

    /// @notice Whether the point with x `key` and even y signed `digest`. `hint` as in docs/spec/fraud-proofs.md.
    function holdsForMember(bytes32 key, uint256 hint, bytes32 digest, bytes32 r, bytes32 s)
        external
        view
        returns (bool)
    {
        return Curve.holdsForMember(key, hint, digest, r, s);
    }

    /// @notice Whether `owner` signed `digest`.
    function holdsForOwner(address owner, bytes32 digest, bytes32 r, bytes32 s) external view returns (bool) {
        return Curve.holdsForOwner(owner, digest, r, s);
    }

    /// @dev messages · shard · conversation · member · branch · branch · hint
    function _message(Cursor memory cursor, Place memory place, OpenedSegment memory segment, Signed memory signed)
        private
        view
        returns (bool)
    {
        _checkCount(signed.count, segment.value);
        (uint256 first, bytes32 tree) = Messages.read(cursor, segment.value);
        Trees.checkRoot(tree, segment.body);
        uint256 at = first + Messages.SIZE * place.entry;
        (uint256 index, uint256 slot, bytes32 content) = Messages.get(at);
        (OpenedConversation memory conversation, OpenedMember memory member) = _openSlot(cursor, place, index, slot);
        _checkBelow(slot, conversation.count);
        uint64 nonce = member.nonce;
        for (uint256 earlier = first; earlier < at; earlier += Messages.SIZE) {
            if (Messages.sameSlot(earlier, at)) ++nonce;
        }
        bytes32 domain = Digests.domain(Digests.MESSAGE, place.chainId);
        bytes32 digest = Digests.digest(domain, conversation.id, Digests.place(slot, nonce), content);
        return _holds(cursor, member.key, digest, signed);
    }

    /// @dev operation, then by what it is and which signature: shard · account · branch; hint; or
    /// shard · conversation · (member · branch, unless the slot is new) · branch · hint
    function _operation(Cursor memory cursor, Place memory place, bytes32 root, bytes32 separator, Signed memory signed)
        private
        view
        returns (bool)
    {
        Operation memory operation = Operations.read(cursor);
        Trees.checkRoot(operation.rootOf(), root);
        _checkCount(signed.count, operation.signatures());
        if (operation.kind == OperationRoots.CHANGE_MEMBERS) return _change(cursor, place, operation, signed);
        bytes32 digest = operation.digest(separator);
        if (place.entry == 0) {
            address owner = _openOwner(cursor, place, operation.account);
            return Curve.holdsForOwner(owner, digest, signed.r, signed.s);
        }
        uint256 slot = place.entry - 1;
        return _consents(cursor, place, digest, slot, 0, operation.add[slot].key, signed);
    }

    function _change(Cursor memory cursor, Place memory place, Operation memory change, Signed memory signed)
        private
        view
        returns (bool)
    {
        (uint256 slot, bytes32 key) = _entering(change, place.entry);
        (OpenedConversation memory conversation, OpenedMember memory member) =
            _openSlot(cursor, place, change.conversation, slot);
        if (place.entry != 0) {
            uint64 nonce = _nonceOf(change, place.entry, slot, member.nonce);
            return _consents(cursor, place, conversation.id, slot, nonce, key, signed);
        }
        _checkBelow(slot, conversation.count);
        bytes32 domain = Digests.domain(Digests.CHANGE, place.chainId);
        bytes32 digest =
            Digests.digest(domain, conversation.id, Digests.place(slot, change.epoch), change.containerRoot());
        return _holds(cursor, member.key, digest, signed);
    }

    /// @dev The slot that a signature of a change is about and the key that enters it; the signer's is the first.
    function _entering(Operation memory change, uint256 entry) private pure returns (uint256 slot, bytes32 key) {
        if (entry == 0) return (change.member, 0);
        uint256 i = entry - 1;
        if (i < change.add.length) return (change.add[i].slot, change.add[i].key);
        return (change.member, change.exchange[i - change.add.length].key);
    }

    /// @dev Nonce of a slot when the entry of a consent is reached: each removal and each entry before raises it.
    function _nonceOf(Operation memory change, uint256 entry, uint256 slot, uint64 nonce)
        private
        pure
        returns (uint64)
    {
        for (uint256 i; i < change.remove.length; ++i) {
            if (change.remove[i].slot == slot) ++nonce;
        }
        for (uint256 i; i < change.add.length && i + 1 < entry; ++i) {
            if (change.add[i].slot == slot) ++nonce;
        }
        return nonce;
    }

    function _consents(
        Cursor memory cursor,
        Place memory place,
        bytes32 id,
        uint256 slot,
        uint64 nonce,
        bytes32 key,
        Signed memory signed
    ) private view returns (bool) {
        bytes32 domain = Digests.domain(Digests.CONSENT, place.chainId);
        return _holds(cursor, key, Digests.digest(domain, id, Digests.place(slot, nonce), key), signed);
    }

    function _holds(Cursor memory cursor, bytes32 key, bytes32 digest, Signed memory signed)
        private
        view
        returns (bool)
    {
        return Curve.holdsForMember(key, uint256(cursor.word()), digest, signed.r, signed.s);
    }

    /// @dev Opens a conversation and its member in `slot`, which stays zero where the slot is beyond the end.
    function _openSlot(Cursor memory cursor, Place memory place, uint256 index, uint256 slot)
        private
        view
        returns (OpenedConversation memory conversation, OpenedMember memory member)
    {
        OpenedShard memory shard = _openShard(cursor, place);
        _checkBelow(index, shard.conversationCount);
        conversation = cursor.openConversation();
        bytes32 root = conversation.rootOf(place.table);
        if (slot < conversation.count) {
            member = cursor.openMember();
            bytes32 leaf = member.rootOf(place.table);
            conversation.put(cursor, place.table, slot, leaf, leaf);
        }
        shard.put(cursor, place.table, index, root, root);
    }

    function _openOwner(Cursor memory cursor, Place memory place, uint256 index) private view returns (address) {
        OpenedShard memory shard = _openShard(cursor, place);
        _checkBelow(index, shard.accountCount);
        OpenedAccount memory account = cursor.openAccount();
        bytes32 leaf = account.rootOf();
        shard.putAccount(cursor, place.table, index, leaf, leaf);
        return account.owner;
    }

    function _openShard(Cursor memory cursor, Place memory place) private view returns (OpenedShard memory shard) {
        shard = cursor.openShard();
        Trees.checkRoot(shard.rootOf(place.table), place.preRoot);
    }

    /// @dev Where the witness has another number of signatures, its shape is what is wrong.
    function _checkCount(uint256 count, uint256 needed) private pure {
        if (count != needed) revert Proof_OtherShape(count, needed);
    }

    function _checkBelow(uint256 index, uint256 count) private pure {
        if (index >= count) revert Proof_BeyondEnd(index, count);
    }
}
