// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {CostPart, CostRecord} from "../../src/types/Economics.sol";
import {InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {RollupStub} from "../support/RollupStub.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/EconomicsGasTest.json`.
contract EconomicsGasTest is EconomicsDeployed {
    function test_invite() public {
        registerMature(sender);
        inviteAs(sender, request(ALICE, 0));
        inviteAs(sender, request(BOB, 0));
        vm.snapshotGasLastCall("invite with bulk pricing, a new inbox");
        inviteAs(sender, request(BOB, 1));
        vm.snapshotGasLastCall("invite with bulk pricing, the same inbox");
    }

    function test_relay() public {
        registerMature(GATEWAY);
        inviteAs(GATEWAY, request(ALICE, 0));
        InviteRequest memory r = request(ALICE, 1);
        SignedInvite memory a = sign(r, GATEWAY, type(uint256).max);
        vm.prank(GATEWAY);
        inbox.relay(a);
        vm.snapshotGasLastCall("relay with bulk pricing, a fresh key");
    }

    function test_lists() public {
        address[] memory some = new address[](100);
        for (uint256 i; i < 100; ++i) {
            some[i] = address(uint160(0xF000 + i));
        }
        publish(1, some, new address[](0));
        vm.snapshotGasLastCall("list update, 100 added");
        publish(2, new address[](0), new address[](0));
        vm.snapshotGasLastCall("list update, renewed");
    }

    function test_stake() public {
        stake(ALICE, 1 ether);
        vm.snapshotGasLastCall("stake");
        vm.prank(ALICE);
        stakes.startExit(1 ether);
        vm.snapshotGasLastCall("startExit");
    }

    function test_treasury() public {
        RollupStub rollup = new RollupStub(address(treasury));
        rollup.setFinal(9);
        treasury.setRollup(IRollup(address(rollup)));
        vm.startPrank(OPERATOR);
        CostRecord[] memory records = new CostRecord[](3);
        for (uint256 i; i < 3; ++i) {
            records[i] = CostRecord(1, CostPart(i), 2, 1 gwei, "pointer");
        }
        treasury.recordCosts(records);
        vm.snapshotGasLastCall("recordCosts, three parts of one claim");
        vm.deal(OPERATOR, 1 ether);
        (bool paid,) = address(treasury).call{value: 1 ether}("");
        assertTrue(paid, "income");
        treasury.reimburse(OPERATOR);
        vm.snapshotGasLastCall("reimburse");
    }

    function test_sizes() public {
        vm.snapshotValue("runtime bytes, BulkPricing", address(pricing).code.length);
        vm.snapshotValue("runtime bytes, Reputation", address(reputation).code.length);
        vm.snapshotValue("runtime bytes, StakeVault", address(stakes).code.length);
        vm.snapshotValue("runtime bytes, SybilLists", address(lists).code.length);
        vm.snapshotValue("runtime bytes, SybilListGate", address(listGate).code.length);
        vm.snapshotValue("runtime bytes, Treasury", address(treasury).code.length);
    }
}
