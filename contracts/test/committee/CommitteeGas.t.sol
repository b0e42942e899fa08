// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClaimRequest, DataPart} from "../../src/types/Batch.sol";
import {Attestation, CertificateCode, CommitteePart} from "../../src/types/Committee.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/CommitteeGasTest.json`.
contract CommitteeGasTest is Deployed, CommitteeDeployed {
    /// @dev What the rollup gives a committee at most.
    uint256 private constant CHECK_GAS = 250_000;

    function setUp() public override(Deployed, CommitteeDeployed) {
        CommitteeDeployed.setUp();
        for (uint256 i = N; i < 16; ++i) {
            enroll(i);
        }
        Deployed.setUp();
        makeClaim();
    }

    function settings() internal view override returns (Settings memory s) {
        s = super.settings();
        s.rules.dataCommittee = address(committee);
    }

    function test_claim() public {
        vm.warp(START + 1);
        Attestation memory a = attestation();
        _claim("claim, one certificate of 3 of 4", pointerOf(0, a, 7), pointerOf(1, a, 7));
        vm.warp(START + 2);
        _claim("claim, two certificates of 3 of 4", pointerOf(0, a, 7), pointerOf(1, a, 14));
    }

    function test_claim_ofTen() public {
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, 10), 7, 1);
        vm.warp(START + NOTICE);
        Attestation memory a = attestation();
        a.epoch = 2;
        _claim("claim, one certificate of 7 of 10", pointerOf(0, a, 127), pointerOf(1, a, 127));
    }

    function test_check_ofSixteen_isWithinItsBound() public {
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, 16), 16, 1);
        vm.warp(START + NOTICE);
        Attestation memory a = attestation();
        a.epoch = 2;
        (bytes memory core, bytes memory witness) = (pointerOf(0, a, 0xffff), pointerOf(1, a, 0xffff));
        witness[witness.length - 1] ^= 0x01;
        uint256 before = gasleft();
        assertEq(uint256(committee.check(NEEDED, core, witness)), uint256(CertificateCode.BadSignature), "both");
        uint256 used = before - gasleft();
        vm.snapshotValue("check, two certificates of 16 of 16, by itself", used);
        assertTrue(used < CHECK_GAS, "within the bound");
    }

    function test_members() public {
        vm.prank(address(0xF2E5));
        committee.register(ownerOf(20), "https://da.example");
        vm.snapshotGasLastCall("register");
        committee.deposit{value: STAKE}(address(0xF2E5));
        vm.snapshotGasLastCall("deposit");
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, 4), K, 1);
        vm.snapshotGasLastCall("rotate, 4 members");
        vm.warp(START + 1);
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, 16), 11, 1);
        vm.snapshotGasLastCall("rotate, 16 members");
        vm.prank(ownerOf(20));
        committee.exit(address(0xF2E5), address(0xCAFE));
        vm.snapshotGasLastCall("exit");
    }

    function test_challenges() public {
        _answer("answerChunk, 780,252 bytes", 780_252);
        _answer("answerChunk, 7 MiB", 7 * 2 ** 20);
        assertTrue(_answer("answerChunk, 16 MiB", 2 ** 24) < 110_000, "what is deposited for");
        bytes memory pointer = pointerOf(0, attestation(), 7);
        committee.challengeChunk{value: 1 ether}(pointer, 0);
        vm.snapshotGasLastCall("challengeChunk");
        vm.warp(START + ANSWER_WINDOW + 1);
        committee.slash(attestation(), 0, 0);
        vm.snapshotGasLastCall("slash, 3 signers");
    }

    function test_deployment() public {
        bytes memory arguments = abi.encode(TIMELOCK, committeeRules());
        bytes memory initcode = abi.encodePacked(vm.getCode("DataCommittee.sol:DataCommittee"), arguments);
        uint256 before = gasleft();
        address created;
        assembly ("memory-safe") {
            created := create(0, add(initcode, 0x20), mload(initcode))
        }
        vm.snapshotValue("deployment, by itself", before - gasleft());
        assertTrue(created != address(0), "deployed");
    }

    /// @dev The first chunk of a part whose other chunks are anything.
    function _answer(string memory name, uint32 length) private returns (uint256) {
        bytes memory chunk = sampleBytes(1024);
        bytes32 node = sha256(abi.encodePacked(uint8(0), uint32(0), chunk));
        uint256 depth;
        while (1024 << depth < length) ++depth;
        bytes32[] memory path = new bytes32[](depth);
        for (uint256 i; i < depth; ++i) {
            path[i] = keccak256(abi.encode(i));
            node = sha256(abi.encodePacked(uint8(1), node, path[i]));
        }
        Attestation memory a = attestation();
        a.parts[0] = CommitteePart(node, length);
        bytes memory pointer = pointerOf(0, a, 7);
        committee.challengeChunk{value: 1 ether}(pointer, 0);
        vm.prank(address(0xA25));
        committee.answerChunk(a, 0, 0, chunk, path);
        return vm.snapshotGasLastCall(name);
    }

    function _claim(string memory name, bytes memory core, bytes memory witness) private {
        ClaimRequest memory request = nextRequest();
        request.core = DataPart(3, core);
        request.witness = DataPart(3, witness);
        makeClaim(request);
        vm.snapshotGasLastCall(name);
    }
}
