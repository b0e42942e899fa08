// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OperationRoots} from "../libraries/OperationRoots.sol";
import {Entry, Operation} from "./Operations.sol";

/// @title What owners sign
/// @notice Equal to `protocol/src/signing/typed-data.ts`.
library OwnerDigests {
    bytes32 private constant CREATE = keccak256(
        "CreateConversation(uint8 shard,uint32 account,uint64 nonce,bytes32 salt,InitialMember[] members)InitialMember(bytes32 key,uint8 role,uint64 allowance,uint64 priceLimit)"
    );
    bytes32 private constant INITIAL_MEMBER =
        keccak256("InitialMember(bytes32 key,uint8 role,uint64 allowance,uint64 priceLimit)");
    bytes32 private constant FUND = keccak256(
        "Fund(uint8 shard,uint32 account,uint64 nonce,uint32 conversation,uint16 member,uint64 amount,uint64 priceLimit)"
    );
    bytes32 private constant RECLAIM =
        keccak256("Reclaim(uint8 shard,uint32 account,uint64 nonce,uint32 conversation,uint16 member,uint64 amount)");
    bytes32 private constant WITHDRAW = keccak256("Withdraw(uint8 shard,uint32 account,uint64 nonce,uint64 amount)");

    /// @notice Digest that the owner signs; of a creation also the conversation's id.
    function digest(Operation memory operation, bytes32 separator) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator, _structHash(operation)));
    }

    function _structHash(Operation memory o) private pure returns (bytes32) {
        if (o.kind == OperationRoots.CREATE_CONVERSATION) {
            return keccak256(abi.encode(CREATE, o.shard, o.account, o.nonce, o.salt, _members(o.add)));
        }
        if (o.kind == OperationRoots.WITHDRAW) {
            return keccak256(abi.encode(WITHDRAW, o.shard, o.account, o.nonce, o.amount));
        }
        if (o.kind == OperationRoots.RECLAIM) {
            return keccak256(abi.encode(RECLAIM, o.shard, o.account, o.nonce, o.conversation, o.member, o.amount));
        }
        return
            keccak256(abi.encode(FUND, o.shard, o.account, o.nonce, o.conversation, o.member, o.amount, o.priceLimit));
    }

    function _members(Entry[] memory entries) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](entries.length);
        for (uint256 i; i < hashes.length; ++i) {
            Entry memory entry = entries[i];
            hashes[i] = keccak256(abi.encode(INITIAL_MEMBER, entry.key, entry.role, entry.allowance, entry.priceLimit));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
