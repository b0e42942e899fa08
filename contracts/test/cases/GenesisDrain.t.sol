// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchClaim} from "../../src/types/Batch.sol";
import {Account} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev M1: a deployer could name a genesis state with withdrawals of its own in it, which was final at once.
contract GenesisDrainTest is Deployed {
    address private constant THIEF = address(0x7417EF);

    function _pair(bytes32 l, bytes32 r) private pure returns (bytes32) {
        return sha256(abi.encode(l, r));
    }

    function _chunk(uint64 value) private pure returns (bytes32 chunk) {
        for (uint256 i; i < 8; ++i) {
            chunk |= bytes32(uint256(uint8(value >> (8 * i))) << (248 - 8 * i));
        }
    }

    function test_genesis_deployerCannotPutWithdrawalsIntoIt() public {
        uint8 shard = 63;
        uint32 index = type(uint32).max - 1;
        Account memory account = Account(THIEF, 0, mwei(0), mwei(5 * 10 ** 12)); // 5 ether "withdrawn" before the first block
        bytes32[] memory branch = new bytes32[](45);
        bytes32 node = _pair(
            _pair(bytes32(bytes20(account.owner)), _chunk(account.nonce)),
            _pair(_chunk(Mwei.unwrap(account.balance)), _chunk(Mwei.unwrap(account.withdrawn)))
        );
        uint256 path = uint256(index) + (2 ** 33) + uint256(shard) * 2 ** 36;
        for (uint256 i; i < 45; ++i) {
            node = (path >> i) % 2 == 1 ? _pair(branch[i], node) : _pair(node, branch[i]);
        }
        vm.deal(address(0xA11CE), 5 ether);
        vm.prank(address(0xA11CE));
        inbox.deposit{value: 5 ether}(0, address(0xA11CE));

        BatchClaim memory genesis;
        genesis.lastHeader = rollup.genesisHeader();
        genesis.windows = settings().windows;
        genesis.claimedAt = uint64(START);
        bytes32 computed = genesis.lastHeader.stateRoot;
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_StateRootMismatch.selector, node, computed));
        inbox.withdraw(genesis, shard, index, account, branch, THIEF);
        genesis.lastHeader.stateRoot = node;
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_ClaimNotFinal.selector, 0, keccak256(abi.encode(genesis))));
        inbox.withdraw(genesis, shard, index, account, branch, THIEF);
        assertEq(address(inbox).balance, 5 ether, "the deposit of another");
    }
}
