// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    AddedMember,
    ChangedRole,
    ChangeMembers,
    CreateConversation,
    ExchangedKey,
    Fund,
    InitialMember,
    Message,
    Reclaim,
    RemovedMember,
    Signature,
    Withdraw
} from "../types/Operations.sol";
import {Ssz} from "./Ssz.sol";

/// @title hash_tree_root of operations
/// @notice Equal to `OperationType` and its parts in `protocol/src/types/operation.ts`; vectors in `test/vectors` keep it so.
library OperationRoots {
    uint8 internal constant CREATE_CONVERSATION = 0;
    uint8 internal constant CHANGE_MEMBERS = 1;
    uint8 internal constant FUND = 2;
    uint8 internal constant RECLAIM = 3;
    uint8 internal constant WITHDRAW = 4;

    /// @dev Levels of a list of at most 16 entries.
    uint256 private constant ENTRIES_DEPTH = 4;
    /// @dev Levels of a list of at most 17 signatures.
    uint256 private constant SIGNATURES_DEPTH = 5;
    /// @dev Levels of a container of five to eight fields.
    uint256 private constant EIGHT_FIELDS_DEPTH = 3;

    /// @notice Root of the operation union holding a creation.
    function root(CreateConversation calldata operation) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](5);
        fields[0] = Ssz.chunk(operation.shard);
        fields[1] = Ssz.chunk(operation.account);
        fields[2] = Ssz.chunk(operation.nonce);
        fields[3] = operation.salt;
        fields[4] = _root(operation.members);
        return Ssz.mixInSelector(Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH), CREATE_CONVERSATION);
    }

    /// @notice Root of the operation union holding a membership change.
    function root(ChangeMembers calldata operation) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](8);
        fields[0] = Ssz.chunk(operation.shard);
        fields[1] = Ssz.chunk(operation.conversation);
        fields[2] = Ssz.chunk(operation.epoch);
        fields[3] = Ssz.chunk(operation.signer);
        fields[4] = _root(operation.remove);
        fields[5] = _root(operation.roles);
        fields[6] = _root(operation.add);
        fields[7] = _root(operation.exchange);
        return Ssz.mixInSelector(Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH), CHANGE_MEMBERS);
    }

    /// @notice Root of the operation union holding a funding.
    function root(Fund calldata operation) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](7);
        fields[0] = Ssz.chunk(operation.shard);
        fields[1] = Ssz.chunk(operation.account);
        fields[2] = Ssz.chunk(operation.nonce);
        fields[3] = Ssz.chunk(operation.conversation);
        fields[4] = Ssz.chunk(operation.member);
        fields[5] = Ssz.chunk(operation.amount);
        fields[6] = Ssz.chunk(operation.priceLimit);
        return Ssz.mixInSelector(Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH), FUND);
    }

    /// @notice Root of the operation union holding a reclaim.
    function root(Reclaim calldata operation) internal view returns (bytes32) {
        bytes32[] memory fields = new bytes32[](6);
        fields[0] = Ssz.chunk(operation.shard);
        fields[1] = Ssz.chunk(operation.account);
        fields[2] = Ssz.chunk(operation.nonce);
        fields[3] = Ssz.chunk(operation.conversation);
        fields[4] = Ssz.chunk(operation.member);
        fields[5] = Ssz.chunk(operation.amount);
        return Ssz.mixInSelector(Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH), RECLAIM);
    }

    /// @notice Root of the operation union holding a withdrawal.
    function root(Withdraw calldata operation) internal view returns (bytes32) {
        bytes32 value = Ssz.hash4(
            Ssz.chunk(operation.shard),
            Ssz.chunk(operation.account),
            Ssz.chunk(operation.nonce),
            Ssz.chunk(operation.amount)
        );
        return Ssz.mixInSelector(value, WITHDRAW);
    }

    /// @notice Root of a message.
    function root(Message calldata message) internal view returns (bytes32) {
        return Ssz.hash4(Ssz.chunk(message.conversation), Ssz.chunk(message.member), message.content, 0);
    }

    /// @notice Root of a signature.
    function root(Signature calldata signature) internal view returns (bytes32) {
        return Ssz.hash(signature.r, signature.s);
    }

    /// @notice Root of a list of at most 17 signatures.
    function root(Signature[] calldata signatures) internal view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](signatures.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = root(signatures[i]);
        }
        return _list(roots, SIGNATURES_DEPTH);
    }

    function _root(InitialMember[] calldata members) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](members.length);
        for (uint256 i; i < roots.length; ++i) {
            InitialMember calldata member = members[i];
            roots[i] = Ssz.hash4(
                member.key, Ssz.chunk(member.role), Ssz.chunk(member.allowance), Ssz.chunk(member.priceLimit)
            );
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _root(RemovedMember[] calldata entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = Ssz.chunk(entries[i].slot);
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _root(ChangedRole[] calldata entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = Ssz.hash(Ssz.chunk(entries[i].slot), Ssz.chunk(entries[i].role));
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    function _root(AddedMember[] calldata entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            AddedMember calldata entry = entries[i];
            bytes32[] memory fields = new bytes32[](5);
            fields[0] = Ssz.chunk(entry.slot);
            fields[1] = entry.key;
            fields[2] = Ssz.chunk(entry.role);
            fields[3] = Ssz.chunk(entry.allowance);
            fields[4] = Ssz.chunk(entry.priceLimit);
            roots[i] = Ssz.merkleize(fields, EIGHT_FIELDS_DEPTH);
        }
        return _list(roots, ENTRIES_DEPTH);
    }

    /// @dev A list of at most one: `merkleize` reverts for more.
    function _root(ExchangedKey[] calldata entries) private view returns (bytes32) {
        bytes32[] memory roots = new bytes32[](entries.length);
        for (uint256 i; i < roots.length; ++i) {
            roots[i] = entries[i].key;
        }
        return _list(roots, 0);
    }

    function _list(bytes32[] memory roots, uint256 depth) private view returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) at most 17, or `merkleize` reverts
        uint64 length = uint64(roots.length);
        return Ssz.mixInLength(Ssz.merkleize(roots, depth), length);
    }
}
