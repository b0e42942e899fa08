// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title EIP-1056, the Ethereum DID registry
/// @notice Selectors and events as deployed registries have them, so that libraries written for those work unchanged.
/// @dev Times are seconds since 1970, validities seconds from now. What the directory does beyond EIP-1056, and where it
/// is stricter, stands in `IContactDirectory`.
interface IERC1056 {
    /// @notice Emitted when `identity` gets another owner.
    event DIDOwnerChanged(address indexed identity, address owner, uint256 previousChange);
    /// @notice Emitted when a delegate is added, or revoked with `validTo` 0.
    event DIDDelegateChanged(
        address indexed identity, bytes32 delegateType, address delegate, uint256 validTo, uint256 previousChange
    );
    /// @notice Emitted when an attribute is set, or revoked with `validTo` 0.
    event DIDAttributeChanged(
        address indexed identity, bytes32 name, bytes value, uint256 validTo, uint256 previousChange
    );

    /// @notice Gives `identity` to `newOwner`; owner 0 deactivates it for ever.
    function changeOwner(address identity, address newOwner) external;

    /// @notice `changeOwner` on the owner's signature.
    function changeOwnerSigned(address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, address newOwner) external;

    /// @notice Adds a delegate, or gives it another validity.
    function addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) external;

    /// @notice `addDelegate` on the owner's signature.
    function addDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate,
        uint256 validity
    ) external;

    /// @notice Removes a delegate.
    function revokeDelegate(address identity, bytes32 delegateType, address delegate) external;

    /// @notice `revokeDelegate` on the owner's signature.
    function revokeDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate
    ) external;

    /// @notice Sets an attribute, or gives it another validity.
    function setAttribute(address identity, bytes32 name, bytes calldata value, uint256 validity) external;

    /// @notice `setAttribute` on the owner's signature.
    function setAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value,
        uint256 validity
    ) external;

    /// @notice Removes an attribute.
    function revokeAttribute(address identity, bytes32 name, bytes calldata value) external;

    /// @notice `revokeAttribute` on the owner's signature.
    function revokeAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value
    ) external;

    /// @notice Who decides for `identity`: itself until it is given away, nobody (0) once it is deactivated.
    function identityOwner(address identity) external view returns (address);

    /// @notice Whether `delegate` is a delegate of that type now.
    function validDelegate(address identity, bytes32 delegateType, address delegate) external view returns (bool);

    /// @notice Owner that `identity` was given to last; 0 if it never was.
    function owners(address identity) external view returns (address);

    /// @notice Time until which a delegate counts; `typeHash` is keccak256 of its type.
    function delegates(address identity, bytes32 typeHash, address delegate) external view returns (uint256);

    /// @notice Block of the latest change to `identity`; 0 if there is none.
    function changed(address identity) external view returns (uint256);

    /// @notice Signatures of `signer` used so far: the next must carry this number.
    function nonce(address signer) external view returns (uint256);
}
