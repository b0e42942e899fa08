// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/InviteManyGasTest.json`. An invite of
/// many costs at most three fifths of the same invite alone where the inbox is known; where it is new, a little more: what an inbox and an
/// envelope need in storage no invite shares with another.
contract InviteManyGasTest is EconomicsDeployed {
    uint256 private constant MANY = 64;

    uint256 private _envelopes;

    function setUp() public override {
        super.setUp();
        vm.deal(GATEWAY, 1_000_000 ether);
        registerMature(GATEWAY);
        stake(GATEWAY, 10 ether);
        // Whoever sends many has sent before.
        inviteAs(GATEWAY, request(address(0xA000), _envelopes++));
    }

    function requests(uint256 first, uint256 count) private returns (InviteRequest[] memory all) {
        all = new InviteRequest[](count);
        for (uint256 i; i < count; ++i) {
            all[i] = request(address(uint160(first + i)), _envelopes++);
        }
    }

    function signed(uint256 key, InviteRequest memory r) private view returns (SignedInvite memory) {
        SignedInvite memory s = signFor(vm.addr(key), r, GATEWAY, START + 10 ** 9);
        s.authorization.signature = resigned(s, key);
        return s;
    }

    function resigned(SignedInvite memory s, uint256 key) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Invite(address sender,address recipient,bytes32 contentDigest,address relayer,uint256 deadline)"
        );
        bytes32 hash = keccak256(
            abi.encode(
                typeHash,
                s.authorization.signer,
                s.request.recipient,
                s.request.contentDigest,
                s.relayer,
                s.authorization.deadline
            )
        );
        return signTyped("Parley PublicInbox", address(inbox), hash, key);
    }

    function single(InviteRequest memory r, string memory name) private returns (uint256) {
        vm.prank(GATEWAY);
        inbox.invite{value: 1 ether}(r);
        return vm.snapshotGasLastCall(name);
    }

    function many(InviteRequest[] memory r, string memory name) private returns (uint256) {
        vm.prank(GATEWAY);
        inbox.inviteMany{value: 10 ether}(r);
        return vm.snapshotGasLastCall(name) / r.length;
    }

    function assertBounded(uint256 each, uint256 alone, uint256 percent, string memory name) private {
        vm.snapshotValue(string.concat(name, ", tenths of a percent of one alone"), each * 1000 / alone);
        assertTrue(each * 100 <= alone * percent, name);
    }

    function test_newInboxes() public {
        uint256 alone = single(request(address(0xB000), _envelopes++), "invite, a new inbox");
        uint256 each = many(requests(0xC000, MANY), "inviteMany, 64 new inboxes");
        assertBounded(each, alone, 61, "64 new inboxes");
    }

    function test_knownInboxes() public {
        InviteRequest[] memory first = requests(0xC000, MANY);
        many(first, "inviteMany, 64 new inboxes");
        uint256 alone = single(request(address(0xC000), _envelopes++), "invite, a known inbox");
        vm.warp(vm.getBlockTimestamp() + 30 days);
        uint256 each = many(requests(0xC000, MANY), "inviteMany, 64 known inboxes");
        assertBounded(each, alone, 60, "64 known inboxes");
    }

    function test_few() public {
        uint256 alone = single(request(address(0xB000), _envelopes++), "invite, a new inbox");
        vm.prank(GATEWAY);
        inbox.inviteMany{value: 1 ether}(requests(0xD000, 1));
        vm.snapshotGasLastCall("inviteMany, 1 new inbox");
        uint256 each = many(requests(0xC000, 8), "inviteMany, 8 new inboxes");
        assertBounded(each, alone, 70, "8 new inboxes");
    }

    function test_relays() public {
        uint256 alone = relay(0xF000, 0xB000, "relay of a fresh key, a new inbox");
        uint256 each = relayMany(0xF100, "relayMany, 64 fresh keys and new inboxes");
        assertBounded(each, alone, 65, "64 relays to new inboxes");
        alone = relay(0xF001, 0xC000, "relay of a fresh key, a known inbox");
        each = relayMany(0xF200, "relayMany, 64 fresh keys and known inboxes");
        assertBounded(each, alone, 60, "64 relays to known inboxes");
    }

    function relay(uint256 key, uint160 to, string memory name) private returns (uint256) {
        vm.prank(GATEWAY);
        inbox.relay{value: 1 ether}(signed(key, request(address(to), _envelopes++)));
        return vm.snapshotGasLastCall(name);
    }

    function relayMany(uint256 keys, string memory name) private returns (uint256) {
        SignedInvite[] memory all = new SignedInvite[](MANY);
        for (uint256 i; i < MANY; ++i) {
            all[i] = signed(keys + i, request(address(uint160(0xC000 + i)), _envelopes++));
        }
        vm.prank(GATEWAY);
        inbox.relayMany{value: 10 ether}(all);
        return vm.snapshotGasLastCall(name) / MANY;
    }
}
