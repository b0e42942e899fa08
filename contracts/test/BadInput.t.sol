// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, BlockHeader, ClaimRequest, Place} from "../src/types/Batch.sol";
import {Answer, Reason} from "../src/types/Contests.sol";
import {Contested} from "./support/Contested.sol";

/// @dev Calldata with any bit flipped, any byte lost at its end, any gas limit: refused, or it says what it said before.
/// Verifiers are stubs here: their own input is `npm run fuzz:bad-input`.
/// forge-config: default.fuzz.runs = 128
contract BadInputTest is Contested {
    uint256 private constant STRIDE = 256;

    BatchClaim private _wrong;
    BatchClaim private _parent;
    Place private _place = Place(1, 0, 0);

    function setUp() public override {
        super.setUp();
        BatchClaim[] memory claims = makeClaims(2);
        (_wrong, _parent) = (claims[2], claims[1]);
    }

    function testFuzz_prove_badInput(uint256 seed) public {
        _tryFlipped(_proveCall(), seed, this.proofIn);
    }

    /// @dev A proof of another claim shows nothing against this one, whatever becomes of its bits.
    function testFuzz_prove_badInputAgainstARightClaim(uint256 seed) public {
        bytes memory other = proofOf(Reason.Messages, _parent, genesisClaim());
        bytes memory call = abi.encodeCall(rollup.prove, (Reason.Messages, _wrong, _parent, other));
        assertEq(_tryFlipped(call, seed, this.proofIn), 0, "a right claim was removed");
    }

    function testFuzz_answer_badInput(uint256 seed) public {
        _ask();
        _tryFlipped(_answerCall(), seed, this.answerIn);
    }

    function testFuzz_removeUnanswered_badInput(uint256 seed) public {
        _ask();
        vm.warp(block.timestamp + 121);
        _tryFlipped(abi.encodeCall(rollup.removeUnanswered, (_wrong, _parent, _place)), seed, this.placeIn);
    }

    function testFuzz_equivocation_badInput(uint256 seed) public {
        BlockHeader memory a = _wrong.lastHeader;
        BlockHeader memory b = abi.decode(abi.encode(a), (BlockHeader));
        b.stateRoot = keccak256("another state");
        (bytes memory byA, bytes memory byB) = (seal(a, SEQUENCER_SECRET), seal(b, SEQUENCER_SECRET));
        _tryFlipped(abi.encodeCall(rollup.proveEquivocation, (a, byA, b, byB)), seed, this.headersIn);
    }

    /// @dev Roots and pointers are the claimer's own word; the header, and the claim's place, are not.
    function testFuzz_claim_badInput(uint256 seed) public {
        ClaimRequest memory request = nextRequest();
        bytes memory call = abi.encodeCall(rollup.claim, (request, seal(request.lastHeader, SEQUENCER_SECRET)));
        vm.startPrank(CLAIMER);
        _tryFlipped(call, seed, this.sealedIn);
        vm.stopPrank();
    }

    function testFuzz_anyGasIsNoVerdict(uint256 gas_) public {
        _ask();
        uint256 id = vm.snapshotState();
        bytes[4] memory right = [
            abi.encodeCall(rollup.prove, (Reason.Messages, _wrong, _parent, "not a proof")),
            abi.encodeCall(rollup.prove, (Reason.Signature, _wrong, _parent, "")),
            abi.encodeCall(rollup.answerData, (_wrong, _parent, one(_place, "not an answer"))),
            abi.encodeCall(rollup.removeUnanswered, (_wrong, _parent, _place))
        ];
        for (uint256 i; i < right.length; ++i) {
            (bool taken,) = address(rollup).call{gas: gas_ % 400_000}(right[i]);
            assertTrue(!taken, "too little gas was taken for a verdict");
        }
        bytes[2] memory wrong = [_proveCall(), _answerCall()];
        for (uint256 i; i < wrong.length; ++i) {
            (bool taken,) = address(rollup).call{gas: gas_ % 400_000}(wrong[i]);
            (uint32 open,,) = rollup.contestOf(_wrong.number);
            bool done = i == 0 ? rollup.head().number == _parent.number : open == 0;
            assertTrue(done == taken, "half a verdict");
            vm.revertToState(id);
            id = vm.snapshotState();
        }
    }

    function proofIn(bytes calldata call) external pure returns (bytes memory) {
        (Reason kind, BatchClaim memory claim, BatchClaim memory parent, bytes memory proof) =
            abi.decode(call[4:], (Reason, BatchClaim, BatchClaim, bytes));
        return abi.encode(kind, claim, parent, proof);
    }

    function answerIn(bytes calldata call) external view returns (bytes memory) {
        (bool isRead, bytes memory told) = address(this).staticcall(bytes.concat(this.said.selector, call[4:]));
        assertTrue(isRead, "what cannot be read was taken");
        return told;
    }

    /// @dev Answers to other places say nothing: nothing was asked there.
    function said(BatchClaim calldata claim, BatchClaim calldata parent, Answer[] calldata answers)
        external
        view
        returns (bytes memory)
    {
        for (uint256 i; i < answers.length; ++i) {
            if (keccak256(abi.encode(answers[i].place)) != keccak256(abi.encode(_place))) continue;
            // What the stub of pages makes of the last two words is its own.
            return abi.encode(claim, parent, answers[i].data[:answers[i].data.length - 64]);
        }
        return "";
    }

    function placeIn(bytes calldata call) external pure returns (bytes memory) {
        (BatchClaim memory claim, BatchClaim memory parent, Place memory place) =
            abi.decode(call[4:], (BatchClaim, BatchClaim, Place));
        return abi.encode(claim, parent, place);
    }

    function headersIn(bytes calldata call) external pure returns (bytes memory) {
        (BlockHeader memory a, bytes memory byA, BlockHeader memory b, bytes memory byB) =
            abi.decode(call[4:], (BlockHeader, bytes, BlockHeader, bytes));
        return abi.encode(a, byA, b, byB);
    }

    function sealedIn(bytes calldata call) external pure returns (bytes memory) {
        (ClaimRequest memory request, bytes memory signature) = abi.decode(call[4:], (ClaimRequest, bytes));
        return abi.encode(request.number, request.parent, request.lineage, request.lastHeader, signature);
    }

    /// @dev Tries every `STRIDE`th bit from `seed` on, and the calldata a word short. What is taken must say what it said before,
    /// as padding does whatever stands in it. Another function is another question.
    /// @param meaning What calldata says.
    /// @return taken How many were.
    function _tryFlipped(
        bytes memory call,
        uint256 seed,
        function(bytes memory) external view returns (bytes memory) meaning
    ) private returns (uint256 taken) {
        bytes memory told = meaning(call);
        uint256 id = vm.snapshotState();
        for (uint256 bit = 32 + seed % STRIDE; bit < 8 * call.length; bit += STRIDE) {
            bytes memory flipped = abi.encodePacked(call);
            flipped[bit / 8] = flipped[bit / 8] ^ bytes1(uint8(1 << (bit % 8)));
            (bool isTaken,) = address(rollup).call(flipped);
            if (!isTaken) continue;
            ++taken;
            assertEq(meaning(flipped), told, "something else was taken");
            vm.revertToState(id);
            id = vm.snapshotState();
        }
        bytes memory cut = new bytes(call.length - 32);
        for (uint256 i; i < cut.length; ++i) {
            cut[i] = call[i];
        }
        (bool cutTaken,) = address(rollup).call(cut);
        assertTrue(!cutTaken, "calldata that ends early was taken");
    }

    function _ask() private {
        rollup.challengeData{value: 1 ether}(_wrong, _parent, one(_place));
    }

    function _proveCall() private view returns (bytes memory) {
        bytes memory proof = proofOf(Reason.StateRoot, _wrong, _parent);
        return abi.encodeCall(rollup.prove, (Reason.StateRoot, _wrong, _parent, proof));
    }

    function _answerCall() private view returns (bytes memory) {
        Answer[] memory answers = one(_place, dataAt(_wrong, _parent, _place));
        return abi.encodeCall(rollup.answerData, (_wrong, _parent, answers));
    }
}
