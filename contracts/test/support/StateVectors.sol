// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";
import {Base} from "./Base.sol";

/// @title `test/vectors/state-proofs.json`, typed
abstract contract StateVectors is Base {
    struct AccountProof {
        uint8 shard;
        uint32 index;
        Account account;
        bytes32[] branch;
    }

    struct RevenueProof {
        uint8 shard;
        Mwei revenue;
        bytes32[] branch;
    }

    bytes32 private _stateRoot;
    AccountProof[] private _accounts;
    RevenueProof[] private _revenues;

    function readVectors() internal {
        string memory json = vm.readFile("../test/vectors/state-proofs.json");
        _stateRoot = vm.parseJsonBytes32(json, ".stateRoot");
        for (uint256 i; vm.keyExistsJson(json, _at("accounts", i, "")); ++i) {
            _accounts.push(_parseAccount(json, i));
        }
        for (uint256 i; vm.keyExistsJson(json, _at("revenues", i, "")); ++i) {
            _revenues.push(_parseRevenue(json, i));
        }
    }

    function stateRoot() internal view returns (bytes32) {
        return _stateRoot;
    }

    function accountVectors() internal view returns (uint256) {
        return _accounts.length;
    }

    function revenueVectors() internal view returns (uint256) {
        return _revenues.length;
    }

    function accountProof(uint256 i) internal view returns (AccountProof memory) {
        return _accounts[i];
    }

    function revenueProof(uint256 i) internal view returns (RevenueProof memory) {
        return _revenues[i];
    }

    function _parseAccount(string memory json, uint256 i) private pure returns (AccountProof memory proof) {
        proof.shard = uint8(_uint(json, _at("accounts", i, ".shard")));
        proof.index = uint32(_uint(json, _at("accounts", i, ".index")));
        proof.account.owner = address(bytes20(vm.parseJsonBytes(json, _at("accounts", i, ".owner"))));
        proof.account.nonce = _uint(json, _at("accounts", i, ".nonce"));
        proof.account.balance = Mwei.wrap(_uint(json, _at("accounts", i, ".balance")));
        proof.account.withdrawn = Mwei.wrap(_uint(json, _at("accounts", i, ".withdrawn")));
        proof.branch = vm.parseJsonBytes32Array(json, _at("accounts", i, ".branch"));
    }

    function _parseRevenue(string memory json, uint256 i) private pure returns (RevenueProof memory proof) {
        proof.shard = uint8(_uint(json, _at("revenues", i, ".shard")));
        proof.revenue = Mwei.wrap(_uint(json, _at("revenues", i, ".revenue")));
        proof.branch = vm.parseJsonBytes32Array(json, _at("revenues", i, ".branch"));
    }

    function _uint(string memory json, string memory key) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, key));
    }

    function _at(string memory list, uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]", field);
    }
}
