// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {PublicInbox} from "../../src/invites/PublicInbox.sol";
import {InboxState, InviteQuote, InviteRequest, SignedInvite, Standing} from "../../src/types/Invites.sol";
import {InvitesDeployed, PlantedGate} from "../support/InvitesDeployed.sol";

contract PublicInboxTest is InvitesDeployed {
    uint256 private constant DEADLINE = START + 3600;
    PlantedGate private _gate;

    function setUp() public override {
        super.setUp();
        _gate = new PlantedGate();
        setGate(ALICE, _gate);
    }

    function test_invite_countsAndChains() public {
        bytes32 head;
        for (uint64 i; i < 3; ++i) {
            InviteRequest memory r = request(ALICE, i);
            head = keccak256(abi.encode(head, i, r.contentDigest));
            assertEq(inviteAs(sender, r), i, "sequence");
            InboxState memory state = inbox.inboxOf(ALICE);
            assertEq(state.count, i + 1, "count");
            assertEq(state.head, head, "head");
            (bool delivered, uint64 sequence) = inbox.sequenceOf(ALICE, r.contentDigest);
            assertTrue(delivered && sequence == i, "found by its digest");
        }
        assertEq(inbox.inboxOf(BOB).count, 0, "others' inboxes");
        (bool unknown,) = inbox.sequenceOf(BOB, request(ALICE, 0).contentDigest);
        assertTrue(!unknown, "not delivered to others");
    }

    function test_invite_tellsAll() public {
        _gate.set(true, 1 ether, address(0xBE), 500);
        InviteRequest memory r = request(ALICE, 0);
        InviteQuote memory expected =
            InviteQuote(address(_gate), Standing.Open, 1 ether, 0.85 ether, 0.1 ether, 0.05 ether, 0, address(0xBE));
        assertEq(abi.encode(inbox.quote(r, sender, sender)), abi.encode(expected), "quote");
        bytes32 head = keccak256(abi.encode(bytes32(0), uint64(0), r.contentDigest));
        vm.expectEmit(address(inbox));
        emit IPublicInbox.InviteDelivered(ALICE, 0, sender, sender, r.contentDigest, head, expected);
        inviteAs(sender, r);
        assertEq(inbox.creditOf(ALICE), 0.85 ether, "recipient");
        assertEq(inbox.creditOf(TREASURY), 0.1 ether, "protocol");
        assertEq(inbox.creditOf(address(0xBE)), 0.05 ether, "gate");
    }

    function testFuzz_split_addsUp(uint256 fee, uint16 gateShare, uint16 protocolShare, bool taken) public {
        fee = clamp(fee, 0, 1 ether);
        gateShare = uint16(clamp(gateShare, 0, 1000));
        vm.prank(GOVERNANCE);
        inbox.setProtocolShare(uint16(clamp(protocolShare, 0, 2000)));
        _gate.set(true, fee, taken ? address(0xBE) : address(0), gateShare);
        inviteAs(sender, request(ALICE, 0));
        uint256 credits = inbox.creditOf(ALICE) + inbox.creditOf(TREASURY) + inbox.creditOf(address(0xBE));
        assertEq(credits, fee, "parts");
        assertEq(inbox.creditOf(sender), 1 ether - fee, "what is left");
        assertTrue(inbox.creditOf(ALICE) * 10 >= fee * 7, "at least seven tenths are the recipient's");
        assertEq(address(inbox).balance, 1 ether, "balance");
    }

    function test_envelope_onceARecipient() public {
        InviteRequest memory r = request(ALICE, 0);
        inviteAs(sender, r);
        bytes memory refusal =
            abi.encodeWithSelector(IPublicInbox.PublicInbox_AlreadyDelivered.selector, ALICE, r.contentDigest, 0);
        vm.prank(GATEWAY);
        vm.expectRevert(refusal);
        inbox.invite{value: 1 ether}(r);
        vm.expectRevert(refusal);
        inbox.quote(r, sender, sender);
        r.recipient = BOB;
        assertEq(inviteAs(sender, r), 0, "another recipient");
    }

    function test_invite_toNobodyOrNothing_reverts() public {
        InviteRequest memory r = request(address(0), 0);
        vm.expectRevert(IPublicInbox.PublicInbox_RecipientZero.selector);
        inbox.invite(r);
        r = request(ALICE, 0);
        r.contentDigest = 0;
        vm.expectRevert(IPublicInbox.PublicInbox_DigestZero.selector);
        inbox.invite(r);
    }

    function testFuzz_fee_bounds(uint256 fee, uint256 maxFee) public {
        fee = clamp(fee, 1, 1 ether);
        maxFee = clamp(maxFee, 0, fee - 1);
        _gate.set(true, fee, address(0), 0);
        InviteRequest memory r = request(ALICE, 0);
        r.maxFee = maxFee;
        vm.deal(address(this), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_FeeAboveMax.selector, fee, maxFee));
        inbox.invite{value: 1 ether}(r);
        r.maxFee = fee;
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, fee - 1, fee));
        inbox.invite{value: fee - 1}(r);
        inbox.invite{value: fee}(r);
        _gate.set(true, 1 ether + fee, address(0), 0);
        r = request(ALICE, 1);
        r.maxFee = type(uint256).max;
        vm.expectRevert(
            abi.encodeWithSelector(
                IPublicInbox.PublicInbox_FeeOutOfBounds.selector, address(_gate), 1 ether + fee, 1 ether
            )
        );
        inbox.invite{value: 5 ether}(r);
    }

    function test_gate_greedyShare_reverts() public {
        _gate.set(true, 1 gwei, address(0xBE), 1001);
        vm.deal(address(this), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IPublicInbox.PublicInbox_ShareOutOfBounds.selector, address(_gate), 1001, 1000)
        );
        inbox.invite{value: 1 ether}(request(ALICE, 0));
    }

    function test_gate_refuses_reverts() public {
        _gate.set(false, 0, address(0), 0);
        bytes memory refusal = abi.encodeWithSelector(IPublicInbox.PublicInbox_Refused.selector, ALICE, address(_gate));
        vm.expectRevert(refusal);
        inbox.invite(request(ALICE, 0));
        vm.expectRevert(refusal);
        inbox.quote(request(ALICE, 0), sender, sender);
        assertEq(inbox.inboxOf(ALICE).count, 0, "nothing counted");
    }

    function test_gate_callsBack_isKeptOut() public {
        _gate.callBack(abi.encodeCall(IPublicInbox.invite, (request(ALICE, 1))));
        inviteAs(sender, request(ALICE, 0));
        assertTrue(!_gate.reentered(), "a second invite inside the first");
        _gate.callBack(abi.encodeCall(IPublicInbox.withdraw, (address(_gate), 0)));
        inviteAs(sender, request(ALICE, 2));
        assertTrue(!_gate.reentered(), "a payment inside an invite");
        assertEq(inbox.inboxOf(ALICE).count, 2, "count");
    }

    function test_gate_setAndCleared() public {
        vm.expectEmit(address(inbox));
        emit IPublicInbox.GateSet(BOB, address(flatGate));
        setGate(BOB, flatGate);
        assertEq(inbox.inboxOf(BOB).gate, address(flatGate), "own");
        setGate(BOB, IInboxGate(address(0)));
        assertEq(inbox.inboxOf(BOB).gate, address(demandGate), "default");
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotAGate.selector, address(0xDEAD)));
        inbox.setGate(IInboxGate(address(0xDEAD)));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotAGate.selector, address(inbox)));
        inbox.setGate(IInboxGate(address(inbox)));
    }

    function test_blocked_senderOrPayer_reverts() public {
        vm.startPrank(ALICE);
        vm.expectEmit(address(inbox));
        emit IPublicInbox.StandingSet(ALICE, sender, Standing.Blocked);
        inbox.setStanding(sender, Standing.Blocked);
        vm.stopPrank();
        assertTrue(inbox.standingOf(ALICE, sender) == Standing.Blocked, "standing");
        bytes memory refusal = abi.encodeWithSelector(IPublicInbox.PublicInbox_Blocked.selector, ALICE, sender);
        InviteRequest memory r = request(ALICE, 0);
        vm.prank(sender);
        vm.expectRevert(refusal);
        inbox.invite(r);
        vm.expectRevert(refusal);
        inbox.quote(r, sender, GATEWAY);
        vm.expectRevert(refusal);
        inbox.quote(r, GATEWAY, sender);
        SignedInvite memory a = sign(r, GATEWAY, DEADLINE);
        vm.prank(GATEWAY);
        vm.expectRevert(refusal);
        inbox.relay(a);
        inviteAs(sender, request(BOB, 0));
        vm.prank(ALICE);
        inbox.setStanding(sender, Standing.Open);
        inviteAs(sender, r);
    }

    function test_muted_isDeliveredAndMarked() public {
        vm.prank(ALICE);
        inbox.setStanding(GATEWAY, Standing.Muted);
        assertTrue(inbox.quote(request(ALICE, 0), sender, GATEWAY).standing == Standing.Muted, "by payer");
        assertTrue(inbox.quote(request(ALICE, 0), GATEWAY, sender).standing == Standing.Muted, "by sender");
        assertTrue(inbox.quote(request(ALICE, 0), sender, sender).standing == Standing.Open, "others");
        inviteAs(GATEWAY, request(ALICE, 0));
        assertEq(inbox.inboxOf(ALICE).count, 1, "delivered");
    }

    function test_relay_senderIsTheSigner() public {
        _gate.set(true, 0.1 ether, address(0), 0);
        InviteRequest memory r = request(ALICE, 0);
        SignedInvite memory a = sign(r, address(0), DEADLINE);
        InviteQuote memory q = inbox.quote(r, sender, GATEWAY);
        bytes32 head = keccak256(abi.encode(bytes32(0), uint64(0), r.contentDigest));
        vm.expectEmit(address(inbox));
        emit IPublicInbox.InviteDelivered(ALICE, 0, sender, GATEWAY, r.contentDigest, head, q);
        vm.prank(GATEWAY);
        inbox.relay{value: 0.1 ether}(a);
        assertEq(sender.balance, 1000 ether, "the sender paid nothing");
        vm.prank(GATEWAY);
        vm.expectRevert(
            abi.encodeWithSelector(IPublicInbox.PublicInbox_AlreadyDelivered.selector, ALICE, r.contentDigest, 0)
        );
        inbox.relay{value: 0.1 ether}(a);
    }

    function test_relay_otherGateway_reverts() public {
        InviteRequest memory r = request(ALICE, 0);
        SignedInvite memory a = sign(r, GATEWAY, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotRelayer.selector, address(this), GATEWAY));
        inbox.relay(a);
        a.relayer = address(0);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureInvalid.selector, sender));
        inbox.relay(a);
        a.relayer = GATEWAY;
        vm.prank(GATEWAY);
        inbox.relay(a);
    }

    function testFuzz_relay_otherInvite_reverts(bytes32 digest, address recipient) public {
        InviteRequest memory r = request(ALICE, 0);
        SignedInvite memory a = sign(r, address(0), DEADLINE);
        vm.assume(digest != r.contentDigest && digest != 0 && recipient != ALICE && recipient != address(0));
        bytes memory refusal = abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureInvalid.selector, sender);
        (r.contentDigest, digest) = (digest, r.contentDigest);
        vm.expectRevert(refusal);
        inbox.relay(a);
        (r.contentDigest, r.recipient) = (digest, recipient);
        vm.expectRevert(refusal);
        inbox.relay(a);
        r.recipient = ALICE;
        vm.chainId(block.chainid + 1);
        vm.expectRevert(refusal);
        inbox.relay(a);
    }

    function test_relay_late_reverts() public {
        InviteRequest memory r = request(ALICE, 0);
        SignedInvite memory a = sign(r, address(0), DEADLINE);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureExpired.selector, DEADLINE));
        inbox.relay(a);
        vm.warp(DEADLINE);
        inbox.relay(a);
    }

    function test_credit_paysForInvites() public {
        _gate.set(true, 0.4 ether, address(0), 0);
        vm.deal(address(this), 1 ether);
        vm.expectEmit(address(inbox));
        emit IPublicInbox.Deposited(GATEWAY, address(this), 1 ether);
        inbox.deposit{value: 1 ether}(GATEWAY);
        vm.startPrank(GATEWAY);
        inbox.invite(request(ALICE, 0));
        inbox.invite{value: 0.1 ether}(request(ALICE, 1));
        assertEq(inbox.creditOf(GATEWAY), 0.3 ether, "credit");
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, 0.3 ether, 0.4 ether));
        inbox.invite(request(ALICE, 2));
    }

    function test_withdraw_itsOwnerAlone() public {
        _gate.set(true, 1 ether, address(0), 0);
        inviteAs(sender, request(ALICE, 0));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, 0, 1));
        inbox.withdraw(ALICE, 1);
        vm.startPrank(ALICE);
        vm.expectEmit(address(inbox));
        emit IPublicInbox.Withdrawn(ALICE, address(0xC01D), 0.9 ether);
        inbox.withdraw(address(0xC01D), 0.9 ether);
        assertEq(address(0xC01D).balance, 0.9 ether, "wei");
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotEnough.selector, 0, 1));
        inbox.withdraw(ALICE, 1);
    }

    function test_collectShares_byAnyoneToTheTreasury() public {
        _gate.set(true, 1 ether, address(0), 0);
        inviteAs(sender, request(ALICE, 0));
        vm.expectEmit(address(inbox));
        emit IPublicInbox.Withdrawn(TREASURY, TREASURY, 0.1 ether);
        assertEq(inbox.collectShares(), 0.1 ether, "all of it");
        assertEq(TREASURY.balance, 0.1 ether, "wei");
        assertEq(inbox.collectShares(), 0, "nothing left, and nothing that fails");
        assertEq(inbox.creditOf(ALICE), 0.9 ether, "nobody else's");
    }

    function test_withdraw_recipientRefuses_reverts() public {
        vm.deal(GATEWAY, 1 ether);
        vm.prank(GATEWAY);
        inbox.deposit{value: 1}(address(this));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_PaymentFailed.selector, address(this), 1));
        inbox.withdraw(address(this), 1);
        assertEq(inbox.creditOf(address(this)), 1, "still due");
    }

    function test_governance_setsWithinBounds() public {
        vm.startPrank(GOVERNANCE);
        vm.expectEmit(address(inbox));
        emit IPublicInbox.ProtocolShareSet(2000);
        inbox.setProtocolShare(2000);
        _expectOutOfBounds("protocolShare");
        inbox.setProtocolShare(2001);
        vm.expectEmit(address(inbox));
        emit IPublicInbox.DefaultGateSet(address(flatGate));
        inbox.setDefaultGate(flatGate);
        assertEq(inbox.inboxOf(BOB).gate, address(flatGate), "in force");
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_NotAGate.selector, address(0)));
        inbox.setDefaultGate(IInboxGate(address(0)));
        vm.stopPrank();
        bytes memory refusal = abi.encodeWithSelector(IPublicInbox.PublicInbox_NotGovernance.selector, address(this));
        vm.expectRevert(refusal);
        inbox.setProtocolShare(0);
        vm.expectRevert(refusal);
        inbox.setDefaultGate(flatGate);
    }

    function test_deployment_outOfBounds_reverts() public {
        _expectOutOfBounds("governance");
        new PublicInbox(address(0), TREASURY, verifier, demandGate, NO_PRICING, SHARE);
        _expectOutOfBounds("treasury");
        new PublicInbox(GOVERNANCE, address(0), verifier, demandGate, NO_PRICING, SHARE);
        _expectOutOfBounds("verifier");
        new PublicInbox(GOVERNANCE, TREASURY, ISignatureVerifier(address(0)), demandGate, NO_PRICING, SHARE);
        _expectOutOfBounds("protocolShare");
        new PublicInbox(GOVERNANCE, TREASURY, verifier, demandGate, NO_PRICING, 2001);
        assertEq(inbox.governance(), GOVERNANCE, "governance");
        assertEq(inbox.treasury(), TREASURY, "treasury");
        assertEq(inbox.protocolShare(), SHARE, "share");
    }

    function _expectOutOfBounds(string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_ParameterOutOfBounds.selector, name));
    }
}
