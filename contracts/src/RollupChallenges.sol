// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupRemovals} from "./RollupRemovals.sol";
import {IL1Block} from "./interfaces/IL1Block.sol";
import {IPages} from "./interfaces/IPages.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {PriceFormula} from "./libraries/PriceFormula.sol";
import {BatchClaim, Place} from "./types/Batch.sol";
import {ChallengeState, Reason} from "./types/Contests.sol";

/// @title Claims whose data is asked for
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`.
abstract contract RollupChallenges is RollupRemovals {
    /// @dev In one slot. `deposit` in gwei, `deadline` in seconds.
    struct Challenge {
        address challenger;
        uint40 deadline;
        uint48 deposit;
        ChallengeState state;
    }

    IL1Block private constant L1_BLOCK = IL1Block(0x4200000000000000000000000000000000000015);
    /// @dev What the largest answer takes, rounded up: a core page of 64 runs, 3.6 M gas, and a witness page, 67 kB.
    uint256 private constant ANSWER_GAS = 4_500_000;
    uint256 private constant ANSWER_BYTES = 72_000;
    /// @dev How many times its cost is deposited: fees rise until it comes.
    uint256 private constant DEPOSIT_FACTOR = 2;
    /// @dev Gas of a transaction and of a byte in it, beside what is measured.
    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant BYTE_GAS = 16;
    /// @dev An answer's gas price counts up to this many times the base fee.
    uint256 private constant PRICE_FACTOR = 2;
    uint256 private constant PER_CENT = 100;
    uint256 private constant PAGES_PER_BLOCK = 32;
    uint8 private constant PARTS = 2;

    /// @dev By the number and the hash of the claim, and the place.
    mapping(bytes32 key => Challenge) private _challenges;

    /// @inheritdoc IRollupContests
    function challengeData(BatchClaim calldata claim, BatchClaim calldata parent, Place[] calldata places)
        external
        payable
    {
        bytes32 hash = _checkContestable(claim, parent);
        Terms memory terms = _terms[claim.number];
        if (terms.inCalldata) revert Rollup_InCalldata(claim.number);
        uint256 until = uint256(terms.claimedAt) + terms.data;
        if (block.timestamp > until) revert Rollup_AskedTooLate(until);
        uint256 deposit = _depositGwei();
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        uint40 deadline = uint40(block.timestamp + terms.answer);
        uint64 blocks = claim.lastHeader.number - parent.lastHeader.number;
        uint256 asked;
        for (uint256 i; i < places.length; ++i) {
            _checkPlace(places[i], blocks);
            Challenge storage challenge = _challengeAt(claim.number, hash, places[i]);
            if (challenge.state != ChallengeState.None) continue;
            ++asked;
            challenge.challenger = msg.sender;
            challenge.deadline = deadline;
            // forge-lint: disable-next-line(unsafe-typecast) checked where it is made
            challenge.deposit = uint48(deposit);
            challenge.state = ChallengeState.Open;
            emit DataChallenged(hash, places[i], msg.sender, deadline);
        }
        if (asked == 0) revert Rollup_AskedAlready();
        uint256 required = asked * deposit * 1 gwei;
        if (msg.value < required) revert Rollup_DepositTooSmall(msg.value, required);
        // forge-lint: disable-next-line(unsafe-typecast) there are at most 2 * 1024 * 32 + 2 places of a claim
        _terms[claim.number].open = terms.open + uint24(asked);
        _credit(msg.sender, msg.value - required);
    }

    /// @inheritdoc IRollupContests
    function answerData(
        BatchClaim calldata claim,
        BatchClaim calldata parent,
        Place calldata place,
        bytes calldata data
    ) external {
        uint256 gasBefore = gasleft();
        bytes32 hash = _checkContestable(claim, parent);
        Challenge storage challenge = _openAt(claim.number, hash, place);
        if (block.timestamp > challenge.deadline) revert Rollup_AnsweredTooLate(challenge.deadline);
        _checkAnswer(claim, claim.lastHeader.number - parent.lastHeader.number, place, data);
        challenge.state = ChallengeState.Answered;
        Terms storage terms = _terms[claim.number];
        --terms.open;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        terms.lastAnswer = uint40(block.timestamp);
        emit DataAnswered(hash, place, data);
        uint256 deposit = uint256(challenge.deposit) * 1 gwei;
        uint256 share = _costOf(gasBefore, data.length) * ANSWER_SHARE / PER_CENT;
        if (share > deposit) share = deposit;
        _credit(msg.sender, share);
        _credit(challenge.challenger, deposit - share);
    }

    /// @inheritdoc IRollupContests
    function removeUnanswered(BatchClaim calldata claim, BatchClaim calldata parent, Place calldata place) external {
        bytes32 hash = _checkContestable(claim, parent);
        Challenge storage challenge = _openAt(claim.number, hash, place);
        if (block.timestamp <= challenge.deadline) revert Rollup_AnswerPending(challenge.deadline);
        challenge.state = ChallengeState.Expired;
        address challenger = challenge.challenger;
        _credit(challenger, uint256(challenge.deposit) * 1 gwei);
        _remove(claim, parent, Reason.Unanswered, challenger);
    }

    /// @inheritdoc IRollupContests
    function refundChallenge(uint64 number, bytes32 hash, Place calldata place) external {
        if (number <= _head.number && _hashes[number] == hash) revert Rollup_StillStands(number);
        Challenge storage challenge = _openAt(number, hash, place);
        challenge.state = ChallengeState.Refunded;
        _credit(challenge.challenger, uint256(challenge.deposit) * 1 gwei);
    }

    /// @inheritdoc IRollupContests
    function challengeDeposit() external view returns (uint256) {
        return _depositGwei() * 1 gwei;
    }

    /// @inheritdoc IRollupContests
    function challengeOf(uint64 number, bytes32 hash, Place calldata place)
        external
        view
        returns (address challenger, uint64 deadline, uint256 deposit, ChallengeState state)
    {
        Challenge memory found = _challengeAt(number, hash, place);
        return (found.challenger, found.deadline, uint256(found.deposit) * 1 gwei, found.state);
    }

    /// @inheritdoc IRollupContests
    function contestOf(uint64 number) external view returns (uint32 open, uint64 lastAnswer, bool inCalldata) {
        Terms memory terms = _terms[number];
        return (terms.open, terms.lastAnswer, terms.inCalldata);
    }

    function _checkAnswer(BatchClaim calldata claim, uint64 blocks, Place calldata place, bytes calldata data)
        private
        view
    {
        IPages pages = IPages(_rulesAt(claim.lastHeader.timestamp).verifiers.pages);
        bytes32 root = place.part == 0 ? claim.coreRoot : claim.witnessRoot;
        if (pages.check(root, blocks, place, data) != IPages.check.selector) revert Rollup_NotShown(address(pages));
    }

    function _openAt(uint64 number, bytes32 hash, Place calldata place) private view returns (Challenge storage found) {
        found = _challengeAt(number, hash, place);
        if (found.state != ChallengeState.Open) revert Rollup_NotOpen(found.state);
    }

    function _challengeAt(uint64 number, bytes32 hash, Place calldata place) private view returns (Challenge storage) {
        return _challenges[keccak256(abi.encode(number, hash, place))];
    }

    /// @dev Wei that an answer costs which began with `gasBefore` and carries `length` bytes.
    function _costOf(uint256 gasBefore, uint256 length) private view returns (uint256) {
        uint256 price = block.basefee * PRICE_FACTOR;
        if (tx.gasprice < price) price = tx.gasprice;
        uint256 gas = gasBefore - gasleft() + TRANSACTION_GAS + BYTE_GAS * length;
        return gas * price + _l1Fee(length);
    }

    /// @dev What one place is asked for with, in gwei, rounded up.
    function _depositGwei() private view returns (uint256 deposit) {
        uint256 cost = ANSWER_GAS * block.basefee + _l1Fee(ANSWER_BYTES);
        uint256 least = DEPOSIT_FACTOR * cost;
        if (least < MIN_DEPOSIT) least = MIN_DEPOSIT;
        deposit = (least + 1 gwei - 1) / 1 gwei;
        // No fee comes near it; whoever answers would be paid no more.
        if (deposit > type(uint48).max) deposit = type(uint48).max;
    }

    /// @dev A chain without the predeploy charges nothing for an L1, and data must be asked for there, too.
    function _l1Fee(uint256 length) private view returns (uint256) {
        return address(L1_BLOCK).code.length == 0 ? 0 : PriceFormula.l1Fee(L1_BLOCK, length);
    }

    function _checkPlace(Place calldata place, uint64 blocks) private pure {
        bool isList = place.block_ == blocks;
        bool isThere = place.part < PARTS && place.block_ <= blocks && place.page < (isList ? 1 : PAGES_PER_BLOCK);
        if (!isThere) revert Rollup_NoSuchPlace(place, blocks);
    }
}
