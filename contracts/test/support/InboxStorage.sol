// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {Base} from "./Base.sol";

/// @title Counters of an inbox set to where no test could drive them
/// @dev Slots as `forge inspect Inbox storageLayout` tells; each write is checked through the inbox's own view.
abstract contract InboxStorage is Base {
    uint256 private constant ACCOUNT_COUNTS_SLOT = 3;
    uint256 private constant TOTAL_DEPOSITS_SLOT = 30;

    function setTotalDeposits(IInbox inbox, uint64 total) internal {
        vm.store(address(inbox), bytes32(TOTAL_DEPOSITS_SLOT), bytes32(uint256(total)));
        assertEq(inbox.totalDeposits(), total, "slot of totalDeposits");
    }

    function setAccountCount(IInbox inbox, uint8 shard, uint32 accounts) internal {
        bytes32 slot = bytes32(ACCOUNT_COUNTS_SLOT + shard / 8);
        uint256 shift = 32 * (shard % 8);
        uint256 word = uint256(vm.load(address(inbox), slot));
        word = (word & ~(uint256(type(uint32).max) << shift)) | (uint256(accounts) << shift);
        vm.store(address(inbox), slot, bytes32(word));
        assertEq(inbox.accountCount(shard), accounts, "slot of accountCount");
    }
}
