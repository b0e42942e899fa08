// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IAttestationGate} from "../interfaces/IGates.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {InviteContext} from "../types/Invites.sol";

/// @title Attestation gate
/// @dev Events and what each function promises stand in `IAttestationGate`.
contract AttestationGate is IAttestationGate, EIP712 {
    bytes32 private constant ATTESTATION =
        keccak256("Attestation(address attester,address subject,uint64 issuedAt,uint64 expiresAt)");

    /// @inheritdoc IAttestationGate
    mapping(address recipient => mapping(address attester => bool)) public trusts;
    /// @inheritdoc IAttestationGate
    mapping(address attester => mapping(address subject => uint64)) public revokedUntil;

    constructor() EIP712("Parley AttestationGate", "1") {}

    /// @inheritdoc IAttestationGate
    function setAttester(address attester, bool trusted) external {
        trusts[msg.sender][attester] = trusted;
        emit AttesterSet(msg.sender, attester, trusted);
    }

    /// @inheritdoc IAttestationGate
    function revoke(address subject) external {
        revokedUntil[msg.sender][subject] = uint64(block.timestamp);
        emit AttestationsRevoked(msg.sender, subject, uint64(block.timestamp));
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return (_isAttested(context), 0);
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return (_isAttested(context), 0);
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    function _isAttested(InviteContext calldata context) private view returns (bool) {
        if (context.data.length == 0) return false;
        (address attester, uint64 issuedAt, uint64 expiresAt, bytes memory signature) =
            abi.decode(context.data, (address, uint64, uint64, bytes));
        if (!trusts[context.recipient][attester]) return false;
        if (issuedAt > block.timestamp || expiresAt <= block.timestamp) return false;
        if (issuedAt <= revokedUntil[attester][context.sender]) return false;
        bytes32 structHash = keccak256(abi.encode(ATTESTATION, attester, context.sender, issuedAt, expiresAt));
        return Signatures.isValid(attester, _hashTypedDataV4(structHash), signature);
    }
}
