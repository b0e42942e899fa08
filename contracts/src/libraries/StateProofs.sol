// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account} from "../types/State.sol";
import {Ssz} from "./Ssz.sol";
import {Mwei} from "../types/Units.sol";

/// @title State roots from leaves and their branches
/// @notice The tree of `StateType` in `protocol/src/types/state.ts`. A branch lists siblings from the leaf's own upwards.
library StateProofs {
    /// @notice Thrown when a branch has `length` siblings instead of `expected`.
    error StateProofs_BranchLength(uint256 length, uint256 expected);

    /// @dev Levels from a shard's root to the state's: 6 of the vector of 64, 3 of the container of 5 fields.
    uint256 internal constant SHARD_DEPTH = 9;
    /// @dev Levels from an account's root to its shard's: 32 of the list, 1 of its length, 3 of the container.
    uint256 internal constant ACCOUNT_DEPTH = 36;

    /// @dev Levels from a field of a shard to the shard's root.
    uint256 internal constant FIELD_DEPTH = 3;

    /// @dev Places in the shard's container. The state's `shards` is field 0.
    uint256 private constant ACCOUNTS_FIELD = 1;
    uint256 private constant REVENUE_FIELD = 4;

    /// @notice Root of the state that holds `account` at `index` of `shard`.
    /// @param branch 45 siblings: 32 of the list, its length, 3 of the shard, 6 of the shards, 3 of the state.
    function stateRoot(uint8 shard, uint32 index, Account calldata account, bytes32[] calldata branch)
        internal
        view
        returns (bytes32)
    {
        _checkLength(branch, ACCOUNT_DEPTH + SHARD_DEPTH);
        bytes32 leaf = Ssz.hash4(
            Ssz.chunk(account.owner), Ssz.chunk(account.nonce), Ssz.chunk(account.balance), Ssz.chunk(account.withdrawn)
        );
        uint256 path = uint256(index) | (ACCOUNTS_FIELD << 33) | (uint256(shard) << ACCOUNT_DEPTH);
        return Ssz.branchRoot(leaf, branch, path);
    }

    /// @notice Root of the state in which `shard` has earned `revenue`.
    /// @param branch 12 siblings: 3 of the shard, 6 of the shards, 3 of the state.
    function stateRoot(uint8 shard, Mwei revenue, bytes32[] calldata branch) internal view returns (bytes32) {
        _checkLength(branch, FIELD_DEPTH + SHARD_DEPTH);
        uint256 path = REVENUE_FIELD | (uint256(shard) << FIELD_DEPTH);
        return Ssz.branchRoot(Ssz.chunk(revenue), branch, path);
    }

    function _checkLength(bytes32[] calldata branch, uint256 expected) private pure {
        if (branch.length != expected) revert StateProofs_BranchLength(branch.length, expected);
    }
}
