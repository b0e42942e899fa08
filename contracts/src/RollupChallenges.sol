// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupRemovals} from "./RollupRemovals.sol";
import {IL1Block} from "./interfaces/IL1Block.sol";
import {IPages} from "./interfaces/IPages.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {PriceFormula} from "./libraries/PriceFormula.sol";
import {BatchClaim, Place} from "./types/Batch.sol";
import {Answer, ChallengeState, Reason} from "./types/Contests.sol";

/// @title Claims whose data is asked for
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`. Deadlines are kept by a
/// clock of each claimer: the L2's time less what answers about its claims took, counted in gas (docs/decisions/0047). It stands
/// still, or goes back, while they are given fast enough, so that no number of questions takes a claim back whose data is there.
abstract contract RollupChallenges is RollupRemovals {
    /// @dev In one slot. `deposit` in gwei.
    struct Challenge {
        address challenger;
        /// In seconds of the claimer's clock; once answered, the number of pages that the answer shows its block to have.
        uint40 deadline;
        uint48 deposit;
        ChallengeState state;
    }

    /// @dev Gas of answers about the claimer's claims, in one slot.
    struct Pause {
        /// All that was given when the claim's oldest open question was asked.
        uint128 since;
        /// What was given while the claim had open questions before.
        uint128 passed;
    }

    IL1Block private constant L1_BLOCK = IL1Block(0x4200000000000000000000000000000000000015);
    /// @dev What the largest answer takes, rounded up: a core page of 64 runs, 3.6 M gas, and a witness page, 67 kB.
    uint256 private constant ANSWER_GAS = 4_500_000;
    /// @dev Gas of answers for which a claimer's clock stands still for a second: one answer of the largest.
    uint256 private constant ANSWER_GAS_PER_SECOND = ANSWER_GAS;
    uint256 private constant ANSWER_BYTES = 72_000;
    /// @dev How many times its cost is deposited: fees rise until it comes.
    uint256 private constant DEPOSIT_FACTOR = 2;
    /// @dev Gas of a transaction and of a byte in it, beside what is measured.
    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant BYTE_GAS = 16;
    /// @dev An answer's gas price counts up to this many times the base fee.
    uint256 private constant PRICE_FACTOR = 2;
    uint256 private constant PER_CENT = 100;
    uint8 private constant PARTS = 2;

    /// @dev By the number and the hash of the claim, and the place.
    mapping(bytes32 key => Challenge) private _challenges;
    /// @dev Gas of all answers about the claims of each claimer.
    mapping(address claimer => uint256 gas) private _answered;
    mapping(bytes32 claimHash => Pause) private _pauses;

    /// @inheritdoc IRollupContests
    function challengeData(BatchClaim calldata claim, BatchClaim calldata parent, Place[] calldata places)
        external
        payable
    {
        bytes32 hash = _checkContestable(claim, parent);
        Terms memory terms = _terms[claim.number];
        if (terms.inCalldata) revert Rollup_InCalldata(claim.number);
        uint256 answered = _answered[claim.claimer];
        _checkInTime(terms, hash, answered);
        uint256 deposit = _depositGwei();
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        uint40 deadline = uint40(block.timestamp + terms.answer - _seconds(answered));
        uint64 blocks = claim.lastHeader.number - parent.lastHeader.number;
        uint256 asked;
        for (uint256 i; i < places.length; ++i) {
            Place memory place = places[i];
            _checkPlace(claim.number, hash, place, blocks);
            Challenge storage challenge = _challengeAt(claim.number, hash, place);
            if (challenge.state != ChallengeState.None) continue;
            ++asked;
            challenge.challenger = msg.sender;
            challenge.deadline = deadline;
            // forge-lint: disable-next-line(unsafe-typecast) checked where it is made
            challenge.deposit = uint48(deposit);
            challenge.state = ChallengeState.Open;
            emit DataChallenged(hash, place, msg.sender, deadline);
        }
        if (asked == 0) revert Rollup_AskedAlready();
        uint256 required = asked * deposit * 1 gwei;
        if (msg.value < required) revert Rollup_DepositTooSmall(msg.value, required);
        // forge-lint: disable-next-line(unsafe-typecast) gas that was spent
        if (terms.open == 0) _pauses[hash].since = uint128(answered);
        // forge-lint: disable-next-line(unsafe-typecast) there are at most 2 * 1024 * 32 + 2 places of a claim
        _terms[claim.number].open = terms.open + uint24(asked);
        _credit(msg.sender, msg.value - required);
    }

    /// @inheritdoc IRollupContests
    function answerData(BatchClaim calldata claim, BatchClaim calldata parent, Answer[] calldata answers) external {
        uint256 gasBefore = gasleft();
        bytes32 hash = _checkContestable(claim, parent);
        uint256 answered = _answered[claim.claimer];
        uint64 late = _seconds(answered);
        Terms storage terms = _terms[claim.number];
        ChallengeState state = ChallengeState.None;
        uint24 given;
        uint256 share = answers.length == 0 ? 0 : (gasBefore - gasleft() + TRANSACTION_GAS) / answers.length;
        for (uint256 i; i < answers.length; ++i) {
            gasBefore = gasleft();
            Challenge storage challenge = _challengeAt(claim.number, hash, answers[i].place);
            state = challenge.state;
            // Somebody else was first.
            if (state != ChallengeState.Open) continue;
            if (block.timestamp > challenge.deadline + late) {
                revert Rollup_AnsweredTooLate(challenge.deadline + late);
            }
            ++given;
            challenge.state = ChallengeState.Answered;
            challenge.deadline = _checkAnswer(claim, parent, answers[i]);
            emit DataAnswered(hash, answers[i].place, answers[i].data);
            answered += _settle(challenge, share + gasBefore, answers[i].data.length);
        }
        if (given == 0) revert Rollup_NotOpen(state);
        terms.open -= given;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        terms.lastAnswer = uint40(block.timestamp);
        _answered[claim.claimer] = answered;
        if (terms.open == 0) {
            Pause storage pause = _pauses[hash];
            // forge-lint: disable-next-line(unsafe-typecast) gas that was spent
            pause.passed += uint128(answered) - pause.since;
        }
    }

    /// @inheritdoc IRollupContests
    function removeUnanswered(BatchClaim calldata claim, BatchClaim calldata parent, Place calldata place) external {
        bytes32 hash = _checkContestable(claim, parent);
        Challenge storage challenge = _openAt(claim.number, hash, place);
        uint64 deadline = challenge.deadline + answeringTime(claim.claimer);
        if (block.timestamp <= deadline) revert Rollup_AnswerPending(deadline);
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
        returns (address challenger, uint64 deadline, uint256 deposit, ChallengeState state, uint64 pages)
    {
        Challenge memory found = _challengeAt(number, hash, place);
        bool isAnswered = found.state == ChallengeState.Answered;
        deadline = isAnswered ? 0 : found.deadline;
        pages = isAnswered ? found.deadline : 0;
        return (found.challenger, deadline, uint256(found.deposit) * 1 gwei, found.state, pages);
    }

    /// @inheritdoc IRollupContests
    function contestOf(uint64 number) external view returns (uint32 open, uint64 lastAnswer, bool inCalldata) {
        Terms memory terms = _terms[number];
        return (terms.open, terms.lastAnswer, terms.inCalldata);
    }

    /// @inheritdoc IRollupContests
    function answeringTime(address claimer) public view returns (uint64) {
        return _seconds(_answered[claimer]);
    }

    /// @dev Pays for an answer of `length` bytes which began with `gasBefore`.
    /// @return gas What it took.
    function _settle(Challenge storage challenge, uint256 gasBefore, uint256 length) private returns (uint256 gas) {
        uint256 deposit = uint256(challenge.deposit) * 1 gwei;
        gas = gasBefore - gasleft() + BYTE_GAS * length;
        uint256 price = block.basefee * PRICE_FACTOR;
        if (tx.gasprice < price) price = tx.gasprice;
        uint256 share = (gas * price + _l1Fee(length)) * ANSWER_SHARE / PER_CENT;
        if (share > deposit) share = deposit;
        _credit(msg.sender, share);
        _credit(challenge.challenger, deposit - share);
    }

    /// @return pages That the block has, of page 0.
    function _checkAnswer(BatchClaim calldata claim, BatchClaim calldata parent, Answer calldata answer)
        private
        view
        returns (uint40)
    {
        IPages verifier = IPages(_rulesAt(claim.lastHeader.timestamp).verifiers.pages);
        uint64 blocks = claim.lastHeader.number - parent.lastHeader.number;
        bytes32 root = answer.place.part == 0 ? claim.coreRoot : claim.witnessRoot;
        (bytes4 selector, uint16 pages) = verifier.check(root, blocks, answer.place, answer.data);
        if (selector != IPages.check.selector) revert Rollup_NotShown(address(verifier));
        return pages;
    }

    function _openAt(uint64 number, bytes32 hash, Place memory place) private view returns (Challenge storage found) {
        found = _challengeAt(number, hash, place);
        if (found.state != ChallengeState.Open) revert Rollup_NotOpen(found.state);
    }

    function _challengeAt(uint64 number, bytes32 hash, Place memory place) private view returns (Challenge storage) {
        return _challenges[keccak256(abi.encode(number, hash, place))];
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

    /// @dev Data may be asked for as long as the claim's window is open, by the claimer's clock while something is open.
    function _checkInTime(Terms memory terms, bytes32 hash, uint256 answered) private view {
        Pause memory pause = _pauses[hash];
        uint256 paused = uint256(pause.passed) + (terms.open == 0 ? 0 : answered - pause.since);
        uint256 until = uint256(terms.claimedAt) + terms.data + _seconds(paused);
        if (block.timestamp > until) revert Rollup_AskedTooLate(until);
    }

    /// @dev How many pages a block has is known from its page 0: what does not exist cannot be answered.
    function _checkPlace(uint64 number, bytes32 hash, Place memory place, uint64 blocks) private view {
        bool isThere = place.part < PARTS && place.block_ <= blocks && (place.page == 0 || place.block_ < blocks);
        if (!isThere) revert Rollup_NoSuchPlace(place, blocks);
        if (place.page == 0) return;
        Challenge memory first = _challengeAt(number, hash, Place(place.part, place.block_, 0));
        uint256 pages = first.state == ChallengeState.Answered ? first.deadline : 0;
        if (place.page >= pages) revert Rollup_PageNotShown(place, pages);
    }

    /// @dev For how long clocks stand still for answers of that much gas.
    function _seconds(uint256 gas) private pure returns (uint64) {
        // forge-lint: disable-next-line(unsafe-typecast) gas that was spent
        return uint64(gas / ANSWER_GAS_PER_SECOND);
    }
}
