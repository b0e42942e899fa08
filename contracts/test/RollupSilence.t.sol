// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IPages} from "../src/interfaces/IPages.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {Headers} from "../src/libraries/Headers.sol";
import {BatchClaim, BlockHeader, ClaimRequest, Place} from "../src/types/Batch.sol";
import {Reason, RescuedItem, RescuedRun, RescueRequest} from "../src/types/Contests.sol";
import {SequencerKey} from "../src/types/Parameters.sol";
import {Signature, Withdraw} from "../src/types/Operations.sol";
import {Prices} from "../src/types/State.sol";
import {Units} from "../src/types/Units.sol";
import {Contested} from "./support/Contested.sol";
import {Vm} from "./support/Vm.sol";

contract RollupSilenceTest is Contested {
    address private constant RESCUER = address(0x5E5C);
    uint256 private constant NEXT_SECRET = 0x5EA;
    address private constant NEXT_OWNER = address(0xB0D1);

    BatchClaim private _parent;

    function setUp() public override {
        super.setUp();
        _parent = genesisClaim();
        rollup.depositBondFor{value: 1 ether}(RESCUER);
    }

    function test_silence_needsAnItemThatWaitsForLongerThanTheLimit() public {
        vm.warp(START + 10 ** 6);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotSilent.selector, 0, 0));
        rollup.declareSilent();
        uint64 queuedAt = uint64(block.timestamp);
        _queue(1);
        vm.warp(queuedAt + 660);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotSilent.selector, 0, queuedAt + 660));
        rollup.declareSilent();
        vm.warp(queuedAt + 661);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.SilenceDeclared(0, queuedAt + 681);
        assertEq(rollup.declareSilent(), queuedAt + 681, "opens");
        _looksLike(0, queuedAt + 681, false, false, 0);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_SilentAlready.selector, 0));
        rollup.declareSilent();
    }

    /// @dev A quiet chain that has consumed everything is not silent, however long nobody says anything.
    function test_silence_ofAQuietChain_isNone() public {
        _queue(1);
        vm.warp(START + 1);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 1;
        request.lastHeader.inboxHash = inbox.hashAt(1);
        makeClaim(request);
        vm.warp(START + 10 ** 6);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotSilent.selector, 1, 0));
        rollup.declareSilent();
    }

    function test_rescue_isClosedUntilTheNoticeHasPassed() public {
        _queue(1);
        _refuseRescue(1, abi.encodeWithSelector(IRollupEvents.Rollup_RescueClosed.selector, 0));
        vm.warp(START + 661);
        uint64 opensAt = rollup.declareSilent();
        vm.warp(opensAt - 1);
        _refuseRescue(1, abi.encodeWithSelector(IRollupEvents.Rollup_RescueClosed.selector, opensAt));
        vm.warp(opensAt);
        _rescue(1);
        assertEq(rollup.head().number, 1, "claimed");
    }

    /// @dev A claim that consumes the item closes the rescue; removed, it is open again at once.
    function test_rescue_isOpenOnlyWhileTheItemIsNotConsumed() public {
        _queue(1);
        vm.warp(START + 661);
        uint64 opensAt = rollup.declareSilent();
        ClaimRequest memory request = nextRequest();
        request.lastHeader.inboxCount = 1;
        request.lastHeader.inboxHash = inbox.hashAt(1);
        BatchClaim memory made = claimOf(request, CLAIMER);
        makeClaim(request);
        vm.warp(opensAt);
        BatchClaim memory parent = _parent;
        _parent = made;
        _queue(1);
        _refuseRescue(2, abi.encodeWithSelector(IRollupEvents.Rollup_RescueClosed.selector, 0));
        remove(made, parent);
        _parent = parent;
        _looksLike(0, opensAt, true, false, 0);
        _rescue(1);
    }

    /// @dev Everything that is not the rescuer's to say is what the queue and the parent make it.
    function test_rescue_makesOneBlockOfItems() public {
        _queue(3);
        _silent();
        bytes32 lineage = lineageAfter(0, keccak256(abi.encode(_parent)));
        RescueRequest memory request = _request(3);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Removed(0, keccak256(abi.encode(_parent)), lineage, Reason.Rescue);
        BatchClaim memory made = _rescue(3);
        BlockHeader memory header = made.lastHeader;
        assertEq(header.number, 1, "number");
        assertEq(header.parent, Headers.root(_parent.lastHeader), "parent");
        assertEq(header.timestamp, request.timestamp, "timestamp");
        assertEq(header.lineage, lineage, "lineage of the header");
        assertEq(header.inboxCount, 3, "items");
        assertEq(header.segmentCount, 3, "segments");
        assertEq(header.inboxHash, inbox.hashAt(3), "queue");
        assertEq(abi.encode(header.prices), abi.encode(_parent.lastHeader.prices), "prices");
        assertEq(header.stateRoot, request.stateRoot, "state");
        assertEq(made.lineage, lineage, "lineage");
        assertEq(made.claimer, RESCUER, "claimer");
        assertEq(abi.encode(made.windows), abi.encode(settings().windows), "windows");
        assertEq(rollup.lineages(lineage), 1, "first block of the lineage");
        (, uint64 lastClaim,) = rollup.bondOf(RESCUER);
        assertEq(lastClaim, 1, "the rescuer's bond answers");
        (, lastClaim,) = rollup.bondOf(BOND_OWNER);
        assertEq(lastClaim, 0, "that behind the key does not: it signed nothing");
        _checkRoots(made, request);
    }

    /// @dev Prices after the parent, by the point that the rescuer names.
    function test_rescue_pricesAreThoseAfterTheParent() public {
        _queue(2);
        _silent();
        RescueRequest memory request = _request(2);
        request.pricePoint = 1;
        vm.prank(RESCUER);
        vm.expectPartialRevert(IInbox.Inbox_NotThatPoint.selector);
        rollup.rescue(request);
    }

    function test_rescue_staysWithinTimeAndQueue() public {
        _queue(65);
        _silent();
        _refuseRescue(0, abi.encodeWithSelector(IRollupEvents.Rollup_InboxCountOutOfRange.selector, 0, 1, 64));
        _refuseRescue(65, abi.encodeWithSelector(IRollupEvents.Rollup_InboxCountOutOfRange.selector, 65, 1, 64));
        RescueRequest memory request = _request(1);
        uint256 earliest = _parent.lastHeader.timestamp.wide() + 250;
        uint256 latest = block.timestamp * 1000;
        request.timestamp = millis(latest + 1);
        _refuse(
            request,
            abi.encodeWithSelector(
                IRollupEvents.Rollup_TimestampOutOfRange.selector, request.timestamp, earliest, latest
            )
        );
        request.timestamp = millis(earliest - 1);
        _refuse(
            request,
            abi.encodeWithSelector(
                IRollupEvents.Rollup_TimestampOutOfRange.selector, request.timestamp, earliest, latest
            )
        );
        request.timestamp = millis(earliest);
        vm.prank(RESCUER);
        rollup.rescue(request);
        // Beyond the queue.
        request = _request(2);
        request.parent = _headClaim();
        request.timestamp = millis(latest);
        request.inboxCount = 65;
        vm.prank(RESCUER);
        rollup.rescue(request);
        request.parent = _headClaim();
        request.inboxCount = 66;
        request.timestamp = millis(latest + 250);
        vm.warp(block.timestamp + 1);
        vm.prank(RESCUER);
        vm.expectPartialRevert(IInbox.Inbox_BeyondQueue.selector);
        rollup.rescue(request);
    }

    function test_rescue_needsABond() public {
        _queue(1);
        _silent();
        RescueRequest memory request = _request(1);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, address(this), 0, 1 ether));
        rollup.rescue(request);
    }

    function test_rescue_ofAnotherParent_reverts() public {
        _queue(1);
        _silent();
        RescueRequest memory request = _request(1);
        request.parent.claimer = address(1);
        _refuse(
            request,
            abi.encodeWithSelector(
                IRollupEvents.Rollup_AnotherClaim.selector,
                0,
                keccak256(abi.encode(request.parent)),
                rollup.claimHash(0)
            )
        );
    }

    function test_rescue_refusesOrdinaryClaimsAndGoesOnInItsLineage() public {
        _queue(2);
        _silent();
        _parent = _rescue(1);
        bytes32 lineage = rollup.lineage();
        refuseClaim(nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_InRescue.selector));
        vm.expectRevert(IRollupEvents.Rollup_InRescue.selector);
        rollup.declareSilent();
        vm.warp(block.timestamp + 1);
        BatchClaim memory second = _rescue(2);
        assertEq(rollup.lineage(), lineage, "the same lineage");
        assertEq(second.lastHeader.segmentCount, 2, "segments since genesis");
        assertEq(second.parent, keccak256(abi.encode(_parent)), "parent");
    }

    /// @dev What a rescue says can be wrong, and is removed like any other claim, at the rescuer's expense. Nobody need ask for
    /// its data: an event carries it.
    function test_rescue_thatIsWrong_isRemoved() public {
        _queue(1);
        _silent();
        BatchClaim memory made = _rescue(1);
        (uint32 open,, bool inCalldata) = rollup.contestOf(1);
        assertTrue(inCalldata, "in calldata");
        assertEq(open, 0, "open");
        Place[] memory places = new Place[](1);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_InCalldata.selector, 1));
        rollup.challengeData{value: 1 ether}(made, _parent, places);
        remove(made, _parent);
        assertEq(rollup.creditOf(PROVER), 0.5 ether, "half of the rescuer's bond");
        assertEq(bondOf(RESCUER), 0, "all of it");
        refuseClaim(nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_InRescue.selector));
        rollup.depositBondFor{value: 1 ether}(RESCUER);
        vm.warp(block.timestamp + 1);
        _rescue(1);
        (,, inCalldata) = rollup.contestOf(1);
        assertTrue(inCalldata, "the next one too");
    }

    function test_rescue_becomesFinal() public {
        _queue(1);
        _silent();
        BatchClaim memory made = _rescue(1);
        vm.warp(block.timestamp + 599);
        assertEq(rollup.finalize(1), 0, "within its window");
        vm.warp(block.timestamp + 1);
        assertEq(rollup.finalize(1), 1, "final");
        assertTrue(rollup.isFinalClaim(1, keccak256(abi.encode(made))), "that claim");
        BlockHeader memory signed = made.lastHeader;
        signed.stateRoot = "what the sequencer says";
        bytes memory signature = seal(signed, SEQUENCER_SECRET);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NoEvidence.selector, 1));
        rollup.proveContradiction(signed, signature, made, _parent, "");
        vm.prank(RESCUER);
        rollup.startBondExit();
    }

    function test_resume_takesTwoCallsAndANotice() public {
        vm.prank(OPERATOR);
        vm.expectRevert(IRollupEvents.Rollup_NotInRescue.selector);
        rollup.resume();
        _queue(1);
        _silent();
        _rescue(1);
        uint64 resumesAt = uint64(block.timestamp) + 20;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.ResumptionAnnounced(resumesAt);
        vm.prank(OPERATOR);
        rollup.resume();
        _looksLike(0, uint64(block.timestamp), true, true, resumesAt);
        vm.warp(resumesAt - 1);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_ResumedTooEarly.selector, resumesAt));
        rollup.resume();
        vm.warp(resumesAt);
        bytes32 lineage = lineageAfter(rollup.lineage(), rollup.claimHash(1));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Removed(1, rollup.claimHash(1), lineage, Reason.Resumption);
        vm.prank(GOVERNANCE);
        rollup.resume();
        assertEq(rollup.lineage(), lineage, "a new lineage");
        assertEq(rollup.lineages(lineage), 2, "from the next block on");
        _looksLike(0, 0, false, false, 0);
        makeClaim();
        assertEq(rollup.head().number, 2, "an ordinary claim");
        // A silence of its own is needed again.
        _queue(1);
        vm.warp(block.timestamp + 661);
        assertEq(rollup.declareSilent(), block.timestamp + 20, "declared anew");
    }

    function testFuzz_resume_onlyOperatorAndGovernance(address caller) public {
        vm.assume(caller != OPERATOR && caller != GOVERNANCE);
        _queue(1);
        _silent();
        _rescue(1);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOperator.selector, caller));
        rollup.resume();
    }

    /// @dev Whoever signs for blocks beyond the head is gone: the next key begins at once, in a lineage of its own.
    function test_key_lost_isReplacedOnceTheNoticeHasPassed() public {
        makeClaims(1);
        _queue(1);
        SequencerKey memory entry = SequencerKey(2, vm.addr(NEXT_SECRET), address(0), NEXT_OWNER);
        vm.prank(NEXT_OWNER);
        rollup.answerFor(entry.key);
        vm.warp(block.timestamp + 661);
        uint64 opensAt = rollup.declareSilent();
        vm.warp(opensAt - 1);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_KeyTooEarly.selector, 2, 21));
        rollup.announceSequencer(entry);
        vm.warp(opensAt);
        entry.from = 1;
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_KeyTooEarly.selector, 1, 2));
        rollup.announceSequencer(entry);
        entry.from = 2;
        bytes32 lineage = lineageAfter(0, rollup.claimHash(1));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.SequencerAnnounced(2, entry);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Removed(1, rollup.claimHash(1), lineage, Reason.KeyReplaced);
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
        assertEq(rollup.sequencerAt(1).key, vm.addr(SEQUENCER_SECRET), "the blocks before");
        assertEq(rollup.sequencerAt(2).key, entry.key, "the blocks to come");
        rollup.depositBondFor{value: BOND}(NEXT_OWNER);
        ClaimRequest memory request = nextRequest();
        bytes memory signature = seal(request.lastHeader, NEXT_SECRET);
        vm.prank(CLAIMER);
        rollup.claim(request, signature);
        assertEq(rollup.head().number, 2, "the chain goes on");
    }

    /// @dev With its notice an announcement begins no lineage, silence or not.
    function test_key_announcedWithNotice_keepsTheLineage() public {
        _queue(1);
        _silent();
        SequencerKey memory entry = SequencerKey(20, vm.addr(NEXT_SECRET), address(0), NEXT_OWNER);
        vm.prank(NEXT_OWNER);
        rollup.answerFor(entry.key);
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
        assertEq(rollup.lineage(), 0, "the same lineage");
    }

    function _queue(uint256 count) private {
        for (uint256 i; i < count; ++i) {
            inbox.forceWithdraw(Withdraw(3, 0, 0, mwei(10)), new Signature[](1));
        }
    }

    /// @dev From here on rescues may be made.
    function _silent() private {
        vm.warp(block.timestamp + 661);
        vm.warp(rollup.declareSilent());
    }

    /// @dev Items up to `count`, as one run, or two where there are enough.
    function _request(uint64 count) private view returns (RescueRequest memory request) {
        request.parent = _parent;
        request.timestamp = Units.now_();
        request.inboxCount = count;
        request.stateRoot = keccak256(abi.encode("state", count));
        uint64 first = _parent.lastHeader.inboxCount;
        uint256 items = count > first ? count - first : 0;
        request.runs = new RescuedRun[](items > 2 ? 2 : 1);
        if (items > 2) {
            request.runs[0] = _run(3, first, first + 1);
            request.runs[1] = _run(9, first + 1, count);
        } else {
            request.runs[0] = _run(3, first, first + uint64(items));
        }
    }

    function _run(uint8 shard, uint64 from, uint64 to) private pure returns (RescuedRun memory run) {
        run = RescuedRun(shard, new RescuedItem[](to - from));
        for (uint64 i = from; i < to; ++i) {
            run.items[i - from] = RescuedItem(keccak256(abi.encode("pre", i)), i, keccak256(abi.encode("post", i)));
        }
    }

    function _rescue(uint64 count) private returns (BatchClaim memory) {
        RescueRequest memory request = _request(count);
        vm.recordLogs();
        vm.prank(RESCUER);
        bytes32 hash = rollup.rescue(request);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IRollupEvents.Rescued.selector, "told");
        assertEq(last.topics[2], hash, "its hash");
        assertEq(last.data, abi.encode(request.runs), "its data");
        Vm.Log memory claimed = logs[logs.length - 2];
        assertEq(keccak256(claimed.data), hash, "the claim whole");
        assertEq(rollup.claimHash(rollup.head().number), hash, "stands");
        return abi.decode(claimed.data, (BatchClaim));
    }

    /// @dev The claim that the last `rescue` made, from its event.
    function _headClaim() private returns (BatchClaim memory) {
        uint64 number = rollup.head().number;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = logs.length; i > 0; --i) {
            bool isIt =
                logs[i - 1].topics[0] == IRollupEvents.Claimed.selector && uint256(logs[i - 1].topics[1]) == number;
            if (isIt) return abi.decode(logs[i - 1].data, (BatchClaim));
        }
        revert NotTrue("no such claim");
    }

    function _refuseRescue(uint64 count, bytes memory reason) private {
        _refuse(_request(count), reason);
    }

    function _refuse(RescueRequest memory request, bytes memory reason) private {
        vm.recordLogs();
        vm.prank(RESCUER);
        vm.expectRevert(reason);
        rollup.rescue(request);
    }

    /// @dev The claim's data, as pages of core and witness, has its roots.
    function _checkRoots(BatchClaim memory made, RescueRequest memory request) private {
        IPages pages = IPages(vm.deployCode("Pages.sol:Pages", ""));
        bytes memory core = _headerOf(made.lastHeader);
        core = bytes.concat(core, bytes1(uint8(request.runs.length)));
        bytes memory witness = abi.encodePacked(uint8(request.runs.length));
        for (uint256 i; i < request.runs.length; ++i) {
            RescuedItem[] memory items = request.runs[i].items;
            uint16 count = uint16(items.length);
            core = bytes.concat(core, abi.encodePacked(request.runs[i].shard, count, items[count - 1].postRoot));
            witness = bytes.concat(witness, abi.encodePacked(count));
            for (uint256 j; j < count; ++j) {
                core =
                    bytes.concat(core, abi.encodePacked(items[j].preRoot, items[j].postRoot, uint8(2), items[j].item));
                witness = bytes.concat(witness, hex"00");
            }
        }
        (bytes4 answer,) = pages.check(made.coreRoot, 1, Place(0, 0, 0), bytes.concat(core, bytes4(0)));
        assertTrue(answer == IPages.check.selector, "core");
        (answer,) = pages.check(made.witnessRoot, 1, Place(1, 0, 0), bytes.concat(witness, bytes4(0)));
        assertTrue(answer == IPages.check.selector, "witness");
    }

    function _headerOf(BlockHeader memory header) private pure returns (bytes memory) {
        Prices memory prices = header.prices;
        return bytes.concat(
            abi.encodePacked(
                header.number,
                header.parent,
                header.timestamp,
                header.lineage,
                header.inboxCount,
                header.segmentCount,
                header.inboxHash
            ),
            abi.encodePacked(prices.coreByte, prices.witnessByte, prices.settlement, prices.stateByte),
            abi.encodePacked(header.runsRoot, header.stateRoot)
        );
    }

    function _looksLike(uint64 index, uint64 opensAt, bool open, bool inRescue, uint64 resumesAt) private view {
        (uint64 index_, uint64 opensAt_, bool open_, bool inRescue_, uint64 resumesAt_) = rollup.silence();
        assertEq(index_, index, "index");
        assertEq(opensAt_, opensAt, "opens");
        assertTrue(open_ == open, "open");
        assertTrue(inRescue_ == inRescue, "in rescue");
        assertEq(resumesAt_, resumesAt, "resumes");
    }
}
