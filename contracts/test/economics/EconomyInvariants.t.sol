// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {BulkParameters, Reach, StakeAccount} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {RollupStub} from "../support/RollupStub.sol";
import {Economy, EconomyActors} from "./EconomyActors.sol";

/// @dev What holds whatever `EconomyActors` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract EconomyInvariantsTest is EconomicsDeployed {
    EconomyActors private _actors;

    function setUp() public override {
        super.setUp();
        RollupStub rollup = new RollupStub(address(treasury));
        treasury.setRollup(IRollup(address(rollup)));
        follow(publisher);
        // Allowances that a walk gets beyond.
        BulkParameters memory small = bulkParameters();
        (small.invites, small.senders, small.stakePerInvite, small.stakePerSender) = (4, 2, 0.1 ether, 0.1 ether);
        vm.prank(GOVERNANCE);
        pricing.setParameters(small);
        Economy memory economy = Economy(directory, inbox, stakes, lists, reputation, pricing, treasury, rollup);
        _actors = new EconomyActors(economy);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    /// @dev One campaign for all, so that one walk is looked at from every side.
    function invariant_all() public view {
        assertEq(bytes(_actors.letThrough()), "", _actors.letThrough());
        checkEveryWei();
        checkCredits();
        checkStakes();
        checkTreasury();
        checkReach();
    }

    /// @dev 10,000 actions, after which every wei is accounted for.
    function test_walk_accountsForEveryWei() public {
        uint256 random = 1;
        for (uint256 i; i < 10_000; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            (bool done,) = address(this).call(abi.encodeCall(this.act, (random % 23, random >> 8)));
            assertTrue(done, "an action failed");
            if (i % 100 == 99) this.invariant_all();
        }
        string[20] memory actions = [
            "passTime",
            "enroll",
            "invite",
            "relay",
            "withdrawCredit",
            "collect",
            "putStake",
            "startExit",
            "withdrawStake",
            "slash",
            "publishList",
            "finalize",
            "recordCost",
            "strike",
            "reimburse",
            "spend",
            "setBounds",
            "setPrices",
            "trespass",
            "refused"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_actors.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
    }

    function act(uint256 which, uint256 random) external {
        uint256 a = random % 2 ** 40;
        uint256 b = (random >> 40) % 2 ** 40;
        uint256 c = (random >> 80) % 2 ** 80;
        uint256 d = (random >> 160) % 2 ** 80;
        if (which == 0) _actors.passTime(a);
        else if (which == 1) _actors.enroll(a);
        else if (which < 6) _actors.invite(a, b, c, d);
        else if (which == 6) _actors.withdrawCredit(a, c);
        else if (which == 7) _actors.collect(c);
        else if (which == 8) _actors.putStake(a, c);
        else if (which == 9) _actors.startExit(a, uint128(c));
        else if (which == 10) _actors.withdrawStake(a);
        else if (which == 11) _actors.slash(a, b);
        else if (which == 12) _actors.publishList(a, b % 4 == 0);
        else if (which == 13) _actors.finalize();
        else if (which == 14) _actors.recordCost(a, uint8(b), c, d);
        else if (which == 15) _actors.strike(a, uint8(b));
        else if (which == 16) _actors.reimburse(a);
        else if (which == 17) _actors.spend(c, a);
        else if (which == 18) _actors.setBounds(c, uint16(a), b);
        else if (which == 19) _actors.setPrices(c, d, a);
        else if (which == 20) _actors.trespass(a, b);
        else _actors.recordCost(a, uint8(b), c, d);
    }

    function checkEveryWei() internal view {
        uint256 held =
            address(inbox).balance + address(directory).balance + address(stakes).balance + address(treasury).balance;
        assertEq(held + _actors.totalOut(), _actors.totalIn(), "every wei: in, held and out");
    }

    function checkCredits() internal view {
        address[] memory all = _actors.creditors();
        uint256 sum;
        for (uint256 i; i < all.length; ++i) {
            sum += inbox.creditOf(all[i]);
        }
        assertEq(sum, address(inbox).balance, "credits: sum and balance");
    }

    function checkStakes() internal view {
        uint256 sum = stakes.slashed();
        assertEq(sum, _actors.slashedWei(), "stakes: slashed");
        for (uint256 i; i < _actors.USERS(); ++i) {
            address account = _actors.user(i);
            StakeAccount memory s = stakes.stakeOf(account);
            assertEq(s.staked, _actors.stakedWei(account), "stakes: staked");
            assertEq(s.leaving, _actors.leavingWei(account), "stakes: leaving");
            sum += uint256(s.staked) + s.leaving;
        }
        assertEq(sum, address(stakes).balance, "stakes: sum and balance");
    }

    function checkTreasury() internal view {
        assertEq(treasury.income(), _actors.earned(), "treasury: income");
        assertEq(treasury.spent(), _actors.spentWei(), "treasury: spent");
        assertEq(treasury.reimbursed(), _actors.reimbursedWei(), "treasury: reimbursed");
        uint256 out = treasury.reimbursed() + treasury.spent();
        assertEq(out + address(treasury).balance, treasury.income(), "treasury: conservation");
        assertTrue(treasury.dueTo(OPERATOR) == _actors.due(), "treasury: due");
    }

    function checkReach() internal view {
        for (uint256 i; i < _actors.USERS(); ++i) {
            address account = _actors.user(i);
            Reach memory reach = pricing.reachOf(address(inbox), account);
            (uint256 invites, uint256 senders) = _actors.reachKnown(account);
            assertEq(reach.invites, invites, "reach: invites");
            assertEq(reach.senders, senders, "reach: senders");
        }
    }
}
