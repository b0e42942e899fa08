// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {CommitteeEpochs} from "./CommitteeEpochs.sol";
import {ICertificates} from "../interfaces/ICertificates.sol";
import {IDataCommittee} from "../interfaces/IDataCommittee.sol";
import {Chunks} from "../libraries/Chunks.sol";
import {Attestation, CertificateCode, CommitteePart} from "../types/Committee.sol";

/// @title Certificates, as pointers of layer 3 carry them
/// @dev `docs/spec/da-committee.md` has the form: version, part, mark, scheme, epoch, end, mask, count, parts, signatures. Errors, events
/// and what each function promises stand in `IDataCommittee`.
abstract contract CommitteeCertificates is CommitteeEpochs, EIP712 {
    bytes32 private constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(uint32 epoch,uint64 expiresAt,Part[] parts)Part(bytes32 chunkRoot,uint32 length)");
    bytes32 private constant PART_TYPEHASH = keccak256("Part(bytes32 chunkRoot,uint32 length)");
    uint8 private constant VERSION = 1;
    uint256 private constant MAX_PARTS = 2;
    uint256 private constant MAX_MASK = 0xffff;
    uint256 private constant WHICH_AT = 1;
    uint256 private constant MARK_AT = 2;
    uint256 private constant SCHEME_AT = 6;
    uint256 private constant EPOCH_AT = 7;
    uint256 private constant EXPIRES_AT = 11;
    uint256 private constant MASK_AT = 19;
    uint256 private constant COUNT_AT = 23;
    uint256 private constant PARTS_AT = 24;
    uint256 private constant PART_BYTES = 36;
    uint256 private constant SIGNATURE_BYTES = 64;

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
        if (code != CertificateCode.Ok || keccak256(core[MARK_AT:]) == keccak256(witness[MARK_AT:])) return code;
        return _checkCounts(witness, neededUntil);
    }

    /// @inheritdoc IDataCommittee
    function digestOf(Attestation calldata attestation) external view returns (bytes32) {
        return _digestOf(attestation);
    }

    /// @dev What needs no storage: length, version, mark, parts.
    function _checkForm(bytes calldata pointer) internal view returns (CertificateCode) {
        if (pointer.length < PARTS_AT || uint8(pointer[0]) != VERSION) return CertificateCode.BadForm;
        if (bytes4(pointer[MARK_AT:SCHEME_AT]) != bytes4(_domainSeparatorV4())) return CertificateCode.WrongCommittee;
        (uint256 count, uint256 mask) = (uint8(pointer[COUNT_AT]), _maskOf(pointer));
        if (count == 0 || count > MAX_PARTS || mask == 0 || mask > MAX_MASK) return CertificateCode.BadForm;
        uint256 signaturesAt = PARTS_AT + PART_BYTES * count;
        if (pointer.length != signaturesAt + SIGNATURE_BYTES * _bitsIn(mask)) return CertificateCode.BadForm;
        for (uint256 end = PARTS_AT + PART_BYTES; end <= signaturesAt; end += PART_BYTES) {
            uint256 length = uint32(bytes4(pointer[end - 4:end]));
            if (length == 0 || length > Chunks.MAX_PART_BYTES) return CertificateCode.BadForm;
        }
        uint8 which = uint8(pointer[WHICH_AT]);
        return which == 0 || which > count ? CertificateCode.PartNotInCertificate : CertificateCode.Ok;
    }

    /// @dev Whether enough members of its epoch signed a certificate of right form, whenever that was.
    function _checkSigned(bytes calldata pointer, bytes32 digest) internal view returns (CertificateCode) {
        address place = _epochs[_epochIn(pointer)].members;
        if (place == address(0)) return CertificateCode.UnknownEpoch;
        bytes memory roster = place.code;
        uint256 mask = _maskOf(pointer);
        if (uint8(pointer[SCHEME_AT]) != _schemeOf(roster) || mask >> _sizeOf(roster) != 0) {
            return CertificateCode.BadForm;
        }
        if (_bitsIn(mask) < _thresholdOf(roster)) return CertificateCode.TooFew;
        uint256 at = PARTS_AT + PART_BYTES * uint8(pointer[COUNT_AT]);
        for (uint256 i; mask >> i != 0; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            (address signer,,) = ECDSA.tryRecover(digest, bytes32(pointer[at:]), bytes32(pointer[at + 32:]));
            if (signer != _memberAt(roster, i)) return CertificateCode.BadSignature;
            at += SIGNATURE_BYTES;
        }
        return CertificateCode.Ok;
    }

    function _digestOf(Attestation memory attestation) internal view returns (bytes32) {
        bytes32[] memory parts = new bytes32[](attestation.parts.length);
        for (uint256 i; i < parts.length; ++i) {
            CommitteePart memory part = attestation.parts[i];
            parts[i] = keccak256(abi.encode(PART_TYPEHASH, part.chunkRoot, part.length));
        }
        bytes32 all = keccak256(abi.encodePacked(parts));
        return
            _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation.epoch, attestation.expiresAt, all)));
    }

    /// @dev What was signed of a pointer of right form.
    function _attestationIn(bytes calldata pointer) internal pure returns (Attestation memory attestation) {
        attestation.epoch = _epochIn(pointer);
        attestation.expiresAt = _endOf(pointer);
        attestation.parts = new CommitteePart[](uint8(pointer[COUNT_AT]));
        for (uint256 i; i < attestation.parts.length; ++i) {
            uint256 at = PARTS_AT + PART_BYTES * i;
            attestation.parts[i] = CommitteePart(bytes32(pointer[at:]), uint32(bytes4(pointer[at + 32:])));
        }
    }

    function _partIn(bytes calldata pointer) internal pure returns (uint8) {
        return uint8(pointer[WHICH_AT]) - 1;
    }

    function _maskOf(bytes calldata pointer) internal pure returns (uint32) {
        return uint32(bytes4(pointer[MASK_AT:]));
    }

    /// @dev Whether a certificate of right form counts for a claim now.
    function _checkCounts(bytes calldata pointer, uint64 neededUntil) private view returns (CertificateCode) {
        Epoch memory epoch = _epochs[_epochIn(pointer)];
        if (epoch.startsAt == 0) return CertificateCode.UnknownEpoch;
        if (block.timestamp < epoch.startsAt) return CertificateCode.EpochNotStarted;
        if (block.timestamp > uint256(epoch.endsAt) + GRACE) return CertificateCode.EpochOver;
        uint256 expiresAt = _endOf(pointer);
        if (expiresAt < uint256(neededUntil) + ANSWER_WINDOW) return CertificateCode.ExpiresTooSoon;
        if (expiresAt > block.timestamp + MAX_RETENTION) return CertificateCode.ExpiresTooLate;
        return _checkSigned(pointer, _digestOf(_attestationIn(pointer)));
    }

    function _epochIn(bytes calldata pointer) private pure returns (uint32) {
        return uint32(bytes4(pointer[EPOCH_AT:]));
    }

    function _endOf(bytes calldata pointer) private pure returns (uint64) {
        return uint64(bytes8(pointer[EXPIRES_AT:]));
    }

    function _bitsIn(uint256 mask) private pure returns (uint256 bits) {
        for (; mask != 0; mask &= mask - 1) {
            ++bits;
        }
    }
}
