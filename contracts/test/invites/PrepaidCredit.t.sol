// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {InvitesDeployed} from "../support/InvitesDeployed.sol";

/// @dev A gateway that pays from credit, as `deposit(account)` invites it to: it holds no ether itself and cannot send any.
contract CreditGateway {
    IPublicInbox private immutable INBOX;

    constructor(IPublicInbox inbox) {
        INBOX = inbox;
    }

    function relay(SignedInvite calldata signed) external {
        INBOX.relay(signed);
    }

    function collect(address to, uint256 amount) external {
        INBOX.withdraw(to, amount);
    }
}

/// @title Nobody pays out what an account was paid in advance
contract PrepaidCreditTest is InvitesDeployed {
    address private constant GRIEFER = address(0x641E);

    function test_gatewaysCredit_isStillThereWhenItRelays() public {
        CreditGateway gateway = new CreditGateway(inbox);
        vm.deal(address(this), 5 ether);
        inbox.deposit{value: 5 ether}(address(gateway));
        InviteRequest memory r = request(ALICE, 0);
        SignedInvite memory signed = sign(r, address(gateway), START + 3600);
        vm.startPrank(GRIEFER);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, 0, 5 ether));
        inbox.withdraw(address(gateway), 5 ether);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, 0, 1));
        inbox.withdraw(address(gateway), 1);
        inbox.collectShares();
        vm.stopPrank();
        uint256 fee = inbox.quote(r, sender, address(gateway)).fee;
        gateway.relay(signed);
        assertEq(inbox.creditOf(address(gateway)), 5 ether - fee, "paid from its credit");
        gateway.collect(address(0xC01D), 5 ether - fee);
        assertEq(address(0xC01D).balance, 5 ether - fee, "where it wants it");
        assertEq(address(gateway).balance, 0, "no ether where it cannot move it");
    }
}
