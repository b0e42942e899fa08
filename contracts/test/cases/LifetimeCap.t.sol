// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchClaim, ClaimRequest} from "../../src/types/Batch.sol";
import {Account} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev L9: the limit of deposits counted the same money each time it went round.
contract LifetimeCapTest is Deployed {
    address private constant WHALE = address(0x37A1E);

    function _pair(bytes32 l, bytes32 r) private pure returns (bytes32) {
        return sha256(abi.encode(l, r));
    }

    function _chunk(uint64 value) private pure returns (bytes32 chunk) {
        for (uint256 i; i < 8; ++i) {
            chunk |= bytes32(uint256(uint8(value >> (8 * i))) << (248 - 8 * i));
        }
    }

    function _root(Account memory a) private pure returns (bytes32 node) {
        node = _pair(
            _pair(bytes32(bytes20(a.owner)), _chunk(a.nonce)),
            _pair(_chunk(Mwei.unwrap(a.balance)), _chunk(Mwei.unwrap(a.withdrawn)))
        );
        for (uint256 i; i < 45; ++i) {
            node = (2 ** 33 >> i) % 2 == 1 ? _pair(0, node) : _pair(node, 0);
        }
    }

    function test_deposits_moneyThatGoesRoundCountsOnce() public {
        uint64 amount = 2 ** 60;
        vm.deal(WHALE, uint256(amount) * 10 ** 6);
        for (uint64 round = 1; round <= 8; ++round) {
            _goRound(round, amount);
        }
        assertEq(address(inbox).balance, 0, "nothing lies in the vault");
        assertEq(inbox.heldIn(0), mwei(0), "nothing is held");
        assertEq(WHALE.balance, uint256(amount) * 10 ** 6, "the whale has all of it");
        vm.deal(address(this), 1 ether);
        inbox.deposit{value: MIN_DEPOSIT.toWei()}(0, address(this));
        inbox.deposit{value: MIN_DEPOSIT.toWei()}(5, address(this));
        // An account's own counter is 64 bits wide on the L3: past half of them its owner takes another account.
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_AccountExhausted.selector, 2 ** 63, 2 ** 63));
        inbox.deposit{value: MIN_DEPOSIT.toWei()}(0, WHALE);
    }

    function _goRound(uint64 round, uint64 amount) private {
        vm.prank(WHALE);
        inbox.deposit{value: uint256(amount) * 10 ** 6}(0, WHALE);
        Account memory account = Account(WHALE, round, mwei(0), mwei(round * amount));
        ClaimRequest memory request = nextRequest();
        request.lastHeader.stateRoot = _root(account); // what an honest L3 has after deposit and withdrawal
        BatchClaim memory claim = claimOf(request, CLAIMER);
        makeClaim(request);
        vm.warp(vm.getBlockTimestamp() + 600);
        rollup.finalize(1);
        inbox.withdraw(claim, 0, 0, account, new bytes32[](45), WHALE);
    }
}
