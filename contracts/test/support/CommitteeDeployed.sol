// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDataCommittee} from "../../src/interfaces/IDataCommittee.sol";
import {Attestation, CertificateCode, CommitteePart, CommitteeRules} from "../../src/types/Committee.sol";
import {Base} from "./Base.sol";

/// @title A committee of four members, any three of whom certify, and what they sign
abstract contract CommitteeDeployed is Base {
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant N = 4;
    uint8 internal constant K = 3;
    uint128 internal constant STAKE = 4 ether;
    uint128 internal constant FAULT = 1 ether;
    uint32 internal constant NOTICE = 1 days;
    uint32 internal constant GRACE = 1 days;
    uint32 internal constant MAX_RETENTION = 21 days;
    uint32 internal constant ANSWER_WINDOW = 1 days;
    address internal constant TIMELOCK = address(0x7131);
    /// @dev Until when data is needed in these tests.
    uint64 internal constant NEEDED = uint64(NOW + 10 days);
    uint64 internal constant EXPIRES = uint64(NOW + 15 days);
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    uint32 internal constant CORE_LENGTH = 5000;
    uint32 internal constant WITNESS_LENGTH = 1025;

    IDataCommittee internal committee;
    bytes32 private _coreRoot;
    bytes32 private _witnessRoot;

    function setUp() public virtual {
        vm.warp(NOW);
        vm.fee(1 gwei);
        vm.txGasPrice(1 gwei);
        committee = deployCommittee();
        keepRoots();
        vm.deal(address(this), 1000 ether);
        for (uint256 i; i < N; ++i) {
            enroll(i);
        }
        committee.rotate(membersFrom(0, N), K, 1);
    }

    /// @dev Every SHA-256 is a call, and would take what is pranked or expected of the next one.
    function keepRoots() internal {
        _coreRoot = rootOf(sampleBytes(CORE_LENGTH));
        _witnessRoot = rootOf(sampleBytes(WITNESS_LENGTH));
    }

    function deployCommittee() internal returns (IDataCommittee) {
        return IDataCommittee(vm.deployCode("DataCommittee.sol:DataCommittee", abi.encode(TIMELOCK, committeeRules())));
    }

    function committeeRules() internal pure returns (CommitteeRules memory) {
        return CommitteeRules(STAKE, FAULT, NOTICE, GRACE, MAX_RETENTION, ANSWER_WINDOW);
    }

    /// @dev Registers member `i`, owned by `ownerOf(i)`, with the stake of an epoch.
    function enroll(uint256 i) internal {
        address member = memberAt(i);
        vm.prank(member);
        committee.register(ownerOf(i), "https://da.example");
        committee.deposit{value: STAKE}(member);
    }

    function secretOf(uint256 i) internal pure returns (uint256) {
        return 0xDA00 + i;
    }

    function memberAt(uint256 i) internal pure returns (address) {
        return vm.addr(secretOf(i));
    }

    function ownerOf(uint256 i) internal pure returns (address) {
        return address(uint160(0x0E4E0 + i));
    }

    function membersFrom(uint256 first, uint256 count) internal pure returns (address[] memory members) {
        members = new address[](count);
        for (uint256 i; i < count; ++i) {
            members[i] = memberAt(first + i);
        }
    }

    /// @dev Bytes that differ everywhere.
    function sampleBytes(uint256 length) internal pure returns (bytes memory data) {
        data = new bytes((length + 31) / 32 * 32);
        for (uint256 i; i < data.length; i += 32) {
            bytes32 word = keccak256(abi.encode(i));
            assembly ("memory-safe") {
                mstore(add(add(data, 0x20), i), word)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    /// @dev Two parts of 5 and 2 chunks, `sampleBytes` each, until `EXPIRES`.
    function attestation() internal view returns (Attestation memory a) {
        a.epoch = 1;
        a.expiresAt = EXPIRES;
        a.parts = new CommitteePart[](2);
        a.parts[0] = CommitteePart(_coreRoot, CORE_LENGTH);
        a.parts[1] = CommitteePart(_witnessRoot, WITNESS_LENGTH);
    }

    /// @dev What members sign, written down once more.
    function plainDigest(Attestation memory a, uint256 chainId, address place) internal pure returns (bytes32) {
        bytes memory parts;
        for (uint256 i; i < a.parts.length; ++i) {
            bytes32 part = keccak256("Part(bytes32 chunkRoot,uint32 length)");
            parts = bytes.concat(parts, keccak256(abi.encode(part, a.parts[i].chunkRoot, a.parts[i].length)));
        }
        bytes32 type_ =
            keccak256("Attestation(uint32 epoch,uint64 expiresAt,Part[] parts)Part(bytes32 chunkRoot,uint32 length)");
        bytes32 hash = keccak256(abi.encode(type_, a.epoch, a.expiresAt, keccak256(parts)));
        return keccak256(abi.encodePacked(hex"1901", separator(chainId, place), hash));
    }

    function separator(uint256 chainId, address place) internal pure returns (bytes32) {
        bytes32 type_ = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(type_, keccak256("Parley DA"), keccak256("1"), chainId, place));
    }

    /// @dev 64 bytes of the key `secret` over `digest`.
    function signBy(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev The other signature of the same key and digest, whose s is high, as far as 64 bytes can hold it.
    function malleable(bytes memory signature) internal pure returns (bytes memory) {
        (bytes32 r, uint256 vs) = abi.decode(signature, (bytes32, uint256));
        return abi.encodePacked(r, ORDER - (vs & (2 ** 255 - 1)));
    }

    /// @dev Signed by the members of `mask`.
    function pointerOf(uint8 part, Attestation memory a, uint32 mask) internal view returns (bytes memory) {
        bytes memory signatures;
        bytes32 digest = plainDigest(a, block.chainid, address(committee));
        for (uint256 i; i < 32; ++i) {
            if ((mask >> i) & 1 == 1) signatures = bytes.concat(signatures, signBy(secretOf(i), digest));
        }
        return pointerWith(part, a, mask, signatures);
    }

    function pointerWith(uint8 part, Attestation memory a, uint32 mask, bytes memory signatures)
        internal
        view
        returns (bytes memory)
    {
        bytes memory parts;
        for (uint256 i; i < a.parts.length; ++i) {
            parts = abi.encodePacked(parts, a.parts[i].chunkRoot, a.parts[i].length);
        }
        bytes4 mark = bytes4(separator(block.chainid, address(committee)));
        bytes memory head = abi.encodePacked(uint8(1), uint8(1 << part), mark, uint8(1), a.epoch, a.expiresAt, mask);
        return abi.encodePacked(head, uint8(a.parts.length), parts, signatures);
    }

    function assertCode(bytes memory core, bytes memory witness, CertificateCode expected, string memory what)
        internal
        view
    {
        assertEq(uint256(committee.check(NEEDED, core, witness)), uint256(expected), what);
    }

    function assertCode(bytes memory pointer, CertificateCode expected, string memory what) internal view {
        assertCode(pointer, pointer, expected, what);
    }

    /// @dev By the words of the specification, over all leaves.
    function rootOf(bytes memory data) internal pure returns (bytes32) {
        return _levelOf(data, type(uint256).max)[0];
    }

    /// @dev Siblings on the way from chunk `index`.
    function pathOf(bytes memory data, uint256 index) internal pure returns (bytes32[] memory path) {
        uint256 depth;
        while (1024 << depth < data.length) ++depth;
        path = new bytes32[](depth);
        for (uint256 height; height < depth; ++height) {
            path[height] = _levelOf(data, height)[(index >> height) ^ 1];
        }
    }

    function chunkOf(bytes memory data, uint256 index) internal pure returns (bytes memory chunk) {
        chunk = new bytes(1024);
        uint256 left = data.length - 1024 * index;
        for (uint256 i; i < 1024 && i < left; i += 32) {
            uint256 beyond = left - i < 32 ? 8 * (32 - (left - i)) : 0;
            assembly ("memory-safe") {
                let word := mload(add(add(add(data, 0x20), mul(index, 1024)), i))
                mstore(add(add(chunk, 0x20), i), shl(beyond, shr(beyond, word)))
            }
        }
    }

    function _levelOf(bytes memory data, uint256 height) private pure returns (bytes32[] memory level) {
        uint256 width = 1;
        while (width * 1024 < data.length) width *= 2;
        level = new bytes32[](width);
        for (uint256 i; i * 1024 < data.length; ++i) {
            level[i] = sha256(abi.encodePacked(uint8(0), uint32(i), chunkOf(data, i)));
        }
        for (uint256 at; at < height && level.length > 1; ++at) {
            bytes32[] memory above = new bytes32[](level.length / 2);
            for (uint256 i; i < above.length; ++i) {
                above[i] = sha256(abi.encodePacked(uint8(1), level[2 * i], level[2 * i + 1]));
            }
            level = above;
        }
    }
}
