// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDataCommittee} from "../../src/interfaces/IDataCommittee.sol";
import {Attestation, CertificateCode, CommitteePart} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";

contract ChunkChallengesTest is CommitteeDeployed {
    address private constant CHALLENGER = address(0xC4A1);
    address private constant ANSWERER = address(0xA25);

    bytes private _core;
    bytes32 private _digest;

    function setUp() public override {
        super.setUp();
        _core = sampleBytes(CORE_LENGTH);
        _digest = committee.digestOf(attestation());
        vm.deal(CHALLENGER, 100 ether);
    }

    function test_challenge_opensAChunk() public {
        uint256 deposit = committee.chunkDeposit();
        vm.expectEmit(address(committee));
        emit IDataCommittee.Credited(CHALLENGER, 5);
        vm.expectEmit(address(committee));
        emit IDataCommittee.ChunkChallenged(_digest, 0, 4, CHALLENGER, uint64(NOW + ANSWER_WINDOW), 11, attestation());
        vm.prank(CHALLENGER);
        committee.challengeChunk{value: deposit + 5}(pointerOf(0, attestation(), 11), 4);
        (address challenger, uint64 deadline, uint256 deposit_, uint32 mask) = committee.challengeOf(_digest, 0, 4);
        assertEq(challenger, CHALLENGER, "challenger");
        assertEq(deadline, NOW + ANSWER_WINDOW, "deadline");
        assertEq(deposit_, deposit, "deposit");
        assertEq(mask, 11, "signers");
        assertEq(committee.creditOf(CHALLENGER), 5, "what was too much");
    }

    function test_everyChunk_isAnswered() public {
        for (uint32 i; i < 5; ++i) {
            _ask(0, i, 7);
            vm.expectEmit(address(committee));
            emit IDataCommittee.ChunkAnswered(_digest, 0, i, ANSWERER);
            _answer(0, i, _core);
        }
        _ask(1, 1, 7);
        _answer(1, 1, sampleBytes(WITNESS_LENGTH));
        (address challenger,,,) = committee.challengeOf(_digest, 0, 4);
        assertEq(challenger, address(0), "closed");
    }

    function test_answer_isPaidFromTheDeposit() public {
        uint256 deposit = committee.chunkDeposit();
        _ask(0, 2, 7);
        _answer(0, 2, _core);
        uint256 paid = committee.creditOf(ANSWERER);
        assertTrue(paid > 70_000 gwei && paid < deposit, "about what an answer costs");
        assertEq(committee.creditOf(CHALLENGER), deposit - paid, "the rest");
        vm.expectEmit(address(committee));
        emit IDataCommittee.CreditWithdrawn(ANSWERER, address(0xFEE), paid);
        vm.startPrank(ANSWERER);
        committee.withdrawCredit(address(0xFEE));
        assertEq(address(0xFEE).balance, paid, "withdrawn");
        vm.expectRevert(IDataCommittee.DataCommittee_AmountZero.selector);
        committee.withdrawCredit(address(0xFEE));
    }

    function test_answer_isPaidNoMoreThanTheDeposit() public {
        uint256 deposit = committee.chunkDeposit();
        _ask(0, 2, 7);
        vm.fee(1000 gwei);
        vm.txGasPrice(5000 gwei);
        _answer(0, 2, _core);
        assertEq(committee.creditOf(ANSWERER), deposit, "the deposit");
    }

    function test_answer_countsNoPriceAboveTwiceTheBaseFee() public {
        _ask(0, 2, 7);
        uint256 state = vm.snapshotState();
        vm.txGasPrice(2 gwei);
        _answer(0, 2, _core);
        uint256 atTwice = committee.creditOf(ANSWERER);
        vm.revertToState(state);
        vm.txGasPrice(1000 gwei);
        _answer(0, 2, _core);
        assertEq(committee.creditOf(ANSWERER), atTwice, "no more");
    }

    function test_answeredChunk_mayBeAskedAgain() public {
        _ask(0, 2, 7);
        _answer(0, 2, _core);
        _ask(0, 2, 14);
        (,,, uint32 mask) = committee.challengeOf(_digest, 0, 2);
        assertEq(mask, 14, "of its own signers");
    }

    function test_challenge_refusals() public {
        bytes memory pointer = pointerOf(0, attestation(), 7);
        vm.startPrank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NoSuchChunk.selector, 5, 5));
        committee.challengeChunk{value: 1 ether}(pointer, 5);
        uint256 deposit = committee.chunkDeposit();
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_DepositTooSmall.selector, deposit - 1, deposit)
        );
        committee.challengeChunk{value: deposit - 1}(pointer, 0);
        committee.challengeChunk{value: deposit}(pointer, 0);
        bytes memory byOthers = pointerOf(0, attestation(), 14);
        vm.expectRevert(IDataCommittee.DataCommittee_AskedAlready.selector);
        committee.challengeChunk{value: deposit}(byOthers, 0);
        bytes memory byTwo = pointerOf(0, attestation(), 3);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_NotCertified.selector, CertificateCode.TooFew)
        );
        committee.challengeChunk{value: deposit}(byTwo, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_NotCertified.selector, CertificateCode.BadForm)
        );
        committee.challengeChunk{value: deposit}("", 1);
        Attestation memory a = attestation();
        a.epoch = 9;
        bytes memory unknown = pointerOf(0, a, 7);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_NotCertified.selector, CertificateCode.UnknownEpoch)
        );
        committee.challengeChunk{value: deposit}(unknown, 1);
    }

    function test_challenge_untilAWindowBeforeTheEnd() public {
        bytes memory pointer = pointerOf(0, attestation(), 7);
        uint256 last = EXPIRES - ANSWER_WINDOW;
        vm.warp(last + 1);
        vm.prank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_AskedTooLate.selector, last));
        committee.challengeChunk{value: 1 ether}(pointer, 0);
        Attestation memory a = attestation();
        a.expiresAt = 5;
        bytes memory longOver = pointerOf(0, a, 7);
        vm.prank(CHALLENGER);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_AskedTooLate.selector, 0));
        committee.challengeChunk{value: 1 ether}(longOver, 0);
        vm.warp(last);
        _ask(0, 0, 7);
    }

    function test_sixtyFour_openOfACertificate() public {
        Attestation memory a = attestation();
        a.parts[0] = CommitteePart("large", 2 ** 24);
        bytes memory core = pointerOf(0, a, 7);
        bytes memory witness = pointerOf(1, a, 7);
        vm.startPrank(CHALLENGER);
        for (uint32 i; i < 63; ++i) {
            committee.challengeChunk{value: 0.1 ether}(core, i);
        }
        committee.challengeChunk{value: 0.1 ether}(witness, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_TooManyOpen.selector, 64));
        committee.challengeChunk{value: 0.1 ether}(core, 63);
        committee.answerChunk(a, 1, 1, chunkOf(sampleBytes(WITNESS_LENGTH), 1), pathOf(sampleBytes(WITNESS_LENGTH), 1));
        committee.challengeChunk{value: 0.1 ether}(core, 63);
    }

    function test_answer_refusals() public {
        Attestation memory a = attestation();
        bytes memory chunk = chunkOf(_core, 2);
        bytes32[] memory path = pathOf(_core, 2);
        vm.expectRevert(IDataCommittee.DataCommittee_NotOpen.selector);
        committee.answerChunk(a, 0, 2, chunk, path);
        _ask(0, 2, 7);
        vm.expectRevert(IDataCommittee.DataCommittee_NotOpen.selector);
        committee.answerChunk(a, 0, 1, chunk, path);
        vm.expectRevert(IDataCommittee.DataCommittee_NotOpen.selector);
        committee.answerChunk(a, 2, 2, chunk, path);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_WrongProofLength.selector, 1023, 1024));
        committee.answerChunk(a, 0, 2, new bytes(1023), path);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_WrongProofLength.selector, 2, 3));
        committee.answerChunk(a, 0, 2, chunk, new bytes32[](2));
        chunk[0] ^= 0x01;
        vm.expectPartialRevert(IDataCommittee.DataCommittee_WrongChunk.selector);
        committee.answerChunk(a, 0, 2, chunk, path);
        chunk = chunkOf(_core, 1);
        path = pathOf(_core, 1);
        vm.expectPartialRevert(IDataCommittee.DataCommittee_WrongChunk.selector);
        committee.answerChunk(a, 0, 2, chunk, path);
        chunk = chunkOf(_core, 2);
        path = pathOf(_core, 2);
        vm.warp(NOW + ANSWER_WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_AnswerPending.selector, NOW + ANSWER_WINDOW)
        );
        committee.slash(a, 0, 2);
        vm.warp(NOW + ANSWER_WINDOW + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_AnsweredTooLate.selector, NOW + ANSWER_WINDOW)
        );
        committee.answerChunk(a, 0, 2, chunk, path);
    }

    function test_slash_takesTheFaultFromEverySigner() public {
        uint256 deposit = committee.chunkDeposit();
        _ask(0, 2, 11);
        vm.warp(NOW + ANSWER_WINDOW + 1);
        vm.expectEmit(address(committee));
        emit IDataCommittee.ChunkUnanswered(_digest, 0, 2);
        vm.expectEmit(address(committee));
        emit IDataCommittee.Credited(CHALLENGER, deposit);
        vm.expectEmit(address(committee));
        emit IDataCommittee.MemberSlashed(memberAt(0), _digest, FAULT, FAULT / 2);
        committee.slash(attestation(), 0, 2);
        uint128[4] memory left = [STAKE - FAULT, STAKE - FAULT, STAKE, STAKE - FAULT];
        for (uint256 i; i < 4; ++i) {
            assertEq(committee.memberOf(memberAt(i)).stake, left[i], "stake");
        }
        assertEq(committee.burned(), 3 * FAULT / 2, "burned");
        assertEq(committee.creditOf(CHALLENGER), deposit + 3 * FAULT / 2, "rewarded");
        vm.expectRevert(IDataCommittee.DataCommittee_NotOpen.selector);
        committee.slash(attestation(), 0, 2);
    }

    function test_slash_onceASignerAndAttestation() public {
        _ask(0, 0, 7);
        _ask(0, 1, 7);
        _ask(1, 0, 14);
        vm.warp(NOW + ANSWER_WINDOW + 1);
        committee.slash(attestation(), 0, 0);
        committee.slash(attestation(), 0, 1);
        assertEq(committee.memberOf(memberAt(0)).stake, STAKE - FAULT, "once");
        committee.slash(attestation(), 1, 0);
        assertEq(committee.memberOf(memberAt(1)).stake, STAKE - FAULT, "once by another mask");
        assertEq(committee.memberOf(memberAt(3)).stake, STAKE - FAULT, "the fourth, too");
        assertEq(committee.burned(), 2 * FAULT, "burned");
        vm.warp(NOW + 2 days);
        Attestation memory a = attestation();
        a.expiresAt += 1;
        bytes memory pointer = pointerOf(0, a, 7);
        vm.prank(CHALLENGER);
        committee.challengeChunk{value: 1 ether}(pointer, 0);
        vm.warp(NOW + 4 days);
        committee.slash(a, 0, 0);
        assertEq(committee.memberOf(memberAt(0)).stake, STAKE - 2 * FAULT, "again for another");
    }

    function test_slash_ofMoreThanThereIs_takesAll() public {
        for (uint64 i; i < 5; ++i) {
            Attestation memory a = attestation();
            a.expiresAt += i;
            bytes memory pointer = pointerOf(0, a, 7);
            vm.prank(CHALLENGER);
            committee.challengeChunk{value: 1 ether}(pointer, 0);
        }
        vm.warp(NOW + ANSWER_WINDOW + 1);
        for (uint64 i; i < 5; ++i) {
            Attestation memory a = attestation();
            a.expiresAt += i;
            committee.slash(a, 0, 0);
        }
        assertEq(committee.memberOf(memberAt(0)).stake, 0, "all");
        assertEq(committee.burned(), 3 * STAKE / 2, "no more");
    }

    function test_certificateOfAnEpochThatIsOver_mayBeAskedFor() public {
        enroll(4);
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(1, 4), K, 1);
        vm.warp(NOW + 10 days);
        _ask(0, 0, 7);
        vm.warp(NOW + 12 days);
        committee.slash(attestation(), 0, 0);
        assertEq(committee.memberOf(memberAt(0)).stake, STAKE - FAULT, "who left pays");
    }

    function testFuzz_partsOfAnyLength(uint256 length, uint256 index) public {
        length = clamp(length, 1, 9000);
        bytes memory data = sampleBytes(length);
        Attestation memory a = attestation();
        a.parts[0] = CommitteePart(rootOf(data), uint32(length));
        uint32 at = uint32(index % ((length + 1023) / 1024));
        bytes memory pointer = pointerOf(0, a, 7);
        vm.prank(CHALLENGER);
        committee.challengeChunk{value: 1 ether}(pointer, at);
        committee.answerChunk(a, 0, at, chunkOf(data, at), pathOf(data, at));
    }

    function _ask(uint8 part, uint32 index, uint32 mask) private {
        bytes memory pointer = pointerOf(part, attestation(), mask);
        uint256 deposit = committee.chunkDeposit();
        vm.prank(CHALLENGER);
        committee.challengeChunk{value: deposit}(pointer, index);
    }

    function _answer(uint8 part, uint32 index, bytes memory data) private {
        (bytes memory chunk, bytes32[] memory path) = (chunkOf(data, index), pathOf(data, index));
        vm.prank(ANSWERER);
        committee.answerChunk(attestation(), part, index, chunk, path);
    }
}
