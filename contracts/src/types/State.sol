// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev The SSZ containers of `protocol/src/types/state.ts` and `inbox.ts` that the L2 reads. Amounts in mwei (10^6 wei).

/// @dev Prices that follow the outside world: a byte of the core and one of the witness, which may lie on different layers, settling
/// one operation, a byte of new state.
struct Prices {
    uint64 coreByte;
    uint64 witnessByte;
    uint64 settlement;
    uint64 stateByte;
}

/// @dev Money of one L2 address within one shard; `withdrawn` only ever grows.
struct Account {
    address owner;
    uint64 nonce;
    uint64 balance;
    uint64 withdrawn;
}

/// @dev Money sent to a shard by way of the L2.
struct Deposit {
    uint8 shard;
    uint32 account;
    address owner;
    uint64 amount;
}
