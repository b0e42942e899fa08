// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {Deployed} from "./support/Deployed.sol";
import {InboxStorage} from "./support/InboxStorage.sol";
import {Mwei} from "../src/types/Units.sol";

contract InboxDepositTest is Deployed, InboxStorage {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    function setUp() public override {
        super.setUp();
        vm.deal(address(this), type(uint128).max);
    }

    function test_deposit_accountsCountUpPerShard() public {
        assertEq(inbox.deposit{value: 1 ether}(3, ALICE), 0, "first of shard 3");
        assertEq(inbox.deposit{value: 1 ether}(3, BOB), 1, "second of shard 3");
        assertEq(inbox.deposit{value: 1 ether}(3, ALICE), 0, "again");
        assertEq(inbox.deposit{value: 1 ether}(4, BOB), 0, "first of shard 4");
        assertEq(inbox.accountCount(3), 2, "accounts of shard 3");
        assertEq(inbox.accountCount(4), 1, "accounts of shard 4");
        assertEq(inbox.accountCount(5), 0, "accounts of shard 5");
        (bool exists, uint32 account) = inbox.accountOf(3, BOB);
        assertTrue(exists, "BOB has an account in shard 3");
        assertEq(account, 1, "BOB's account");
        (exists,) = inbox.accountOf(4, ALICE);
        assertTrue(!exists, "ALICE has none in shard 4");
    }

    function testFuzz_deposit_valueAddsUp(uint8 shard, address owner, uint256 count) public {
        shard = uint8(clamp(shard, 0, 63));
        vm.assume(owner != address(0));
        Mwei amount = mwei(clamp(count, MIN_DEPOSIT.wide(), 2 ** 63));
        inbox.deposit{value: amount.toWei()}(shard, owner);
        assertEq(inbox.heldIn(shard), amount, "mwei");
        assertEq(address(inbox).balance, amount.wide() * 10 ** 6, "wei");
    }

    function testFuzz_deposit_unknownShard_reverts(uint8 shard) public {
        shard = uint8(clamp(shard, 64, 255));
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.deposit{value: 1 ether}(shard, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.accountCount(shard);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.revenuePaid(shard);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.heldIn(shard);
    }

    function test_deposit_ownerZero_reverts() public {
        vm.expectRevert(IInbox.Inbox_OwnerZero.selector);
        inbox.deposit{value: 1 ether}(0, address(0));
    }

    function testFuzz_deposit_notWholeMwei_reverts(uint64 amount, uint256 odd) public {
        odd = clamp(odd, 1, 10 ** 6 - 1);
        uint256 value = clamp(amount, MIN_DEPOSIT.wide(), 2 ** 62) * 10 ** 6 + odd;
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NotWholeMwei.selector, value));
        inbox.deposit{value: value}(0, ALICE);
    }

    function test_deposit_belowMinimum_reverts() public {
        inbox.deposit{value: MIN_DEPOSIT.toWei()}(0, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IInbox.Inbox_DepositTooSmall.selector, MIN_DEPOSIT.wide() - 1, MIN_DEPOSIT)
        );
        inbox.deposit{value: (MIN_DEPOSIT.wide() - 1) * 10 ** 6}(0, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_DepositTooSmall.selector, 0, MIN_DEPOSIT));
        inbox.deposit(0, ALICE);
    }

    function test_deposit_totalUpToLimit_works() public {
        setHeld(inbox, 0, mwei(2 ** 63 - 5000));
        inbox.deposit{value: 4000 * 10 ** 6}(0, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_DepositsExhausted.selector, 2 ** 63 + 1, 2 ** 63));
        inbox.deposit{value: 1001 * 10 ** 6}(0, ALICE);
        inbox.deposit{value: 1000 * 10 ** 6}(0, ALICE);
        assertEq(inbox.heldIn(0), mwei(2 ** 63), "all that one shard holds");
        inbox.deposit{value: 1000 * 10 ** 6}(1, ALICE);
    }

    function testFuzz_deposit_beyond64Bits_reverts(uint256 amount) public {
        uint256 value = clamp(amount, 2 ** 64, 2 ** 100) * 10 ** 6;
        vm.deal(address(this), value);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NotWholeMwei.selector, value));
        inbox.deposit{value: value}(0, ALICE);
    }

    function test_deposit_fullShard_refusesNewOwnersOnly() public {
        inbox.deposit{value: 1 ether}(9, ALICE);
        setAccountCount(inbox, 9, type(uint32).max - 1);
        assertEq(inbox.deposit{value: 1 ether}(9, BOB), type(uint32).max - 1, "last index");
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_AccountsExhausted.selector, 9));
        inbox.deposit{value: 1 ether}(9, address(0xCA401));
        assertEq(inbox.deposit{value: 1 ether}(9, ALICE), 0, "known owner");
        (, uint32 account) = inbox.accountOf(9, BOB);
        assertEq(account, type(uint32).max - 1, "BOB's account");
        assertEq(inbox.deposit{value: 1 ether}(10, address(0xCA401)), 0, "other shard");
    }

    function test_queue_plainTransfer_reverts() public {
        (bool taken,) = address(inbox).call{value: 1 ether}("");
        assertTrue(!taken, "ether without a shard");
    }
}
