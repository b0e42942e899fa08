// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account, ShardSummary} from "../../src/types/State.sol";
import {Base} from "./Base.sol";

/// @title `test/vectors/state-proofs.json`, typed
abstract contract StateVectors is Base {
    struct AccountProof {
        uint8 shard;
        uint32 index;
        Account account;
        bytes32[] branch;
    }

    struct ShardProof {
        uint8 shard;
        ShardSummary summary;
        bytes32[] branch;
    }

    bytes32 private _stateRoot;
    AccountProof[] private _accounts;
    ShardProof[] private _shards;

    function readVectors() internal {
        string memory json = vm.readFile("../test/vectors/state-proofs.json");
        _stateRoot = vm.parseJsonBytes32(json, ".stateRoot");
        for (uint256 i; vm.keyExistsJson(json, _at("accounts", i, "")); ++i) {
            _accounts.push(_parseAccount(json, i));
        }
        for (uint256 i; vm.keyExistsJson(json, _at("shards", i, "")); ++i) {
            _shards.push(_parseShard(json, i));
        }
    }

    function stateRoot() internal view returns (bytes32) {
        return _stateRoot;
    }

    function accountVectors() internal view returns (uint256) {
        return _accounts.length;
    }

    function shardVectors() internal view returns (uint256) {
        return _shards.length;
    }

    function accountProof(uint256 i) internal view returns (AccountProof memory) {
        return _accounts[i];
    }

    function shardProof(uint256 i) internal view returns (ShardProof memory) {
        return _shards[i];
    }

    function _parseAccount(string memory json, uint256 i) private pure returns (AccountProof memory proof) {
        proof.shard = uint8(_uint(json, _at("accounts", i, ".shard")));
        proof.index = uint32(_uint(json, _at("accounts", i, ".index")));
        proof.account.owner = address(bytes20(vm.parseJsonBytes(json, _at("accounts", i, ".owner"))));
        proof.account.nonce = _uint(json, _at("accounts", i, ".nonce"));
        proof.account.balance = _uint(json, _at("accounts", i, ".balance"));
        proof.account.withdrawn = _uint(json, _at("accounts", i, ".withdrawn"));
        proof.branch = vm.parseJsonBytes32Array(json, _at("accounts", i, ".branch"));
    }

    function _parseShard(string memory json, uint256 i) private pure returns (ShardProof memory proof) {
        proof.shard = uint8(_uint(json, _at("shards", i, ".shard")));
        proof.summary.conversationsRoot = vm.parseJsonBytes32(json, _at("shards", i, ".conversationsRoot"));
        proof.summary.accountsRoot = vm.parseJsonBytes32(json, _at("shards", i, ".accountsRoot"));
        proof.summary.feeExcess = _uint(json, _at("shards", i, ".feeExcess"));
        proof.summary.feeTime = _uint(json, _at("shards", i, ".feeTime"));
        proof.summary.revenue = _uint(json, _at("shards", i, ".revenue"));
        proof.branch = vm.parseJsonBytes32Array(json, _at("shards", i, ".branch"));
    }

    function _uint(string memory json, string memory key) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, key));
    }

    function _at(string memory list, uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]", field);
    }
}
