// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev What an entry of a bundle is; follows from the name of its attribute.
enum EntryKind {
    /// Signs in the identity's place, EIP-1056's delegate: `name` is the delegate's type, `value` its 20 bytes.
    Delegate,
    /// Key of one installation: `did/pub/<algorithm>[/<type>[/<encoding>]]`.
    InstallationKey,
    /// Key that anyone may encrypt to while no key package is at hand: `did/pub/<algorithm>/enc[/<encoding>]`.
    FallbackKey,
    /// Where the identity is served: `did/svc/<type>`.
    Service
}

/// @dev One live entry of a bundle.
struct ContactEntry {
    EntryKind kind;
    /// Seconds since 1970 after which the entry no longer counts.
    uint64 validTo;
    /// Number of the entry's latest change among those that DID resolvers count: of services for a service, of delegates
    /// and keys for the others. Makes the same `#delegate-N` and `#service-N` without the history.
    uint32 number;
    bytes32 name;
    bytes value;
}

/// @dev Points to content by its digest. `digest` is 0 when there is none.
struct Pointer {
    /// SHA-256 of the content.
    bytes32 digest;
    /// Seconds since 1970 after which the pointer no longer counts.
    uint64 validTo;
}

/// @dev All that is in force for an identity.
struct ContactBundle {
    /// 0 when the identity was deactivated.
    address owner;
    /// Seconds since 1970; 0 when the identity is not registered.
    uint64 registeredAt;
    /// L2 block of the latest change, where the back-linked events start; 0 when there is none.
    uint64 changedAt;
    bool deactivated;
    /// MLS key packages.
    Pointer keyPackages;
    /// Public preferences.
    Pointer preferences;
    ContactEntry[] entries;
}

/// @dev An attribute to set, or to revoke when `validity` is 0.
struct AttributeChange {
    /// As EIP-1056 has it: `did/pub/…`, `did/svc/…`, `parley/keyPackages`, `parley/preferences`, or anything else.
    bytes32 name;
    bytes value;
    /// Seconds from now; at most 20 years.
    uint64 validity;
}

/// @dev Lets somebody else send what `signer` decided.
struct Authorization {
    address signer;
    /// Last second at which the signature counts.
    uint256 deadline;
    /// EIP-712: of an EOA, by ERC-1271 of a contract, or wrapped by ERC-6492 for a contract that is not deployed yet.
    bytes signature;
}
