// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {
    InviteOutcome,
    InviteParties,
    InviteQuote,
    InviteRequest,
    SignedInvite,
    Standing
} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {HostileGate, PlantedGate} from "../support/InvitesDeployed.sol";
import {Vm} from "../support/Vm.sol";

contract InviteManyTest is EconomicsDeployed {
    PlantedGate private _gate;

    function setUp() public override {
        super.setUp();
        _gate = new PlantedGate();
        vm.deal(GATEWAY, 1_000_000 ether);
    }

    function requests(uint256 count) private pure returns (InviteRequest[] memory many) {
        many = new InviteRequest[](count);
        for (uint256 i; i < count; ++i) {
            many[i] = request(address(uint160(0xA000 + i)), i);
        }
    }

    function signedBy(InviteRequest[] memory many, address relayer)
        private
        view
        returns (SignedInvite[] memory signed)
    {
        signed = new SignedInvite[](many.length);
        for (uint256 i; i < many.length; ++i) {
            signed[i] = sign(many[i], relayer, START + 10 ** 9);
        }
    }

    function times(address account, uint256 count) private pure returns (address[] memory all) {
        all = new address[](count);
        for (uint256 i; i < count; ++i) {
            all[i] = account;
        }
    }

    function send(InviteRequest[] memory many, uint256 value) private returns (InviteOutcome[] memory) {
        vm.prank(GATEWAY);
        return inbox.inviteMany{value: value}(many);
    }

    function assertRefused(InviteOutcome memory outcome, bytes memory reason) private pure {
        assertTrue(!outcome.delivered && outcome.fee == 0 && outcome.sequence == 0, "not delivered");
        assertEq(outcome.reason, reason, "reason");
    }

    function test_all_areDelivered_atWhatEachAloneWouldCost() public {
        registerMature(GATEWAY);
        InviteRequest[] memory many = requests(64);
        many[7].recipient = many[3].recipient;
        InviteOutcome[] memory quoted = inbox.quoteMany(many, times(GATEWAY, 64), GATEWAY);
        uint256 sum;
        for (uint256 i; i < 64; ++i) {
            // The same one after the other, undone again: what each alone costs there.
            assertTrue(quoted[i].delivered, "quoted");
            sum += quoted[i].fee;
        }
        assertEq(inbox.inboxOf(many[3].recipient).count, 0, "a quote leaves nothing behind");
        assertEq(pricing.reachOf(address(inbox), GATEWAY).invites, 0, "nor does the pricing count");
        InviteOutcome[] memory outcomes = send(many, sum);
        assertEq(abi.encode(outcomes), abi.encode(quoted), "as quoted");
        assertEq(inbox.creditOf(GATEWAY), 0, "paid to the wei");
        assertEq(outcomes[7].sequence, 1, "the second of its inbox");
        assertTrue(outcomes[63].fee > outcomes[0].fee, "beyond the allowance it grows");
        assertEq(pricing.reachOf(address(inbox), GATEWAY).invites, 64, "each counts");
    }

    function test_each_costsWhatItWouldAlone() public {
        registerMature(GATEWAY);
        InviteRequest[] memory many = requests(40);
        InviteOutcome[] memory quoted = inbox.quoteMany(many, times(GATEWAY, 40), GATEWAY);
        for (uint256 i; i < 40; ++i) {
            assertEq(inbox.quote(many[i], GATEWAY, GATEWAY).fee, quoted[i].fee, "the fee of one alone");
            inviteAs(GATEWAY, many[i]);
        }
    }

    function test_failures_leaveTheOthersAlone() public {
        HostileGate.Deed[4] memory deeds = [
            HostileGate.Deed.Revert,
            HostileGate.Deed.BurnGas,
            HostileGate.Deed.AnswerAtLength,
            HostileGate.Deed.AnswerNothing
        ];
        InviteRequest[] memory many = requests(12);
        for (uint256 i; i < 4; ++i) {
            setGate(many[i].recipient, new HostileGate(deeds[i]));
        }
        setGate(many[4].recipient, _gate);
        _gate.set(false, 0, address(0), 0);
        many[5].recipient = address(0);
        many[6].contentDigest = 0;
        many[7] = many[11];
        many[8].maxFee = 1;
        vm.prank(many[9].recipient);
        inbox.setStanding(GATEWAY, Standing.Blocked);
        InviteOutcome[] memory outcomes = send(many, 1 ether);
        assertRefused(outcomes[0], abi.encodeWithSelector(HostileGate.Refusing.selector, 7));
        assertRefused(outcomes[1], "");
        assertEq(outcomes[2].reason.length, 260, "cut");
        assertRefused(outcomes[3], "");
        assertRefused(
            outcomes[4],
            abi.encodeWithSelector(IPublicInbox.PublicInbox_Refused.selector, many[4].recipient, address(_gate))
        );
        assertRefused(outcomes[5], abi.encodeWithSelector(IPublicInbox.PublicInbox_RecipientZero.selector));
        assertRefused(outcomes[6], abi.encodeWithSelector(IPublicInbox.PublicInbox_DigestZero.selector));
        assertTrue(outcomes[7].delivered, "the first of two");
        assertEq(bytes32(bytes4(outcomes[8].reason)), IPublicInbox.PublicInbox_FeeAboveMax.selector, "too dear");
        assertRefused(
            outcomes[9], abi.encodeWithSelector(IPublicInbox.PublicInbox_Blocked.selector, many[9].recipient, GATEWAY)
        );
        assertTrue(outcomes[10].delivered, "among them");
        assertRefused(
            outcomes[11],
            abi.encodeWithSelector(
                IPublicInbox.PublicInbox_AlreadyDelivered.selector, many[11].recipient, many[11].contentDigest, 0
            )
        );
        assertEq(inbox.creditOf(GATEWAY), 1 ether - outcomes[7].fee - outcomes[10].fee, "two are paid for");
        assertEq(pricing.reachOf(address(inbox), GATEWAY).invites, 2, "and counted");
    }

    function test_refusals_areTold() public {
        InviteRequest[] memory many = requests(2);
        setGate(many[1].recipient, new HostileGate(HostileGate.Deed.Revert));
        vm.recordLogs();
        send(many, 1 ether);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IPublicInbox.InviteNotDelivered.selector, "event");
        assertEq(address(uint160(uint256(last.topics[1]))), GATEWAY, "payer");
        assertEq(address(uint160(uint256(last.topics[2]))), many[1].recipient, "recipient");
        assertEq(last.topics[3], many[1].contentDigest, "digest");
        bytes memory reason = abi.encodeWithSelector(HostileGate.Refusing.selector, 7);
        assertEq(last.data, abi.encode(uint256(1), reason), "index and reason");
        assertEq(logs.length, 2, "one event an invite");
    }

    function test_moneyThatEnds_endsWhatIsDelivered() public {
        InviteRequest[] memory many = requests(3);
        setGate(many[1].recipient, _gate);
        _gate.set(true, 0.5 ether, address(0), 0);
        uint256 fee = inbox.quote(many[0], GATEWAY, GATEWAY).fee;
        InviteOutcome[] memory outcomes = send(many, 2 * fee);
        assertTrue(outcomes[0].delivered && outcomes[2].delivered, "what there is money for");
        assertRefused(
            outcomes[1],
            abi.encodeWithSelector(
                IPublicInbox.PublicInbox_NotEnough.selector,
                2 * fee - outcomes[0].fee,
                inbox.quote(many[1], GATEWAY, GATEWAY).fee
            )
        );
    }

    function test_relayMany_eachSignatureForItself() public {
        registerMature(GATEWAY);
        SignedInvite[] memory signed = signedBy(requests(5), GATEWAY);
        signed[1].authorization.deadline = START - 1;
        signed[2].relayer = ALICE;
        signed[3].authorization.signer = ALICE;
        vm.recordLogs();
        vm.prank(GATEWAY);
        InviteOutcome[] memory outcomes = inbox.relayMany{value: 5 ether}(signed);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 5, "one event an invite");
        for (uint256 i; i < 5; ++i) {
            bool refused = i >= 1 && i <= 3;
            bytes32 event_ = refused ? IPublicInbox.InviteNotDelivered.selector : IPublicInbox.InviteDelivered.selector;
            assertEq(logs[i].topics[0], event_, "which says what became of it");
            if (refused) assertEq(logs[i].data, abi.encode(i, outcomes[i].reason), "index and reason");
        }
        assertTrue(outcomes[0].delivered && outcomes[4].delivered, "the others");
        assertRefused(
            outcomes[1], abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureExpired.selector, START - 1)
        );
        assertRefused(outcomes[2], abi.encodeWithSelector(IPublicInbox.PublicInbox_NotRelayer.selector, GATEWAY, ALICE));
        assertRefused(outcomes[3], abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureInvalid.selector, ALICE));
        assertEq(inbox.creditOf(GATEWAY), 5 ether - outcomes[0].fee - outcomes[4].fee, "the relayer pays");
        assertEq(pricing.reachOf(address(inbox), sender).invites, 0, "nor the signer, who has no repute");
        assertEq(pricing.reachOf(address(inbox), GATEWAY).senders, 2, "the relayer answers");
    }

    function test_relayMany_asQuoted() public {
        registerMature(GATEWAY);
        InviteRequest[] memory many = requests(24);
        InviteOutcome[] memory quoted = inbox.quoteMany(many, times(sender, 24), GATEWAY);
        SignedInvite[] memory signed = signedBy(many, GATEWAY);
        vm.prank(GATEWAY);
        InviteOutcome[] memory outcomes = inbox.relayMany{value: 5 ether}(signed);
        assertEq(abi.encode(outcomes), abi.encode(quoted), "as quoted");
        assertTrue(outcomes[23].fee > outcomes[0].fee, "it grows for who answers");
    }

    function test_relayMany_ofOnesOwn() public {
        vm.deal(sender, 10 ether);
        registerMature(sender);
        SignedInvite[] memory signed = signedBy(requests(2), address(0));
        vm.prank(sender);
        InviteOutcome[] memory outcomes = inbox.relayMany{value: 1 ether}(signed);
        assertTrue(outcomes[0].delivered && outcomes[1].delivered, "delivered");
        assertEq(pricing.reachOf(address(inbox), sender).senders, 0, "nobody answers for oneself");
    }

    function test_withoutAPricing() public {
        vm.prank(GOVERNANCE);
        inbox.setPricing(NO_PRICING);
        InviteOutcome[] memory outcomes = send(requests(2), 1 ether);
        assertEq(outcomes[0].fee, 0.0001 ether, "the gate's alone");
    }

    function test_counts_areBounded() public {
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_InviteCount.selector, 0, 64));
        inbox.inviteMany(requests(0));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_InviteCount.selector, 65, 64));
        inbox.inviteMany(requests(65));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_InviteCount.selector, 65, 64));
        inbox.relayMany(new SignedInvite[](65));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_InviteCount.selector, 0, 64));
        inbox.relayMany(new SignedInvite[](0));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_InviteCount.selector, 65, 64));
        inbox.quoteMany(requests(65), times(GATEWAY, 65), GATEWAY);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_SenderCount.selector, 1, 2));
        inbox.quoteMany(requests(2), times(GATEWAY, 1), GATEWAY);
    }

    function test_ownFunctions_areTheInboxsAlone() public {
        InviteParties memory parties = InviteParties(ALICE, GATEWAY, true, 0, 0, true);
        InviteRequest memory r = request(BOB, 0);
        SignedInvite memory signed = sign(r, address(0), START);
        bytes memory refusal = abi.encodeWithSelector(IPublicInbox.PublicInbox_NotItself.selector, address(this));
        vm.expectRevert(refusal);
        inbox.deliverAlone(r, parties);
        vm.expectRevert(refusal);
        inbox.relayAlone(signed, GATEWAY, 0);
        vm.expectRevert(refusal);
        inbox.deliverAndUndo(requests(1), times(GATEWAY, 1), GATEWAY);
    }

    function test_deliverAndUndo_ofTheInbox_revertsWithWhatItDid() public {
        InviteOutcome[] memory quoted = inbox.quoteMany(requests(1), times(GATEWAY, 1), GATEWAY);
        vm.prank(address(inbox));
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_Undone.selector, quoted));
        inbox.deliverAndUndo(requests(1), times(GATEWAY, 1), GATEWAY);
    }

    /// @dev Estimating the gas of a call must not find that little is enough because nothing was done.
    function test_tooLittleGas_refusesAll() public {
        InviteRequest[] memory many = requests(2);
        bytes memory call = abi.encodeCall(IPublicInbox.inviteMany, (many));
        vm.prank(GATEWAY);
        (bool done, bytes memory answer) = address(inbox).call{value: 1 ether, gas: 1_000_000}(call);
        assertTrue(!done, "too little for the first");
        assertEq(bytes32(bytes4(answer)), IPublicInbox.PublicInbox_TooLittleGas.selector, "coded");
        vm.prank(GATEWAY);
        (done, answer) = address(inbox).call{value: 1 ether, gas: 1_250_000}(call);
        assertTrue(!done, "too little for the second");
        assertEq(bytes32(bytes4(answer)), IPublicInbox.PublicInbox_TooLittleGas.selector, "coded");
        assertEq(inbox.inboxOf(many[0].recipient).count, 0, "all or nothing");
        assertEq(inbox.creditOf(GATEWAY), 0, "nor money");
        bytes memory quoting = abi.encodeCall(IPublicInbox.quoteMany, (many, times(GATEWAY, 2), GATEWAY));
        (done, answer) = address(inbox).call{gas: 1_000_000}(quoting);
        assertTrue(!done, "nor a quote");
        assertEq(bytes32(bytes4(answer)), IPublicInbox.PublicInbox_TooLittleGas.selector, "coded");
    }

    /// @dev 64 gates that use up whatever they get: each its million and no more.
    function test_hostileGates_areBounded() public {
        InviteRequest[] memory many = requests(9);
        HostileGate burner = new HostileGate(HostileGate.Deed.BurnGas);
        for (uint256 i; i < 8; ++i) {
            setGate(many[i].recipient, burner);
        }
        uint256 before = gasleft();
        InviteOutcome[] memory outcomes = send(many, 1 ether);
        assertTrue(before - gasleft() < 8 * 1_000_000 + 600_000, "a million each");
        assertTrue(outcomes[8].delivered, "the last is delivered");
    }

    /// @dev Whatever fails, what was sent is paid out in parts or credited.
    function testFuzz_value_isConserved(uint256 seed, uint256 value) public {
        registerMature(GATEWAY);
        value = clamp(value, 0, 1 ether);
        setGate(BOB, _gate);
        _gate.set(true, clamp(seed, 0, 0.3 ether), address(0xBE), uint16(seed % 1001));
        InviteRequest[] memory many = requests(1 + seed % 12);
        for (uint256 i; i < many.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            if (random % 3 == 0) many[i].recipient = BOB;
            if (random % 5 == 0) many[i].maxFee = random % 0.2 ether;
            if (random % 7 == 0) many[i].contentDigest = many[0].contentDigest;
        }
        uint256 shares = inbox.creditOf(address(treasury));
        InviteOutcome[] memory outcomes = send(many, value);
        uint256 paid;
        for (uint256 i; i < many.length; ++i) {
            paid += outcomes[i].fee;
        }
        assertEq(inbox.creditOf(GATEWAY), value - paid, "what is left is the payer's");
        uint256 sum = inbox.creditOf(GATEWAY) + inbox.creditOf(address(0xBE)) + inbox.creditOf(address(treasury));
        sum += inbox.creditOf(BOB);
        for (uint256 i; i < many.length; ++i) {
            if (many[i].recipient != BOB) sum += inbox.creditOf(many[i].recipient);
        }
        assertEq(sum - shares, value, "every wei is somebody's");
        assertEq(address(inbox).balance, sum, "and there");
    }
}
