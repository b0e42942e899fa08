// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ListState, ListUpdate} from "../types/Economics.sol";

/// @title Lists of sybils
/// @notice Sets of accounts that inbox apps hold to be sybils, signed by who publishes them, readable by any gate.
/// @dev EIP-712 over the domain ("Parley SybilLists", "1", chain, this contract), by an EOA or ERC-1271:
/// ListUpdate(address publisher,uint64 version,uint64 validUntil,bytes32 evidence,address[] added,address[] removed) and
/// ListWithdrawal(address publisher,uint64 version). Anyone may relay; versions come one after the other, so each works
/// once. The publisher itself needs no signature. Times are seconds since 1970.
interface ISybilLists {
    /// @notice Thrown when an update has `version` where `expected` is next.
    error SybilLists_VersionMismatch(address publisher, uint64 version, uint64 expected);
    /// @notice Thrown when a list is to be valid until `validUntil`, not after now or later than `latest`.
    error SybilLists_ValidityOutOfBounds(uint64 validUntil, uint256 latest);
    /// @notice Thrown when an update changes `count` entries instead of at most `max`.
    error SybilLists_TooManyEntries(uint256 count, uint256 max);
    /// @notice Thrown when `publisher` did not sign this for this chain and contract.
    error SybilLists_SignatureInvalid(address publisher);

    /// @notice Emitted when a list changes.
    event ListUpdated(
        address indexed publisher,
        uint64 indexed version,
        uint64 validUntil,
        bytes32 evidence,
        address[] added,
        address[] removed
    );
    /// @notice Emitted when a list is withdrawn: it names nobody any more and is not fresh.
    event ListWithdrawn(address indexed publisher, uint64 indexed version);

    /// @notice Changes the publisher's list, at most 256 entries at once, or renews its validity, at most 90 days.
    function update(ListUpdate calldata change, bytes calldata signature) external;

    /// @notice Withdraws the publisher's list. It may publish another.
    function withdraw(address publisher, uint64 version, bytes calldata signature) external;

    /// @notice Whether the list of `publisher` names `account`, and whether the list is in force now.
    function look(address publisher, address account) external view returns (bool fresh, bool listed);

    /// @notice How the list of `publisher` stands.
    function listOf(address publisher) external view returns (ListState memory);
}
