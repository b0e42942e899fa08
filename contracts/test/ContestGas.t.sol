// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, BlockHeader, ClaimRequest, Place} from "../src/types/Batch.sol";
import {Answer, Reason, RescuedItem, RescuedRun, RescueRequest} from "../src/types/Contests.sol";
import {Signature, Withdraw} from "../src/types/Operations.sol";
import {Units} from "../src/types/Units.sol";
import {Contested} from "./support/Contested.sol";
import {L1BlockStub} from "./support/L1BlockStub.sol";

/// @dev Gas of whole transactions beside what verifiers and pages take; run in isolation against `snapshots/ContestGasTest.json`.
contract ContestGasTest is Contested {
    BatchClaim[] private _claims;

    function setUp() public override {
        super.setUp();
        L1BlockStub(L1_BLOCK).set(1 gwei, 1 gwei, 5227, 1_014_213);
        BatchClaim[] memory made = makeClaims(3);
        for (uint256 i; i < made.length; ++i) {
            _claims.push(made[i]);
        }
        vm.deal(address(this), 100 ether);
    }

    function test_prove() public {
        bytes memory proof = proofOf(Reason.Messages, _claims[2], _claims[1]);
        rollup.prove(Reason.Messages, _claims[2], _claims[1], proof);
        vm.snapshotGasLastCall("prove, with a removal and slashing");
        rollup.withdrawCredit(address(0xCAFE));
        vm.snapshotGasLastCall("withdrawCredit");
    }

    /// @dev As long as pointers may be: two claims have four of them.
    function test_proveLongPointers() public {
        BatchClaim memory parent = _claims[3];
        for (uint64 i; i < 2; ++i) {
            ClaimRequest memory request = nextRequest();
            request.core.pointer = pointer(2 * i, 1024);
            request.witness.pointer = pointer(2 * i + 1, 1024);
            BatchClaim memory next = claimOf(request, CLAIMER);
            makeClaim(request);
            if (i == 1) {
                bytes memory proof = proofOf(Reason.Messages, next, parent);
                rollup.prove(Reason.Messages, next, parent, proof);
                vm.snapshotGasLastCall("prove, with a removal and slashing, pointers of 1024 bytes");
            }
            parent = next;
        }
    }

    function test_challenges() public {
        Place[] memory places = one(Place(0, 0, 0));
        _ask(places);
        vm.snapshotGasLastCall("challengeData, 1 place");
        _answer(places);
        vm.snapshotGasLastCall("answerData");
        places = new Place[](31);
        for (uint16 i; i < places.length; ++i) {
            places[i] = Place(0, 0, i + 1);
        }
        _ask(places);
        vm.snapshotGasLastCall("challengeData, 31 places");
        uint256 id = vm.snapshotState();
        _answer(places);
        vm.snapshotGasLastCall("answerData, 31 answers");
        vm.revertToState(id);
        vm.warp(START + 1000);
        rollup.removeUnanswered(_claims[2], _claims[1], Place(0, 0, 1));
        vm.snapshotGasLastCall("removeUnanswered");
        rollup.refundChallenge(2, keccak256(abi.encode(_claims[2])), Place(0, 0, 2));
        vm.snapshotGasLastCall("refundChallenge");
    }

    function test_equivocation() public {
        BlockHeader memory a = nextRequest().lastHeader;
        BlockHeader memory b = nextRequest().lastHeader;
        b.stateRoot = "another";
        (bytes memory byA, bytes memory byB) = (seal(a, SEQUENCER_SECRET), seal(b, SEQUENCER_SECRET));
        rollup.proveEquivocation(a, byA, b, byB);
        vm.snapshotGasLastCall("proveEquivocation");
    }

    function test_rescue() public {
        for (uint64 i; i < 64; ++i) {
            inbox.forceWithdraw(Withdraw(3, 0, i, mwei(10)), new Signature[](1));
        }
        vm.warp(START + 1000);
        uint64 opensAt = rollup.declareSilent();
        vm.snapshotGasLastCall("declareSilent");
        vm.warp(opensAt);
        rollup.depositBondFor{value: 1 ether}(address(this));
        RescueRequest memory request;
        request.parent = _claims[3];
        request.timestamp = Units.now_();
        request.inboxCount = 64;
        request.runs = new RescuedRun[](1);
        request.runs[0] = RescuedRun(3, new RescuedItem[](64));
        for (uint64 i; i < 64; ++i) {
            request.runs[0].items[i] = RescuedItem(keccak256(abi.encode(i)), i, keccak256(abi.encode("post", i)));
        }
        rollup.rescue(request);
        vm.snapshotGasLastCall("rescue, 64 items of one shard");
    }

    function _ask(Place[] memory places) private {
        uint256 value = places.length * rollup.challengeDeposit();
        rollup.challengeData{value: value}(_claims[2], _claims[1], places);
    }

    function _answer(Place[] memory places) private {
        Answer[] memory answers = new Answer[](places.length);
        for (uint256 i; i < places.length; ++i) {
            answers[i] = Answer(places[i], dataAt(_claims[2], _claims[1], places[i]));
        }
        rollup.answerData(_claims[2], _claims[1], answers);
    }
}
