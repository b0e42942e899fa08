// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ssz} from "../libraries/Ssz.sol";

/// @title What members sign
/// @notice Equal to `protocol/src/signing/digests.ts`.
library Digests {
    bytes16 internal constant MESSAGE = "parley/message/1";
    bytes16 internal constant CONSENT = "parley/consent/1";
    bytes16 internal constant CHANGE = "parley/change/1";

    /// @notice First chunk of a digest.
    function domain(bytes16 tag, uint64 chainId) internal pure returns (bytes32) {
        return bytes32(tag) | bytes32(uint256(chainId) << 64);
    }

    /// @notice Third chunk of a digest: a slot and a nonce or epoch.
    function place(uint256 slot, uint64 counter) internal pure returns (bytes32) {
        return bytes32(slot << 240 | uint256(counter) << 176);
    }

    /// @notice Digest over a conversation's id, a place and `last`.
    function digest(bytes32 domain_, bytes32 id, bytes32 place_, bytes32 last) internal view returns (bytes32) {
        return Ssz.hash4(domain_, id, place_, last);
    }
}
