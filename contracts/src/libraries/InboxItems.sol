// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Message, Signature} from "../types/Operations.sol";
import {Deposit, Prices} from "../types/State.sol";
import {Headers} from "./Headers.sol";
import {OperationRoots} from "./OperationRoots.sol";
import {Ssz} from "./Ssz.sol";

/// @title hash_tree_root of inbox items
/// @notice Equal to `InboxItemType` in `protocol/src/types/inbox.ts`; vectors in `test/vectors` keep it so.
library InboxItems {
    using OperationRoots for Message;
    using OperationRoots for Signature;
    using OperationRoots for Signature[];

    uint8 internal constant DEPOSIT = 0;
    uint8 internal constant FORCED_OPERATION = 1;
    uint8 internal constant FORCED_MESSAGE = 2;
    uint8 internal constant PRICES = 3;

    /// @notice Root of the item union holding a deposit.
    function deposit(Deposit memory item) internal view returns (bytes32) {
        bytes32 value =
            Ssz.hash4(Ssz.chunk(item.shard), Ssz.chunk(item.account), Ssz.chunk(item.owner), Ssz.chunk(item.amount));
        return Ssz.mixInSelector(value, DEPOSIT);
    }

    /// @notice Root of the item union holding an operation forced by `sender`.
    /// @param operationRoot Root of the operation union.
    function forcedOperation(address sender, bytes32 operationRoot, Signature[] calldata signatures)
        internal
        view
        returns (bytes32)
    {
        return Ssz.mixInSelector(Ssz.hash4(Ssz.chunk(sender), operationRoot, signatures.root(), 0), FORCED_OPERATION);
    }

    /// @notice Root of the item union holding a forced message.
    function forcedMessage(uint8 shard, Message calldata message, Signature calldata signature)
        internal
        view
        returns (bytes32)
    {
        return Ssz.mixInSelector(Ssz.hash4(Ssz.chunk(shard), message.root(), signature.root(), 0), FORCED_MESSAGE);
    }

    /// @notice Root of the item union holding prices.
    function prices(Prices memory item) internal view returns (bytes32) {
        return Ssz.mixInSelector(Headers.root(item), PRICES);
    }
}
