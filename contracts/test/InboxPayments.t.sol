// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {BatchClaim, ClaimRequest} from "../src/types/Batch.sol";
import {Mwei} from "../src/types/Units.sol";
import {Deployed} from "./support/Deployed.sol";
import {InboxStorage} from "./support/InboxStorage.sol";
import {StateVectors} from "./support/StateVectors.sol";

/// @dev Takes its money and tries to take it again while it is being paid.
contract GreedyRecipient {
    address private immutable INBOX;
    bytes private _again;
    uint256 public received;
    bool public tookTwice;

    constructor(address inbox) {
        INBOX = inbox;
    }

    function prepare(bytes calldata call) external {
        _again = call;
    }

    receive() external payable {
        ++received;
        if (received > 1) return;
        (tookTwice,) = INBOX.call(_again);
    }
}

contract InboxPaymentsTest is Deployed, InboxStorage, StateVectors {
    uint256 private constant VAULT = 1000 ether;

    BatchClaim private _claim;

    function setUp() public override {
        super.setUp();
        readVectors();
        vm.deal(address(inbox), VAULT);
        for (uint8 shard; shard < 64; ++shard) {
            setHeld(inbox, shard, mwei(VAULT / 10 ** 6));
        }
        _claim = _claimState(stateRoot());
        vm.warp(START + 600);
        assertEq(rollup.finalize(1), 1, "final claim");
    }

    function test_withdraw_paysOwnerOnce() public {
        for (uint256 i; i < accountVectors(); ++i) {
            AccountProof memory p = accountProof(i);
            address owner = p.account.owner;
            vm.expectEmit(address(inbox));
            emit IInbox.Withdrawn(p.shard, p.index, owner, p.account.withdrawn, p.account.withdrawn);
            Mwei amount = inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, owner);
            assertEq(amount, p.account.withdrawn, "mwei");
            assertEq(owner.balance, p.account.withdrawn.toWei(), "wei");
            assertEq(inbox.paidTo(p.shard, p.index), amount, "paid");
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NothingDue.selector, amount, amount));
            inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, owner);
        }
    }

    function test_withdraw_laterState_paysTheRest() public {
        AccountProof memory p = accountProof(2);
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, p.account.owner);
        BatchClaim memory first = _claim;
        Mwei before = p.account.withdrawn;
        Mwei rest = mwei(12_345);
        p.account.withdrawn = before + rest;
        BatchClaim memory later = _claimState(_rootWith(p));
        vm.warp(START + 1200);
        assertEq(rollup.finalize(1), 2, "final claim");
        vm.expectEmit(address(inbox));
        emit IInbox.Withdrawn(p.shard, p.index, p.account.owner, rest, p.account.withdrawn);
        Mwei amount = inbox.withdraw(later, p.shard, p.index, p.account, p.branch, p.account.owner);
        assertEq(amount, rest, "the rest");
        p.account.withdrawn = before;
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NothingDue.selector, before, before + rest));
        inbox.withdraw(first, p.shard, p.index, p.account, p.branch, p.account.owner);
    }

    function test_withdraw_ownerNamesRecipient_strangerCannot() public {
        AccountProof memory p = accountProof(0);
        address recipient = address(0xC01D);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_RecipientNotOwner.selector, address(this), recipient));
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, recipient);
        vm.prank(p.account.owner);
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, recipient);
        assertEq(recipient.balance, p.account.withdrawn.toWei(), "wei");
    }

    function test_withdraw_ownerWithCode_onlyItselfIsPaid() public {
        AccountProof memory p = accountProof(0);
        vm.etch(p.account.owner, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_RecipientNotOwner.selector, address(this), p.account.owner));
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, p.account.owner);
        vm.prank(p.account.owner);
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, address(0xC01D));
        assertEq(address(0xC01D).balance, p.account.withdrawn.toWei(), "wei");
    }

    function test_withdraw_moreThanLiesInTheShard_reverts() public {
        AccountProof memory p = accountProof(0);
        setHeld(inbox, p.shard, p.account.withdrawn - mwei(1));
        vm.expectRevert(
            abi.encodeWithSelector(IInbox.Inbox_NotHeld.selector, p.account.withdrawn, p.account.withdrawn - mwei(1))
        );
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, p.account.owner);
        setHeld(inbox, p.shard, p.account.withdrawn);
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, p.account.owner);
        assertEq(inbox.heldIn(p.shard), mwei(0), "nothing is left");
    }

    function testFuzz_withdraw_falseLeaf_reverts(Mwei withdrawn) public {
        AccountProof memory p = accountProof(1);
        vm.assume(withdrawn.wide() != p.account.withdrawn.wide());
        p.account.withdrawn = withdrawn;
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_StateRootMismatch.selector, _rootWith(p), stateRoot()));
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, p.account.owner);
    }

    /// @dev A shard of 64 or above would lead the path out of the shards into the state's other fields.
    function testFuzz_payments_unknownShard_reverts(uint8 shard) public {
        shard = uint8(clamp(shard, 64, 255));
        AccountProof memory a = accountProof(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.withdraw(_claim, shard, a.index, a.account, a.branch, a.account.owner);
        RevenueProof memory s = revenueProof(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_UnknownShard.selector, shard));
        inbox.collectRevenue(_claim, shard, s.revenue, s.branch);
    }

    function test_payments_notFinal_revert() public {
        BatchClaim memory pending = _claimState(stateRoot());
        bytes memory refusal =
            abi.encodeWithSelector(IInbox.Inbox_ClaimNotFinal.selector, pending.number, keccak256(abi.encode(pending)));
        AccountProof memory a = accountProof(0);
        vm.expectRevert(refusal);
        inbox.withdraw(pending, a.shard, a.index, a.account, a.branch, a.account.owner);
        RevenueProof memory s = revenueProof(0);
        vm.expectRevert(refusal);
        inbox.collectRevenue(pending, s.shard, s.revenue, s.branch);
    }

    function test_payments_otherClaimOfFinalNumber_revert() public {
        BatchClaim memory forged = _claim;
        forged.lastHeader.stateRoot = bytes32("any state");
        AccountProof memory a = accountProof(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_ClaimNotFinal.selector, 1, keccak256(abi.encode(forged))));
        inbox.withdraw(forged, a.shard, a.index, a.account, a.branch, a.account.owner);
    }

    function test_withdraw_reentered_paysOnce() public {
        GreedyRecipient greedy = new GreedyRecipient(address(inbox));
        AccountProof memory p = accountProof(0);
        p.account.owner = address(greedy);
        BatchClaim memory claim = _claimState(_rootWith(p));
        vm.warp(START + 1200);
        rollup.finalize(1);
        greedy.prepare(abi.encodeCall(IInbox.withdraw, (claim, p.shard, p.index, p.account, p.branch, address(greedy))));
        vm.prank(address(greedy));
        inbox.withdraw(claim, p.shard, p.index, p.account, p.branch, address(greedy));
        assertTrue(!greedy.tookTwice(), "second payment");
        assertEq(address(greedy).balance, p.account.withdrawn.toWei(), "wei");
    }

    function test_withdraw_recipientRefuses_reverts() public {
        AccountProof memory p = accountProof(0);
        uint256 value = p.account.withdrawn.toWei();
        vm.prank(p.account.owner);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_PaymentFailed.selector, address(this), value));
        inbox.withdraw(_claim, p.shard, p.index, p.account, p.branch, address(this));
        assertEq(inbox.paidTo(p.shard, p.index), mwei(0), "paid");
    }

    function test_revenue_paysTreasuryOnce() public {
        uint256 sum;
        for (uint256 i; i < 3; ++i) {
            RevenueProof memory p = revenueProof(i);
            vm.expectEmit(address(inbox));
            emit IInbox.RevenueCollected(p.shard, TREASURY, p.revenue, p.revenue);
            Mwei amount = inbox.collectRevenue(_claim, p.shard, p.revenue, p.branch);
            assertEq(amount, p.revenue, "mwei");
            assertEq(inbox.revenuePaid(p.shard), amount, "paid");
            sum += amount.wide();
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NothingDue.selector, amount, amount));
            inbox.collectRevenue(_claim, p.shard, p.revenue, p.branch);
        }
        assertEq(TREASURY.balance, sum * 10 ** 6, "wei");
        RevenueProof memory empty = revenueProof(3);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NothingDue.selector, 0, 0));
        inbox.collectRevenue(_claim, empty.shard, empty.revenue, empty.branch);
    }

    function test_revenue_falseCounter_reverts() public {
        RevenueProof memory p = revenueProof(1);
        p.revenue = p.revenue + mwei(1);
        try inbox.collectRevenue(_claim, p.shard, p.revenue, p.branch) {
            assertTrue(false, "paid on a false counter");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(IInbox.Inbox_StateRootMismatch.selector), "reason");
        }
    }

    function _claimState(bytes32 root) private returns (BatchClaim memory claim) {
        ClaimRequest memory request = nextRequest();
        request.lastHeader.stateRoot = root;
        claim = claimOf(request, CLAIMER);
        makeClaim(request);
    }

    /// @dev Root of the state that holds the account as `p` has it, hashed here and by Solidity's own sha256.
    function _rootWith(AccountProof memory p) private pure returns (bytes32 node) {
        node = _pair(
            _pair(bytes32(bytes20(p.account.owner)), _chunk(p.account.nonce)),
            _pair(_chunk(Mwei.unwrap(p.account.balance)), _chunk(Mwei.unwrap(p.account.withdrawn)))
        );
        // Accounts are field 1 of a shard, whose list is a left child under its length; shards are field 0 of the state.
        uint256 path = p.index + (2 ** 33) + uint256(p.shard) * 2 ** 36;
        for (uint256 i; i < p.branch.length; ++i) {
            node = (path >> i) % 2 == 1 ? _pair(p.branch[i], node) : _pair(node, p.branch[i]);
        }
    }

    function _pair(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encode(left, right));
    }

    function _chunk(uint64 value) private pure returns (bytes32 chunk) {
        for (uint256 i; i < 8; ++i) {
            chunk |= bytes32(uint256(uint8(value >> (8 * i))) << (248 - 8 * i));
        }
    }
}
