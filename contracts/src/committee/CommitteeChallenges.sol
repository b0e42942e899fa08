// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommitteeCertificates} from "./CommitteeCertificates.sol";
import {IDataCommittee} from "../interfaces/IDataCommittee.sol";
import {CallCosts} from "../libraries/CallCosts.sol";
import {Chunks} from "../libraries/Chunks.sol";
import {CommitteePointers, PointerHead} from "../libraries/CommitteePointers.sol";
import {Attestation, CertificateCode, CommitteePart} from "../types/Committee.sol";

/// @title Chunks that members are asked for
/// @dev Errors, events and what each function promises stand in `IDataCommittee`.
abstract contract CommitteeChallenges is CommitteeCertificates {
    using CommitteePointers for bytes;

    /// @dev In one slot; all 0 when the chunk is not open. `deposit` in gwei.
    struct Challenge {
        address challenger;
        uint40 deadline;
        uint40 deposit;
        uint16 mask;
    }

    uint256 private constant MAX_OPEN = 64;
    /// @dev What the largest answer takes, rounded up: a chunk of 16 MiB, held by the floor of its bytes.
    uint256 private constant ANSWER_GAS = 110_000;
    uint256 private constant ANSWER_BYTES = 2048;
    /// @dev How many times its cost is deposited: fees rise until it comes.
    uint256 private constant DEPOSIT_FACTOR = 2;

    /// @dev By digest, part and index.
    mapping(bytes32 key => Challenge) private _challenges;
    mapping(bytes32 digest => uint256) private _openOf;
    /// @dev Signers that a certificate cost its fault already.
    mapping(bytes32 digest => uint256 mask) private _slashedOf;

    /// @inheritdoc IDataCommittee
    function challengeChunk(bytes calldata pointer, uint32 index) external payable {
        CertificateCode code = _checkForm(pointer);
        if (code != CertificateCode.Ok) revert DataCommittee_NotCertified(code);
        Attestation memory attestation = _attestationIn(pointer);
        bytes32 digest = _digestOf(attestation);
        code = _checkSigned(pointer, digest);
        if (code != CertificateCode.Ok) revert DataCommittee_NotCertified(code);
        PointerHead head = pointer.headOf();
        // forge-lint: disable-next-line(unsafe-typecast) 1 or 2
        uint8 part = uint8(head.which() - 1);
        uint256 chunks = Chunks.count(attestation.parts[part].length);
        if (index >= chunks) revert DataCommittee_NoSuchChunk(index, chunks);
        uint256 deadline = block.timestamp + ANSWER_WINDOW;
        uint256 expiresAt = attestation.expiresAt;
        if (deadline > expiresAt) {
            revert DataCommittee_AskedTooLate(expiresAt > ANSWER_WINDOW ? expiresAt - ANSWER_WINDOW : 0);
        }
        _open(digest, part, index, deadline, head.mask());
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        emit ChunkChallenged(digest, part, index, msg.sender, uint64(deadline), head.mask(), attestation);
    }

    /// @inheritdoc IDataCommittee
    function answerChunk(
        Attestation calldata attestation,
        uint8 part,
        uint32 index,
        bytes calldata chunk,
        bytes32[] calldata path
    ) external {
        uint256 gasBefore = gasleft();
        bytes32 digest = _digestOf(attestation);
        Challenge memory challenge = _openAt(digest, part, index);
        if (block.timestamp > challenge.deadline) revert DataCommittee_AnsweredTooLate(challenge.deadline);
        _checkChunk(attestation.parts[part], index, chunk, path);
        _close(digest, part, index);
        emit ChunkAnswered(digest, part, index, msg.sender);
        uint256 deposited = uint256(challenge.deposit) * 1 gwei;
        uint256 cost = CallCosts.spent(gasBefore - gasleft(), msg.data.length);
        if (cost > deposited) cost = deposited;
        _credit(msg.sender, cost);
        _credit(challenge.challenger, deposited - cost);
    }

    /// @inheritdoc IDataCommittee
    function slash(Attestation calldata attestation, uint8 part, uint32 index) external {
        bytes32 digest = _digestOf(attestation);
        Challenge memory challenge = _openAt(digest, part, index);
        if (block.timestamp <= challenge.deadline) revert DataCommittee_AnswerPending(challenge.deadline);
        _close(digest, part, index);
        emit ChunkUnanswered(digest, part, index);
        _credit(challenge.challenger, uint256(challenge.deposit) * 1 gwei);
        uint256 before = _slashedOf[digest];
        uint256 mask = challenge.mask & ~before;
        _slashedOf[digest] = before | mask;
        bytes memory roster = _epochs[attestation.epoch].members.code;
        for (uint256 i; mask >> i != 0; ++i) {
            if ((mask >> i) & 1 == 1) _take(_memberAt(roster, i), digest, challenge.challenger);
        }
    }

    /// @inheritdoc IDataCommittee
    function chunkDeposit() external view returns (uint256) {
        return _depositGwei() * 1 gwei;
    }

    /// @inheritdoc IDataCommittee
    function challengeOf(bytes32 digest, uint8 part, uint32 index)
        external
        view
        returns (address challenger, uint64 deadline, uint256 deposit_, uint32 mask)
    {
        Challenge memory found = _challenges[_keyOf(digest, part, index)];
        return (found.challenger, found.deadline, uint256(found.deposit) * 1 gwei, found.mask);
    }

    function _open(bytes32 digest, uint8 part, uint32 index, uint256 deadline, uint32 mask) private {
        Challenge storage challenge = _challenges[_keyOf(digest, part, index)];
        if (challenge.deadline != 0) revert DataCommittee_AskedAlready();
        uint256 open = _openOf[digest];
        if (open == MAX_OPEN) revert DataCommittee_TooManyOpen(MAX_OPEN);
        _openOf[digest] = open + 1;
        uint256 deposited = _depositGwei();
        uint256 required = deposited * 1 gwei;
        if (msg.value < required) revert DataCommittee_DepositTooSmall(msg.value, required);
        challenge.challenger = msg.sender;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        challenge.deadline = uint40(deadline);
        // forge-lint: disable-next-line(unsafe-typecast) checked where it is made
        challenge.deposit = uint40(deposited);
        // forge-lint: disable-next-line(unsafe-typecast) 16 members at most
        challenge.mask = uint16(mask);
        _credit(msg.sender, msg.value - required);
    }

    function _close(bytes32 digest, uint8 part, uint32 index) private {
        delete _challenges[_keyOf(digest, part, index)];
        --_openOf[digest];
    }

    function _openAt(bytes32 digest, uint8 part, uint32 index) private view returns (Challenge memory found) {
        found = _challenges[_keyOf(digest, part, index)];
        if (found.deadline == 0) revert DataCommittee_NotOpen();
    }

    /// @dev What a chunk is asked for with, in gwei, rounded up.
    function _depositGwei() private view returns (uint256 deposited) {
        deposited = (DEPOSIT_FACTOR * CallCosts.expected(ANSWER_GAS, ANSWER_BYTES) + 1 gwei - 1) / 1 gwei;
        // No fee comes near it; whoever answers would be paid no more.
        if (deposited > type(uint40).max) deposited = type(uint40).max;
    }

    function _checkChunk(CommitteePart calldata part, uint32 index, bytes calldata chunk, bytes32[] calldata path)
        private
        pure
    {
        if (chunk.length != Chunks.CHUNK_BYTES) {
            revert DataCommittee_WrongProofLength(chunk.length, Chunks.CHUNK_BYTES);
        }
        uint256 depth = Chunks.depth(Chunks.count(part.length));
        if (path.length != depth) revert DataCommittee_WrongProofLength(path.length, depth);
        bytes32 root = Chunks.root(index, chunk, path);
        if (root != part.chunkRoot) revert DataCommittee_WrongChunk(root, part.chunkRoot);
    }

    function _keyOf(bytes32 digest, uint8 part, uint32 index) private pure returns (bytes32) {
        return keccak256(abi.encode(digest, part, index));
    }
}
