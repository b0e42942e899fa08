// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDataCommittee} from "../../src/interfaces/IDataCommittee.sol";
import {Chunks} from "../../src/libraries/Chunks.sol";
import {Attestation, CertificateCode, CommitteePart} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";

/// @dev What TypeScript computes and refuses, from `test/vectors/committee.json`.
contract CommitteeVectorsTest is CommitteeDeployed {
    string private _json;

    function setUp() public override {
        _json = vm.readFile("../test/vectors/committee.json");
        super.setUp();
    }

    function test_chunks_rootsEqual() public view {
        uint256 rows;
        for (; vm.keyExistsJson(_json, _at(".chunks", rows, "")); ++rows) {
            string memory row = _at(".chunks", rows, "");
            bytes32 root = vm.parseJsonBytes32(_json, string.concat(row, ".root"));
            uint256 length = vm.parseJsonUint(_json, string.concat(row, ".length"));
            assertEq(rootOf(_patternBytes(length)), root, row);
            for (uint256 i; vm.keyExistsJson(_json, _at(string.concat(row, ".proofs"), i, "")); ++i) {
                string memory proof = _at(string.concat(row, ".proofs"), i, "");
                bytes32[] memory path = vm.parseJsonBytes32Array(_json, string.concat(proof, ".path"));
                assertEq(path.length, Chunks.depth(Chunks.count(length)), proof);
                uint32 index = uint32(vm.parseJsonUint(_json, string.concat(proof, ".index")));
                bytes memory chunk = vm.parseJsonBytes(_json, string.concat(proof, ".chunk"));
                assertEq(this.rootOfChunk(index, chunk, path), root, proof);
            }
        }
        assertTrue(rows >= 9, "the file has every length");
    }

    function test_digests_equal() public {
        IDataCommittee place = _place();
        Attestation memory a = _attestation();
        assertEq(place.digestOf(a), vm.parseJsonBytes32(_json, ".attestation"), "of two parts");
        CommitteePart[] memory one = new CommitteePart[](1);
        one[0] = a.parts[0];
        a.parts = one;
        assertEq(place.digestOf(a), vm.parseJsonBytes32(_json, ".attestationOfOne"), "of one part");
    }

    function test_pointers_certify_andNoFlippedOneDoes() public {
        IDataCommittee place = _place();
        _rotateToThree(place);
        uint64 needed = uint64(block.timestamp + 1 days);
        for (uint256 i; i < 2; ++i) {
            bytes memory pointer = vm.parseJsonBytes(_json, _at(".pointers", i, ""));
            assertEq(uint256(place.check(needed, pointer, pointer)), uint256(CertificateCode.Ok), "as written");
            bytes memory refused = vm.parseJsonBytes(_json, _at(".refusedFlips", i, ""));
            assertEq(refused.length, pointer.length, "a bit for each");
            for (uint256 bit; bit < 8 * pointer.length; ++bit) {
                bytes1 mask = bytes1(uint8(0x80 >> (bit % 8)));
                pointer[bit / 8] ^= mask;
                CertificateCode code = place.check(needed, pointer, pointer);
                pointer[bit / 8] ^= mask;
                assertTrue(code != CertificateCode.Ok, "a flipped pointer");
                bool byForm = code <= CertificateCode.PartNotInCertificate;
                assertTrue(byForm == (refused[bit / 8] & mask != 0), "TypeScript reads it otherwise");
            }
        }
    }

    function rootOfChunk(uint32 index, bytes calldata chunk, bytes32[] calldata path) external pure returns (bytes32) {
        return Chunks.root(index, chunk, path);
    }

    /// @dev The contract where the file has it, with nothing in its storage.
    function _place() private returns (IDataCommittee) {
        vm.chainId(vm.parseJsonUint(_json, ".instance.chainId"));
        address place = _address(".instance.committee");
        vm.etch(place, address(committee).code);
        return IDataCommittee(place);
    }

    /// @dev Five days before the file's certificate ends, the file's members are those of epoch 3.
    function _rotateToThree(IDataCommittee place) private {
        uint256 expiresAt = vm.parseJsonUint(_json, ".expiresAt");
        vm.warp(expiresAt - 10 days);
        address[] memory members = new address[](4);
        for (uint256 i; i < 4; ++i) {
            members[i] = _address(_at(".members", i, ""));
            vm.prank(members[i]);
            place.register(ownerOf(i), "https://da.example");
            place.deposit{value: STAKE}(members[i]);
        }
        for (uint256 i; i < 3; ++i) {
            vm.warp(expiresAt - 10 days + i);
            vm.prank(TIMELOCK);
            place.rotate(members, K, 1);
        }
        vm.warp(expiresAt - 5 days);
    }

    function _attestation() private view returns (Attestation memory a) {
        a.epoch = uint32(vm.parseJsonUint(_json, ".epoch"));
        a.expiresAt = uint64(vm.parseJsonUint(_json, ".expiresAt"));
        a.parts = new CommitteePart[](2);
        for (uint256 i; i < 2; ++i) {
            a.parts[i] = CommitteePart(
                vm.parseJsonBytes32(_json, _at(".parts", i, ".chunkRoot")),
                uint32(vm.parseJsonUint(_json, _at(".parts", i, ".length")))
            );
        }
    }

    function _address(string memory key) private view returns (address) {
        return address(bytes20(vm.parseJsonBytes(_json, key)));
    }

    function _patternBytes(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i; i < length; ++i) {
            data[i] = bytes1(uint8((31 * i + (i >> 8)) % 256));
        }
    }

    function _at(string memory list, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]", rest);
    }
}
