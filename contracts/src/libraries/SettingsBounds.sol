// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../interfaces/IInbox.sol";
import {IMadeWith} from "../interfaces/IMadeWith.sol";
import {IRollupEvents} from "../interfaces/IRollupEvents.sol";
import {Windows} from "../types/Batch.sol";
import {
    ContestRules,
    FeeParameters,
    InboxParameters,
    Rules,
    SequencerKey,
    Settings,
    Verifiers
} from "../types/Parameters.sol";
import {PriceFormula} from "./PriceFormula.sol";
import {Millis, Units} from "../types/Units.sol";

/// @title Bounds of what a deployment is made of
/// @notice Every parameter has a lower and an upper bound, so that a slip of units reverts and names it.
library SettingsBounds {
    uint64 private constant MAX_RATE = 2 ** 32;
    uint40 private constant MAX_FORCE_DELAY = 30 days;
    /// @dev A genesis farther from the deployment is one in other units.
    uint40 private constant MAX_GENESIS_DISTANCE = 1 days;
    /// @dev Of everything that waits, in seconds.
    uint32 internal constant MAX_WAIT = 90 days;
    uint32 private constant MAX_UPGRADE_NOTICE = 180 days;
    uint128 private constant MAX_BOND = 100_000 ether;
    /// @dev Per cent.
    uint8 private constant MAX_SHARE = 100;
    uint64 private constant MIN_KEY_NOTICE = 2;
    uint64 private constant MAX_KEY_NOTICE = 10 ** 7;
    /// @dev List, first pages, other pages: what asking for a claim's data takes at most.
    uint256 private constant ROUNDS_OF_ASKING = 3;

    /// @dev Those of the rollup; the inbox checks its own.
    function check(Settings memory settings) internal view {
        Windows memory windows = settings.windows;
        checkKey(settings.sequencer);
        checkRules(settings.rules);
        _require(settings.sequencer.from == 0, "sequencer.from");
        _require(settings.governance != address(0), "governance");
        _require(settings.claimer != address(0), "claimer");
        _require(settings.claimer != settings.sequencer.bondOwner, "claimer");
        _require(
            !settings.forceDelayMs.isZero() && settings.forceDelayMs <= Units.toMillis(MAX_FORCE_DELAY), "forceDelayMs"
        );
        _require(_isNow(settings.genesisTimestamp), "genesisTimestamp");
        _checkWindows(windows);
        _require(settings.bond != 0 && settings.bond <= MAX_BOND, "bond");
        _require(settings.evidencePeriod >= windows.challenge && settings.evidencePeriod <= MAX_WAIT, "evidencePeriod");
        _require(settings.keyNotice >= MIN_KEY_NOTICE && settings.keyNotice <= MAX_KEY_NOTICE, "keyNotice");
        // Whoever disagrees with announced rules can leave before they begin.
        ContestRules memory contest = settings.contest;
        _checkContest(contest, settings.forceDelayMs);
        uint40 seconds_ = _longestToFinality(windows) + contest.silenceLimit + contest.notice;
        Millis toLeave = Units.toMillis(seconds_) + settings.forceDelayMs;
        _require(
            Units.toMillis(settings.upgradeNotice) >= toLeave && settings.upgradeNotice <= MAX_UPGRADE_NOTICE,
            "upgradeNotice"
        );
    }

    /// @dev That `queue` is this contract's and nobody else's, made with its settings and empty: no event is older than the
    /// rollup.
    function checkInbox(Settings memory settings, IInbox queue) internal view {
        InboxParameters memory expected = InboxParameters(
            address(this), settings.operator, settings.treasury, settings.minDeposit, settings.priceRules
        );
        _require(
            address(queue).code.length != 0
                && keccak256(abi.encode(queue.parameters())) == keccak256(abi.encode(expected))
                && keccak256(abi.encode(queue.prices())) == keccak256(abi.encode(settings.genesisPrices))
                && queue.count() == 0,
            "inbox"
        );
    }

    /// @dev That `contests` was made with the same settings and inbox.
    function checkContests(Settings memory settings, IInbox queue, IMadeWith contests) internal view {
        bytes32 expected = keccak256(abi.encode(settings, queue));
        _require(address(contests).code.length != 0 && contests.madeWith() == expected, "contests");
    }

    function checkKey(SequencerKey memory entry) internal pure {
        _require(entry.key != address(0), "sequencer.key");
        _require(entry.bondOwner != address(0), "sequencer.bondOwner");
    }

    function checkRules(Rules memory rules) internal view {
        FeeParameters memory fees = rules.fees;
        _require(rules.number != 0, "rules.number");
        _require(!fees.minPrice.isZero() && fees.minPrice <= PriceFormula.MAX_PRICE, "fees.minPrice");
        _require(fees.target != 0 && fees.target <= MAX_RATE, "fees.target");
        _require(fees.fraction != 0 && fees.fraction <= MAX_RATE, "fees.fraction");
        address committee = rules.dataCommittee;
        _require(committee == address(0) || committee.code.length != 0, "rules.dataCommittee");
        Verifiers memory verifiers = rules.verifiers;
        // Without one of them nothing could be shown, or no question answered.
        _require(verifiers.messages.code.length != 0, "verifiers.messages");
        _require(verifiers.operation.code.length != 0, "verifiers.operation");
        _require(verifiers.signature.code.length != 0, "verifiers.signature");
        _require(verifiers.stateRoot.code.length != 0, "verifiers.stateRoot");
        _require(verifiers.malformed.code.length != 0, "verifiers.malformed");
        _require(verifiers.pages.code.length != 0, "verifiers.pages");
    }

    function _checkWindows(Windows memory windows) private pure {
        _require(windows.challenge >= windows.data && windows.challenge <= MAX_WAIT, "windows.challenge");
        _require(windows.data >= ROUNDS_OF_ASKING * windows.answer, "windows.data");
        _require(windows.answer != 0, "windows.answer");
        _require(windows.proof != 0 && windows.proof <= MAX_WAIT, "windows.proof");
    }

    function _checkContest(ContestRules memory contest, Millis forceDelay) private pure {
        _require(contest.minDeposit != 0 && contest.minDeposit <= MAX_BOND, "contest.minDeposit");
        _require(contest.answerShare != 0 && contest.answerShare <= MAX_SHARE, "contest.answerShare");
        _require(
            Units.toMillis(contest.silenceLimit) > forceDelay && contest.silenceLimit <= MAX_WAIT,
            "contest.silenceLimit"
        );
        _require(contest.notice != 0 && contest.notice <= MAX_WAIT, "contest.notice");
        _require(contest.rescueBond != 0 && contest.rescueBond <= MAX_BOND, "contest.rescueBond");
    }

    function _isNow(Millis timestamp) private view returns (bool) {
        Millis present = Units.now_();
        Millis distance = timestamp > present ? timestamp - present : present - timestamp;
        return distance <= Units.toMillis(MAX_GENESIS_DISTANCE);
    }

    /// @dev Seconds from a claim to its finality at most, its parent being final.
    function _longestToFinality(Windows memory windows) private pure returns (uint40) {
        uint40 asked = uint40(windows.data) + windows.answer + windows.proof;
        return asked > windows.challenge ? asked : windows.challenge;
    }

    function _require(bool inBounds, string memory name) private pure {
        if (!inBounds) revert IRollupEvents.Rollup_ParameterOutOfBounds(name);
    }
}
