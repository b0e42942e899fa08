// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StateProofs} from "../src/libraries/StateProofs.sol";
import {Account} from "../src/types/State.sol";
import {Mwei} from "../src/types/Units.sol";
import {StateVectors} from "./support/StateVectors.sol";

contract StateProofsHarness {
    function accountRoot(uint8 shard, uint32 index, Account calldata account, bytes32[] calldata branch)
        external
        view
        returns (bytes32)
    {
        return StateProofs.stateRoot(shard, index, account, branch);
    }

    function revenueRoot(uint8 shard, Mwei revenue, bytes32[] calldata branch) external view returns (bytes32) {
        return StateProofs.stateRoot(shard, revenue, branch);
    }
}

/// @dev Branches that the TypeScript types give, from `test/vectors/state-proofs.json`.
contract StateProofsTest is StateVectors {
    StateProofsHarness private _proofs = new StateProofsHarness();

    function setUp() public {
        readVectors();
    }

    function test_account_provesStateRoot() public view {
        assertEq(accountVectors(), 4, "vectors");
        for (uint256 i; i < accountVectors(); ++i) {
            AccountProof memory p = accountProof(i);
            assertEq(_proofs.accountRoot(p.shard, p.index, p.account, p.branch), stateRoot(), "state root");
        }
    }

    function test_revenue_provesStateRoot() public view {
        assertEq(revenueVectors(), 4, "vectors");
        for (uint256 i; i < revenueVectors(); ++i) {
            RevenueProof memory p = revenueProof(i);
            assertEq(_proofs.revenueRoot(p.shard, p.revenue, p.branch), stateRoot(), "state root");
        }
    }

    function testFuzz_account_anyChange_losesRoot(uint256 which, uint256 part, uint256 bit) public view {
        AccountProof memory p = accountProof(which % accountVectors());
        part = clamp(part, 0, 50);
        if (part < 45) p.branch[part] ^= bytes32(1 << (bit % 256));
        else if (part == 45) p.account.owner = address(uint160(p.account.owner) ^ uint160(1 << (bit % 160)));
        else if (part == 46) p.account.nonce ^= uint64(1 << (bit % 64));
        else if (part == 47) p.account.balance = _flip(p.account.balance, bit);
        else if (part == 48) p.account.withdrawn = _flip(p.account.withdrawn, bit);
        else if (part == 49) p.index ^= uint32(1 << (bit % 32));
        else p.shard ^= uint8(1 << (bit % 6));
        assertTrue(_proofs.accountRoot(p.shard, p.index, p.account, p.branch) != stateRoot(), "root kept");
    }

    function testFuzz_revenue_anyChange_losesRoot(uint256 which, uint256 part, uint256 bit) public view {
        // The last vector is an empty shard, and so is its neighbour: they prove one another.
        RevenueProof memory p = revenueProof(which % (revenueVectors() - 1));
        part = clamp(part, 0, 13);
        if (part < 12) p.branch[part] ^= bytes32(1 << (bit % 256));
        else if (part == 12) p.revenue = _flip(p.revenue, bit);
        else p.shard ^= uint8(1 << (bit % 6));
        assertTrue(_proofs.revenueRoot(p.shard, p.revenue, p.branch) != stateRoot(), "root kept");
    }

    function testFuzz_account_branchLength_reverts(uint8 length) public {
        vm.assume(length != 45);
        AccountProof memory p = accountProof(0);
        vm.expectRevert(abi.encodeWithSelector(StateProofs.StateProofs_BranchLength.selector, length, 45));
        _proofs.accountRoot(p.shard, p.index, p.account, new bytes32[](length));
    }

    function testFuzz_revenue_branchLength_reverts(uint8 length) public {
        vm.assume(length != 12);
        RevenueProof memory p = revenueProof(0);
        vm.expectRevert(abi.encodeWithSelector(StateProofs.StateProofs_BranchLength.selector, length, 12));
        _proofs.revenueRoot(p.shard, p.revenue, new bytes32[](length));
    }

    function _flip(Mwei amount, uint256 bit) private pure returns (Mwei) {
        return Mwei.wrap(Mwei.unwrap(amount) ^ uint64(1 << (bit % 64)));
    }
}
