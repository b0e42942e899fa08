// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {RollupBonds} from "./RollupBonds.sol";
import {RollupSchedule} from "./RollupSchedule.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {Headers} from "./libraries/Headers.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart, Windows} from "./types/Batch.sol";
import {RollupParameters, RulesVersion, SequencerKey, Settings} from "./types/Parameters.sol";
import {Prices} from "./types/State.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Millis, Mwei, Units} from "./types/Units.sol";

/// @title Rollup
/// @notice Bonded claims about the L3, in order, and their finality.
/// @dev Errors, events and what each function promises stand in `IRollup`.
contract Rollup is RollupSchedule {
    /// @dev What the next claim is measured against, in one slot. Lowering `number` takes claims back.
    struct Head {
        uint48 number;
        uint48 blockNumber;
        uint48 timestamp;
        uint48 inboxCount;
        uint64 segmentCount;
    }

    /// @dev What decides a claim's finality, in one slot. Times in seconds.
    struct Terms {
        uint40 claimedAt;
        uint32 challenge;
        uint32 data;
        uint32 answer;
        uint32 proof;
        uint40 lastAnswer;
        /// Data asked for and not answered.
        uint24 open;
        /// Whether the data stands in the claim's own transaction, so that nobody need ask for it.
        bool inCalldata;
    }

    uint64 private constant BLOCKS_PER_BATCH = 1024;
    uint64 private constant SEGMENTS_PER_BLOCK = 1024;
    uint64 private constant SEGMENTS_PER_BATCH = 8192;
    uint64 private constant INBOX_ITEMS_PER_BLOCK = 64;
    uint64 private constant MIN_BLOCK_INTERVAL_MS = 250;
    uint256 private constant MAX_POINTER_BYTES = 1024;

    /// @inheritdoc IRollup
    IInbox public immutable inbox;
    address private immutable TREASURY;
    Millis private immutable FORCE_DELAY;
    Millis private immutable GENESIS_TIMESTAMP;
    Mwei private immutable GENESIS_CORE_BYTE;
    Mwei private immutable GENESIS_WITNESS_BYTE;
    Mwei private immutable GENESIS_SETTLEMENT;
    Mwei private immutable GENESIS_STATE_BYTE;
    bytes32 private immutable GENESIS_STATE_ROOT;
    bytes32 private immutable EMPTY_RUNS_ROOT;
    uint32 private immutable CHALLENGE_WINDOW;
    uint32 private immutable DATA_WINDOW;
    uint32 private immutable ANSWER_WINDOW;
    uint32 private immutable PROOF_WINDOW;
    uint64 private immutable DEPLOYMENT_BLOCK;

    Head internal _head;
    /// @inheritdoc IRollup
    uint64 public finalNumber;
    /// @inheritdoc IRollup
    bytes32 public lineage;
    /// @inheritdoc IRollup
    mapping(bytes32 lineage_ => uint64 firstBlock) public lineages;
    mapping(uint64 number => bytes32) internal _hashes;
    mapping(uint64 number => Terms) internal _terms;

    /// @notice Makes the genesis claim, which is final.
    /// @param queue An inbox made for this address and with these settings, in which nothing is queued.
    constructor(Settings memory settings, IInbox queue)
        RollupBonds(settings.operator, settings.bond, settings.evidencePeriod)
        RollupSchedule(settings.governance, settings.keyNotice, settings.upgradeNotice)
    {
        SettingsBounds.check(settings);
        TREASURY = settings.treasury;
        FORCE_DELAY = settings.forceDelayMs;
        GENESIS_TIMESTAMP = settings.genesisTimestamp;
        GENESIS_CORE_BYTE = settings.genesisPrices.coreByte;
        GENESIS_WITNESS_BYTE = settings.genesisPrices.witnessByte;
        GENESIS_SETTLEMENT = settings.genesisPrices.settlement;
        GENESIS_STATE_BYTE = settings.genesisPrices.stateByte;
        GENESIS_STATE_ROOT = Headers.genesisState(settings.genesisPrices, settings.genesisTimestamp);
        EMPTY_RUNS_ROOT = Headers.emptyRuns();
        CHALLENGE_WINDOW = settings.windows.challenge;
        DATA_WINDOW = settings.windows.data;
        ANSWER_WINDOW = settings.windows.answer;
        PROOF_WINDOW = settings.windows.proof;
        DEPLOYMENT_BLOCK = uint64(block.number);
        SettingsBounds.checkInbox(settings, queue);
        inbox = queue;
        _setClaimer(settings.claimer, true);
        _answer(settings.sequencer.bondOwner, settings.sequencer.key);
        _addKey(settings.sequencer);
        _addRules(RulesVersion(Millis.wrap(0), uint64(block.timestamp), settings.rules));
        lineages[0] = 1;
        BatchClaim memory genesis;
        genesis.lastHeader = genesisHeader();
        genesis.windows = settings.windows;
        genesis.claimedAt = uint64(block.timestamp);
        emit Finalized(0, _stand(genesis));
    }

    /// @inheritdoc IRollup
    function claim(ClaimRequest calldata request, bytes calldata signature) external returns (bytes32) {
        SequencerKey storage key = _keyAt(request.lastHeader.number);
        Head memory parent = _head;
        _useBonds(request.number, key.bondOwner);
        _checkPlace(request, parent.number);
        _checkHeader(request.lastHeader, parent);
        _checkBorders(request.lastHeader, parent, key.from);
        _checkSeal(request.lastHeader, signature, key.key);
        _checkPointer(request.core);
        _checkPointer(request.witness);
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

    /// @inheritdoc IRollup
    function finalize(uint64 limit) external returns (uint64 latest) {
        latest = finalNumber;
        uint64 last = _head.number;
        for (uint64 i; i < limit && latest < last && _isSettled(latest + 1); ++i) {
            ++latest;
            emit Finalized(latest, _hashes[latest]);
        }
        finalNumber = latest;
    }

    /// @inheritdoc IRollup
    function isFinal(uint64 number) public view returns (bool) {
        return number <= finalNumber;
    }

    /// @inheritdoc IRollup
    function isFinalClaim(uint64 number, bytes32 hash) external view returns (bool) {
        return isFinal(number) && _hashes[number] == hash;
    }

    /// @inheritdoc IRollup
    function claimHash(uint64 number) external view returns (bytes32) {
        if (number > _head.number) revert Rollup_UnknownClaim(number, _head.number);
        return _hashes[number];
    }

    /// @inheritdoc IRollup
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

    /// @inheritdoc IRollup
    function parameters() external view returns (RollupParameters memory) {
        return RollupParameters({
            chainId: block.chainid,
            inbox: address(inbox),
            deploymentBlock: DEPLOYMENT_BLOCK,
            operator: OPERATOR,
            governance: GOVERNANCE,
            treasury: TREASURY,
            fees: _firstRules().fees,
            forceDelayMs: FORCE_DELAY,
            genesisTimestamp: GENESIS_TIMESTAMP,
            genesisPrices: _genesisPrices(),
            genesisLineage: 0,
            genesisStateRoot: GENESIS_STATE_ROOT,
            windows: _windows(),
            bond: BOND,
            evidencePeriod: EVIDENCE_PERIOD,
            keyNotice: KEY_NOTICE,
            upgradeNotice: UPGRADE_NOTICE
        });
    }

    /// @inheritdoc IRollup
    function genesisHeader() public view returns (BlockHeader memory header) {
        header.timestamp = GENESIS_TIMESTAMP;
        header.prices = _genesisPrices();
        header.runsRoot = EMPTY_RUNS_ROOT;
        header.stateRoot = GENESIS_STATE_ROOT;
    }

    /// @dev Puts a checked claim at the head.
    function _stand(BatchClaim memory standing) private returns (bytes32 hash) {
        hash = keccak256(abi.encode(standing));
        _hashes[standing.number] = hash;
        Windows memory windows = standing.windows;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        uint40 claimedAt = uint40(standing.claimedAt);
        _terms[standing.number] =
            Terms(claimedAt, windows.challenge, windows.data, windows.answer, windows.proof, 0, 0, false);
        _head = _headOf(standing.number, standing.lastHeader);
        emit Claimed(standing.number, hash, standing);
    }

    /// @dev Tells to whom the last header's signature belongs, and shows it, so that whoever signs another one can be slashed.
    function _checkSeal(BlockHeader calldata header, bytes calldata signature, address key) private {
        bytes32 root = Headers.root(header);
        (address signer,,) = ECDSA.tryRecoverCalldata(Headers.digest(root, address(inbox)), signature);
        if (signer != key) revert Rollup_NotSealed(signer, key);
        emit Sealed(root, signature);
    }

    function _checkPlace(ClaimRequest calldata request, uint64 number) private view {
        if (request.number != number + 1) revert Rollup_ClaimOutOfOrder(request.number, number + 1);
        bytes32 parent = _hashes[number];
        if (request.parent != parent) revert Rollup_ParentMismatch(request.parent, parent);
        bytes32 inForce = lineage;
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
        (bytes32 queued, uint64 nextTime) = inbox.queueAt(header.inboxCount);
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

    function _latestClaims() internal view override returns (uint64 latest, uint64 latestFinal) {
        return (_head.number, finalNumber);
    }

    function _headBlock() internal view override returns (uint64) {
        return _head.blockNumber;
    }

    /// @dev The one rule of finality for a standing claim whose parent is final.
    function _isSettled(uint64 number) internal view returns (bool) {
        Terms memory terms = _terms[number];
        uint256 unasked = uint256(terms.claimedAt) + terms.challenge;
        uint256 answered = uint256(terms.lastAnswer) + terms.proof;
        return terms.open == 0 && block.timestamp >= (unasked > answered ? unasked : answered);
    }

    function _windows() private view returns (Windows memory) {
        return Windows(CHALLENGE_WINDOW, DATA_WINDOW, ANSWER_WINDOW, PROOF_WINDOW);
    }

    function _genesisPrices() private view returns (Prices memory) {
        return Prices(GENESIS_CORE_BYTE, GENESIS_WITNESS_BYTE, GENESIS_SETTLEMENT, GENESIS_STATE_BYTE);
    }

    function _checkPointer(DataPart calldata part) private pure {
        uint256 length = part.pointer.length;
        if (length > MAX_POINTER_BYTES) revert Rollup_PointerTooLong(length, MAX_POINTER_BYTES);
    }

    /// @dev The head when claim `number`, which ends in `header`, is the latest standing.
    function _headOf(uint64 number, BlockHeader memory header) internal pure returns (Head memory) {
        return Head(
            _narrow(number),
            _narrow(header.number),
            _narrow(Millis.unwrap(header.timestamp)),
            _narrow(header.inboxCount),
            header.segmentCount
        );
    }

    /// @dev What the head keeps in 48 bits. None gets there in millions of years; cut, it would let claims start again.
    function _narrow(uint64 value) private pure returns (uint48) {
        if (value > type(uint48).max) revert Rollup_HeadExhausted(value, type(uint48).max);
        // forge-lint: disable-next-line(unsafe-typecast) checked above
        return uint48(value);
    }
}
