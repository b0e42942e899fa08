// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupClaims} from "./RollupClaims.sol";
import {IRollupCore} from "./interfaces/IRollupCore.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {Rules, RulesVersion, SequencerKey} from "./types/Parameters.sol";
import {Millis, Units} from "./types/Units.sol";

/// @title What was announced, and the announcing of rules
/// @dev Errors, events and what each function promises stand in `IRollupCore` and `IRollupEvents`.
abstract contract RollupAnnouncements is RollupClaims, IRollupCore {
    uint32 internal immutable UPGRADE_NOTICE;

    constructor(uint32 upgradeNotice) {
        UPGRADE_NOTICE = upgradeNotice;
    }

    /// @inheritdoc IRollupCore
    function announceRules(Millis from, Rules calldata rules) external {
        _checkGovernance();
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        uint256 earliest = Units.toMillis(uint40(block.timestamp) + UPGRADE_NOTICE).wide();
        uint256 afterLast = _latest.rulesFrom.wide() + 1;
        if (earliest < afterLast) earliest = afterLast;
        if (from.wide() < earliest) revert Rollup_RulesTooEarly(from, earliest);
        SettingsBounds.checkRules(rules);
        _addRules(RulesVersion(from, uint64(block.timestamp), rules));
    }

    /// @inheritdoc IRollupCore
    function withdrawRules() external {
        _checkGovernance();
        Latest memory latest = _latest;
        Millis from = latest.rulesFrom;
        if (Units.now_() >= from) revert Rollup_NothingAnnounced();
        delete _versions[--latest.versions];
        latest.rulesFrom = _versions[latest.versions - 1].from;
        _latest = latest;
        emit RulesWithdrawn(from);
    }

    /// @inheritdoc IRollupCore
    function sequencerAt(uint64 number) external view returns (SequencerKey memory) {
        return _keyAt(number);
    }

    /// @inheritdoc IRollupCore
    function sequencers() external view returns (SequencerKey[] memory entries) {
        entries = new SequencerKey[](_latest.keys);
        for (uint256 i; i < entries.length; ++i) {
            entries[i] = _keys[i];
        }
    }

    /// @inheritdoc IRollupCore
    function versions() external view returns (RulesVersion[] memory entries) {
        entries = new RulesVersion[](_latest.versions);
        for (uint256 i; i < entries.length; ++i) {
            entries[i] = _versions[i];
        }
    }
}
