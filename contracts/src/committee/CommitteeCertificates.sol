// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {CommitteeEpochs} from "./CommitteeEpochs.sol";
import {ICertificates} from "../interfaces/ICertificates.sol";
import {IDataCommittee} from "../interfaces/IDataCommittee.sol";
import {Chunks} from "../libraries/Chunks.sol";
import {CommitteePointers, PointerHead} from "../libraries/CommitteePointers.sol";
import {Attestation, CertificateCode, CommitteePart} from "../types/Committee.sol";

/// @title Certificates, as pointers of layer 3 carry them
/// @dev Errors, events and what each function promises stand in `IDataCommittee`.
abstract contract CommitteeCertificates is CommitteeEpochs, EIP712 {
    using CommitteePointers for bytes;

    bytes32 private constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(uint32 epoch,uint64 expiresAt,Part[] parts)Part(bytes32 chunkRoot,uint32 length)");
    bytes32 private constant PART_TYPEHASH = keccak256("Part(bytes32 chunkRoot,uint32 length)");
    uint256 private constant VERSION = 1;
    uint256 private constant MAX_PARTS = 2;
    uint256 private constant MAX_MASK = 0xffff;

    constructor() EIP712("Parley DA", "1") {}

    /// @inheritdoc ICertificates
    function check(uint64 neededUntil, bytes calldata core, bytes calldata witness)
        external
        view
        returns (CertificateCode code)
    {
        code = _checkForm(core);
        if (code != CertificateCode.Ok) return code;
        code = _checkForm(witness);
        if (code != CertificateCode.Ok) return code;
        code = _checkCounts(core, neededUntil);
        if (code != CertificateCode.Ok || _hashCertificate(core) == _hashCertificate(witness)) return code;
        return _checkCounts(witness, neededUntil);
    }

    /// @inheritdoc IDataCommittee
    function digestOf(Attestation calldata attestation) external view returns (bytes32) {
        return _digestOf(attestation);
    }

    /// @dev What needs no storage: length, version, mark, parts.
    function _checkForm(bytes calldata pointer) internal view returns (CertificateCode) {
        if (pointer.length < CommitteePointers.HEAD_BYTES) return CertificateCode.BadForm;
        PointerHead head = pointer.headOf();
        if (head.version() != VERSION) return CertificateCode.BadForm;
        if (head.mark() != bytes4(_domainSeparatorV4())) return CertificateCode.WrongCommittee;
        (uint256 count, uint256 mask) = (head.count(), head.mask());
        if (count == 0 || count > MAX_PARTS || mask == 0 || mask > MAX_MASK) return CertificateCode.BadForm;
        // None is above a few thousand.
        unchecked {
            uint256 signatures = CommitteePointers.SIGNATURE_BYTES * _bitsIn(mask);
            if (pointer.length != CommitteePointers.HEAD_BYTES + CommitteePointers.PART_BYTES * count + signatures) {
                return CertificateCode.BadForm;
            }
            for (uint256 i; i < count; ++i) {
                uint256 length = pointer.lengthAt(i);
                if (length == 0 || length > Chunks.MAX_PART_BYTES) return CertificateCode.BadForm;
            }
        }
        uint256 which = head.which();
        return which == 0 || which > count ? CertificateCode.PartNotInCertificate : CertificateCode.Ok;
    }

    /// @dev Whether enough members of its epoch signed a certificate of right form, whenever that was.
    function _checkSigned(bytes calldata pointer, bytes32 digest) internal view returns (CertificateCode) {
        PointerHead head = pointer.headOf();
        address place = _epochs[head.epoch()].members;
        if (place == address(0)) return CertificateCode.UnknownEpoch;
        return _checkSignatures(pointer, digest, place.code);
    }

    /// @dev What was signed of a pointer of right form.
    function _attestationIn(bytes calldata pointer) internal pure returns (Attestation memory attestation) {
        PointerHead head = pointer.headOf();
        attestation.epoch = head.epoch();
        attestation.expiresAt = head.expiresAt();
        attestation.parts = new CommitteePart[](head.count());
        for (uint256 i; i < attestation.parts.length; ++i) {
            attestation.parts[i] = CommitteePart(pointer.chunkRootAt(i), pointer.lengthAt(i));
        }
    }

    function _digestOf(Attestation memory attestation) internal view returns (bytes32) {
        bytes32[] memory parts = new bytes32[](attestation.parts.length);
        for (uint256 i; i < parts.length; ++i) {
            CommitteePart memory part = attestation.parts[i];
            parts[i] = _hashPart(part.chunkRoot, part.length);
        }
        return _digest(attestation.epoch, attestation.expiresAt, keccak256(abi.encodePacked(parts)));
    }

    /// @dev Whether a certificate of right form counts for a claim now.
    function _checkCounts(bytes calldata pointer, uint64 neededUntil) private view returns (CertificateCode) {
        PointerHead head = pointer.headOf();
        Epoch memory epoch = _epochs[head.epoch()];
        if (epoch.startsAt == 0) return CertificateCode.UnknownEpoch;
        if (block.timestamp < epoch.startsAt) return CertificateCode.EpochNotStarted;
        if (block.timestamp > uint256(epoch.endsAt) + GRACE) return CertificateCode.EpochOver;
        uint256 expiresAt = head.expiresAt();
        if (expiresAt < uint256(neededUntil) + ANSWER_WINDOW) return CertificateCode.ExpiresTooSoon;
        if (expiresAt > block.timestamp + MAX_RETENTION) return CertificateCode.ExpiresTooLate;
        return _checkSignatures(pointer, _digestIn(pointer), epoch.members.code);
    }

    /// @dev What was signed of a pointer of right form, without writing it down.
    function _digestIn(bytes calldata pointer) private view returns (bytes32) {
        PointerHead head = pointer.headOf();
        bytes32 first = _hashPart(pointer.chunkRootAt(0), pointer.lengthAt(0));
        bytes32 parts = head.count() == 1
            ? keccak256(abi.encode(first))
            : keccak256(abi.encode(first, _hashPart(pointer.chunkRootAt(1), pointer.lengthAt(1))));
        return _digest(head.epoch(), head.expiresAt(), parts);
    }

    function _digest(uint32 epoch, uint64 expiresAt, bytes32 parts) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, epoch, expiresAt, parts)));
    }

    /// @dev Whether enough members of a roster signed `digest`, each in its place.
    function _checkSignatures(bytes calldata pointer, bytes32 digest, bytes memory roster)
        private
        pure
        returns (CertificateCode)
    {
        PointerHead head = pointer.headOf();
        (uint256 mask, uint256 parts) = (head.mask(), head.count());
        if (head.scheme() != _schemeOf(roster) || mask >> _sizeOf(roster) != 0) return CertificateCode.BadForm;
        if (_bitsIn(mask) < _thresholdOf(roster)) return CertificateCode.TooFew;
        uint256 taken;
        // At most 16 rounds.
        unchecked {
            for (uint256 i; mask != 0; ++i) {
                if (mask & 1 == 1) {
                    (bytes32 r, bytes32 vs) = pointer.signatureAt(parts, taken++);
                    (address signer,,) = ECDSA.tryRecover(digest, r, vs);
                    if (signer != _memberAt(roster, i)) return CertificateCode.BadSignature;
                }
                mask >>= 1;
            }
        }
        return CertificateCode.Ok;
    }

    function _hashPart(bytes32 chunkRoot, uint32 length) private pure returns (bytes32) {
        return keccak256(abi.encode(PART_TYPEHASH, chunkRoot, length));
    }

    function _hashCertificate(bytes calldata pointer) private pure returns (bytes32) {
        return keccak256(pointer[CommitteePointers.CERTIFICATE_AT:]);
    }

    function _bitsIn(uint256 mask) private pure returns (uint256 bits) {
        // Each round clears a bit.
        unchecked {
            for (; mask != 0; mask &= mask - 1) {
                ++bits;
            }
        }
    }
}
