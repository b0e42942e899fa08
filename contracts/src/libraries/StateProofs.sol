// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account, ShardSummary} from "../types/State.sol";
import {Ssz} from "./Ssz.sol";

/// @title State roots from leaves and their branches
/// @notice The tree of `StateType` in `protocol/src/types/state.ts`. A branch lists siblings from the leaf's own upwards.
library StateProofs {
    /// @notice Thrown when a branch has `length` siblings instead of `expected`.
    error StateProofs_BranchLength(uint256 length, uint256 expected);

    /// @dev Levels from a shard's root to the state's: 6 of the vector of 64, 3 of the container of 5 fields.
    uint256 internal constant SHARD_DEPTH = 9;
    /// @dev Levels from an account's root to its shard's: 32 of the list, 1 of its length, 3 of the container.
    uint256 internal constant ACCOUNT_DEPTH = 36;

    /// @dev Place of `accounts` in the shard's container. The state's `shards` is field 0.
    uint256 private constant ACCOUNTS_FIELD = 1;

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

    /// @notice Root of the state that holds `summary` as `shard`.
    /// @param branch 9 siblings: 6 of the shards, 3 of the state.
    function stateRoot(uint8 shard, ShardSummary calldata summary, bytes32[] calldata branch)
        internal
        view
        returns (bytes32)
    {
        _checkLength(branch, SHARD_DEPTH);
        bytes32[] memory fields = new bytes32[](5);
        fields[0] = summary.conversationsRoot;
        fields[1] = summary.accountsRoot;
        fields[2] = Ssz.chunk(summary.feeExcess);
        fields[3] = Ssz.chunk(summary.feeTime);
        fields[4] = Ssz.chunk(summary.revenue);
        return Ssz.branchRoot(Ssz.merkleize(fields, 3), branch, shard);
    }

    function _checkLength(bytes32[] calldata branch, uint256 expected) private pure {
        if (branch.length != expected) revert StateProofs_BranchLength(branch.length, expected);
    }
}
