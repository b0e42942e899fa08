// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {DemandCurve, GateMode, InboxState} from "../../src/types/Invites.sol";
import {InvitesDeployed, PlantedGate} from "../support/InvitesDeployed.sol";
import {InviteActors} from "./InviteActors.sol";

/// @dev What holds whatever `InviteActors` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract InviteInvariantsTest is InvitesDeployed {
    InviteActors private _actors;

    function setUp() public override {
        super.setUp();
        PlantedGate planted = new PlantedGate();
        _actors = new InviteActors(inbox, flatGate, planted);
        // Recipient 0 flat, 1 demand, 2 both, 3 a gate of its own.
        setGate(_actors.recipient(0), flatGate);
        vm.prank(_actors.recipient(1));
        demandGate.setCurve(DemandCurve(0.001 ether, 1 ether, 2, 1 days, 4));
        setGate(_actors.recipient(2), compositeGate);
        vm.startPrank(_actors.recipient(2));
        flatGate.setFee(0.002 ether);
        IInboxGate[] memory gates = new IInboxGate[](2);
        (gates[0], gates[1]) = (flatGate, demandGate);
        compositeGate.setGates(GateMode.All, gates);
        vm.stopPrank();
        setGate(_actors.recipient(3), planted);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    /// @dev One campaign for all, so that one walk is looked at from every side.
    function invariant_all() public view {
        assertEq(bytes(_actors.letThrough()), "", _actors.letThrough());
        checkCreditsAreTheBalance();
        checkInboxesChain();
    }

    /// @dev A walk of its own, to see that the actions do not refuse one another for ever.
    function test_actors_reachEveryAction() public {
        uint256 random = 1;
        for (uint256 i; i < 800; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            _act(random % 14, random >> 8);
            invariant_all();
        }
        string[14] memory actions = [
            "passTime",
            "invite",
            "relay",
            "inviteMany",
            "refusedOfMany",
            "replay",
            "deposit",
            "withdraw",
            "setStanding",
            "setFlatFee",
            "plant",
            "plantShare",
            "setShare",
            "refused"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_actors.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
    }

    /// @dev Every wei that came in is somebody's credit or was paid out.
    function checkCreditsAreTheBalance() internal view {
        uint256 sum;
        for (uint256 i; i < _actors.ACCOUNTS(); ++i) {
            address account = _actors.account(i);
            uint256 credit = inbox.creditOf(account);
            assertEq(credit, _actors.credits(account), "credits: of one account");
            sum += credit;
        }
        assertEq(sum, address(inbox).balance, "credits: sum and balance");
        assertEq(address(inbox).balance + _actors.paidOut(), _actors.received(), "credits: conservation");
    }

    function checkInboxesChain() internal view {
        for (uint256 i; i < _actors.RECIPIENTS(); ++i) {
            address recipient = _actors.recipient(i);
            InboxState memory state = inbox.inboxOf(recipient);
            assertEq(state.count, _actors.counts(recipient), "inbox: count");
            assertEq(state.head, _actors.heads(recipient), "inbox: head");
        }
    }

    function _act(uint256 which, uint256 random) private {
        uint256 a = random % 2 ** 40;
        uint256 b = (random >> 40) % 2 ** 40;
        uint256 c = (random >> 80) % 2 ** 80;
        uint256 d = (random >> 160) % 2 ** 60;
        bool even = (random >> 230) % 2 == 0;
        if (which == 0) _actors.passTime(a);
        else if (which < 4) _actors.invite(a, b, c, d, even);
        else if (which == 4) _actors.replay(a);
        else if (which == 5) _actors.deposit(a, c);
        else if (which == 6) _actors.withdraw(a, b, c, even && a % 2 == 0);
        else if (which == 7) _actors.setStanding(a, b, c);
        else if (which == 8) _actors.setFlatFee(c);
        else if (which == 9) _actors.plant(c, uint16(a), even);
        else if (which == 10) _actors.plantShare(uint16(a));
        else if (which == 11) _actors.setShare(uint16(a), even);
        else if (which == 12) _actors.plant(c, uint16(a), true);
        else _actors.inviteMany(a, b, c, d, a >> 8);
    }
}
