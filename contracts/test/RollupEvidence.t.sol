// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../src/interfaces/IProof.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {Headers} from "../src/libraries/Headers.sol";
import {Ssz} from "../src/libraries/Ssz.sol";
import {BatchClaim, BlockHeader, ClaimRequest} from "../src/types/Batch.sol";
import {SequencerKey} from "../src/types/Parameters.sol";
import {Contested} from "./support/Contested.sol";

contract RollupEvidenceTest is Contested {
    address private constant WITNESS = address(0x317);
    uint256 private constant NEXT_SECRET = 0x5EA;

    BlockHeader[] private _headers;
    BatchClaim private _claim;
    BatchClaim private _parent;

    function test_equivocation_slashesTheBondBehindTheKey() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Equivocated(BOND_OWNER, 0, 1, Headers.root(a), Headers.root(b));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Slashed(BOND_OWNER, BOND, BOND / 2);
        _equivocate(a, b, SEQUENCER_SECRET);
        assertEq(rollup.creditOf(WITNESS), BOND / 2, "half");
        assertEq(rollup.burned(), BOND / 2, "half");
        assertEq(bondOf(BOND_OWNER), 0, "the whole bond");
        assertEq(bondOf(CLAIMER), BOND, "the claimer signed nothing");
        refuseClaim(
            nextRequest(), abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, BOND_OWNER, 0, BOND)
        );
    }

    /// @dev A bond that is filled again pays for another place, never for the same one.
    function test_equivocation_paysOnceForAPlace() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        _equivocate(a, b, SEQUENCER_SECRET);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_ShownAlready.selector, 0, 1));
        b.stateRoot = "a third";
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_ShownAlready.selector, 0, 1));
        (a.number, b.number) = (2, 2);
        _equivocate(a, b, SEQUENCER_SECRET);
        assertEq(rollup.creditOf(WITNESS), BOND, "twice half a bond");
    }

    /// @dev Otherwise a key shows places of its own, those to come included, while there is nothing to take, and none of them costs
    /// its bond once that is full.
    function test_equivocation_withoutAFullBond_waitsForIt() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        _equivocate(a, b, SEQUENCER_SECRET);
        (a.number, b.number) = (7, 7);
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, BOND_OWNER, 0, BOND));
        rollup.depositBondFor{value: BOND - 1}(BOND_OWNER);
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_BondTooSmall.selector, BOND_OWNER, BOND - 1, BOND));
        rollup.depositBondFor{value: 1}(BOND_OWNER);
        _equivocate(a, b, SEQUENCER_SECRET);
        assertEq(rollup.creditOf(WITNESS), BOND, "twice half a bond");
        assertEq(bondOf(BOND_OWNER), 0, "the place to come still cost the whole bond");
    }

    function test_equivocation_ofABondOnItsWay() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        vm.prank(BOND_OWNER);
        rollup.startBondExit();
        _equivocate(a, b, SEQUENCER_SECRET);
        vm.warp(START + 1200);
        vm.prank(BOND_OWNER);
        vm.expectRevert(IRollupEvents.Rollup_NoBond.selector);
        rollup.withdrawBond(BOND_OWNER);
    }

    function test_equivocation_sameHeaderOrOtherPlaces_isNone() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        bytes memory none = abi.encodeWithSelector(IRollupEvents.Rollup_NoContradiction.selector);
        _refuse(a, a, none);
        b.number = 2;
        _refuse(a, b, none);
        b.number = 1;
        b.lineage = "another";
        _refuse(a, b, none);
    }

    function test_equivocation_signedByAnother_isNone() public {
        (BlockHeader memory a, BlockHeader memory b) = _two();
        bytes memory byA = seal(a, SEQUENCER_SECRET);
        bytes memory byB = seal(b, NEXT_SECRET);
        address key = vm.addr(SEQUENCER_SECRET);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotSealed.selector, vm.addr(NEXT_SECRET), key));
        rollup.proveEquivocation(a, byA, b, byB);
        vm.expectRevert(abi.encodeWithSelector(IRollupEvents.Rollup_NotSealed.selector, vm.addr(NEXT_SECRET), key));
        rollup.proveEquivocation(b, byB, a, byA);
        vm.expectPartialRevert(IRollupEvents.Rollup_NotSealed.selector);
        rollup.proveEquivocation(a, byA, b, byA);
        vm.expectPartialRevert(IRollupEvents.Rollup_NotSealed.selector);
        rollup.proveEquivocation(a, byA, b, "");
    }

    /// @dev What was signed before a reorganisation of the L2 carries a queue that is no more.
    function test_equivocation_withAnotherQueueOrLineage_bindsNobody() public {
        inbox.deposit{value: 1 ether}(1, address(1));
        (BlockHeader memory a, BlockHeader memory b) = _two();
        a.inboxCount = 1;
        a.inboxHash = inbox.hashAt(1);
        b.inboxCount = 1;
        b.inboxHash = keccak256("the queue before the reorganisation");
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_NotBinding.selector, 0, 1));
        _refuse(b, a, abi.encodeWithSelector(IRollupEvents.Rollup_NotBinding.selector, 0, 1));
        b.inboxCount = 2;
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_NotBinding.selector, 0, 2));
        (a, b) = _two();
        a.lineage = "never in force";
        b.lineage = "never in force";
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_NotBinding.selector, bytes32("never in force"), 0));
    }

    /// @dev Each key answers for its own blocks, with the bond of its owner.
    function test_equivocation_isOfTheKeyAtThatNumber() public {
        SequencerKey memory entry = SequencerKey(20, vm.addr(NEXT_SECRET), address(0), address(0xB0D1));
        vm.prank(entry.bondOwner);
        rollup.answerFor(entry.key);
        vm.prank(OPERATOR);
        rollup.announceSequencer(entry);
        rollup.depositBondFor{value: BOND}(entry.bondOwner);
        (BlockHeader memory a, BlockHeader memory b) = _two();
        (a.number, b.number) = (20, 20);
        _refuse(
            a, b, abi.encodeWithSelector(IRollupEvents.Rollup_NotSealed.selector, vm.addr(SEQUENCER_SECRET), entry.key)
        );
        _equivocate(a, b, NEXT_SECRET);
        assertEq(bondOf(entry.bondOwner), 0, "its owner's bond");
        assertEq(bondOf(BOND_OWNER), BOND, "not that of the key before");
    }

    /// @dev Over a removal: the same number in two lineages is no contradiction, and a header of the lineage that is over still
    /// counts against another one of it.
    function test_equivocation_overARemoval() public {
        BatchClaim[] memory claims = makeClaims(1);
        remove(claims[1], claims[0]);
        BlockHeader memory a = claims[1].lastHeader;
        BlockHeader memory b = abi.decode(abi.encode(a), (BlockHeader));
        b.lineage = rollup.lineage();
        _refuse(a, b, abi.encodeWithSelector(IRollupEvents.Rollup_NoContradiction.selector));
        b.lineage = 0;
        b.stateRoot = "another";
        _equivocate(a, b, SEQUENCER_SECRET);
        assertEq(bondOf(BOND_OWNER), 0, "slashed");
    }

    function test_contradiction_withAFinalClaim_slashes() public {
        _finalClaim();
        BlockHeader memory signed = _headers[1];
        signed.stateRoot = "what was sealed and not claimed";
        bytes memory signature = seal(signed, SEQUENCER_SECRET);
        bytes memory opening = _opening(1);
        (bytes32 a, bytes32 b) = (Headers.root(signed), Headers.root(_headers[1]));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Equivocated(BOND_OWNER, 0, signed.number, a, b);
        vm.prank(WITNESS);
        rollup.proveContradiction(signed, signature, _claim, _parent, opening);
        assertEq(rollup.creditOf(WITNESS), BOND / 2, "half");
        assertEq(bondOf(BOND_OWNER), 0, "slashed");
    }

    function test_contradiction_ofWhatWasClaimed_isNone() public {
        _finalClaim();
        for (uint256 i; i < 3; ++i) {
            BlockHeader memory signed = _headers[i];
            _refuseContradiction(signed, i, abi.encodeWithSelector(IRollupEvents.Rollup_NoContradiction.selector));
        }
    }

    function test_contradiction_ofAnotherPlace_isNone() public {
        _finalClaim();
        bytes memory none = abi.encodeWithSelector(IRollupEvents.Rollup_NoContradiction.selector);
        BlockHeader memory signed = _headers[2];
        signed.number += 1;
        _refuseContradiction(signed, 2, none);
        signed.number = 0;
        _refuseContradiction(signed, 0, none);
        signed = _headers[2];
        signed.lineage = "another";
        _refuseContradiction(signed, 2, none);
    }

    /// @dev Only what stands in the claim at that very number counts.
    function test_contradiction_openingOfAnotherBlock_reverts() public {
        _finalClaim();
        BlockHeader memory signed = _headers[1];
        bytes memory signature = seal(signed, SEQUENCER_SECRET);
        bytes memory other = _opening(0);
        bytes memory longer = bytes.concat(_opening(1), hex"00");
        vm.expectPartialRevert(IProof.Proof_NotUnderRoot.selector);
        rollup.proveContradiction(signed, signature, _claim, _parent, other);
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_LeftOver.selector, 1));
        rollup.proveContradiction(signed, signature, _claim, _parent, longer);
    }

    function test_contradiction_needsAFinalClaim() public {
        _makeClaim();
        BlockHeader memory signed = _headers[1];
        signed.stateRoot = "another";
        _refuseContradiction(signed, 1, abi.encodeWithSelector(IRollupEvents.Rollup_NoEvidence.selector, 1));
        vm.warp(START + 1000);
        rollup.finalize(1);
        BatchClaim memory other = _claim;
        _claim.coreRoot = "another";
        _refuseContradiction(
            signed,
            1,
            abi.encodeWithSelector(
                IRollupEvents.Rollup_AnotherClaim.selector, 1, keccak256(abi.encode(_claim)), rollup.claimHash(1)
            )
        );
        _claim = other;
        bytes32 before = keccak256(abi.encode(other));
        BatchClaim memory parent = _parent;
        _parent = other;
        _refuseContradiction(
            signed, 1, abi.encodeWithSelector(IRollupEvents.Rollup_AnotherClaim.selector, 1, before, _claim.parent)
        );
        _parent = parent;
        bytes memory signature = seal(signed, SEQUENCER_SECRET);
        rollup.proveContradiction(signed, signature, _claim, _parent, _opening(1));
    }

    function _finalClaim() private {
        _makeClaim();
        vm.warp(START + 1000);
        assertEq(rollup.finalize(1), 1, "final");
    }

    /// @dev A claim of three blocks whose core holds their headers.
    function _makeClaim() private {
        _parent = genesisClaim();
        vm.warp(START + 10);
        ClaimRequest memory request = nextRequest();
        for (uint64 i; i < 3; ++i) {
            BlockHeader memory header = request.lastHeader;
            _headers.push(header);
            _headers[i].number += i;
            _headers[i].timestamp = _headers[i].timestamp + millis(250 * i);
            _headers[i].stateRoot = keccak256(abi.encode("state", i));
        }
        request.lastHeader = _headers[2];
        bytes32[] memory leaves = new bytes32[](3);
        for (uint256 i; i < 3; ++i) {
            leaves[i] = _leaf(i);
        }
        request.coreRoot = Ssz.mixInLength(Ssz.merkleize(leaves, 10), 3);
        _claim = claimOf(request, CLAIMER);
        makeClaim(request);
    }

    function _leaf(uint256 i) private view returns (bytes32) {
        return Ssz.hash(Headers.root(_headers[i]), _headers[i].runsRoot);
    }

    /// @dev Siblings of block `index` of three: the leaf beside it, the pair beside that, zeros above.
    function _opening(uint256 index) private view returns (bytes memory) {
        bytes32 beside = index == 2 ? bytes32(0) : _leaf(1 - index);
        bytes32 above = index == 2 ? Ssz.hash(_leaf(0), _leaf(1)) : Ssz.hash(_leaf(2), 0);
        bytes memory siblings = abi.encodePacked(uint32(3), beside, above);
        return bytes.concat(Headers.root(_headers[index]), _headers[index].runsRoot, siblings);
    }

    function _refuseContradiction(BlockHeader memory signed, uint256 index, bytes memory reason) private {
        bytes memory signature = seal(signed, SEQUENCER_SECRET);
        bytes memory opening = _opening(index);
        vm.expectRevert(reason);
        rollup.proveContradiction(signed, signature, _claim, _parent, opening);
    }

    /// @dev Two headers that may follow genesis.
    function _two() private view returns (BlockHeader memory a, BlockHeader memory b) {
        a = nextRequest().lastHeader;
        b = nextRequest().lastHeader;
        b.stateRoot = "another";
    }

    function _equivocate(BlockHeader memory a, BlockHeader memory b, uint256 secret) private {
        bytes memory byA = seal(a, secret);
        bytes memory byB = seal(b, secret);
        vm.prank(WITNESS);
        rollup.proveEquivocation(a, byA, b, byB);
    }

    function _refuse(BlockHeader memory a, BlockHeader memory b, bytes memory reason) private {
        bytes memory byA = seal(a, SEQUENCER_SECRET);
        bytes memory byB = seal(b, SEQUENCER_SECRET);
        vm.expectRevert(reason);
        rollup.proveEquivocation(a, byA, b, byB);
    }
}
