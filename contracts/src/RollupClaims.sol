// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupBonds} from "./RollupBonds.sol";
import {RollupSchedule} from "./RollupSchedule.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {BatchClaim, BlockHeader, Windows} from "./types/Batch.sol";
import {Settings} from "./types/Parameters.sol";
import {Millis} from "./types/Units.sol";

/// @title What both halves of the rollup know of claims
/// @dev The storage of this contract and of those above it lies in the same slots in `Rollup` and `RollupContests`: what one half
/// alone keeps stands behind it.
abstract contract RollupClaims is RollupSchedule {
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

    uint64 private constant MAX_IN_HEAD = type(uint48).max;
    uint64 internal constant INBOX_ITEMS_PER_BLOCK = 64;
    uint64 internal constant MIN_BLOCK_INTERVAL_MS = 250;

    IInbox internal immutable INBOX;
    Millis internal immutable FORCE_DELAY;
    uint32 private immutable CHALLENGE_WINDOW;
    uint32 private immutable DATA_WINDOW;
    uint32 private immutable ANSWER_WINDOW;
    uint32 private immutable PROOF_WINDOW;
    uint128 internal immutable MIN_DEPOSIT;
    uint8 internal immutable ANSWER_SHARE;
    uint32 internal immutable SILENCE_LIMIT;
    uint32 internal immutable NOTICE;
    uint128 internal immutable RESCUE_BOND;

    Head internal _head;
    uint64 internal _finalNumber;
    bytes32 internal _lineage;
    /// @dev First block of each lineage.
    mapping(bytes32 lineage => uint64 firstBlock) internal _lineages;
    mapping(uint64 number => bytes32) internal _hashes;
    mapping(uint64 number => Terms) internal _terms;

    constructor(Settings memory settings, IInbox queue)
        RollupBonds(settings.operator, settings.bond)
        RollupSchedule(settings.governance, settings.keyNotice)
    {
        INBOX = queue;
        FORCE_DELAY = settings.forceDelayMs;
        CHALLENGE_WINDOW = settings.windows.challenge;
        DATA_WINDOW = settings.windows.data;
        ANSWER_WINDOW = settings.windows.answer;
        PROOF_WINDOW = settings.windows.proof;
        MIN_DEPOSIT = settings.contest.minDeposit;
        ANSWER_SHARE = settings.contest.answerShare;
        SILENCE_LIMIT = settings.contest.silenceLimit;
        NOTICE = settings.contest.notice;
        RESCUE_BOND = settings.contest.rescueBond;
    }

    /// @dev Puts a checked claim at the head.
    function _stand(BatchClaim memory standing) internal returns (bytes32 hash) {
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

    function _windows() internal view returns (Windows memory) {
        return Windows(CHALLENGE_WINDOW, DATA_WINDOW, ANSWER_WINDOW, PROOF_WINDOW);
    }

    /// @dev The head when claim `number`, which ends in `header`, is the latest standing.
    function _headOf(uint64 number, BlockHeader memory header) internal pure returns (Head memory) {
        (uint64 last, uint64 timestamp, uint64 count) =
            (header.number, Millis.unwrap(header.timestamp), header.inboxCount);
        // All at once. None gets there in thousands of years; cut, it would let claims start again.
        if (number | last | timestamp | count > MAX_IN_HEAD) {
            uint64 beyond = number > MAX_IN_HEAD ? number : last > MAX_IN_HEAD ? last : timestamp;
            revert Rollup_HeadExhausted(beyond > MAX_IN_HEAD ? beyond : count, MAX_IN_HEAD);
        }
        // forge-lint: disable-next-line(unsafe-typecast) checked above
        return Head(uint48(number), uint48(last), uint48(timestamp), uint48(count), header.segmentCount);
    }
}
