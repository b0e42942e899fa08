// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../interfaces/IContactDirectory.sol";
import {AttributeChange, ContactBundle, ContactEntry, EntryKind, Pointer} from "../types/Contacts.sol";
import {AttributeNames} from "./AttributeNames.sol";

/// @title What the directory keeps of each identity, and the events that tell every change of it
abstract contract ContactBundles is IContactDirectory {
    uint256 private constant MAX_ENTRIES = 64;
    uint256 private constant MAX_VALUE_BYTES = 512;
    uint256 private constant DIGEST_BYTES = 32;
    /// @dev Below the present time in seconds, so that a time given for a length is refused.
    uint256 private constant MAX_VALIDITY = 20 * 365 days;
    bytes32 private constant WRITER = "parley/write";

    struct Identity {
        /// @dev 0 while the identity has never been given away, and when it is deactivated.
        address owner;
        uint64 registeredAt;
        bool deactivated;
        uint64 changedAt;
        /// @dev Changes of delegates and keys, and of services, so far.
        uint32 methodChanges;
        uint32 serviceChanges;
        mapping(bytes32 name => Pointer) pointers;
        ContactEntry[] entries;
        /// @dev One above the entry's index; 0 means that there is none.
        mapping(bytes32 id => uint256) places;
    }

    mapping(address => Identity) private _identities;
    address[] private _registered;

    /// @inheritdoc IContactDirectory
    function prune(address identity) external returns (uint256 dropped) {
        Identity storage stored = _identities[identity];
        for (uint256 i = stored.entries.length; i > 0; --i) {
            if (stored.entries[i - 1].validTo > block.timestamp) continue;
            _drop(stored, i);
            ++dropped;
        }
        if (dropped != 0) emit Pruned(identity, dropped);
    }

    /// @inheritdoc IContactDirectory
    function bundle(address identity) external view returns (ContactBundle memory result) {
        Identity storage stored = _identities[identity];
        result.owner = identityOwner(identity);
        result.registeredAt = stored.registeredAt;
        result.changedAt = stored.changedAt;
        result.deactivated = stored.deactivated;
        if (stored.deactivated) return result;
        result.keyPackages = _livePointer(stored.pointers[AttributeNames.KEY_PACKAGES]);
        result.preferences = _livePointer(stored.pointers[AttributeNames.PREFERENCES]);
        result.entries = _liveEntries(stored.entries);
    }

    function identityOwner(address identity) public view returns (address) {
        Identity storage stored = _identities[identity];
        if (stored.owner != address(0)) return stored.owner;
        return stored.deactivated ? address(0) : identity;
    }

    function validDelegate(address identity, bytes32 delegateType, address delegate) public view returns (bool) {
        return delegates(identity, keccak256(abi.encodePacked(delegateType)), delegate) > block.timestamp;
    }

    function owners(address identity) external view returns (address) {
        return _identities[identity].owner;
    }

    function delegates(address identity, bytes32 typeHash, address delegate) public view returns (uint256) {
        Identity storage stored = _identities[identity];
        uint256 place = stored.places[_delegateId(typeHash, delegate)];
        return place == 0 || stored.deactivated ? 0 : stored.entries[place - 1].validTo;
    }

    function changed(address identity) external view returns (uint256) {
        return _identities[identity].changedAt;
    }

    /// @inheritdoc IContactDirectory
    function mayWrite(address identity, address actor) public view returns (bool) {
        if (actor == address(0)) return false;
        return identityOwner(identity) == actor || validDelegate(identity, WRITER, actor);
    }

    /// @inheritdoc IContactDirectory
    function registeredAt(address identity) external view returns (uint64) {
        return _identities[identity].registeredAt;
    }

    /// @inheritdoc IContactDirectory
    function identityCount() public view returns (uint256) {
        return _registered.length;
    }

    /// @inheritdoc IContactDirectory
    function identities(uint256 from, uint256 count) external view returns (address[] memory page) {
        uint256 total = _registered.length;
        if (from >= total) return page;
        page = new address[](count < total - from ? count : total - from);
        for (uint256 i; i < page.length; ++i) {
            page[i] = _registered[from + i];
        }
    }

    function _enter(address identity, uint256 fee) internal {
        if (identity == address(0)) revert ContactDirectory_IdentityZero();
        Identity storage stored = _identities[identity];
        if (stored.registeredAt != 0) revert ContactDirectory_AlreadyRegistered(identity);
        stored.registeredAt = uint64(block.timestamp);
        emit Registered(identity, _registered.length, msg.sender, fee);
        _registered.push(identity);
    }

    function _setOwner(address identity, address newOwner) internal {
        Identity storage stored = _identities[identity];
        stored.owner = newOwner;
        if (newOwner == address(0)) stored.deactivated = true;
        emit DIDOwnerChanged(identity, newOwner, _link(stored));
    }

    /// @param validity In seconds; 0 revokes.
    function _changeDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) internal {
        if (!AttributeNames.isText(delegateType)) revert ContactDirectory_MalformedDelegateType(delegateType);
        Identity storage stored = _identities[identity];
        bytes32 id = _delegateId(keccak256(abi.encodePacked(delegateType)), delegate);
        uint32 number = ++stored.methodChanges;
        uint64 validTo = _changeEntry(
            identity,
            id,
            ContactEntry(EntryKind.Delegate, 0, number, delegateType, abi.encodePacked(delegate)),
            validity
        );
        emit DIDDelegateChanged(identity, delegateType, delegate, validTo, _link(stored));
    }

    function _changeAttributes(address identity, AttributeChange[] memory changes) internal {
        for (uint256 i; i < changes.length; ++i) {
            _changeAttribute(identity, changes[i].name, changes[i].value, changes[i].validity);
        }
    }

    /// @param validity In seconds; 0 revokes.
    function _changeAttribute(address identity, bytes32 name, bytes memory value, uint256 validity) internal {
        (bool wellFormed, AttributeNames.Use use, EntryKind kind) = AttributeNames.read(name);
        if (!wellFormed) revert ContactDirectory_MalformedName(name);
        Identity storage stored = _identities[identity];
        uint64 validTo;
        if (use == AttributeNames.Use.Entry) {
            _checkLength(value, 1, MAX_VALUE_BYTES);
            uint32 number = kind == EntryKind.Service ? ++stored.serviceChanges : ++stored.methodChanges;
            bytes32 id = keccak256(abi.encode(name, value));
            validTo = _changeEntry(identity, id, ContactEntry(kind, 0, number, name, value), validity);
        } else if (use == AttributeNames.Use.Pointer) {
            _checkLength(value, DIGEST_BYTES, DIGEST_BYTES);
            // forge-lint: disable-next-line(unsafe-typecast) 32 bytes long
            validTo = _changePointer(identity, name, bytes32(value), validity);
        } else {
            _checkLength(value, 0, MAX_VALUE_BYTES);
            validTo = validity == 0 ? 0 : _validTo(validity);
        }
        emit DIDAttributeChanged(identity, name, value, validTo, _link(stored));
    }

    function _isDeactivated(address identity) internal view returns (bool) {
        return _identities[identity].deactivated;
    }

    function _isRegistered(address identity) internal view returns (bool) {
        return _identities[identity].registeredAt != 0;
    }

    function _changePointer(address identity, bytes32 name, bytes32 digest, uint256 validity)
        private
        returns (uint64 validTo)
    {
        Pointer storage pointer = _identities[identity].pointers[name];
        if (validity != 0) {
            validTo = _validTo(validity);
            (pointer.digest, pointer.validTo) = (digest, validTo);
            return validTo;
        }
        if (pointer.validTo == 0 || pointer.digest != digest) revert ContactDirectory_NotInBundle(identity, name);
        (pointer.digest, pointer.validTo) = (0, 0);
    }

    /// @dev Writes `entry` with its time filled in, over the one that it renews, or removes it.
    function _changeEntry(address identity, bytes32 id, ContactEntry memory entry, uint256 validity)
        private
        returns (uint64)
    {
        Identity storage stored = _identities[identity];
        uint256 place = stored.places[id];
        if (validity == 0) {
            if (place == 0) revert ContactDirectory_NotInBundle(identity, entry.name);
            _drop(stored, place);
            return 0;
        }
        entry.validTo = _validTo(validity);
        if (place != 0) {
            ContactEntry storage renewed = stored.entries[place - 1];
            (renewed.validTo, renewed.number) = (entry.validTo, entry.number);
            return entry.validTo;
        }
        if (stored.entries.length == MAX_ENTRIES) revert ContactDirectory_BundleFull(identity, MAX_ENTRIES);
        stored.entries.push(entry);
        stored.places[id] = stored.entries.length;
        return entry.validTo;
    }

    /// @dev The last entry takes the place of the dropped one.
    function _drop(Identity storage stored, uint256 place) private {
        ContactEntry storage last = stored.entries[stored.entries.length - 1];
        delete stored.places[_id(stored.entries[place - 1])];
        if (place != stored.entries.length) {
            stored.entries[place - 1] = last;
            stored.places[_id(last)] = place;
        }
        stored.entries.pop();
    }

    /// @dev Notes the change of this block, and returns the block of the change before.
    function _link(Identity storage stored) private returns (uint256 previousChange) {
        previousChange = stored.changedAt;
        stored.changedAt = uint64(block.number);
    }

    function _liveEntries(ContactEntry[] storage entries) private view returns (ContactEntry[] memory live) {
        live = new ContactEntry[](entries.length);
        uint256 count;
        for (uint256 i; i < live.length; ++i) {
            if (entries[i].validTo > block.timestamp) live[count++] = entries[i];
        }
        ContactEntry[] memory all = live;
        live = new ContactEntry[](count);
        for (uint256 i; i < count; ++i) {
            live[i] = all[i];
        }
    }

    function _livePointer(Pointer memory pointer) private view returns (Pointer memory none) {
        return pointer.validTo > block.timestamp ? pointer : none;
    }

    function _validTo(uint256 validity) private view returns (uint64) {
        if (validity == 0 || validity > MAX_VALIDITY) {
            revert ContactDirectory_ValidityOutOfBounds(validity, MAX_VALIDITY);
        }
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds plus 20 years
        return uint64(block.timestamp + validity);
    }

    function _id(ContactEntry storage entry) private view returns (bytes32) {
        if (entry.kind != EntryKind.Delegate) return keccak256(abi.encode(entry.name, entry.value));
        return _delegateId(keccak256(abi.encodePacked(entry.name)), address(bytes20(entry.value)));
    }

    function _delegateId(bytes32 typeHash, address delegate) private pure returns (bytes32) {
        return keccak256(abi.encode(typeHash, delegate));
    }

    function _checkLength(bytes memory value, uint256 min, uint256 max) private pure {
        if (value.length < min || value.length > max) revert ContactDirectory_ValueLength(value.length, min, max);
    }
}
