// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BlockHeader} from "../types/Batch.sol";
import {Prices} from "../types/State.sol";
import {Ssz} from "./Ssz.sol";
import {Millis} from "../types/Units.sol";

/// @title Roots of headers and of the state before the first block, and what the sequencer signs
/// @notice Equal to `BlockHeaderType`, `StateType` and `headerDigest` in `protocol`; vectors in `test/vectors` keep it so.
library Headers {
    /// @dev Levels of the containers of a state's fields and of a shard's.
    uint256 private constant STATE_DEPTH = 3;
    uint256 private constant SHARD_DEPTH = 3;
    /// @dev Levels of a shard's lists, and of the vector of 64 shards.
    uint256 private constant CONVERSATIONS_DEPTH = 24;
    uint256 private constant ACCOUNTS_DEPTH = 32;
    uint256 private constant SHARDS_DEPTH = 6;
    /// @dev Levels of a list of at most 64 runs.
    uint256 private constant RUNS_DEPTH = 6;

    bytes32 private constant HEADER_TYPE = keccak256("BlockHeader(bytes32 root)");
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice hash_tree_root of a header.
    function root(BlockHeader memory header) internal view returns (bytes32) {
        bytes32 zeros = Ssz.hash(0, 0);
        bytes32 left = Ssz.hash(
            Ssz.hash4(Ssz.chunk(header.number), header.parent, Ssz.chunk(header.timestamp), header.lineage),
            Ssz.hash4(
                Ssz.chunk(header.inboxCount), Ssz.chunk(header.segmentCount), header.inboxHash, root(header.prices)
            )
        );
        bytes32 right = Ssz.hash(Ssz.hash(Ssz.hash(header.runsRoot, header.stateRoot), zeros), Ssz.hash(zeros, zeros));
        return Ssz.hash(left, right);
    }

    /// @notice hash_tree_root of prices.
    function root(Prices memory prices) internal view returns (bytes32) {
        return Ssz.hash4(
            Ssz.chunk(prices.coreByte),
            Ssz.chunk(prices.witnessByte),
            Ssz.chunk(prices.settlement),
            Ssz.chunk(prices.stateByte)
        );
    }

    /// @notice EIP-712 digest that the sequencer of `inbox` signs for the header with `headerRoot`.
    function digest(bytes32 headerRoot, address inbox) internal view returns (bytes32) {
        bytes32 message = keccak256(abi.encode(HEADER_TYPE, headerRoot));
        return keccak256(abi.encodePacked(hex"1901", separator(inbox), message));
    }

    /// @notice EIP-712 separator of the deployment whose inbox is `inbox`.
    function separator(address inbox) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("Parley"), keccak256("1"), block.chainid, inbox));
    }

    /// @notice hash_tree_root of a list without runs.
    function emptyRuns() internal view returns (bytes32) {
        return _emptyList(RUNS_DEPTH);
    }

    /// @notice hash_tree_root of the state before the first block: no conversation, no account, nothing consumed.
    function genesisState(Prices memory prices, Millis timestamp) internal view returns (bytes32) {
        bytes32[] memory shard = new bytes32[](5);
        shard[0] = _emptyList(CONVERSATIONS_DEPTH);
        shard[1] = _emptyList(ACCOUNTS_DEPTH);
        bytes32 shards = Ssz.merkleize(shard, SHARD_DEPTH);
        for (uint256 i; i < SHARDS_DEPTH; ++i) {
            shards = Ssz.hash(shards, shards);
        }
        bytes32[] memory fields = new bytes32[](5);
        fields[0] = shards;
        fields[2] = root(prices);
        fields[4] = Ssz.chunk(timestamp);
        return Ssz.merkleize(fields, STATE_DEPTH);
    }

    function _emptyList(uint256 depth) private view returns (bytes32) {
        return Ssz.mixInLength(Ssz.merkleize(new bytes32[](0), depth), 0);
    }
}
