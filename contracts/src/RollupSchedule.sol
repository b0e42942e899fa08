// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupBonds} from "./RollupBonds.sol";
import {Rules, RulesVersion, SequencerKey} from "./types/Parameters.sol";
import {Millis} from "./types/Units.sol";

/// @title Who signs which headers, and which rules hold when
abstract contract RollupSchedule is RollupBonds {
    address internal immutable GOVERNANCE;
    uint64 internal immutable KEY_NOTICE;

    /// @dev How many keys and versions there are and where the latest of each begin, in one slot: a claim mostly needs no more.
    struct Latest {
        uint32 keys;
        uint32 versions;
        uint64 keyFrom;
        Millis rulesFrom;
        /// Whether rescues make the claims. It stands here because every claim reads this slot.
        bool inRescue;
    }

    Latest internal _latest;
    /// @dev By `from`, rising; the first is of every block before the second's.
    mapping(uint256 index => SequencerKey) internal _keys;
    /// @dev By `from`, rising from 0.
    mapping(uint256 index => RulesVersion) internal _versions;

    constructor(address governance, uint64 keyNotice) {
        GOVERNANCE = governance;
        KEY_NOTICE = keyNotice;
    }

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

    /// @dev The rules that hold at `timestamp`.
    function _rulesAt(Millis timestamp) internal view returns (Rules storage) {
        uint256 i = _latest.versions - 1;
        Millis from = _latest.rulesFrom;
        while (from > timestamp) {
            from = _versions[--i].from;
        }
        return _versions[i].rules;
    }

    function _checkGovernance() internal view {
        if (msg.sender != GOVERNANCE) revert Rollup_NotGovernance(msg.sender);
    }
}
