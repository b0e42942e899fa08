// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BlockHeader} from "../types/Batch.sol";
import {Case} from "../types/Fraud.sol";
import {Batches, OpenedBlock} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";

/// @title A block with the header before it
library Neighbours {
    using Cursors for Cursor;

    /// @notice Opens a block and the one before it: index · (the block before, unless index is 0) · the block.
    /// @return before Of the block before; of the first, the last header of the claim's parent.
    function open(Cursor memory cursor, bytes32[] memory table, Case calldata case_)
        internal
        view
        returns (BlockHeader memory before, bytes32 beforeRoot, OpenedBlock memory opened)
    {
        opened.index = cursor.take(2);
        if (opened.index == 0) {
            before = case_.before;
            beforeRoot = Batches.rootOf(before);
        } else {
            OpenedBlock memory previous;
            previous.index = opened.index - 1;
            Batches.openBlock(cursor, table, case_, previous);
            before = previous.header;
            beforeRoot = previous.headerRoot;
        }
        Batches.openBlock(cursor, table, case_, opened);
    }
}
