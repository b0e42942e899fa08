// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPages} from "../src/interfaces/IPages.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchClaim, ClaimRequest, Place} from "../src/types/Batch.sol";
import {Answer, ChallengeState, Reason} from "../src/types/Contests.sol";
import {Contested} from "./support/Contested.sol";
import {L1BlockStub} from "./support/L1BlockStub.sol";

contract RollupChallengesTest is Contested {
    uint256 private constant DEPOSIT = 0.001 ether;
    uint256 private constant ANSWER_GAS_PER_SECOND = 4_500_000;
    address private constant CHALLENGER = address(0xC4A1);
    address private constant ANSWERER = address(0xA5);

    BatchClaim private _parent;
    BatchClaim private _claim;
    bytes32 private _hash;

    /// @dev A claim of three blocks.
    function setUp() public override {
        super.setUp();
        vm.deal(CHALLENGER, 100 ether);
        _parent = genesisClaim();
        vm.warp(START + 10);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number += 2;
        request.lastHeader.timestamp = request.lastHeader.timestamp + millis(500);
        _claim = claimOf(request, CLAIMER);
        _hash = makeClaim(request);
    }

    function test_challenge_isToldAndHoldsFinality() public {
        Place[] memory places = new Place[](2);
        places[0] = Place(0, 2, 0);
        places[1] = Place(1, 3, 0);
        uint64 deadline = uint64(START + 10 + 120);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.DataChallenged(_hash, places[0], CHALLENGER, deadline);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.DataChallenged(_hash, places[1], CHALLENGER, deadline);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Credited(CHALLENGER, 5);
        vm.prank(CHALLENGER);
        rollup.challengeData{value: 2 * DEPOSIT + 5}(_claim, _parent, places);
        _looksLike(places[0], CHALLENGER, deadline, DEPOSIT, ChallengeState.Open);
        _looksLike(Place(0, 1, 31), address(0), 0, 0, ChallengeState.None);
        (uint32 open, uint64 lastAnswer, bool inCalldata) = rollup.contestOf(1);
        assertEq(open, 2, "open");
        assertEq(lastAnswer, 0, "no answer");
        assertTrue(!inCalldata, "on a DA layer");
        vm.warp(START + 5000);
        assertEq(rollup.finalize(1), 0, "not final");
    }

    /// @dev With both answered, the claim is final a proof's window later.
    function test_finality_waitsForAnswersAndAPeriodAfterTheLast() public {
        _ask(Place(0, 0, 0));
        _ask(Place(0, 1, 0));
        vm.warp(START + 100);
        _answer(Place(0, 0, 0));
        vm.warp(START + 5000);
        assertEq(rollup.finalize(1), 0, "one question is open");
        vm.warp(START + 130);
        _answer(Place(0, 1, 0));
        (uint32 open, uint64 lastAnswer,) = rollup.contestOf(1);
        assertEq(open, 0, "open");
        assertEq(lastAnswer, START + 130, "last answer");
        vm.warp(START + 609);
        assertEq(rollup.finalize(1), 0, "within the window of the claim");
        vm.warp(START + 610);
        assertEq(rollup.finalize(1), 1, "final: an early answer does not lengthen it");
    }

    function test_finality_lateAnswerLeavesTimeToProve() public {
        vm.warp(START + 370);
        _ask(Place(1, 0, 0));
        vm.warp(START + 490);
        _answer(Place(1, 0, 0));
        vm.warp(START + 490 + 239);
        assertEq(rollup.finalize(1), 0, "time to prove from the answer");
        vm.warp(START + 490 + 240);
        assertEq(rollup.finalize(1), 1, "final");
    }

    function test_challenge_endsWithItsWindow() public {
        vm.warp(START + 371);
        Place[] memory places = one(Place(0, 0, 0));
        vm.prank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AskedTooLate.selector, START + 370));
        rollup.challengeData{value: DEPOSIT}(_claim, _parent, places);
    }

    /// @dev One that somebody else asked for first costs nothing and stops nothing.
    function test_challenge_placesAskedForAlreadyAreLeftOut() public {
        _ask(Place(0, 0, 0));
        Place[] memory places = new Place[](3);
        places[0] = Place(0, 0, 0);
        places[1] = Place(0, 1, 0);
        places[2] = Place(0, 1, 0);
        address other = address(0xBEEF);
        vm.deal(other, 1 ether);
        vm.prank(other);
        rollup.challengeData{value: 3 * DEPOSIT}(_claim, _parent, places);
        assertEq(rollup.creditOf(other), 2 * DEPOSIT, "two places");
        _looksLike(places[0], CHALLENGER, uint64(START + 130), DEPOSIT, ChallengeState.Open);
        _looksLike(places[1], other, uint64(START + 130), DEPOSIT, ChallengeState.Open);
        vm.prank(other);
        vm.expectRevert(IRollupEvents.Rollup_AskedAlready.selector);
        rollup.challengeData{value: 3 * DEPOSIT}(_claim, _parent, places);
        _answer(Place(0, 1, 0));
        vm.prank(other);
        vm.expectRevert(IRollupEvents.Rollup_AskedAlready.selector);
        rollup.challengeData{value: 3 * DEPOSIT}(_claim, _parent, places);
    }

    function test_challenge_placesThatCannotBe_revert() public {
        Place[4] memory wrong = [Place(2, 0, 0), Place(0, 4, 0), Place(0, 3, 1), Place(255, 3, 0)];
        for (uint256 i; i < wrong.length; ++i) {
            Place[] memory places = one(wrong[i]);
            vm.prank(CHALLENGER);
            vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NoSuchPlace.selector, wrong[i], 3));
            rollup.challengeData{value: DEPOSIT}(_claim, _parent, places);
        }
    }

    function test_challenge_tooLittle_reverts() public {
        Place[] memory places = new Place[](2);
        places[1].block_ = 1;
        vm.prank(CHALLENGER);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupEvents.Rollup_DepositTooSmall.selector, 2 * DEPOSIT - 1, 2 * DEPOSIT)
        );
        rollup.challengeData{value: 2 * DEPOSIT - 1}(_claim, _parent, places);
    }

    function test_challenge_finalOrOtherClaim_reverts() public {
        Place[] memory places = one(Place(0, 0, 0));
        BatchClaim memory other = _claim;
        other.witnessRoot = "other";
        bytes32 hash = keccak256(abi.encode(other));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnotherClaim.selector, 1, hash, _hash));
        rollup.challengeData{value: DEPOSIT}(other, _parent, places);
        vm.warp(START + 610);
        rollup.finalize(1);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotContestable.selector, 1, 1, 1));
        rollup.challengeData{value: DEPOSIT}(_claim, _parent, places);
    }

    /// @dev What does not exist cannot be answered: whoever could ask for it would take any claim back.
    function test_challenge_pagesBehindTheFirst_onceItIsAnsweredAndShowsThem() public {
        Place memory page = Place(1, 2, 1);
        _refusesPage(page, 0);
        _ask(Place(1, 2, 0));
        _refusesPage(page, 0);
        _answer(Place(1, 2, 0), 3, 0);
        (,,,, uint64 pages) = rollup.challengeOf(1, _hash, Place(1, 2, 0));
        assertEq(pages, 3, "pages");
        _ask(page);
        _ask(Place(1, 2, 2));
        _refusesPage(Place(1, 2, 3), 3);
        _refusesPage(Place(1, 2, type(uint16).max), 3);
        _refusesPage(Place(0, 2, 1), 0);
        _refusesPage(Place(1, 1, 1), 0);
    }

    /// @dev An answer to another page says nothing of how many there are to ask for.
    function testFuzz_challenge_pagesAreThoseOfPageZero(uint16 pages, uint16 others, uint16 page) public {
        pages = uint16(clamp(pages, 2, 32));
        _ask(Place(0, 1, 0));
        _answer(Place(0, 1, 0), pages, 0);
        _ask(Place(0, 1, 1));
        _answer(Place(0, 1, 1), others, 0);
        page = uint16(clamp(page, 2, type(uint16).max));
        if (page < pages) _ask(Place(0, 1, page));
        else _refusesPage(Place(0, 1, page), pages);
    }

    /// @dev Twice 4.5 M gas and 72,000 bytes on the L1, in whole gwei.
    function test_deposit_followsWhatAnAnswerCosts() public {
        assertEq(rollup.challengeDeposit(), DEPOSIT, "at least");
        L1BlockStub(L1_BLOCK).set(1 gwei, 2 gwei, 5227, 1_014_213);
        vm.fee(1 gwei + 1);
        uint256 scaled = 16 * 5227 * 1 gwei + 1_014_213 * 2 gwei;
        uint256 l1Fee = (scaled * 72_000 + 999_999) / 1_000_000;
        uint256 wei_ = 2 * (4_500_000 * (1 gwei + 1) + l1Fee);
        assertEq(rollup.challengeDeposit(), (wei_ + 1 gwei - 1) / 1 gwei * 1 gwei, "twice the cost");
        vm.fee(type(uint64).max);
        assertEq(rollup.challengeDeposit(), uint256(type(uint48).max) * 1 gwei, "at most what is kept");
    }

    function test_deposit_withoutTheL1sPredeploy_countsGasAlone() public {
        vm.etch(L1_BLOCK, "");
        vm.fee(1 gwei);
        assertEq(rollup.challengeDeposit(), 9_000_000 gwei, "twice the gas");
        _ask(Place(0, 0, 0));
        _answer(Place(0, 0, 0));
    }

    function test_answer_isShownAndBothBearIt() public {
        _ask(Place(1, 2, 0));
        L1BlockStub(L1_BLOCK).set(1 gwei, 1, 5227, 1);
        vm.fee(1 gwei);
        vm.txGasPrice(1 gwei);
        bytes memory data = dataAt(_claim, _parent, Place(1, 2, 0));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.DataAnswered(_hash, Place(1, 2, 0), data);
        uint256 before = gasleft();
        _answer(Place(1, 2, 0));
        uint256 used = before - gasleft();
        uint256 credited = rollup.creditOf(ANSWERER);
        uint256 l1Fee = (uint256(16 * 5227) * 1 gwei + 1) * data.length / 1_000_000;
        uint256 around = (21_000 + 16 * data.length) * 1 gwei + l1Fee;
        assertTrue(credited >= around / 2, "half of what it costs at least");
        assertTrue(credited <= (around + used * 1 gwei) / 2, "and no more");
        assertEq(rollup.creditOf(CHALLENGER), DEPOSIT - credited, "the rest of the deposit");
        _looksLike(Place(1, 2, 0), CHALLENGER, 0, DEPOSIT, ChallengeState.Answered);
        assertEq(address(rollup).balance, 2 * uint256(BOND) + DEPOSIT, "all of it is there");
    }

    /// @dev Nobody is made to pay for a gas price that whoever answers chose.
    function test_answer_gasPriceCountsUpToTwiceTheBaseFee() public {
        _ask(Place(0, 0, 0));
        _ask(Place(0, 1, 0));
        vm.fee(1 gwei);
        vm.txGasPrice(2 gwei);
        _answer(Place(0, 0, 0));
        uint256 first = rollup.creditOf(ANSWERER);
        vm.txGasPrice(1000 gwei);
        _answer(Place(0, 1, 0));
        uint256 second = rollup.creditOf(ANSWERER) - first;
        // Slots that the first one wrote are dearer then: the second is cheaper, and not 500 times as dear.
        assertTrue(second <= first, "the price above counts for nothing");
    }

    function test_answer_costsTheDepositAtMost() public {
        _ask(Place(0, 0, 0));
        vm.fee(1000 gwei);
        vm.txGasPrice(1000 gwei);
        _answer(Place(0, 0, 0));
        assertEq(rollup.creditOf(ANSWERER), DEPOSIT, "the whole deposit");
        assertEq(rollup.creditOf(CHALLENGER), 0, "nothing is left");
    }

    function test_answer_thatIsNoAnswer_reverts() public {
        _ask(Place(0, 0, 0));
        bytes memory data = dataAt(_claim, _parent, Place(0, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IPages.Pages_UnknownBlock.selector, 0, 0));
        rollup.answerData(_claim, _parent, one(Place(0, 0, 0), data));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotShown.selector, rules().verifiers.pages));
        rollup.answerData(_claim, _parent, one(Place(0, 0, 0), ""));
    }

    function test_answer_toNoQuestion_reverts() public {
        bytes memory data = dataAt(_claim, _parent, Place(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.None));
        rollup.answerData(_claim, _parent, one(Place(0, 0, 0), data));
        _ask(Place(0, 0, 0));
        _answer(Place(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.Answered));
        rollup.answerData(_claim, _parent, one(Place(0, 0, 0), data));
    }

    /// @dev One transaction answers as much as fits into it; who was second for some of it is paid for the rest.
    function test_answer_many_leavesOutWhatWaitsForNone() public {
        Answer[] memory answers = new Answer[](4);
        for (uint16 i; i < 4; ++i) {
            Place memory place = Place(0, i, 0);
            answers[i] = Answer(place, dataAt(_claim, _parent, place));
            if (i != 2) _ask(place);
        }
        _answer(Place(0, 1, 0));
        uint256 paid = rollup.creditOf(CHALLENGER);
        vm.prank(ANSWERER);
        rollup.answerData(_claim, _parent, answers);
        (uint32 open,,) = rollup.contestOf(1);
        assertEq(open, 0, "all three");
        assertEq(rollup.creditOf(CHALLENGER) + rollup.creditOf(ANSWERER), 3 * DEPOSIT, "each deposit once");
        assertTrue(rollup.creditOf(CHALLENGER) > paid, "the rest of two deposits");
        _looksLike(Place(0, 2, 0), address(0), 0, 0, ChallengeState.None);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.Answered));
        rollup.answerData(_claim, _parent, answers);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.None));
        rollup.answerData(_claim, _parent, new Answer[](0));
    }

    /// @dev One that is wrong spoils the rest: nothing is half done.
    function test_answer_manyWithAWrongOne_reverts() public {
        Answer[] memory answers = new Answer[](2);
        for (uint16 i; i < 2; ++i) {
            _ask(Place(0, i, 0));
            answers[i] = Answer(Place(0, i, 0), dataAt(_claim, _parent, Place(0, 0, 0)));
        }
        vm.expectRevert(abi.encodeWithSelector(IPages.Pages_UnknownBlock.selector, 0, 0));
        rollup.answerData(_claim, _parent, answers);
    }

    /// @dev However much is asked for: who answers 4.5 M gas a second is never late.
    function test_answers_holdUpTheClaimersClock() public {
        _ask(Place(0, 0, 0));
        _ask(Place(0, 1, 0));
        vm.warp(START + 100);
        _answer(Place(0, 1, 0), 1, 60 * ANSWER_GAS_PER_SECOND);
        assertEq(rollup.answeringTime(CLAIMER), 60, "by what it took");
        assertEq(rollup.answeringTime(ANSWERER), 0, "whoever answered");
        _looksLike(Place(0, 0, 0), CHALLENGER, uint64(START + 130), DEPOSIT, ChallengeState.Open);
        vm.warp(START + 190);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnswerPending.selector, START + 190));
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        uint256 id = vm.snapshotState();
        _answer(Place(0, 0, 0));
        vm.revertToState(id);
        vm.warp(START + 191);
        Answer[] memory late = one(Place(0, 0, 0), dataAt(_claim, _parent, Place(0, 0, 0)));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnsweredTooLate.selector, START + 190));
        rollup.answerData(_claim, _parent, late);
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        assertEq(rollup.head().number, 0, "removed");
    }

    /// @dev What was answered before counts for no later question.
    function test_clock_countsFromTheQuestion() public {
        _ask(Place(0, 1, 0));
        _answer(Place(0, 1, 0), 1, 60 * ANSWER_GAS_PER_SECOND);
        vm.warp(START + 20);
        _ask(Place(0, 0, 0));
        _looksLike(Place(0, 0, 0), CHALLENGER, uint64(START + 140 - 60), DEPOSIT, ChallengeState.Open);
        vm.warp(START + 141);
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
    }

    /// @dev Rounds of asking take as long by the clock as ever, and the window for them is by the same clock.
    function test_askingWindow_standsStillWithTheClockWhileSomethingIsOpen() public {
        vm.warp(START + 360);
        _ask(Place(0, 0, 0));
        _ask(Place(0, 1, 0));
        _answer(Place(0, 1, 0), 1, 60 * ANSWER_GAS_PER_SECOND);
        vm.warp(START + 430);
        _ask(Place(0, 2, 0));
        vm.warp(START + 431);
        _refusesLate(START + 430);
        _answer(Place(0, 0, 0), 1, 20 * ANSWER_GAS_PER_SECOND);
        _answer(Place(0, 2, 0));
        vm.warp(START + 450);
        _ask(Place(1, 0, 0));
        vm.warp(START + 451);
        _refusesLate(START + 450);
    }

    /// @dev While nothing of a claim is open, nobody need wait for anything about it.
    function test_askingWindow_goesOnWhileNothingIsOpen() public {
        _ask(Place(0, 0, 0));
        _answer(Place(0, 0, 0), 1, 40 * ANSWER_GAS_PER_SECOND);
        (BatchClaim memory other, BatchClaim memory parent) = (_claim, _parent);
        vm.warp(START + 15);
        ClaimRequest memory request = nextRequest();
        _parent = other;
        _claim = claimOf(request, CLAIMER);
        _hash = makeClaim(request);
        _ask(Place(0, 0, 0));
        _answer(Place(0, 0, 0), 1, 100 * ANSWER_GAS_PER_SECOND);
        assertEq(rollup.answeringTime(CLAIMER), 140, "of both claims");
        _claim = other;
        _parent = parent;
        vm.warp(START + 411);
        _refusesLate(START + 410);
    }

    /// @dev The deadline counts from the question.
    function test_answer_afterItsDeadline_reverts() public {
        vm.warp(START + 300);
        _ask(Place(0, 0, 0));
        vm.warp(START + 421);
        bytes memory data = dataAt(_claim, _parent, Place(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnsweredTooLate.selector, START + 420));
        rollup.answerData(_claim, _parent, one(Place(0, 0, 0), data));
        vm.warp(START + 420);
        _answer(Place(0, 0, 0));
    }

    function test_unanswered_removesTheClaim() public {
        _ask(Place(0, 0, 0));
        vm.warp(START + 130);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AnswerPending.selector, START + 130));
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        vm.warp(START + 131);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Removed(0, _claim.parent, lineageAfter(0, _claim.parent), Reason.Unanswered);
        vm.prank(PROVER);
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        assertEq(rollup.head().number, 0, "removed");
        assertEq(rollup.creditOf(CHALLENGER), DEPOSIT + BOND / 2, "deposit and half a bond, whoever called");
        assertEq(rollup.creditOf(PROVER), 0, "nothing to whoever called");
        _looksLike(Place(0, 0, 0), CHALLENGER, uint64(START + 130), DEPOSIT, ChallengeState.Expired);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.Expired));
        rollup.refundChallenge(1, _hash, Place(0, 0, 0));
    }

    function test_unanswered_answeredOrNeverAsked_reverts() public {
        _ask(Place(0, 0, 0));
        _answer(Place(0, 0, 0));
        vm.warp(START + 200);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.Answered));
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.None));
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 1));
    }

    function test_refund_onceTheClaimNoLongerStands() public {
        _ask(Place(0, 0, 0));
        _ask(Place(1, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_StillStands.selector, 1));
        rollup.refundChallenge(1, _hash, Place(0, 0, 0));
        remove(_claim, _parent);
        rollup.refundChallenge(1, _hash, Place(0, 0, 0));
        rollup.refundChallenge(1, _hash, Place(1, 1, 0));
        assertEq(rollup.creditOf(CHALLENGER), 2 * DEPOSIT, "both deposits");
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.Refunded));
        rollup.refundChallenge(1, _hash, Place(0, 0, 0));
    }

    /// @dev A claim is named by number and hash: another number makes no refund of an open challenge.
    function test_refund_ofAnotherNumber_reverts() public {
        _ask(Place(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.None));
        rollup.refundChallenge(2, _hash, Place(0, 0, 0));
    }

    /// @dev The same batch claimed again has another hash: its places can be asked for anew, and the old ones are not its own.
    function test_challenge_ofAClaimMadeAgain_beginsAnew() public {
        _ask(Place(0, 0, 0));
        remove(_claim, _parent);
        rollup.depositBondFor{value: BOND}(CLAIMER);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.number += 2;
        request.lastHeader.timestamp = request.lastHeader.timestamp + millis(500);
        _claim = claimOf(request, CLAIMER);
        _hash = makeClaim(request);
        (uint32 open,,) = rollup.contestOf(1);
        assertEq(open, 0, "nothing is open");
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotOpen.selector, ChallengeState.None));
        rollup.removeUnanswered(_claim, _parent, Place(0, 0, 0));
        _ask(Place(0, 0, 0));
    }

    function _ask(Place memory place) private {
        uint256 deposit = rollup.challengeDeposit();
        vm.prank(CHALLENGER);
        rollup.challengeData{value: deposit}(_claim, _parent, one(place));
    }

    function _answer(Place memory place) private {
        _answer(place, 32, 0);
    }

    function _refusesPage(Place memory place, uint256 pages) private {
        uint256 deposit = rollup.challengeDeposit();
        vm.prank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_PageNotShown.selector, place, pages));
        rollup.challengeData{value: deposit}(_claim, _parent, one(place));
    }

    function _refusesLate(uint256 until) private {
        vm.prank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_AskedTooLate.selector, until));
        rollup.challengeData{value: DEPOSIT}(_claim, _parent, one(Place(1, 1, 0)));
    }

    function _answer(Place memory place, uint16 pages, uint256 gas_) private {
        bytes memory data = dataAt(_claim, _parent, place, pages, gas_);
        vm.prank(ANSWERER);
        rollup.answerData(_claim, _parent, one(place, data));
    }

    function _looksLike(Place memory place, address challenger, uint64 deadline, uint256 deposit, ChallengeState state)
        private
        view
    {
        (address who, uint64 until, uint256 value, ChallengeState now_,) = rollup.challengeOf(1, _hash, place);
        assertEq(who, challenger, "challenger");
        assertEq(until, deadline, "deadline");
        assertEq(value, deposit, "deposit");
        assertEq(uint256(now_), uint256(state), "state");
    }
}
