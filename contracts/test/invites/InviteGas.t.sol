// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {GateMode, InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {InvitesDeployed} from "../support/InvitesDeployed.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/InviteGasTest.json`.
contract InviteGasTest is InvitesDeployed {
    function test_invite() public {
        inviteAs(sender, request(ALICE, 0));
        vm.snapshotGasLastCall("invite, default demand gate, all for the first time");
        inviteAs(sender, request(ALICE, 1));
        vm.snapshotGasLastCall("invite, default demand gate");
        for (uint256 i = 2; i < 100; ++i) {
            inviteAs(sender, request(ALICE, i));
        }
        inviteAs(sender, request(ALICE, 100));
        vm.snapshotGasLastCall("invite, demand gate after 100 invites");
    }

    function test_flat() public {
        setGate(ALICE, flatGate);
        vm.prank(ALICE);
        flatGate.setFee(0.001 ether);
        vm.snapshotGasLastCall("flat gate, setFee");
        inviteAs(sender, request(ALICE, 0));
        inviteAs(sender, request(ALICE, 1));
        vm.snapshotGasLastCall("invite, flat gate");
    }

    function test_composite() public {
        setGate(ALICE, compositeGate);
        vm.snapshotGasLastCall("setGate");
        IInboxGate[] memory gates = new IInboxGate[](2);
        (gates[0], gates[1]) = (IInboxGate(allowGate), IInboxGate(demandGate));
        vm.prank(ALICE);
        compositeGate.setGates(GateMode.Any, gates);
        inviteAs(sender, request(ALICE, 0));
        inviteAs(sender, request(ALICE, 1));
        vm.snapshotGasLastCall("invite, allow-list or demand");
    }

    function test_relay() public {
        inviteAs(GATEWAY, request(ALICE, 0));
        InviteRequest memory r = request(ALICE, 1);
        SignedInvite memory a = sign(r, GATEWAY, START);
        vm.prank(GATEWAY);
        inbox.relay(a);
        vm.snapshotGasLastCall("relay, demand gate, from credit");
        vm.prank(ALICE);
        inbox.withdraw(ALICE, 1);
        vm.snapshotGasLastCall("withdraw");
    }

    function test_sizes() public {
        vm.snapshotValue("runtime bytes, PublicInbox", address(inbox).code.length);
        vm.snapshotValue("runtime bytes, AllowListGate", address(allowGate).code.length);
        vm.snapshotValue("runtime bytes, AttestationGate", address(attestationGate).code.length);
        vm.snapshotValue("runtime bytes, CompositeGate", address(compositeGate).code.length);
        vm.snapshotValue("runtime bytes, DemandGate", address(demandGate).code.length);
        vm.snapshotValue("runtime bytes, FlatFeeGate", address(flatGate).code.length);
        assertTrue(address(inbox).code.length < 24_576, "EIP-170");
    }
}
