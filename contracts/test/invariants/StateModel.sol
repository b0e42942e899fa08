// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";

/// @title A state with four accounts and revenue in one shard, hashed by Solidity's own sha256
/// @dev Written from the shape of the SSZ types, not from the contracts: everything else in the state is constant.
library StateModel {
    uint256 internal constant ACCOUNTS = 4;
    bytes32 private constant CONVERSATIONS_ROOT = keccak256("conversations");
    bytes32 private constant FEE_CHUNKS = keccak256("feeExcess and feeTime");
    bytes32 private constant STATE_FIELD_1 = keccak256("inboxCount");
    bytes32 private constant STATE_FIELDS_2_3 = keccak256("prices and blockNumber");
    bytes32 private constant STATE_FIELDS_4_7 = keccak256("timestamp");

    struct Shard {
        uint8 index;
        Account[ACCOUNTS] accounts;
        Mwei revenue;
    }

    function stateRoot(Shard memory shard) internal pure returns (bytes32 node) {
        bytes32[] memory branch = accountBranch(shard, 0);
        node = leaf(shard.accounts[0]);
        uint256 path = 2 ** 33 + uint256(shard.index) * 2 ** 36;
        for (uint256 i; i < 45; ++i) {
            node = (path >> i) % 2 == 1 ? pair(branch[i], node) : pair(node, branch[i]);
        }
    }

    function accountBranch(Shard memory shard, uint256 index) internal pure returns (bytes32[] memory branch) {
        branch = new bytes32[](45);
        uint256 other = index < 2 ? 2 : 0;
        branch[0] = leaf(shard.accounts[index ^ 1]);
        branch[1] = pair(leaf(shard.accounts[other]), leaf(shard.accounts[other + 1]));
        bytes32 zero = pair(pair(0, 0), pair(0, 0));
        for (uint256 level = 2; level < 32; ++level) {
            branch[level] = zero;
            zero = pair(zero, zero);
        }
        branch[32] = chunk(ACCOUNTS);
        branch[33] = CONVERSATIONS_ROOT;
        branch[34] = FEE_CHUNKS;
        branch[35] = pair(pair(chunk(shard.revenue.wide()), 0), pair(0, 0));
        _aboveShard(branch, 36);
    }

    function revenueBranch(Shard memory shard) internal pure returns (bytes32[] memory branch) {
        branch = new bytes32[](12);
        bytes32[] memory ofAccount = accountBranch(shard, 0);
        bytes32 list = leaf(shard.accounts[0]);
        for (uint256 i; i < 33; ++i) {
            list = pair(list, ofAccount[i]);
        }
        branch[1] = pair(0, 0);
        branch[2] = pair(pair(CONVERSATIONS_ROOT, list), FEE_CHUNKS);
        _aboveShard(branch, 3);
    }

    function leaf(Account memory account) internal pure returns (bytes32) {
        return pair(
            pair(bytes32(bytes20(account.owner)), chunk(account.nonce)),
            pair(chunk(account.balance.wide()), chunk(account.withdrawn.wide()))
        );
    }

    function chunk(uint256 value) internal pure returns (bytes32 bytes_) {
        for (uint256 i; i < 8; ++i) {
            bytes_ |= bytes32(uint256(uint8(value >> (8 * i))) << (248 - 8 * i));
        }
    }

    function pair(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(left, right));
    }

    function _aboveShard(bytes32[] memory branch, uint256 from) private pure {
        for (uint256 i; i < 6; ++i) {
            branch[from + i] = keccak256(abi.encode("other shards", i));
        }
        branch[from + 6] = STATE_FIELD_1;
        branch[from + 7] = STATE_FIELDS_2_3;
        branch[from + 8] = STATE_FIELDS_4_7;
    }
}
