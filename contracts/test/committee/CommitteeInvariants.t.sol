// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EpochState} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";
import {CommitteeActors} from "./CommitteeActors.sol";

/// @dev What holds whatever `CommitteeActors` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract CommitteeInvariantsTest is CommitteeDeployed {
    CommitteeActors private _actors;

    function setUp() public override {
        super.setUp();
        _actors = new CommitteeActors(committee);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    /// @dev Senders are given ether, and forge would take the committee for one.
    function targetSenders() external pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(0x5E2D);
    }

    function invariant_all() public view {
        assertEq(bytes(_actors.letThrough()), "", _actors.letThrough());
        uint256 stakes;
        for (uint256 i; i < _actors.MEMBERS(); ++i) {
            uint256 stake = committee.memberOf(memberAt(i)).stake;
            assertEq(stake, _actors.staked(i), "stakes: of a member");
            stakes += stake;
        }
        uint256 credits = committee.creditOf(_actors.CHALLENGER()) + committee.creditOf(_actors.ANSWERER());
        assertEq(credits, _actors.credited(), "credits: sum");
        assertEq(committee.burned(), _actors.burned(), "burned: halves of faults");
        uint256 held = stakes + credits + committee.burned() + _actors.openDeposits();
        assertEq(address(committee).balance, held, "ether: stakes, deposits, credits and what is burned");
        assertEq(address(committee).balance, _actors.deposited() - _actors.paidOut(), "ether: what came less what left");
    }

    function afterInvariant() public view {
        for (uint32 epoch = 1; epoch < committee.epochCount(); ++epoch) {
            EpochState memory state = committee.epochOf(epoch);
            assertEq(state.endsAt, committee.epochOf(epoch + 1).startsAt, "epochs: one follows the other");
            assertTrue(state.startsAt < state.endsAt, "epochs: each lasts");
        }
    }

    /// @dev A walk of its own, to see that the actions do not refuse one another for ever.
    function test_actors_reachEveryAction() public {
        uint256 random = 1;
        for (uint256 i; i < 600; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            _act(random % 12, random >> 8);
            if (i % 50 == 0) invariant_all();
        }
        invariant_all();
        afterInvariant();
        string[11] memory actions = [
            "passTime",
            "deposit",
            "register",
            "rotate",
            "certify",
            "challenge",
            "answer",
            "slash",
            "exit",
            "withdrawCredit",
            "refused"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_actors.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
    }

    function _act(uint256 action, uint256 random) private {
        (uint256 a, uint256 b, bool flag) = (random >> 16, random >> 64, random % 4 == 0);
        if (action == 0) _actors.passTime(a);
        if (action == 1) _actors.deposit(a, b);
        if (action == 2) _actors.enrollMember(a);
        if (action == 3) _actors.rotate(a, b, random >> 128);
        if (action == 4) _actors.certify(a, b);
        if (action >= 5 && action < 8) _actors.challenge(a, b, random >> 128, random >> 192);
        if (action == 8) _actors.answer(a, flag);
        if (action == 9) _actors.slash(a);
        if (action == 10) _actors.exit(a, flag);
        if (action == 11) _actors.withdrawCredit(flag);
    }
}
