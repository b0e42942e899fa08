// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {Deployed} from "../support/Deployed.sol";

/// @dev L2: slips of units that were taken. `RollupParameters` tests every bound.
contract SettingsSlipsTest is Deployed {
    function test_slip_genesisInMicroseconds_reverts() public {
        Settings memory s = settings();
        s.genesisTimestamp = millis(START * 10 ** 6);
        _refuse(s, IRollupEvents.Rollup_ParameterOutOfBounds.selector, "genesisTimestamp");
    }

    function test_slip_genesisInSeconds_reverts() public {
        Settings memory s = settings();
        s.genesisTimestamp = millis(START);
        _refuse(s, IRollupEvents.Rollup_ParameterOutOfBounds.selector, "genesisTimestamp");
    }

    function test_slip_windowsInMilliseconds_revert() public {
        Settings memory s = settings();
        s.windows.challenge = uint32(7 days * 1000);
        s.windows.data = uint32(3 days * 1000);
        s.evidencePeriod = uint32(14 days * 1000);
        _refuse(s, IRollupEvents.Rollup_ParameterOutOfBounds.selector, "windows.challenge");
    }

    function test_slip_bondBeyondAllEther_reverts() public {
        Settings memory s = settings();
        s.bond = uint128(5 ether) * 10 ** 18;
        _refuse(s, IRollupEvents.Rollup_ParameterOutOfBounds.selector, "bond");
    }

    function test_slip_intervalInMicroseconds_reverts() public {
        Settings memory s = settings();
        s.priceRules.interval = uint32(3600 * 10 ** 6);
        _refuse(s, IInbox.Inbox_ParameterOutOfBounds.selector, "interval");
    }

    function test_slip_minDepositBeyondAllDeposits_reverts() public {
        Settings memory s = settings();
        s.minDeposit = mwei(2 ** 63 + 1);
        _refuse(s, IInbox.Inbox_ParameterOutOfBounds.selector, "minDeposit");
    }

    function _refuse(Settings memory s, bytes4 selector, string memory name) private {
        (address created, bytes memory reason) = tryDeploy(s);
        assertEq(created, address(0), "refused");
        assertEq(reason, abi.encodeWithSelector(selector, name), "why");
    }
}
