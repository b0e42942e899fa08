// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mwei} from "./Units.sol";

/// @dev The SSZ containers of `protocol/src/types/state.ts` and `inbox.ts` that the L2 reads.

/// @dev Prices that follow the outside world: a byte of the core and one of the witness, which may lie on different layers, settling
/// one operation, a byte of new state.
struct Prices {
    Mwei coreByte;
    Mwei witnessByte;
    Mwei settlement;
    Mwei stateByte;
}

/// @dev Money of one L2 address within one shard; `withdrawn` only ever grows.
struct Account {
    address owner;
    uint64 nonce;
    Mwei balance;
    Mwei withdrawn;
}

/// @dev Money sent to a shard by way of the L2.
struct Deposit {
    uint8 shard;
    uint32 account;
    address owner;
    Mwei amount;
}
