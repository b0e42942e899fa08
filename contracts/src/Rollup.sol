// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {RollupAnnouncements} from "./RollupAnnouncements.sol";
import {RollupBondOwners} from "./RollupBondOwners.sol";
import {RollupCertificates} from "./RollupCertificates.sol";
import {RollupClaims} from "./RollupClaims.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IMadeWith} from "./interfaces/IMadeWith.sol";
import {IRollupCore} from "./interfaces/IRollupCore.sol";
import {Headers} from "./libraries/Headers.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart} from "./types/Batch.sol";
import {ContestRules, RollupParameters, RulesVersion, SequencerKey, Settings} from "./types/Parameters.sol";
import {Prices} from "./types/State.sol";
import {Millis, Mwei, Units} from "./types/Units.sol";

/// @title Rollup
/// @notice Bonded claims about the L3, in order, and their finality. What takes claims back is the code of `contests`, which works
/// on the storage of this contract.
/// @dev Errors, events and what each function promises stand in `IRollupCore` and `IRollupEvents`. This contract declares no
/// storage of its own: it would lie where that of `RollupContests` does.
contract Rollup is RollupBondOwners, RollupAnnouncements, RollupCertificates {
    uint64 private constant BLOCKS_PER_BATCH = 1024;
    uint64 private constant SEGMENTS_PER_BLOCK = 1024;
    uint64 private constant SEGMENTS_PER_BATCH = 8192;
    uint256 private constant MAX_POINTER_BYTES = 1024;

    /// @inheritdoc IRollupCore
    IMadeWith public immutable contests;
    address private immutable TREASURY;
    Millis private immutable GENESIS_TIMESTAMP;
    Mwei private immutable GENESIS_CORE_BYTE;
    Mwei private immutable GENESIS_WITNESS_BYTE;
    Mwei private immutable GENESIS_SETTLEMENT;
    Mwei private immutable GENESIS_STATE_BYTE;
    bytes32 private immutable GENESIS_STATE_ROOT;
    bytes32 private immutable EMPTY_RUNS_ROOT;
    uint64 private immutable DEPLOYMENT_BLOCK;

    /// @notice Makes the genesis claim, which is final.
    /// @param queue An inbox made for this address and with these settings, in which nothing is queued.
    /// @param contests_ The other half, made with the same settings and inbox.
    constructor(Settings memory settings, IInbox queue, IMadeWith contests_)
        RollupClaims(settings, queue)
        RollupBondOwners(settings.evidencePeriod)
        RollupAnnouncements(settings.upgradeNotice)
    {
        SettingsBounds.check(settings);
        TREASURY = settings.treasury;
        GENESIS_TIMESTAMP = settings.genesisTimestamp;
        GENESIS_CORE_BYTE = settings.genesisPrices.coreByte;
        GENESIS_WITNESS_BYTE = settings.genesisPrices.witnessByte;
        GENESIS_SETTLEMENT = settings.genesisPrices.settlement;
        GENESIS_STATE_BYTE = settings.genesisPrices.stateByte;
        GENESIS_STATE_ROOT = Headers.genesisState(settings.genesisPrices, settings.genesisTimestamp);
        EMPTY_RUNS_ROOT = Headers.emptyRuns();
        DEPLOYMENT_BLOCK = uint64(block.number);
        SettingsBounds.checkInbox(settings, queue);
        SettingsBounds.checkContests(settings, queue, contests_);
        contests = contests_;
        _setClaimer(settings.claimer, true);
        _answer(settings.sequencer.bondOwner, settings.sequencer.key);
        _addKey(settings.sequencer);
        _addRules(RulesVersion(Millis.wrap(0), uint64(block.timestamp), settings.rules));
        _lineages[0] = 1;
        BatchClaim memory genesis;
        genesis.lastHeader = genesisHeader();
        genesis.windows = settings.windows;
        genesis.claimedAt = uint64(block.timestamp);
        emit Finalized(0, _stand(genesis));
    }

    /// @dev Whatever this half does not answer is for the other one. It ends the call itself.
    // solhint-disable-next-line no-complex-fallback
    fallback() external payable {
        address half = address(contests);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := delegatecall(gas(), half, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch done
            case 0 { revert(free, returndatasize()) }
            default { return(free, returndatasize()) }
        }
    }

    receive() external payable {
        revert Rollup_EtherAlone();
    }

    /// @inheritdoc IRollupCore
    function claim(ClaimRequest calldata request, bytes calldata signature) external returns (bytes32) {
        if (_latest.inRescue) revert Rollup_InRescue();
        SequencerKey storage key = _keyAt(request.lastHeader.number);
        Head memory parent = _head;
        _useBonds(request.number, key.bondOwner);
        _checkPlace(request, parent.number);
        _checkHeader(request.lastHeader, parent);
        _checkBorders(request.lastHeader, parent, key.from);
        _checkSeal(request.lastHeader, signature, key.key);
        _checkPointer(request.core);
        _checkPointer(request.witness);
        _checkCertified(request);
        return _stand(
            BatchClaim({
                number: request.number,
                parent: request.parent,
                lineage: request.lineage,
                coreRoot: request.coreRoot,
                witnessRoot: request.witnessRoot,
                lastHeader: request.lastHeader,
                core: request.core,
                witness: request.witness,
                windows: _windows(),
                claimer: msg.sender,
                claimedAt: uint64(block.timestamp)
            })
        );
    }

    /// @inheritdoc IRollupCore
    function finalize(uint64 limit) external returns (uint64 latest) {
        latest = _finalNumber;
        uint64 last = _head.number;
        for (uint64 i; i < limit && latest < last && _isSettled(latest + 1); ++i) {
            ++latest;
            emit Finalized(latest, _hashes[latest]);
        }
        _finalNumber = latest;
    }

    /// @inheritdoc IRollupCore
    function inbox() external view returns (IInbox) {
        return INBOX;
    }

    /// @inheritdoc IRollupCore
    function finalNumber() external view returns (uint64) {
        return _finalNumber;
    }

    /// @inheritdoc IRollupCore
    function lineage() external view returns (bytes32) {
        return _lineage;
    }

    /// @inheritdoc IRollupCore
    function lineages(bytes32 lineage_) external view returns (uint64 firstBlock) {
        return _lineages[lineage_];
    }

    /// @inheritdoc IRollupCore
    function isFinal(uint64 number) public view returns (bool) {
        return number <= _finalNumber;
    }

    /// @inheritdoc IRollupCore
    function isFinalClaim(uint64 number, bytes32 hash) external view returns (bool) {
        return isFinal(number) && _hashes[number] == hash;
    }

    /// @inheritdoc IRollupCore
    function claimHash(uint64 number) external view returns (bytes32) {
        if (number > _head.number) revert Rollup_UnknownClaim(number, _head.number);
        return _hashes[number];
    }

    /// @inheritdoc IRollupCore
    function head() external view returns (ClaimHead memory) {
        Head memory current = _head;
        return ClaimHead(
            current.number,
            _hashes[current.number],
            current.blockNumber,
            Millis.wrap(current.timestamp),
            current.inboxCount,
            current.segmentCount
        );
    }

    /// @inheritdoc IRollupCore
    function parameters() external view returns (RollupParameters memory) {
        return RollupParameters({
            chainId: block.chainid,
            inbox: address(INBOX),
            deploymentBlock: DEPLOYMENT_BLOCK,
            operator: OPERATOR,
            governance: GOVERNANCE,
            treasury: TREASURY,
            fees: _versions[0].rules.fees,
            forceDelayMs: FORCE_DELAY,
            genesisTimestamp: GENESIS_TIMESTAMP,
            genesisPrices: _genesisPrices(),
            genesisLineage: 0,
            genesisStateRoot: GENESIS_STATE_ROOT,
            windows: _windows(),
            bond: BOND,
            evidencePeriod: EVIDENCE_PERIOD,
            keyNotice: KEY_NOTICE,
            upgradeNotice: UPGRADE_NOTICE,
            contest: ContestRules(MIN_DEPOSIT, ANSWER_SHARE, SILENCE_LIMIT, NOTICE, RESCUE_BOND)
        });
    }

    /// @inheritdoc IRollupCore
    function genesisHeader() public view returns (BlockHeader memory header) {
        header.timestamp = GENESIS_TIMESTAMP;
        header.prices = _genesisPrices();
        header.runsRoot = EMPTY_RUNS_ROOT;
        header.stateRoot = GENESIS_STATE_ROOT;
    }

    /// @dev Tells to whom the last header's signature belongs, and shows it, so that whoever signs another one can be slashed.
    function _checkSeal(BlockHeader calldata header, bytes calldata signature, address key) private {
        bytes32 root = Headers.root(header);
        (address signer,,) = ECDSA.tryRecoverCalldata(Headers.digest(root, address(INBOX)), signature);
        if (signer != key) revert Rollup_NotSealed(signer, key);
        emit Sealed(root, signature);
    }

    function _checkPlace(ClaimRequest calldata request, uint64 number) private view {
        if (request.number != number + 1) revert Rollup_ClaimOutOfOrder(request.number, number + 1);
        bytes32 parent = _hashes[number];
        if (request.parent != parent) revert Rollup_ParentMismatch(request.parent, parent);
        bytes32 inForce = _lineage;
        if (request.lineage != inForce) revert Rollup_LineageMismatch(request.lineage, inForce);
        bytes32 signed = request.lastHeader.lineage;
        if (signed != inForce) revert Rollup_LineageMismatch(signed, inForce);
    }

    /// @dev Holds the last header to what the rules of every block in between add up to.
    function _checkHeader(BlockHeader calldata header, Head memory parent) private view {
        if (header.number <= parent.blockNumber || header.number - parent.blockNumber > BLOCKS_PER_BATCH) {
            revert Rollup_BlockNumberOutOfRange(
                header.number, parent.blockNumber + 1, parent.blockNumber + BLOCKS_PER_BATCH
            );
        }
        uint64 blocks = header.number - parent.blockNumber;
        Millis earliest = Millis.wrap(parent.timestamp + MIN_BLOCK_INTERVAL_MS * blocks);
        Millis latest = Units.now_();
        if (header.timestamp < earliest || header.timestamp > latest) {
            revert Rollup_TimestampOutOfRange(header.timestamp, earliest.wide(), latest.wide());
        }
        uint256 most = uint256(parent.inboxCount) + INBOX_ITEMS_PER_BLOCK * blocks;
        if (header.inboxCount < parent.inboxCount || header.inboxCount > most) {
            revert Rollup_InboxCountOutOfRange(header.inboxCount, parent.inboxCount, most);
        }
        uint256 mostSegments = parent.segmentCount + Math.min(SEGMENTS_PER_BATCH, uint256(SEGMENTS_PER_BLOCK) * blocks);
        if (header.segmentCount < parent.segmentCount || header.segmentCount > mostSegments) {
            revert Rollup_SegmentCountOutOfRange(header.segmentCount, parent.segmentCount, mostSegments);
        }
        (bytes32 queued, uint64 nextTime) = INBOX.queueAt(header.inboxCount);
        if (header.inboxHash != queued) revert Rollup_InboxHashMismatch(header.inboxHash, queued);
        // What the last block's own rule says: it would have had to take the item, unless it took as many as it may.
        // forge-lint: disable-next-line(unsafe-typecast) the queue keeps 40 bits
        bool isDue = nextTime != 0 && Units.toMillis(uint40(nextTime)) + FORCE_DELAY <= header.timestamp;
        if (isDue && header.inboxCount - parent.inboxCount < INBOX_ITEMS_PER_BLOCK) {
            revert Rollup_DueItemLeftOut(header.inboxCount);
        }
    }

    /// @dev Keeps a batch within one key and one version of the rules. Of the times of its blocks only the last is known: where
    /// rules change between the parent's header and this one, a single block cannot lie on both sides.
    function _checkBorders(BlockHeader calldata header, Head memory parent, uint64 keyFrom) private view {
        if (keyFrom > parent.blockNumber + 1) revert Rollup_KeyChanges(keyFrom);
        Millis rulesFrom = _rulesSince(header.timestamp);
        if (rulesFrom > Millis.wrap(parent.timestamp) && header.number != parent.blockNumber + 1) {
            revert Rollup_RulesChange(rulesFrom);
        }
    }

    /// @dev The one rule of finality for a standing claim whose parent is final.
    function _isSettled(uint64 number) private view returns (bool) {
        Terms memory terms = _terms[number];
        uint256 unasked = uint256(terms.claimedAt) + terms.challenge;
        uint256 answered = uint256(terms.lastAnswer) + terms.proof;
        return terms.open == 0 && block.timestamp >= (unasked > answered ? unasked : answered);
    }

    function _genesisPrices() private view returns (Prices memory) {
        return Prices(GENESIS_CORE_BYTE, GENESIS_WITNESS_BYTE, GENESIS_SETTLEMENT, GENESIS_STATE_BYTE);
    }

    function _checkPointer(DataPart calldata part) private pure {
        uint256 length = part.pointer.length;
        if (length > MAX_POINTER_BYTES) revert Rollup_PointerTooLong(length, MAX_POINTER_BYTES);
    }
}
