// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EntryKind} from "../types/Contacts.sol";

/// @title What the name of an attribute says
library AttributeNames {
    /// @dev What the directory does with an attribute.
    enum Use {
        /// Told by its event alone, as EIP-1056 does with all.
        Told,
        /// Kept as an entry of the bundle.
        Entry,
        /// Kept as the bundle's only pointer of this name.
        Pointer
    }

    bytes32 internal constant KEY_PACKAGES = "parley/keyPackages";
    bytes32 internal constant PREFERENCES = "parley/preferences";
    bytes8 private constant KEY_PREFIX = "did/pub/";
    bytes8 private constant SERVICE_PREFIX = "did/svc/";
    bytes32 private constant ENCRYPTION = "enc";
    uint256 private constant PREFIX_LENGTH = 8;
    /// @dev Of the three words after the prefix, the second is a key's type.
    uint256 private constant TYPE_WORD = 1;
    uint256 private constant MAX_WORDS = 3;

    /// @notice What to do with attribute `name`, and the entry's kind if it is one.
    /// @return wellFormed False when the name starts as a key's or a service's does and then goes on so that resolvers
    /// would count it but not read it.
    function read(bytes32 name) internal pure returns (bool wellFormed, Use use, EntryKind kind) {
        if (name == KEY_PACKAGES || name == PREFERENCES) return (true, Use.Pointer, kind);
        // forge-lint: disable-next-line(unsafe-typecast) the prefix alone is looked at
        bytes8 prefix = bytes8(name);
        bool isKey = prefix == KEY_PREFIX;
        if (!isKey && prefix != SERVICE_PREFIX) return (true, Use.Told, kind);
        bytes32 typeWord;
        (wellFormed, typeWord) = _words(name);
        kind = EntryKind.Service;
        if (isKey) kind = typeWord == ENCRYPTION ? EntryKind.FallbackKey : EntryKind.InstallationKey;
        return (wellFormed, Use.Entry, kind);
    }

    /// @notice Whether `word` is printable ASCII, at least one character, padded with zeros. Resolvers leave out an event whose
    /// word they cannot read as text, and then count the changes after it otherwise than the directory.
    function isText(bytes32 word) internal pure returns (bool) {
        for (uint256 i; i < 32; ++i) {
            if (word[i] == 0) return i != 0 && uint256(word) << (8 * i) == 0;
            if (word[i] < " " || word[i] > "~") return false;
        }
        return true;
    }

    /// @dev One to three words of letters, digits and underscores, with slashes in between, then zeros.
    function _words(bytes32 name) private pure returns (bool wellFormed, bytes32 typeWord) {
        uint256 word;
        uint256 length;
        for (uint256 i = PREFIX_LENGTH; i < 32; ++i) {
            bytes1 c = name[i];
            if (c == 0) return (length != 0 && uint256(name) << (8 * i) == 0, typeWord);
            if (c == "/") {
                if (length == 0 || ++word == MAX_WORDS) return (false, typeWord);
                length = 0;
                continue;
            }
            if (!_isWordCharacter(c)) return (false, typeWord);
            if (word == TYPE_WORD) typeWord |= bytes32(c) >> (8 * length);
            ++length;
        }
        return (length != 0, typeWord);
    }

    function _isWordCharacter(bytes1 c) private pure returns (bool) {
        return (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || (c >= "0" && c <= "9") || c == "_";
    }
}
