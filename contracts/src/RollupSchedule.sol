// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupBonds} from "./RollupBonds.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {Rules, RulesVersion, SequencerKey} from "./types/Parameters.sol";
import {Millis, Units} from "./types/Units.sol";

/// @title Who signs which headers, and which rules hold when
/// @dev Errors, events and what each function promises stand in `IRollup`.
abstract contract RollupSchedule is RollupBonds {
    address internal immutable GOVERNANCE;
    uint64 internal immutable KEY_NOTICE;
    uint32 internal immutable UPGRADE_NOTICE;

    /// @dev How many keys and versions there are and where the latest of each begin, in one slot: a claim mostly needs no more.
    struct Latest {
        uint32 keys;
        uint32 versions;
        uint64 keyFrom;
        Millis rulesFrom;
    }

    Latest private _latest;
    /// @dev By `from`, rising; the first is of every block before the second's.
    mapping(uint256 index => SequencerKey) private _keys;
    /// @dev By `from`, rising from 0.
    mapping(uint256 index => RulesVersion) private _versions;

    constructor(address governance, uint64 keyNotice, uint32 upgradeNotice) {
        GOVERNANCE = governance;
        KEY_NOTICE = keyNotice;
        UPGRADE_NOTICE = upgradeNotice;
    }

    /// @inheritdoc IRollup
    function announceSequencer(SequencerKey calldata entry) external {
        _checkOperator();
        uint64 earliest = _headBlock() + KEY_NOTICE;
        if (entry.from < earliest) revert Rollup_KeyTooEarly(entry.from, earliest);
        SettingsBounds.checkKey(entry);
        if (answersFor[entry.bondOwner] != entry.key) revert Rollup_NotAnswering(entry.bondOwner, entry.key);
        _dropKeys(entry.from);
        _addKey(entry);
    }

    /// @inheritdoc IRollup
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

    /// @inheritdoc IRollup
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

    /// @inheritdoc IRollup
    function sequencerAt(uint64 number) external view returns (SequencerKey memory) {
        return _keyAt(number);
    }

    /// @inheritdoc IRollup
    function sequencers() external view returns (SequencerKey[] memory entries) {
        entries = new SequencerKey[](_latest.keys);
        for (uint256 i; i < entries.length; ++i) {
            entries[i] = _keys[i];
        }
    }

    /// @inheritdoc IRollup
    function versions() external view returns (RulesVersion[] memory entries) {
        entries = new RulesVersion[](_latest.versions);
        for (uint256 i; i < entries.length; ++i) {
            entries[i] = _versions[i];
        }
    }

    /// @dev Block of the latest claim standing.
    function _headBlock() internal view virtual returns (uint64);

    function _addKey(SequencerKey memory entry) internal {
        _keys[_latest.keys++] = entry;
        _latest.keyFrom = entry.from;
        emit SequencerAnnounced(entry.from, entry);
    }

    function _addRules(RulesVersion memory version) internal {
        _versions[_latest.versions++] = version;
        _latest.rulesFrom = version.from;
        emit RulesAnnounced(version.from, version);
    }

    function _keyAt(uint64 number) internal view returns (SequencerKey storage) {
        uint256 i = _latest.keys - 1;
        uint64 from = _latest.keyFrom;
        while (from > number) {
            from = _keys[--i].from;
        }
        return _keys[i];
    }

    /// @dev From when the rules hold that hold at `timestamp`.
    function _rulesSince(Millis timestamp) internal view returns (Millis from) {
        from = _latest.rulesFrom;
        if (from <= timestamp) return from;
        for (uint256 i = _latest.versions - 1; from > timestamp;) {
            from = _versions[--i].from;
        }
    }

    function _firstRules() internal view returns (Rules memory) {
        return _versions[0].rules;
    }

    /// @dev Voids the entries from block `from` on. None of their blocks can have been sealed: they are as far above the head as
    /// any announced now.
    function _dropKeys(uint64 from) private {
        Latest memory latest = _latest;
        while (latest.keyFrom >= from) {
            delete _keys[--latest.keys];
            latest.keyFrom = _keys[latest.keys - 1].from;
        }
        _latest = latest;
    }

    function _checkGovernance() private view {
        if (msg.sender != GOVERNANCE) revert Rollup_NotGovernance(msg.sender);
    }
}
