// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupOperator} from "../src/governance/RollupOperator.sol";
import {IRollup} from "../src/interfaces/IRollup.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {ClaimRequest} from "../src/types/Batch.sol";
import {Rules, RulesVersion, SequencerKey, Settings} from "../src/types/Parameters.sol";
import {Millis} from "../src/types/Units.sol";
import {Governed} from "../src/governance/Governed.sol";
import {Deployed} from "./support/Deployed.sol";

contract RollupScheduleTest is Deployed {
    uint256 private constant NEXT_SECRET = 0x5EA;
    address private constant NEXT_OWNER = address(0xB0D1);

    function test_key_countsFromItsBlockOn() public {
        SequencerKey memory entry = _announce(25, NEXT_SECRET);
        assertEq(abi.encode(rollup.sequencerAt(24)), abi.encode(settings().sequencer), "before");
        assertEq(abi.encode(rollup.sequencerAt(25)), abi.encode(entry), "from it on");
        assertEq(abi.encode(rollup.sequencerAt(type(uint64).max)), abi.encode(entry), "ever after");
        assertEq(rollup.sequencers().length, 2, "entries");
        vm.warp(START + 100);
        ClaimRequest memory request = _blocks(24);
        makeClaim(request);
        request = _blocks(1);
        bytes memory old = seal(request.lastHeader, SEQUENCER_SECRET);
        rollup.depositBondFor{value: BOND}(NEXT_OWNER);
        vm.prank(CLAIMER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRollupEvents.Rollup_NotSealed.selector, vm.addr(SEQUENCER_SECRET), vm.addr(NEXT_SECRET)
            )
        );
        rollup.claim(request, old);
        bytes memory signature = seal(request.lastHeader, NEXT_SECRET);
        vm.prank(CLAIMER);
        rollup.claim(request, signature);
        (, uint64 lastClaim,) = rollup.bondOf(NEXT_OWNER);
        assertEq(lastClaim, 2, "the new key's bond answers");
        (, lastClaim,) = rollup.bondOf(BOND_OWNER);
        assertEq(lastClaim, 1, "the old key's bond answers for its own claims alone");
    }

    function test_key_claimAcrossItsBorder_reverts() public {
        _announce(25, NEXT_SECRET);
        rollup.depositBondFor{value: BOND}(NEXT_OWNER);
        vm.warp(START + 100);
        ClaimRequest memory request = _blocks(25);
        bytes memory signature = seal(request.lastHeader, NEXT_SECRET);
        vm.prank(CLAIMER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_KeyChanges.selector, 25));
        rollup.claim(request, signature);
    }

    function test_key_noticeIsGiven() public {
        vm.warp(START + 100);
        makeClaim(_blocks(7));
        vm.prank(NEXT_OWNER);
        rollup.answerFor(vm.addr(NEXT_SECRET));
        SequencerKey memory entry = SequencerKey(26, vm.addr(NEXT_SECRET), address(0), NEXT_OWNER);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_KeyTooEarly.selector, 26, 27));
        rollup.announceSequencer(entry);
        entry.from = 27;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.SequencerAnnounced(27, entry);
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
    }

    function test_key_laterAnnouncementVoidsThoseFromItsBlockOn() public {
        _announce(30, NEXT_SECRET);
        _announce(40, NEXT_SECRET + 1);
        _announce(50, NEXT_SECRET + 2);
        SequencerKey memory entry = _announce(40, NEXT_SECRET + 3);
        SequencerKey[] memory all = rollup.sequencers();
        assertEq(all.length, 3, "entries");
        assertEq(abi.encode(all[2]), abi.encode(entry), "the latest");
        assertEq(all[1].from, 30, "the one before it stays");
        _announce(type(uint64).max, NEXT_SECRET);
        _announce(20, NEXT_SECRET);
        assertEq(rollup.sequencers().length, 2, "one far away can be taken back");
    }

    function testFuzz_key_onlyTheOperatorAnnounces(address caller) public {
        vm.assume(caller != OPERATOR);
        SequencerKey memory entry = settings().sequencer;
        entry.from = 100;
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOperator.selector, caller));
        rollup.announceSequencer(entry);
    }

    /// @dev Otherwise the operator could have another's bond slashed for what a key of its own signs.
    function test_key_bondOwnerMustAnswerForIt() public {
        SequencerKey memory entry = SequencerKey(100, vm.addr(NEXT_SECRET), address(0), CLAIMER);
        bytes memory refusal =
            abi.encodeWithSelector(IRollupEvents.Rollup_NotAnswering.selector, CLAIMER, vm.addr(NEXT_SECRET));
        vm.prank(OPERATOR);
        vm.expectRevert(refusal);
        rollup.announceSequencer(entry);
        vm.prank(CLAIMER);
        rollup.answerFor(vm.addr(NEXT_SECRET + 1));
        vm.prank(OPERATOR);
        vm.expectRevert(refusal);
        rollup.announceSequencer(entry);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Answering(CLAIMER, vm.addr(NEXT_SECRET));
        vm.prank(CLAIMER);
        rollup.answerFor(vm.addr(NEXT_SECRET));
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
    }

    function test_key_zeroes_revert() public {
        SequencerKey memory entry = SequencerKey(100, address(0), address(0), BOND_OWNER);
        vm.startPrank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ParameterOutOfBounds.selector, "sequencer.key"));
        rollup.announceSequencer(entry);
        entry = SequencerKey(100, address(1), address(0), address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IRollupEvents.Rollup_ParameterOutOfBounds.selector, "sequencer.bondOwner")
        );
        rollup.announceSequencer(entry);
    }

    function test_rules_countFromTheirTimeOn() public {
        Millis from = millis((START + 2000) * 1000);
        Rules memory next = rules();
        next.number = 2;
        RulesVersion memory version = RulesVersion(from, uint64(START), next);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.RulesAnnounced(from, version);
        vm.prank(GOVERNANCE);
        rollup.announceRules(from, next);
        RulesVersion[] memory all = rollup.versions();
        assertEq(all.length, 2, "versions");
        assertEq(abi.encode(all[1]), abi.encode(version), "the new one");
        assertEq(rollup.parameters().fees.minPrice, mwei(10), "parameters tell the first version's");
    }

    function test_rules_claimAcrossTheirBorder_reverts() public {
        Millis from = millis((START + 2000) * 1000);
        vm.prank(GOVERNANCE);
        rollup.announceRules(from, rules());
        vm.warp(START + 3000);
        ClaimRequest memory request = _blocks(3);
        request.lastHeader.timestamp = from - millis(1);
        makeClaim(request);
        request = _blocks(2);
        request.lastHeader.timestamp = from + millis(1000);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_RulesChange.selector, from));
        request = _blocks(1);
        request.lastHeader.timestamp = from + millis(1000);
        makeClaim(request);
        makeClaim(_blocks(2));
        assertEq(rollup.head().number, 3, "claims beyond the border");
    }

    function test_rules_aBlockAtTheirTimeIsOfThem() public {
        Millis from = millis((START + 2000) * 1000);
        vm.prank(GOVERNANCE);
        rollup.announceRules(from, rules());
        vm.warp(START + 3000);
        ClaimRequest memory request = _blocks(2);
        request.lastHeader.timestamp = from;
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_RulesChange.selector, from));
        request = _blocks(1);
        request.lastHeader.timestamp = from;
        makeClaim(request);
        makeClaim(_blocks(2));
    }

    function test_rules_noticeIsGiven() public {
        uint256 earliest = (START + 2000) * 1000;
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_RulesTooEarly.selector, earliest - 1, earliest));
        rollup.announceRules(millis(earliest - 1), rules());
        rollup.announceRules(millis(earliest + 5000), rules());
        vm.expectRevert(
            abi.encodeWithSelector(IRollupEvents.Rollup_RulesTooEarly.selector, earliest + 5000, earliest + 5001)
        );
        rollup.announceRules(millis(earliest + 5000), rules());
        rollup.announceRules(millis(earliest + 5001), rules());
    }

    function test_rules_areWithdrawnBeforeTheirTimeOnly() public {
        Millis from = millis((START + 2000) * 1000);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(IRollupEvents.Rollup_NothingAnnounced.selector);
        rollup.withdrawRules();
        rollup.announceRules(from, rules());
        rollup.announceRules(from + millis(1000), rules());
        vm.expectEmit(address(rollup));
        emit IRollupEvents.RulesWithdrawn(from + millis(1000));
        rollup.withdrawRules();
        vm.warp(START + 1999);
        rollup.withdrawRules();
        assertEq(rollup.versions().length, 1, "the first version");
        rollup.announceRules(from + millis(2_000_000), rules());
        vm.warp(START + 4000);
        vm.expectRevert(IRollupEvents.Rollup_NothingAnnounced.selector);
        rollup.withdrawRules();
    }

    function testFuzz_rules_onlyTheGovernanceAnnounces(address caller) public {
        vm.assume(caller != GOVERNANCE);
        vm.startPrank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotGovernance.selector, caller));
        rollup.announceRules(Millis.wrap(type(uint64).max), rules());
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotGovernance.selector, caller));
        rollup.withdrawRules();
    }

    function test_rules_feesAreBounded() public {
        Rules memory next = rules();
        next.fees.target = 0;
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ParameterOutOfBounds.selector, "fees.target"));
        rollup.announceRules(Millis.wrap(type(uint64).max), next);
        next = rules();
        next.number = 0;
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ParameterOutOfBounds.selector, "rules.number"));
        rollup.announceRules(Millis.wrap(type(uint64).max), next);
    }

    function test_operatorContract_announcesForTheGovernanceAlone() public {
        RollupOperator operator = new RollupOperator(GOVERNANCE, address(this));
        Settings memory s = settings();
        s.operator = address(operator);
        IRollup governed = deploy(s);
        SequencerKey memory entry = s.sequencer;
        entry.from = 20;
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        operator.announceSequencer(governed, entry);
        vm.prank(GOVERNANCE);
        operator.announceSequencer(governed, entry);
        assertEq(governed.sequencers().length, 2, "entries");
    }

    function _announce(uint64 from, uint256 secret) private returns (SequencerKey memory entry) {
        entry = SequencerKey(from, vm.addr(secret), address(0xEC), NEXT_OWNER);
        vm.prank(NEXT_OWNER);
        rollup.answerFor(entry.key);
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
    }

    /// @dev The next claim, of `count` blocks.
    function _blocks(uint64 count) private view returns (ClaimRequest memory request) {
        request = nextRequest();
        request.lastHeader.number += count - 1;
        request.lastHeader.timestamp = request.lastHeader.timestamp + millis(250 * (count - 1));
    }
}
