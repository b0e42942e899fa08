// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Batches} from "../../src/fraud/Batches.sol";
import {Cursor, Cursors} from "../../src/fraud/Cursors.sol";
import {Operations} from "../../src/fraud/Operations.sol";
import {Pages} from "../../src/fraud/Pages.sol";
import {Trees} from "../../src/fraud/Trees.sol";
import {IPages} from "../../src/interfaces/IPages.sol";
import {IProof} from "../../src/interfaces/IProof.sol";
import {Place} from "../../src/types/Batch.sol";
import {Base} from "../support/Base.sol";

contract OpeningsHarness {
    using Cursors for Cursor;

    function branchRoot(bytes calldata branch, bytes32 leaf, uint256 index, uint256 depth)
        external
        view
        returns (bytes32 root)
    {
        Cursor memory cursor = Cursors.open(branch);
        root = Trees.rootOf(cursor, Trees.zeros(), leaf, index, depth);
        cursor.close();
    }

    function segment(bytes calldata opening, bytes32 list) external view {
        Batches.openSegment(Cursors.open(opening), Trees.zeros(), list);
    }

    function operation(bytes calldata packed) external pure {
        Operations.read(Cursors.open(packed));
    }
}

/// @title What openings refuse before anything is shown by them
contract OpeningsTest is Base {
    OpeningsHarness private _openings = new OpeningsHarness();
    Pages private _pages = new Pages();

    function test_branch_zerosAndSiblings_areHashed() public view {
        bytes32 leaf = keccak256("leaf");
        bytes32 sibling = keccak256("sibling");
        bytes memory none = abi.encodePacked(uint32(0));
        assertEq(_openings.branchRoot(none, leaf, 0, 1), sha256(abi.encode(leaf, bytes32(0))), "one level of zeros");
        bytes memory above = abi.encodePacked(uint32(2), sibling);
        bytes32 pair = sha256(abi.encode(leaf, bytes32(0)));
        assertEq(_openings.branchRoot(above, leaf, 2, 2), sha256(abi.encode(sibling, pair)), "a sibling to the left");
    }

    function test_branch_siblingAboveTheTree_isRefused() public {
        bytes memory branch = abi.encodePacked(uint32(4), keccak256("sibling"));
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_BranchTooLong.selector, 4, 2));
        _openings.branchRoot(branch, 0, 0, 2);
    }

    function test_branch_missingSibling_isTooShort() public {
        vm.expectRevert(IProof.Proof_TooShort.selector);
        _openings.branchRoot(abi.encodePacked(uint32(1)), 0, 0, 2);
    }

    function test_branch_moreThanIsRead_isLeftOver() public {
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_LeftOver.selector, 1));
        _openings.branchRoot(abi.encodePacked(uint32(0), uint8(0)), 0, 0, 2);
    }

    function test_segment_beyondTheListsEnd_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_BeyondEnd.selector, 3, 3));
        _openings.segment(_itemSegment(3, 2, 3), bytes32(0));
    }

    function test_segment_underAnotherRoot_isRefused() public {
        vm.expectPartialRevert(IProof.Proof_NotUnderRoot.selector);
        _openings.segment(_itemSegment(0, 2, 1), bytes32(0));
    }

    function test_segment_unknownKind_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_OtherKind.selector, 3));
        _openings.segment(_itemSegment(0, 3, 1), bytes32(0));
    }

    function test_operation_unknownKind_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IProof.Proof_OtherKind.selector, 200));
        _openings.operation(abi.encodePacked(uint8(200), uint8(0)));
    }

    function test_pages_blockBeyondTheList_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IPages.Pages_UnknownBlock.selector, 2, 1));
        _pages.check(0, 1, Place({part: 1, block_: 2, page: 0}), "");
    }

    function test_pages_moreRunsThanABlockHas_areRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IPages.Pages_TooMany.selector, 65, 64));
        _pages.check(0, 1, Place({part: 1, block_: 0, page: 0}), abi.encodePacked(uint8(65)));
    }

    function _itemSegment(uint16 index, uint8 kind, uint16 count) private pure returns (bytes memory) {
        return abi.encodePacked(index, bytes32("pre"), bytes32("post"), kind, uint64(7), uint32(0), count);
    }
}
