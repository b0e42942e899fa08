// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ISybilLists} from "../interfaces/ISybilLists.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {ListState, ListUpdate} from "../types/Economics.sol";

/// @title Lists of sybils
/// @dev Errors, events and what each function promises stand in `ISybilLists`.
contract SybilLists is ISybilLists, EIP712 {
    bytes32 private constant UPDATE = keccak256(
        "ListUpdate(address publisher,uint64 version,uint64 validUntil,bytes32 evidence,address[] added,address[] removed)"
    );
    bytes32 private constant WITHDRAWAL = keccak256("ListWithdrawal(address publisher,uint64 version)");
    uint256 private constant MAX_ENTRIES = 256;
    uint256 private constant MAX_VALIDITY = 90 days;

    mapping(address publisher => ListState) private _lists;
    /// @dev One above the generation of the list in which the account stands; 0 when in none.
    mapping(address publisher => mapping(address account => uint64)) private _entries;

    constructor() EIP712("Parley SybilLists", "1") {}

    /// @inheritdoc ISybilLists
    function update(ListUpdate calldata change, bytes calldata signature) external {
        ListState storage list = _lists[change.publisher];
        _checkVersion(change.publisher, change.version);
        uint256 latest = block.timestamp + MAX_VALIDITY;
        if (change.validUntil <= block.timestamp || change.validUntil > latest) {
            revert SybilLists_ValidityOutOfBounds(change.validUntil, latest);
        }
        uint256 count = change.added.length + change.removed.length;
        if (count > MAX_ENTRIES) revert SybilLists_TooManyEntries(count, MAX_ENTRIES);
        _checkSignature(change.publisher, _hash(change), signature);
        (list.version, list.validUntil) = (change.version, change.validUntil);
        _write(change.publisher, change.added, list.generation + 1);
        _write(change.publisher, change.removed, 0);
        emit ListUpdated(
            change.publisher, change.version, change.validUntil, change.evidence, change.added, change.removed
        );
    }

    /// @inheritdoc ISybilLists
    function withdraw(address publisher, uint64 version, bytes calldata signature) external {
        _checkVersion(publisher, version);
        _checkSignature(publisher, keccak256(abi.encode(WITHDRAWAL, publisher, version)), signature);
        ListState storage list = _lists[publisher];
        (list.version, list.validUntil) = (version, 0);
        ++list.generation;
        emit ListWithdrawn(publisher, version);
    }

    /// @inheritdoc ISybilLists
    function look(address publisher, address account) external view returns (bool fresh, bool listed) {
        ListState memory list = _lists[publisher];
        return (list.validUntil > block.timestamp, _entries[publisher][account] == list.generation + 1);
    }

    /// @inheritdoc ISybilLists
    function listOf(address publisher) external view returns (ListState memory) {
        return _lists[publisher];
    }

    function _write(address publisher, address[] calldata accounts, uint64 entry) private {
        for (uint256 i; i < accounts.length; ++i) {
            _entries[publisher][accounts[i]] = entry;
        }
    }

    function _checkVersion(address publisher, uint64 version) private view {
        uint64 expected = _lists[publisher].version + 1;
        if (version != expected) revert SybilLists_VersionMismatch(publisher, version, expected);
    }

    function _checkSignature(address publisher, bytes32 structHash, bytes calldata signature) private view {
        if (msg.sender == publisher) return;
        if (!Signatures.isValid(publisher, _hashTypedDataV4(structHash), signature)) {
            revert SybilLists_SignatureInvalid(publisher);
        }
    }

    function _hash(ListUpdate calldata change) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                UPDATE,
                change.publisher,
                change.version,
                change.validUntil,
                change.evidence,
                keccak256(abi.encodePacked(change.added)),
                keccak256(abi.encodePacked(change.removed))
            )
        );
    }
}
