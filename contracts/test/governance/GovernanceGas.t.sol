// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ParleyGovernor} from "../../src/governance/ParleyGovernor.sol";
import {ParleyTimelock} from "../../src/governance/ParleyTimelock.sol";
import {ParleyVotes} from "../../src/governance/ParleyVotes.sol";
import {RollupOperator} from "../../src/governance/RollupOperator.sol";
import {Base} from "../support/Base.sol";

/// @dev Compared with `snapshots/GovernanceGasTest.json`.
contract GovernanceGasTest is Base {
    function test_sizes() public {
        ParleyVotes votes = new ParleyVotes(address(this), 10 ** 27);
        ParleyTimelock timelock = new ParleyTimelock(2 days, 1 days, address(this));
        ParleyGovernor governor = new ParleyGovernor(votes, timelock, 1 days, 5 days, 10 ** 25, 4, 2 days);
        vm.snapshotValue("runtime bytes, ParleyVotes", address(votes).code.length);
        vm.snapshotValue("runtime bytes, ParleyTimelock", address(timelock).code.length);
        vm.snapshotValue("runtime bytes, ParleyGovernor", address(governor).code.length);
        RollupOperator operator = new RollupOperator(address(timelock), address(this));
        vm.snapshotValue("runtime bytes, RollupOperator", address(operator).code.length);
        assertTrue(address(governor).code.length < 24_576, "EIP-170");
    }
}
