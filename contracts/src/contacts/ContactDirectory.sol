// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../interfaces/IContactDirectory.sol";
import {IERC1056} from "../interfaces/IERC1056.sol";
import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {AttributeChange, Authorization} from "../types/Contacts.sol";
import {ContactBundles} from "./ContactBundles.sol";
import {ContactSignatures} from "./ContactSignatures.sol";

/// @title Contact directory
/// @dev Errors, events and what each function promises stand in `IContactDirectory` and `IERC1056`.
contract ContactDirectory is ContactBundles, ContactSignatures {
    /// @dev What is not 0 is at least a gwei and at most a tenth of an ether, so that no unit can be taken for another.
    uint256 private constant MIN_FEE = 1 gwei;
    uint256 private constant MAX_FEE = 0.1 ether;
    /// @dev EIP-1056's own signed functions have no room for a deadline.
    uint256 private constant NO_DEADLINE = type(uint256).max;

    /// @inheritdoc IContactDirectory
    address public immutable governance;
    /// @inheritdoc IContactDirectory
    address public immutable treasury;
    /// @inheritdoc IContactDirectory
    uint256 public registrationFee;
    /// @dev When the fee changed last; 0 since deployment.
    uint64 private _feeChangedAt;

    constructor(address governance_, address treasury_, ISignatureVerifier verifier, uint256 fee)
        ContactSignatures(verifier)
    {
        if (governance_ == address(0)) revert ContactDirectory_ParameterOutOfBounds("governance");
        if (treasury_ == address(0)) revert ContactDirectory_ParameterOutOfBounds("treasury");
        governance = governance_;
        treasury = treasury_;
        _checkFee(fee);
        _setRegistrationFee(fee);
    }

    /// @inheritdoc IContactDirectory
    function register(AttributeChange[] calldata changes) external payable {
        _register(msg.sender, changes);
    }

    /// @inheritdoc IContactDirectory
    function registerBySignature(AttributeChange[] calldata changes, Authorization calldata authorization)
        external
        payable
    {
        _useRegister(changes, authorization);
        _register(authorization.signer, changes);
    }

    /// @inheritdoc IERC1056
    function changeOwner(address identity, address newOwner) external {
        _checkOwner(identity, msg.sender);
        _setOwner(identity, newOwner);
    }

    /// @inheritdoc IContactDirectory
    function changeOwnerBySignature(address identity, address newOwner, Authorization calldata authorization) external {
        _changeOwnerFor(identity, newOwner, authorization);
    }

    /// @inheritdoc IERC1056
    function changeOwnerSigned(address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, address newOwner) external {
        _changeOwnerFor(identity, newOwner, _byOwner(identity, sigV, sigR, sigS));
    }

    /// @inheritdoc IERC1056
    function addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) external {
        _checkOwner(identity, msg.sender);
        _checkNotZero(validity);
        _changeDelegate(identity, delegateType, delegate, validity);
    }

    /// @inheritdoc IERC1056
    function revokeDelegate(address identity, bytes32 delegateType, address delegate) external {
        _checkOwner(identity, msg.sender);
        _changeDelegate(identity, delegateType, delegate, 0);
    }

    /// @inheritdoc IContactDirectory
    function changeDelegateBySignature(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        Authorization calldata authorization
    ) external {
        _changeDelegateFor(identity, delegateType, delegate, validity, authorization);
    }

    /// @inheritdoc IERC1056
    function addDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate,
        uint256 validity
    ) external {
        _checkNotZero(validity);
        _changeDelegateFor(identity, delegateType, delegate, validity, _byOwner(identity, sigV, sigR, sigS));
    }

    /// @inheritdoc IERC1056
    function revokeDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate
    ) external {
        _changeDelegateFor(identity, delegateType, delegate, 0, _byOwner(identity, sigV, sigR, sigS));
    }

    /// @inheritdoc IContactDirectory
    function changeAttributes(address identity, AttributeChange[] calldata changes) external {
        _checkWriter(identity, msg.sender);
        _changeAttributes(identity, changes);
    }

    /// @inheritdoc IContactDirectory
    function changeAttributesBySignature(
        address identity,
        AttributeChange[] calldata changes,
        Authorization calldata authorization
    ) external {
        _changeAttributesFor(identity, changes, authorization);
    }

    /// @inheritdoc IERC1056
    function setAttribute(address identity, bytes32 name, bytes calldata value, uint256 validity) external {
        _checkWriter(identity, msg.sender);
        _checkNotZero(validity);
        _changeAttribute(identity, name, value, validity);
    }

    /// @inheritdoc IERC1056
    function revokeAttribute(address identity, bytes32 name, bytes calldata value) external {
        _checkWriter(identity, msg.sender);
        _changeAttribute(identity, name, value, 0);
    }

    /// @inheritdoc IERC1056
    function setAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value,
        uint256 validity
    ) external {
        _checkNotZero(validity);
        // What 64 bits do not hold is beyond the bound whatever it is.
        // forge-lint: disable-next-line(unsafe-typecast) compared before
        uint64 narrowed = validity > type(uint64).max ? type(uint64).max : uint64(validity);
        _changeAttributesFor(identity, _one(name, value, narrowed), _byOwner(identity, sigV, sigR, sigS));
    }

    /// @inheritdoc IERC1056
    function revokeAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value
    ) external {
        _changeAttributesFor(identity, _one(name, value, 0), _byOwner(identity, sigV, sigR, sigS));
    }

    /// @inheritdoc IContactDirectory
    function setRegistrationFee(uint256 fee) external {
        if (msg.sender != governance) revert ContactDirectory_NotGovernance(msg.sender);
        _checkFee(fee);
        Bounds.checkStep("registrationFee", registrationFee, fee, MIN_FEE);
        _feeChangedAt = Bounds.checkInterval(_feeChangedAt);
        _setRegistrationFee(fee);
    }

    /// @inheritdoc IContactDirectory
    function collectFees() external returns (uint256 value) {
        value = address(this).balance;
        emit FeesCollected(treasury, value);
        (bool paid,) = treasury.call{value: value}("");
        if (!paid) revert ContactDirectory_PaymentFailed(treasury, value);
    }

    function _register(address identity, AttributeChange[] calldata changes) private {
        uint256 fee = registrationFee;
        if (msg.value != fee) revert ContactDirectory_WrongFee(msg.value, fee);
        _enter(identity, fee);
        _changeAttributes(identity, changes);
    }

    function _changeOwnerFor(address identity, address newOwner, Authorization memory authorization) private {
        _useChangeOwner(identity, newOwner, authorization);
        _checkOwner(identity, authorization.signer);
        _setOwner(identity, newOwner);
    }

    function _changeDelegateFor(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        Authorization memory authorization
    ) private {
        _useChangeDelegate(identity, delegateType, delegate, validity, authorization);
        _checkOwner(identity, authorization.signer);
        _changeDelegate(identity, delegateType, delegate, validity);
    }

    function _changeAttributesFor(
        address identity,
        AttributeChange[] memory changes,
        Authorization memory authorization
    ) private {
        _useChangeAttributes(identity, changes, authorization);
        _checkWriter(identity, authorization.signer);
        _changeAttributes(identity, changes);
    }

    function _setRegistrationFee(uint256 fee) private {
        registrationFee = fee;
        emit RegistrationFeeSet(fee);
    }

    function _checkFee(uint256 fee) private pure {
        if (fee != 0 && (fee < MIN_FEE || fee > MAX_FEE)) {
            revert ContactDirectory_ParameterOutOfBounds("registrationFee");
        }
    }

    function _byOwner(address identity, uint8 sigV, bytes32 sigR, bytes32 sigS)
        private
        view
        returns (Authorization memory)
    {
        return Authorization(identityOwner(identity), NO_DEADLINE, abi.encodePacked(sigR, sigS, sigV));
    }

    function _checkOwner(address identity, address actor) private view {
        _checkLive(identity);
        if (identityOwner(identity) != actor) revert ContactDirectory_NotAuthorized(identity, actor);
    }

    function _checkWriter(address identity, address actor) private view {
        _checkLive(identity);
        if (!mayWrite(identity, actor)) revert ContactDirectory_NotAuthorized(identity, actor);
    }

    function _checkLive(address identity) private view {
        if (_isDeactivated(identity)) revert ContactDirectory_Deactivated(identity);
        if (!_isRegistered(identity)) revert ContactDirectory_NotRegistered(identity);
    }

    /// @dev 0 revokes where it may; a function that sets must not.
    function _checkNotZero(uint256 validity) private pure {
        if (validity == 0) revert ContactDirectory_ValidityOutOfBounds(0, 20 * 365 days);
    }

    function _one(bytes32 name, bytes memory value, uint64 validity)
        private
        pure
        returns (AttributeChange[] memory changes)
    {
        changes = new AttributeChange[](1);
        changes[0] = AttributeChange(name, value, validity);
    }
}
