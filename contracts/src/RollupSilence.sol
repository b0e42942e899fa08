// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupRemovals} from "./RollupRemovals.sol";
import {Batches} from "./fraud/Batches.sol";
import {IQueue} from "./interfaces/IQueue.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {RescueRoots} from "./libraries/RescueRoots.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {BatchClaim, BlockHeader} from "./types/Batch.sol";
import {Reason, RescueRequest} from "./types/Contests.sol";
import {SequencerKey} from "./types/Parameters.sol";
import {Millis, Units} from "./types/Units.sol";

/// @title What anyone may do when the sequencer is silent
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`.
abstract contract RollupSilence is RollupRemovals {
    /// @dev The silence declared last, in one slot. Times in seconds, 0 for none.
    struct Silence {
        uint64 index;
        uint40 opensAt;
        uint40 resumesAt;
    }

    Silence private _silence;

    /// @inheritdoc IRollupContests
    function declareSilent() external returns (uint64 opensAt) {
        if (_latest.inRescue) revert Rollup_InRescue();
        uint64 index = _head.inboxCount;
        Silence memory last = _silence;
        if (last.opensAt != 0 && index <= last.index) revert Rollup_SilentAlready(last.index);
        if (index >= INBOX.count()) revert Rollup_NotSilent(index, 0);
        (, uint64 time,,) = IQueue(address(INBOX)).itemAt(index);
        uint64 until = time + SILENCE_LIMIT;
        if (block.timestamp <= until) revert Rollup_NotSilent(index, until);
        opensAt = uint64(block.timestamp) + NOTICE;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        _silence = Silence(index, uint40(opensAt), 0);
        emit SilenceDeclared(index, opensAt);
    }

    /// @inheritdoc IRollupContests
    function rescue(RescueRequest calldata request) external returns (bytes32 hash) {
        _checkOpen();
        Head memory head = _head;
        bytes32 parentHash = _hashes[head.number];
        bytes32 given = keccak256(abi.encode(request.parent));
        if (given != parentHash) revert Rollup_AnotherClaim(request.parent.number, given, parentHash);
        if (!_latest.inRescue) {
            _latest.inRescue = true;
            _beginLineage(head.number, parentHash, head.blockNumber + 1, Reason.Rescue);
        }
        uint64 number = head.number + 1;
        _useBond(number, msg.sender, RESCUE_BOND);
        BatchClaim memory made = _claimOf(request, number, parentHash);
        hash = _stand(made);
        _terms[number].inCalldata = true;
        emit Rescued(number, hash, request.runs);
    }

    /// @inheritdoc IRollupContests
    function resume() external {
        if (msg.sender != GOVERNANCE) _checkOperator();
        if (!_latest.inRescue) revert Rollup_NotInRescue();
        uint64 resumesAt = _silence.resumesAt;
        if (resumesAt == 0) {
            resumesAt = uint64(block.timestamp) + NOTICE;
            // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
            _silence.resumesAt = uint40(resumesAt);
            emit ResumptionAnnounced(resumesAt);
            return;
        }
        if (block.timestamp < resumesAt) revert Rollup_ResumedTooEarly(resumesAt);
        delete _silence;
        _latest.inRescue = false;
        _beginLineageAtHead(Reason.Resumption);
    }

    /// @inheritdoc IRollupContests
    function announceSequencer(SequencerKey calldata entry) external {
        _checkOperator();
        uint64 noticed = _head.blockNumber + KEY_NOTICE;
        uint64 earliest = _isOpen() ? _head.blockNumber + 1 : noticed;
        if (entry.from < earliest) revert Rollup_KeyTooEarly(entry.from, earliest);
        SettingsBounds.checkKey(entry);
        if (_answersFor[entry.bondOwner] != entry.key) revert Rollup_NotAnswering(entry.bondOwner, entry.key);
        _dropKeys(entry.from);
        _addKey(entry);
        // What the key before signed from there on is of a lineage that is over.
        if (entry.from < noticed) _beginLineageAtHead(Reason.KeyReplaced);
    }

    /// @inheritdoc IRollupContests
    function silence()
        external
        view
        returns (uint64 index, uint64 opensAt, bool open, bool inRescue, uint64 resumesAt)
    {
        Silence memory last = _silence;
        return (last.index, last.opensAt, _isOpen(), _latest.inRescue, last.resumesAt);
    }

    /// @dev Voids the entries from block `from` on. Of their blocks none was sealed that counts: they are as far above the head as
    /// any announced now, or of a lineage that is over.
    function _dropKeys(uint64 from) private {
        Latest memory latest = _latest;
        while (latest.keyFrom >= from) {
            delete _keys[--latest.keys];
            latest.keyFrom = _keys[latest.keys - 1].from;
        }
        _latest = latest;
    }

    function _beginLineageAtHead(Reason reason) private {
        Head memory head = _head;
        _beginLineage(head.number, _hashes[head.number], head.blockNumber + 1, reason);
    }

    /// @dev The claim of the block that `request` describes, with everything that follows from its parent and the queue.
    function _claimOf(RescueRequest calldata request, uint64 number, bytes32 parentHash)
        private
        view
        returns (BatchClaim memory made)
    {
        (bytes32 runsRoot, bytes32 witnessRoot, uint64 segments) = RescueRoots.ofRuns(request.runs);
        BlockHeader memory before = request.parent.lastHeader;
        BlockHeader memory header;
        header.number = before.number + 1;
        header.parent = Batches.rootOf(before);
        header.timestamp = request.timestamp;
        header.lineage = _lineage;
        header.inboxCount = request.inboxCount;
        header.segmentCount = before.segmentCount + segments;
        header.inboxHash = _checkRange(request, before);
        header.prices = IQueue(address(INBOX)).pricesAt(before.inboxCount, request.pricePoint);
        header.runsRoot = runsRoot;
        header.stateRoot = request.stateRoot;
        made.number = number;
        made.parent = parentHash;
        made.lineage = header.lineage;
        made.coreRoot = RescueRoots.ofCore(Batches.rootOf(header), runsRoot);
        made.witnessRoot = witnessRoot;
        made.lastHeader = header;
        made.windows = _windows();
        made.claimer = msg.sender;
        made.claimedAt = uint64(block.timestamp);
    }

    /// @dev That the block lies in time and takes items that are there.
    /// @return inboxHash After them.
    function _checkRange(RescueRequest calldata request, BlockHeader memory before)
        private
        view
        returns (bytes32 inboxHash)
    {
        Millis earliest = before.timestamp + Millis.wrap(MIN_BLOCK_INTERVAL_MS);
        Millis latest = Units.now_();
        if (request.timestamp < earliest || request.timestamp > latest) {
            revert Rollup_TimestampOutOfRange(request.timestamp, earliest.wide(), latest.wide());
        }
        uint64 least = before.inboxCount + 1;
        uint64 most = before.inboxCount + INBOX_ITEMS_PER_BLOCK;
        if (request.inboxCount < least || request.inboxCount > most) {
            revert Rollup_InboxCountOutOfRange(request.inboxCount, least, most);
        }
        (inboxHash,) = INBOX.queueAt(request.inboxCount);
    }

    /// @dev Whether rescues may be made: they make the claims already, or a silence lasts whose notice has passed.
    function _isOpen() private view returns (bool) {
        if (_latest.inRescue) return true;
        Silence memory last = _silence;
        return last.opensAt != 0 && _head.inboxCount <= last.index && block.timestamp >= last.opensAt;
    }

    function _checkOpen() private view {
        if (_isOpen()) return;
        Silence memory last = _silence;
        revert Rollup_RescueClosed(_head.inboxCount <= last.index ? last.opensAt : 0);
    }
}
