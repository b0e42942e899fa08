// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Inbox} from "./Inbox.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {PriceFormula} from "./libraries/PriceFormula.sol";
import {Ssz} from "./libraries/Ssz.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart, Windows} from "./types/Batch.sol";
import {FeeParameters, InboxParameters, RollupParameters, Settings} from "./types/Parameters.sol";
import {Prices} from "./types/State.sol";

/// @title Rollup
/// @notice Bonded claims about the L3, in order, and their finality.
/// @dev Errors, events and what each function promises stand in `IRollup`.
contract Rollup is IRollup {
    /// @dev What the next claim is measured against, in one slot. Lowering `number` takes claims back.
    struct Head {
        uint64 number;
        uint64 blockNumber;
        uint64 timestamp;
        uint64 inboxCount;
    }

    /// @dev What decides a claim's finality, in one slot that has room for the state of data challenges.
    struct Terms {
        uint64 claimedAt;
        uint32 challenge;
        uint32 proof;
    }

    struct Claimer {
        uint128 bond;
        uint64 lastClaim;
        uint56 unlocksAt;
        bool allowed;
    }

    uint64 private constant BLOCKS_PER_BATCH = 1024;
    uint64 private constant INBOX_ITEMS_PER_BLOCK = 64;
    uint64 private constant MIN_BLOCK_INTERVAL_MS = 250;
    uint256 private constant MAX_POINTER_BYTES = 1024;
    uint256 private constant MS_PER_SECOND = 1000;
    uint64 private constant MAX_RATE = 2 ** 32;
    uint64 private constant MAX_FORCE_DELAY_MS = 30 days * 1000;
    /// @dev Levels of a list of at most 64 runs.
    uint256 private constant RUNS_DEPTH = 6;

    /// @inheritdoc IRollup
    IInbox public immutable inbox;
    /// @inheritdoc IRollup
    address public immutable sequencer;
    address private immutable OPERATOR;
    address private immutable TREASURY;
    uint64 private immutable MIN_PRICE;
    uint64 private immutable TARGET;
    uint64 private immutable FRACTION;
    uint64 private immutable FORCE_DELAY_MS;
    uint64 private immutable GENESIS_TIMESTAMP;
    uint64 private immutable GENESIS_DATA_BYTE;
    uint64 private immutable GENESIS_SETTLEMENT;
    uint64 private immutable GENESIS_STATE_BYTE;
    bytes32 private immutable GENESIS_STATE_ROOT;
    bytes32 private immutable EMPTY_RUNS_ROOT;
    uint32 private immutable CHALLENGE_WINDOW;
    uint32 private immutable DATA_WINDOW;
    uint32 private immutable ANSWER_WINDOW;
    uint32 private immutable PROOF_WINDOW;
    uint128 private immutable BOND;
    uint32 private immutable EVIDENCE_PERIOD;
    uint64 private immutable DEPLOYMENT_BLOCK;

    Head private _head;
    /// @inheritdoc IRollup
    uint64 public finalNumber;
    /// @inheritdoc IRollup
    bytes32 public lineage;
    mapping(uint64 number => bytes32) private _hashes;
    mapping(uint64 number => Terms) private _terms;
    mapping(address claimer => Claimer) private _claimers;

    /// @notice Deploys the inbox and makes the genesis claim, which is final.
    constructor(Settings memory settings) {
        _checkSettings(settings);
        sequencer = settings.sequencer;
        OPERATOR = settings.operator;
        TREASURY = settings.treasury;
        MIN_PRICE = settings.fees.minPrice;
        TARGET = settings.fees.target;
        FRACTION = settings.fees.fraction;
        FORCE_DELAY_MS = settings.forceDelayMs;
        GENESIS_TIMESTAMP = settings.genesisTimestamp;
        GENESIS_DATA_BYTE = settings.genesisPrices.dataByte;
        GENESIS_SETTLEMENT = settings.genesisPrices.settlement;
        GENESIS_STATE_BYTE = settings.genesisPrices.stateByte;
        GENESIS_STATE_ROOT = settings.genesisStateRoot;
        EMPTY_RUNS_ROOT = Ssz.mixInLength(Ssz.merkleize(new bytes32[](0), RUNS_DEPTH), 0);
        CHALLENGE_WINDOW = settings.windows.challenge;
        DATA_WINDOW = settings.windows.data;
        ANSWER_WINDOW = settings.windows.answer;
        PROOF_WINDOW = settings.windows.proof;
        BOND = settings.bond;
        EVIDENCE_PERIOD = settings.evidencePeriod;
        DEPLOYMENT_BLOCK = uint64(block.number);
        inbox = new Inbox(
            InboxParameters(
                address(this), settings.operator, settings.treasury, settings.minDeposit, settings.priceRules
            ),
            settings.genesisPrices
        );
        _setClaimer(settings.claimer, true);
        BatchClaim memory genesis;
        genesis.lastHeader = genesisHeader();
        genesis.windows = settings.windows;
        genesis.claimedAt = uint64(block.timestamp);
        emit Finalized(0, _stand(genesis));
    }

    /// @inheritdoc IRollup
    function claim(ClaimRequest calldata request) external returns (bytes32) {
        _useBond(request.number);
        _checkPlace(request);
        _checkHeader(request.lastHeader);
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
        for (uint64 i; i < limit && latest < last && _isSettled(_terms[latest + 1]); ++i) {
            ++latest;
            emit Finalized(latest, _hashes[latest]);
        }
        finalNumber = latest;
    }

    /// @inheritdoc IRollup
    function depositBond() external payable {
        Claimer storage claimer = _claimers[msg.sender];
        uint256 bond = claimer.bond + msg.value;
        // forge-lint: disable-next-line(unsafe-typecast) there are fewer than 2^128 wei
        claimer.bond = uint128(bond);
        emit BondDeposited(msg.sender, msg.value, bond);
    }

    /// @inheritdoc IRollup
    function startBondExit() external returns (uint64 unlocksAt) {
        Claimer storage claimer = _claimers[msg.sender];
        if (claimer.bond == 0) revert Rollup_NoBond();
        if (claimer.lastClaim > finalNumber) revert Rollup_ClaimPending(claimer.lastClaim);
        unlocksAt = uint64(block.timestamp) + EVIDENCE_PERIOD;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds plus 32 bits
        claimer.unlocksAt = uint56(unlocksAt);
        emit BondExitStarted(msg.sender, unlocksAt);
    }

    /// @inheritdoc IRollup
    function withdrawBond(address recipient) external {
        Claimer storage claimer = _claimers[msg.sender];
        uint256 value = claimer.bond;
        uint64 unlocksAt = claimer.unlocksAt;
        if (value == 0) revert Rollup_NoBond();
        if (unlocksAt == 0 || block.timestamp < unlocksAt) revert Rollup_BondLocked(unlocksAt);
        claimer.bond = 0;
        claimer.unlocksAt = 0;
        emit BondWithdrawn(msg.sender, recipient, value);
        (bool paid,) = recipient.call{value: value}("");
        if (!paid) revert Rollup_PaymentFailed(recipient, value);
    }

    /// @inheritdoc IRollup
    function setClaimer(address claimer, bool allowed) external {
        if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);
        _setClaimer(claimer, allowed);
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
        return
            ClaimHead(
                current.number, _hashes[current.number], current.blockNumber, current.timestamp, current.inboxCount
            );
    }

    /// @inheritdoc IRollup
    function parameters() external view returns (RollupParameters memory) {
        return RollupParameters({
            chainId: block.chainid,
            inbox: address(inbox),
            deploymentBlock: DEPLOYMENT_BLOCK,
            sequencer: sequencer,
            operator: OPERATOR,
            treasury: TREASURY,
            fees: FeeParameters(MIN_PRICE, TARGET, FRACTION),
            forceDelayMs: FORCE_DELAY_MS,
            genesisTimestamp: GENESIS_TIMESTAMP,
            genesisPrices: _genesisPrices(),
            genesisLineage: 0,
            genesisStateRoot: GENESIS_STATE_ROOT,
            windows: _windows(),
            bond: BOND,
            evidencePeriod: EVIDENCE_PERIOD
        });
    }

    /// @inheritdoc IRollup
    function genesisHeader() public view returns (BlockHeader memory header) {
        header.timestamp = GENESIS_TIMESTAMP;
        header.prices = _genesisPrices();
        header.runsRoot = EMPTY_RUNS_ROOT;
        header.stateRoot = GENESIS_STATE_ROOT;
    }

    /// @inheritdoc IRollup
    function isClaimer(address account) external view returns (bool) {
        return _claimers[account].allowed;
    }

    /// @inheritdoc IRollup
    function bondOf(address account) external view returns (uint128 bond, uint64 lastClaim, uint64 unlocksAt) {
        Claimer memory claimer = _claimers[account];
        return (claimer.bond, claimer.lastClaim, claimer.unlocksAt);
    }

    /// @dev Puts a checked claim at the head.
    function _stand(BatchClaim memory standing) private returns (bytes32 hash) {
        hash = keccak256(abi.encode(standing));
        _hashes[standing.number] = hash;
        _terms[standing.number] = Terms(standing.claimedAt, standing.windows.challenge, standing.windows.proof);
        BlockHeader memory header = standing.lastHeader;
        _head = Head(standing.number, header.number, header.timestamp, header.inboxCount);
        emit Claimed(standing.number, hash, standing);
    }

    /// @dev A claim cancels the exit of its claimer's bond, which now answers for it.
    function _useBond(uint64 number) private {
        Claimer memory claimer = _claimers[msg.sender];
        if (!claimer.allowed) revert Rollup_NotClaimer(msg.sender);
        if (claimer.bond < BOND) revert Rollup_BondTooSmall(claimer.bond, BOND);
        claimer.lastClaim = number;
        claimer.unlocksAt = 0;
        _claimers[msg.sender] = claimer;
    }

    function _setClaimer(address claimer, bool allowed) private {
        _claimers[claimer].allowed = allowed;
        emit ClaimerSet(claimer, allowed);
    }

    function _checkPlace(ClaimRequest calldata request) private view {
        uint64 number = _head.number;
        if (request.number != number + 1) revert Rollup_ClaimOutOfOrder(request.number, number + 1);
        bytes32 parent = _hashes[number];
        if (request.parent != parent) revert Rollup_ParentMismatch(request.parent, parent);
        bytes32 inForce = lineage;
        if (request.lineage != inForce) revert Rollup_LineageMismatch(request.lineage, inForce);
        bytes32 signed = request.lastHeader.lineage;
        if (signed != inForce) revert Rollup_LineageMismatch(signed, inForce);
    }

    /// @dev Holds the last header to what the rules of every block in between add up to.
    function _checkHeader(BlockHeader calldata header) private view {
        Head memory parent = _head;
        if (header.number <= parent.blockNumber || header.number - parent.blockNumber > BLOCKS_PER_BATCH) {
            revert Rollup_BlockNumberOutOfRange(
                header.number, parent.blockNumber + 1, parent.blockNumber + BLOCKS_PER_BATCH
            );
        }
        uint64 blocks = header.number - parent.blockNumber;
        uint256 earliest = uint256(parent.timestamp) + MIN_BLOCK_INTERVAL_MS * blocks;
        uint256 latest = block.timestamp * MS_PER_SECOND;
        if (header.timestamp < earliest || header.timestamp > latest) {
            revert Rollup_TimestampOutOfRange(header.timestamp, earliest, latest);
        }
        uint256 most = uint256(parent.inboxCount) + INBOX_ITEMS_PER_BLOCK * blocks;
        if (header.inboxCount < parent.inboxCount || header.inboxCount > most) {
            revert Rollup_InboxCountOutOfRange(header.inboxCount, parent.inboxCount, most);
        }
        bytes32 queued = inbox.hashAt(header.inboxCount);
        if (header.inboxHash != queued) revert Rollup_InboxHashMismatch(header.inboxHash, queued);
    }

    function _isSettled(Terms memory terms) private view returns (bool) {
        return block.timestamp >= uint256(terms.claimedAt) + terms.challenge;
    }

    function _windows() private view returns (Windows memory) {
        return Windows(CHALLENGE_WINDOW, DATA_WINDOW, ANSWER_WINDOW, PROOF_WINDOW);
    }

    function _genesisPrices() private view returns (Prices memory) {
        return Prices(GENESIS_DATA_BYTE, GENESIS_SETTLEMENT, GENESIS_STATE_BYTE);
    }

    function _checkPointer(DataPart calldata part) private pure {
        uint256 length = part.pointer.length;
        if (length > MAX_POINTER_BYTES) revert Rollup_PointerTooLong(length, MAX_POINTER_BYTES);
    }

    function _checkSettings(Settings memory settings) private pure {
        FeeParameters memory fees = settings.fees;
        Windows memory windows = settings.windows;
        _require(settings.sequencer != address(0), "sequencer");
        _require(settings.claimer != address(0), "claimer");
        _require(fees.minPrice != 0 && fees.minPrice <= PriceFormula.MAX_PRICE, "fees.minPrice");
        _require(fees.target != 0 && fees.target <= MAX_RATE, "fees.target");
        _require(fees.fraction != 0 && fees.fraction <= MAX_RATE, "fees.fraction");
        _require(settings.forceDelayMs != 0 && settings.forceDelayMs <= MAX_FORCE_DELAY_MS, "forceDelayMs");
        _require(settings.genesisTimestamp != 0, "genesisTimestamp");
        _require(settings.genesisStateRoot != 0, "genesisStateRoot");
        _require(windows.challenge != 0, "windows.challenge");
        _require(windows.data != 0 && windows.data <= windows.challenge, "windows.data");
        _require(windows.answer != 0, "windows.answer");
        _require(windows.proof != 0, "windows.proof");
        _require(settings.bond != 0, "bond");
        _require(settings.evidencePeriod >= windows.challenge, "evidencePeriod");
    }

    function _require(bool inBounds, string memory name) private pure {
        if (!inBounds) revert Rollup_ParameterOutOfBounds(name);
    }
}
