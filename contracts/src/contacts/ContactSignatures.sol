// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IContactDirectory} from "../interfaces/IContactDirectory.sol";
import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {AttributeChange, Authorization} from "../types/Contacts.sol";

/// @title What the directory's signatures are over, and their single use
abstract contract ContactSignatures is EIP712, IContactDirectory {
    bytes32 private constant REGISTER = keccak256(
        "Register(address signer,AttributeChange[] changes,uint256 nonce,uint256 deadline)AttributeChange(bytes32 name,bytes value,uint64 validity)"
    );
    bytes32 private constant CHANGE_ATTRIBUTES = keccak256(
        "ChangeAttributes(address signer,address identity,AttributeChange[] changes,uint256 nonce,uint256 deadline)AttributeChange(bytes32 name,bytes value,uint64 validity)"
    );
    bytes32 private constant ATTRIBUTE_CHANGE = keccak256("AttributeChange(bytes32 name,bytes value,uint64 validity)");
    bytes32 private constant CHANGE_OWNER =
        keccak256("ChangeOwner(address signer,address identity,address newOwner,uint256 nonce,uint256 deadline)");
    bytes32 private constant CHANGE_DELEGATE = keccak256(
        "ChangeDelegate(address signer,address identity,bytes32 delegateType,address delegate,uint256 validity,uint256 nonce,uint256 deadline)"
    );

    ISignatureVerifier private immutable VERIFIER;

    mapping(address signer => uint256) private _nonces;

    constructor(ISignatureVerifier verifier) EIP712("Parley ContactDirectory", "1") {
        if (address(verifier) == address(0)) revert ContactDirectory_ParameterOutOfBounds("verifier");
        VERIFIER = verifier;
    }

    /// @inheritdoc IContactDirectory
    function skipNonce() external {
        emit NonceSkipped(msg.sender, ++_nonces[msg.sender]);
    }

    function nonce(address signer) external view returns (uint256) {
        return _nonces[signer];
    }

    function _useRegister(AttributeChange[] memory changes, Authorization memory authorization) internal {
        _use(authorization, REGISTER, abi.encode(_hash(changes)));
    }

    function _useChangeAttributes(
        address identity,
        AttributeChange[] memory changes,
        Authorization memory authorization
    ) internal {
        _use(authorization, CHANGE_ATTRIBUTES, abi.encode(identity, _hash(changes)));
    }

    function _useChangeOwner(address identity, address newOwner, Authorization memory authorization) internal {
        _use(authorization, CHANGE_OWNER, abi.encode(identity, newOwner));
    }

    function _useChangeDelegate(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        Authorization memory authorization
    ) internal {
        _use(authorization, CHANGE_DELEGATE, abi.encode(identity, delegateType, delegate, validity));
    }

    /// @dev The nonce is used before the signer is asked, which may call back. Whether the signer may make the change is
    /// asked after it, for the same reason.
    function _use(Authorization memory authorization, bytes32 typeHash, bytes memory fields) private {
        address signer = authorization.signer;
        uint256 deadline = authorization.deadline;
        if (block.timestamp > deadline) revert ContactDirectory_SignatureExpired(deadline);
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                bytes.concat(abi.encode(typeHash, signer), fields, abi.encode(_nonces[signer]++), abi.encode(deadline))
            )
        );
        if (!VERIFIER.verify(signer, digest, authorization.signature)) {
            revert ContactDirectory_SignatureInvalid(signer);
        }
    }

    function _hash(AttributeChange[] memory changes) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](changes.length);
        for (uint256 i; i < changes.length; ++i) {
            AttributeChange memory change = changes[i];
            hashes[i] =
                keccak256(abi.encode(ATTRIBUTE_CHANGE, change.name, keccak256(change.value), uint256(change.validity)));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
