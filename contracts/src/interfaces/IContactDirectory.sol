// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AttributeChange, Authorization, ContactBundle} from "../types/Contacts.sol";
import {IERC1056} from "./IERC1056.sol";

/// @title Contact directory
/// @notice A contact bundle per address: owner, keys, pointers to key packages and preferences. A superset of EIP-1056.
/// @dev Keys and services are EIP-1056 attributes that the directory keeps besides telling them, so the bundle and the
/// events say the same. Only a registered identity can be changed: by its owner, and its attributes also by delegates of
/// the type `parley/write`. Every signature is EIP-712 over the domain ("Parley ContactDirectory", "1", chain, this
/// contract) and carries its signer's nonce and a deadline. Times are seconds since 1970, validities seconds from now,
/// amounts wei.
interface IContactDirectory is IERC1056 {
    /// @notice Thrown when the parameter `name` would leave its bounds.
    error ContactDirectory_ParameterOutOfBounds(string name);
    /// @notice Thrown when `caller` is not the governance.
    error ContactDirectory_NotGovernance(address caller);
    /// @notice Thrown when a registration comes with `value` wei instead of `fee`.
    error ContactDirectory_WrongFee(uint256 value, uint256 fee);
    /// @notice Thrown when address 0 is to be registered.
    error ContactDirectory_IdentityZero();
    /// @notice Thrown when `identity` is registered already.
    error ContactDirectory_AlreadyRegistered(address identity);
    /// @notice Thrown when `identity` is not registered.
    error ContactDirectory_NotRegistered(address identity);
    /// @notice Thrown when `identity` was deactivated.
    error ContactDirectory_Deactivated(address identity);
    /// @notice Thrown when `actor` may not make this change to `identity`.
    error ContactDirectory_NotAuthorized(address identity, address actor);
    /// @notice Thrown when a signature counted until `deadline` only.
    error ContactDirectory_SignatureExpired(uint256 deadline);
    /// @notice Thrown when `signer` did not sign this, for this chain and contract, with its nonce.
    error ContactDirectory_SignatureInvalid(address signer);
    /// @notice Thrown when `validity` seconds are not 1 to `max`.
    error ContactDirectory_ValidityOutOfBounds(uint256 validity, uint256 max);
    /// @notice Thrown when `name` starts with `did/pub/` or `did/svc/` and does not go on with one to three words.
    error ContactDirectory_MalformedName(bytes32 name);
    /// @notice Thrown when a delegate's type is not printable ASCII, padded with zeros: resolvers would not count its change.
    error ContactDirectory_MalformedDelegateType(bytes32 delegateType);
    /// @notice Thrown when a value has `length` bytes instead of `min` to `max`.
    error ContactDirectory_ValueLength(uint256 length, uint256 min, uint256 max);
    /// @notice Thrown when `identity` has `max` entries already.
    error ContactDirectory_BundleFull(address identity, uint256 max);
    /// @notice Thrown when what is to be revoked is not in the bundle: `name` of the attribute or type of the delegate.
    error ContactDirectory_NotInBundle(address identity, bytes32 name);
    /// @notice Thrown when the treasury refuses `value` wei.
    error ContactDirectory_PaymentFailed(address treasury, uint256 value);

    /// @notice Emitted when `payer` registers `identity` for `fee` wei, as number `index`.
    event Registered(address indexed identity, uint256 indexed index, address indexed payer, uint256 fee);
    /// @notice Emitted when expired entries are dropped; they had ceased to count before.
    event Pruned(address indexed identity, uint256 dropped);
    /// @notice Emitted when `signer` makes its signatures with nonces below `nonce` worthless.
    event NonceSkipped(address indexed signer, uint256 nonce);
    /// @notice Emitted when the fee of a registration becomes `fee` wei.
    event RegistrationFeeSet(uint256 fee);
    /// @notice Emitted when the fees taken so far go to the treasury.
    event FeesCollected(address indexed treasury, uint256 value);

    /// @notice Registers the caller with its first attributes, for exactly `registrationFee`.
    function register(AttributeChange[] calldata changes) external payable;

    /// @notice Registers the signer with its first attributes; the caller pays exactly `registrationFee`.
    /// @dev Signed: Register(address signer,AttributeChange[] changes,uint256 nonce,uint256 deadline).
    function registerBySignature(AttributeChange[] calldata changes, Authorization calldata authorization)
        external
        payable;

    /// @notice Sets and revokes several attributes at once, in order.
    function changeAttributes(address identity, AttributeChange[] calldata changes) external;

    /// @notice `changeAttributes` on a signature of the owner or of a delegate of type `parley/write`.
    /// @dev Signed:
    /// ChangeAttributes(address signer,address identity,AttributeChange[] changes,uint256 nonce,uint256 deadline).
    function changeAttributesBySignature(
        address identity,
        AttributeChange[] calldata changes,
        Authorization calldata authorization
    ) external;

    /// @notice `changeOwner` on the owner's signature.
    /// @dev Signed: ChangeOwner(address signer,address identity,address newOwner,uint256 nonce,uint256 deadline).
    function changeOwnerBySignature(address identity, address newOwner, Authorization calldata authorization) external;

    /// @notice `addDelegate`, or `revokeDelegate` when `validity` is 0, on the owner's signature.
    /// @dev Signed: ChangeDelegate(address signer,address identity,bytes32 delegateType,address delegate,
    /// uint256 validity,uint256 nonce,uint256 deadline).
    function changeDelegateBySignature(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        Authorization calldata authorization
    ) external;

    /// @notice Makes the caller's signatures with the present nonce worthless.
    function skipNonce() external;

    /// @notice Drops expired entries, which makes room for new ones. Anyone may call.
    function prune(address identity) external returns (uint256 dropped);

    /// @notice Sets the fee of a registration. Only the governance may call.
    /// @param fee 0, or 10^9 to 10^17 wei; at most tenfold from the one in force, 0 counting as 10^9, an hour after the change
    /// before.
    function setRegistrationFee(uint256 fee) external;

    /// @notice Sends all fees taken so far to the treasury. Anyone may call.
    function collectFees() external returns (uint256 value);

    /// @notice All that is in force for `identity`; expired entries are left out.
    function bundle(address identity) external view returns (ContactBundle memory);

    /// @notice Whether `actor` may change the attributes of `identity` now.
    function mayWrite(address identity, address actor) external view returns (bool);

    /// @notice When `identity` was registered; 0 if it is not.
    function registeredAt(address identity) external view returns (uint64);

    /// @notice Identities registered so far, deactivated ones included.
    function identityCount() external view returns (uint256);

    /// @notice At most `count` identities in the order of their registration, starting with number `from`.
    function identities(uint256 from, uint256 count) external view returns (address[] memory);

    /// @notice Fee of a registration.
    function registrationFee() external view returns (uint256);

    /// @notice Account that may set the fee.
    function governance() external view returns (address);

    /// @notice Account that the fees go to.
    function treasury() external view returns (address);
}
