// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bounds} from "../../src/libraries/Bounds.sol";
import {
    IAllowListGate,
    IAttestationGate,
    ICompositeGate,
    IDemandGate,
    IFlatFeeGate
} from "../../src/interfaces/IGates.sol";
import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {DemandCurve, GateMode, InviteContext} from "../../src/types/Invites.sol";
import {InvitesDeployed} from "../support/InvitesDeployed.sol";

contract GatesTest is InvitesDeployed {
    uint256 private constant ATTESTER_KEY = 0xA77;

    function testFuzz_flat_asked(uint256 fee) public {
        setGate(ALICE, flatGate);
        _expectRefused(address(flatGate));
        inbox.quote(request(ALICE, 0), sender, sender);
        fee = clamp(fee, 1 gwei, 1 ether);
        vm.startPrank(ALICE);
        vm.expectEmit(address(flatGate));
        emit IFlatFeeGate.FeeSet(ALICE, fee);
        flatGate.setFee(fee);
        vm.stopPrank();
        assertEq(_fee(ALICE), fee, "quote");
        inviteAs(sender, request(ALICE, 0));
        assertEq(inbox.creditOf(sender), 1 ether - fee, "paid");
        vm.prank(ALICE);
        flatGate.setFee(0);
        assertEq(_fee(ALICE), 0, "free");
    }

    function testFuzz_flat_outOfBounds_reverts(uint256 fee) public {
        uint256 low = clamp(fee, 1, 1 gwei - 1);
        vm.expectRevert(abi.encodeWithSelector(IFlatFeeGate.FlatFeeGate_FeeOutOfBounds.selector, low));
        flatGate.setFee(low);
        uint256 high = clamp(fee, 1 ether + 1, type(uint256).max - 1);
        vm.expectRevert(abi.encodeWithSelector(IFlatFeeGate.FlatFeeGate_FeeOutOfBounds.selector, high));
        flatGate.setFee(high);
    }

    function test_demand_risesByTheRule() public {
        uint256 last;
        for (uint256 i; i < 40; ++i) {
            // minFee * e^(i / 20): twenty invites beyond the target multiply it by e.
            uint256 fee = _fee(ALICE);
            assertTrue(fee >= last, "falls under demand");
            last = fee;
            if (i == 0) assertEq(fee, 0.0001 ether, "first");
            if (i == 20) assertTrue(fee > 0.000271 ether && fee < 0.000272 ether, "e times");
            inviteAs(sender, request(ALICE, i));
        }
        assertTrue(_fee(ALICE) > 0.000738 ether && _fee(ALICE) < 0.000739 ether, "e^2 times");
        assertEq(_fee(BOB), 0.0001 ether, "another inbox");
        assertEq(demandGate.excessOf(address(inbox), ALICE), 40 days, "excess");
        vm.warp(START + 1 days);
        assertEq(demandGate.excessOf(address(inbox), ALICE), 30 days, "the target is worked off in a period");
        vm.warp(START + 4 days);
        assertEq(_fee(ALICE), 0.0001 ether, "back");
    }

    function test_demand_stopsAtItsMaximum() public {
        vm.prank(ALICE);
        demandGate.setCurve(DemandCurve(1 gwei, 1000 gwei, 1, 3600, 1));
        for (uint256 i; i < 30; ++i) {
            inviteAs(sender, request(ALICE, i));
        }
        assertEq(_fee(ALICE), 1000 gwei, "maximum");
        assertEq(demandGate.excessOf(address(inbox), ALICE), 17 * 3600, "excess is capped");
        uint256 snapshot = vm.snapshotState();
        vm.prank(ALICE);
        demandGate.setCurve(DemandCurve(1 gwei, 1000 gwei, 1, 30 days, 100));
        assertEq(
            demandGate.excessOf(address(inbox), ALICE), 17 * 3600, "as it was counted, whatever the next curve counts"
        );
        vm.revertToState(snapshot);
        vm.warp(START + 17 * 3600);
        assertEq(_fee(ALICE), 1 gwei, "a flood of any length is over in the same time");
    }

    function testFuzz_demand_monotone(uint128 minFee, uint32 fraction, uint32 target, uint8 first, uint8 more) public {
        minFee = uint128(clamp(minFee, 1 gwei, 0.01 ether));
        fraction = uint32(clamp(fraction, 1, 1000));
        target = uint32(clamp(target, 1, 1000));
        vm.prank(ALICE);
        uint256 most = uint256(minFee) * 2 ** 24;
        demandGate.setCurve(DemandCurve(minFee, uint128(most < 1 ether ? most : 1 ether), target, 3600, fraction));
        InviteContext memory context = InviteContext(ALICE, sender, sender, "", "");
        for (uint256 i; i < first % 64; ++i) {
            demandGate.admit(context);
        }
        (, uint256 lower) = demandGate.quote(context);
        assertTrue(lower >= minFee && lower <= 1 ether, "bounds");
        for (uint256 i; i < more % 64; ++i) {
            demandGate.admit(context);
        }
        (, uint256 higher) = demandGate.quote(context);
        assertTrue(higher >= lower, "more demand, lower fee");
        vm.warp(START + more);
        (, uint256 later) = demandGate.quote(context);
        assertTrue(later <= higher && later >= minFee, "time raises the fee");
    }

    /// @dev Anyone may call a gate; what is counted for one caller does not count for another.
    function test_demand_strangersCallsCountNothing() public {
        InviteContext memory context = InviteContext(ALICE, sender, sender, "", "");
        for (uint256 i; i < 50; ++i) {
            demandGate.admit(context);
        }
        assertEq(_fee(ALICE), 0.0001 ether, "fee of the inbox");
    }

    function test_demand_ownCurve_thenCommon() public {
        DemandCurve memory own = DemandCurve(1 gwei, 2 gwei, 5, 60, 7);
        vm.startPrank(ALICE);
        vm.expectEmit(address(demandGate));
        emit IDemandGate.CurveSet(ALICE, own);
        demandGate.setCurve(own);
        assertEq(abi.encode(demandGate.curveOf(ALICE)), abi.encode(own), "own");
        vm.expectEmit(address(demandGate));
        emit IDemandGate.CurveCleared(ALICE);
        demandGate.clearCurve();
        vm.stopPrank();
        assertEq(abi.encode(demandGate.curveOf(ALICE)), abi.encode(curve()), "common");
        vm.expectRevert(abi.encodeWithSelector(IDemandGate.DemandGate_NotGovernance.selector, address(this)));
        demandGate.setCommonCurve(own);
        DemandCurve memory next = DemandCurve(0.001 ether, 0.01 ether, 1, 10 days, 200);
        vm.prank(GOVERNANCE);
        demandGate.setCommonCurve(next);
        assertEq(abi.encode(demandGate.curveOf(BOB)), abi.encode(next), "common");
    }

    /// @dev What was counted under a curve of long periods is more than a curve of short ones ever counts.
    function test_demand_excessOfAnotherCurve_isCapped() public {
        vm.prank(ALICE);
        demandGate.setCurve(DemandCurve(1 gwei, 1000 gwei, 1, 30 days, 100));
        for (uint256 i; i < 50; ++i) {
            inviteAs(sender, request(ALICE, i));
        }
        vm.prank(ALICE);
        demandGate.setCurve(DemandCurve(1 gwei, 1000 gwei, 1, 60, 2));
        uint256 cap = 17 * 60 * 2;
        assertEq(demandGate.excessOf(address(inbox), ALICE), cap, "no more than this curve counts");
        vm.warp(vm.getBlockTimestamp() + cap);
        assertEq(_fee(ALICE), 1 gwei, "over when this curve says so");
    }

    function test_demand_commonCurve_movesTenfoldAtMost() public {
        DemandCurve memory next = curve();
        next.minFee = uint128(START);
        _expectStepTooLarge(next, "minFee", 0.0001 ether, START);
        next = curve();
        next.maxFee = 0.01 ether - 1;
        _expectStepTooLarge(next, "maxFee", 0.1 ether, 0.01 ether - 1);
        next = curve();
        next.target = 101;
        _expectStepTooLarge(next, "target", 10, 101);
        next = curve();
        next.period = 10 days + 1;
        _expectStepTooLarge(next, "period", 1 days, 10 days + 1);
        next = curve();
        next.fraction = 1;
        _expectStepTooLarge(next, "fraction", 20, 1);
    }

    function _expectStepTooLarge(DemandCurve memory next, string memory name, uint256 before, uint256 value) private {
        vm.prank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, name, before, value));
        demandGate.setCommonCurve(next);
    }

    function test_demand_outOfBounds_reverts() public {
        _expectCurveOutOfBounds(DemandCurve(1 gwei - 1, 1 gwei, 1, 1, 1), "minFee");
        _expectCurveOutOfBounds(DemandCurve(2 gwei, 1 gwei, 1, 1, 1), "minFee");
        _expectCurveOutOfBounds(DemandCurve(1 ether, 1 ether + 1, 1, 1, 1), "maxFee");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei * 2 ** 24 + 1, 1, 1, 1), "maxFee");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 0, 1, 1), "target");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 10 ** 6 + 1, 1, 1), "target");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 1, 0, 1), "period");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 1, 30 days + 1, 1), "period");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 1, 1, 0), "fraction");
        _expectCurveOutOfBounds(DemandCurve(1 gwei, 1 gwei, 1, 1, 10 ** 6 + 1), "fraction");
        vm.expectRevert(abi.encodeWithSelector(IDemandGate.DemandGate_ParameterOutOfBounds.selector, "governance"));
        new DemandGate(address(0), curve());
    }

    function test_allowList_membersOnly() public {
        setGate(ALICE, allowGate);
        bytes32 mine = _leaf(sender);
        bytes32 other = _leaf(BOB);
        bytes32 root = mine < other ? keccak256(abi.encode(mine, other)) : keccak256(abi.encode(other, mine));
        vm.startPrank(ALICE);
        vm.expectEmit(address(allowGate));
        emit IAllowListGate.RootSet(ALICE, root);
        allowGate.setRoot(root);
        vm.stopPrank();
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = other;
        bytes memory data = abi.encode(proof);
        assertEq(inbox.quote(request(ALICE, 0, data), sender, GATEWAY).fee, 0, "free");
        inviteAs(sender, request(ALICE, 0, data));
        _expectRefused(address(allowGate));
        inbox.quote(request(ALICE, 1, data), GATEWAY, sender);
        _expectRefused(address(allowGate));
        inbox.quote(request(ALICE, 1), sender, sender);
        vm.prank(ALICE);
        allowGate.setRoot(0);
        _expectRefused(address(allowGate));
        inbox.quote(request(ALICE, 1, data), sender, sender);
    }

    /// @dev The inner node of a list is no member of it.
    function test_allowList_innerNode_isNoLeaf() public {
        setGate(ALICE, allowGate);
        vm.prank(ALICE);
        allowGate.setRoot(keccak256(abi.encode(sender)));
        _expectRefused(address(allowGate));
        inbox.quote(request(ALICE, 0, abi.encode(new bytes32[](0))), sender, sender);
    }

    function test_attestation_trustedAndInTime() public {
        setGate(ALICE, attestationGate);
        address attester = vm.addr(ATTESTER_KEY);
        bytes memory data = _attest(sender, uint64(START), uint64(START) + 1000);
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 0, data), sender, sender);
        vm.startPrank(ALICE);
        vm.expectEmit(address(attestationGate));
        emit IAttestationGate.AttesterSet(ALICE, attester, true);
        attestationGate.setAttester(attester, true);
        vm.stopPrank();
        assertTrue(attestationGate.trusts(ALICE, attester), "trusted");
        inviteAs(sender, request(ALICE, 0, data));
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 1, data), GATEWAY, sender);
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 1), sender, sender);
        bytes memory early = _attest(sender, uint64(START) + 1, uint64(START) + 1000);
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 1, early), sender, sender);
        vm.warp(START + 1000);
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 1, data), sender, sender);
    }

    function test_attestation_revoked_untilIssuedAnew() public {
        setGate(ALICE, attestationGate);
        address attester = vm.addr(ATTESTER_KEY);
        vm.prank(ALICE);
        attestationGate.setAttester(attester, true);
        bytes memory data = _attest(sender, uint64(START), uint64(START) + 1000);
        vm.startPrank(attester);
        vm.expectEmit(address(attestationGate));
        emit IAttestationGate.AttestationsRevoked(attester, sender, uint64(START));
        attestationGate.revoke(sender);
        vm.stopPrank();
        assertEq(attestationGate.revokedUntil(attester, sender), START, "until");
        _expectRefused(address(attestationGate));
        inbox.quote(request(ALICE, 0, data), sender, sender);
        vm.warp(START + 1);
        inviteAs(sender, request(ALICE, 0, _attest(sender, uint64(START) + 1, uint64(START) + 1000)));
    }

    function test_composite_any_theFirstThatAdmits() public {
        setGate(ALICE, compositeGate);
        _expectRefused(address(compositeGate));
        inbox.quote(request(ALICE, 0), sender, sender);
        _compose(GateMode.Any, allowGate, demandGate);
        vm.prank(ALICE);
        allowGate.setRoot(_leaf(sender));
        bytes[] memory each = new bytes[](2);
        each[0] = abi.encode(new bytes32[](0));
        assertEq(inbox.quote(request(ALICE, 0, abi.encode(each)), sender, sender).fee, 0, "a friend");
        assertEq(inbox.quote(request(ALICE, 0), GATEWAY, GATEWAY).fee, 0.0001 ether, "a stranger");
        inviteAs(sender, request(ALICE, 0, abi.encode(each)));
        assertEq(demandGate.excessOf(address(compositeGate), ALICE), 0, "friends are no demand");
        inviteAs(GATEWAY, request(ALICE, 1));
        assertEq(demandGate.excessOf(address(compositeGate), ALICE), 1 days, "strangers are");
    }

    function test_composite_all_sums() public {
        setGate(ALICE, compositeGate);
        _compose(GateMode.All, flatGate, demandGate);
        _expectRefused(address(compositeGate));
        inbox.quote(request(ALICE, 0), sender, sender);
        vm.deal(address(this), 1 ether);
        _expectRefused(address(compositeGate));
        inbox.invite{value: 1 ether}(request(ALICE, 0));
        vm.prank(ALICE);
        flatGate.setFee(0.001 ether);
        assertEq(inbox.quote(request(ALICE, 0), sender, sender).fee, 0.0011 ether, "quote");
        inviteAs(sender, request(ALICE, 0));
        assertEq(inbox.creditOf(sender), 1 ether - 0.0011 ether, "paid");
    }

    function test_composite_malformed_reverts() public {
        IInboxGate[] memory gates = new IInboxGate[](0);
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_GateCount.selector, 0, 8));
        compositeGate.setGates(GateMode.Any, gates);
        gates = new IInboxGate[](9);
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_GateCount.selector, 9, 8));
        compositeGate.setGates(GateMode.Any, gates);
        gates = new IInboxGate[](1);
        gates[0] = compositeGate;
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_NotAGate.selector, address(compositeGate)));
        compositeGate.setGates(GateMode.Any, gates);
        gates[0] = IInboxGate(address(0xDEAD));
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_NotAGate.selector, address(0xDEAD)));
        compositeGate.setGates(GateMode.Any, gates);
        setGate(ALICE, compositeGate);
        _compose(GateMode.Any, flatGate, demandGate);
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_DataCount.selector, 3, 2));
        inbox.quote(request(ALICE, 0, abi.encode(new bytes[](3))), sender, sender);
        vm.expectRevert(abi.encodeWithSelector(ICompositeGate.CompositeGate_NotInbox.selector, address(this)));
        compositeGate.admit(InviteContext(ALICE, sender, sender, "", ""));
    }

    function _compose(GateMode mode, IInboxGate first, IInboxGate second) private {
        IInboxGate[] memory gates = new IInboxGate[](2);
        (gates[0], gates[1]) = (first, second);
        vm.startPrank(ALICE);
        vm.expectEmit(address(compositeGate));
        emit ICompositeGate.GatesSet(ALICE, mode, gates);
        compositeGate.setGates(mode, gates);
        vm.stopPrank();
        (GateMode kept, IInboxGate[] memory joined) = compositeGate.gatesOf(ALICE);
        assertTrue(kept == mode && joined.length == 2, "kept");
    }

    function _attest(address subject, uint64 issuedAt, uint64 expiresAt) private view returns (bytes memory) {
        bytes32 hash = attestationHash(vm.addr(ATTESTER_KEY), subject, issuedAt, expiresAt);
        bytes memory signature = signTyped("Parley AttestationGate", address(attestationGate), hash, ATTESTER_KEY);
        return abi.encode(vm.addr(ATTESTER_KEY), issuedAt, expiresAt, signature);
    }

    function _fee(address recipient) private view returns (uint256) {
        return inbox.quote(request(recipient, 10 ** 6), sender, sender).fee;
    }

    function _leaf(address member) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(member))));
    }

    function _expectRefused(address gate) private {
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_Refused.selector, ALICE, gate));
    }

    function _expectCurveOutOfBounds(DemandCurve memory c, string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IDemandGate.DemandGate_ParameterOutOfBounds.selector, name));
        demandGate.setCurve(c);
    }
}
