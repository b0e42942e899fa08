// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../src/libraries/Ssz.sol";
import {Base} from "./support/Base.sol";

contract SszHarness {
    function hash(bytes32 left, bytes32 right) external view returns (bytes32) {
        return Ssz.hash(left, right);
    }

    function hash(bytes32 a, bytes32 b, bytes32 c) external view returns (bytes32) {
        return Ssz.hash(a, b, c);
    }

    function merkleize(bytes32[] memory chunks, uint256 depth) external view returns (bytes32) {
        return Ssz.merkleize(chunks, depth);
    }

    function branchRoot(bytes32 leaf, bytes32[] calldata branch, uint256 path) external view returns (bytes32) {
        return Ssz.branchRoot(leaf, branch, path);
    }
}

contract SszTest is Base {
    SszHarness private _ssz = new SszHarness();

    function testFuzz_hash_equalsSha256(bytes32 a, bytes32 b, bytes32 c) public view {
        assertEq(_ssz.hash(a, b), sha256(abi.encode(a, b)), "two chunks");
        assertEq(_ssz.hash(a, b, c), sha256(abi.encode(a, b, c)), "three chunks");
    }

    function testFuzz_chunk_littleEndianThenZeros(uint64 value) public pure {
        bytes32 chunk = Ssz.chunk(value);
        for (uint256 i; i < 32; ++i) {
            assertEq(uint8(chunk[i]), i < 8 ? uint8(value >> (8 * i)) : 0, "byte of a chunk");
        }
    }

    function testFuzz_chunk_addressThenZeros(address value) public pure {
        assertEq(Ssz.chunk(value), bytes32(uint256(uint160(value)) << 96), "chunk of an address");
    }

    function testFuzz_merkleize_equalsWholeTree(uint256 seed, uint256 count, uint256 depth) public view {
        depth = clamp(depth, 0, 6);
        count = clamp(count, 0, 1 << depth);
        bytes32[] memory chunks = _chunks(seed, count);
        bytes32[] memory padded = _chunks(seed, 1 << depth);
        for (uint256 i = count; i < padded.length; ++i) {
            padded[i] = 0;
        }
        assertEq(_ssz.merkleize(chunks, depth), _wholeTree(padded), "root");
    }

    function test_merkleize_tooManyChunks_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Ssz.Ssz_TooManyChunks.selector, 17, 4));
        _ssz.merkleize(new bytes32[](17), 4);
    }

    function testFuzz_branchRoot_anyLeafOfTree(uint256 seed, uint256 index, uint256 depth) public view {
        depth = clamp(depth, 0, 6);
        bytes32[] memory level = _chunks(seed, 1 << depth);
        index = clamp(index, 0, level.length - 1);
        bytes32 leaf = level[index];
        bytes32[] memory branch = new bytes32[](depth);
        bytes32 root = _wholeTree(_chunks(seed, 1 << depth));
        for (uint256 i; i < depth; ++i) {
            branch[i] = level[(index >> i) ^ 1];
            level = _above(level);
        }
        assertEq(_ssz.branchRoot(leaf, branch, index), root, "root");
        if (depth == 0) return;
        branch[seed % depth] ^= bytes32(uint256(1));
        assertTrue(_ssz.branchRoot(leaf, branch, index) != root, "a changed sibling changes the root");
    }

    function test_mixIn_lengthAndSelectorAreChunks() public view {
        assertEq(Ssz.mixInLength(bytes32("root"), 258), sha256(abi.encode(bytes32("root"), bytes2(0x0201))), "length");
        assertEq(Ssz.mixInSelector(bytes32("root"), 3), sha256(abi.encode(bytes32("root"), bytes1(0x03))), "selector");
    }

    /// @dev The precompile fails when it gets too little gas; here its caller keeps enough to go on.
    function test_hash_precompileFails_reverts() public {
        vm.mockCallRevert(address(2), "", "");
        vm.expectRevert(Ssz.Ssz_Sha256Failed.selector);
        _ssz.hash(bytes32("a"), bytes32("b"));
    }

    function test_hash_precompileAnswersShort_reverts() public {
        vm.mockCall(address(2), "", hex"00");
        vm.expectRevert(Ssz.Ssz_Sha256Failed.selector);
        _ssz.hash(bytes32("a"), bytes32("b"));
        vm.expectRevert(Ssz.Ssz_Sha256Failed.selector);
        _ssz.hash(bytes32("a"), bytes32("b"), bytes32("c"));
    }

    function _chunks(uint256 seed, uint256 count) private pure returns (bytes32[] memory chunks) {
        chunks = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            chunks[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _wholeTree(bytes32[] memory level) private pure returns (bytes32) {
        while (level.length > 1) {
            level = _above(level);
        }
        return level[0];
    }

    function _above(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[](level.length / 2);
        for (uint256 i; i < above.length; ++i) {
            above[i] = sha256(abi.encode(level[2 * i], level[2 * i + 1]));
        }
    }
}
