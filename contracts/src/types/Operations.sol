// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mwei} from "./Units.sol";

/// @dev The SSZ containers of `protocol/src/types/operation.ts`, field by field.

/// @dev ECDSA over secp256k1, 64 bytes in SSZ: r ‖ s, both big-endian.
struct Signature {
    bytes32 r;
    bytes32 s;
}

/// @dev The nonce is the member's next, so it is not carried.
struct Message {
    uint32 conversation;
    uint16 member;
    bytes32 content;
}

struct InitialMember {
    bytes32 key;
    uint8 role;
    Mwei allowance;
    Mwei priceLimit;
}

struct CreateConversation {
    uint8 shard;
    uint32 account;
    uint64 nonce;
    bytes32 salt;
    InitialMember[] members;
}

struct RemovedMember {
    uint16 slot;
}

struct ChangedRole {
    uint16 slot;
    uint8 role;
}

/// @dev Who enters a slot, and what the signer gives it of its own allowance.
struct AddedMember {
    uint16 slot;
    bytes32 key;
    uint8 role;
    Mwei allowance;
    Mwei priceLimit;
}

/// @dev The key that takes the place of the signer's own.
struct ExchangedKey {
    bytes32 key;
}

struct ChangeMembers {
    uint8 shard;
    uint32 conversation;
    uint64 epoch;
    uint16 signer;
    RemovedMember[] remove;
    ChangedRole[] roles;
    AddedMember[] add;
    /// At most one.
    ExchangedKey[] exchange;
}

struct Fund {
    uint8 shard;
    uint32 account;
    uint64 nonce;
    uint32 conversation;
    uint16 member;
    Mwei amount;
    Mwei priceLimit;
}

struct Reclaim {
    uint8 shard;
    uint32 account;
    uint64 nonce;
    uint32 conversation;
    uint16 member;
    Mwei amount;
}

struct Withdraw {
    uint8 shard;
    uint32 account;
    uint64 nonce;
    Mwei amount;
}
