// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../governance/Governed.sol";
import {IBulkPricing} from "../interfaces/IBulkPricing.sol";
import {IInvitePricing} from "../interfaces/IInvitePricing.sol";
import {IReputation} from "../interfaces/IReputation.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {FakeExponential} from "../libraries/FakeExponential.sol";
import {BulkParameters, Reach, Repute} from "../types/Economics.sol";

/// @title Bulk pricing
/// @dev Events and what each function promises stand in `IBulkPricing`.
contract BulkPricing is IBulkPricing, Governed {
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant MIN_UNIT = 1 gwei;
    uint256 private constant MAX_UNIT = 10 ** 15;
    uint256 private constant MAX_PART = 0.1 ether;
    uint256 private constant MIN_STAKE_STEP = 10 ** 9;
    uint256 private constant MAX_STAKE_STEP = 100 ether;
    uint256 private constant MIN_EPOCH = 5;
    uint256 private constant MAX_EPOCH = 90 days;
    uint256 private constant MAX_ALLOWANCE = 10 ** 6;
    uint256 private constant MAX_STEEPNESS = 64;
    /// @dev What stake makes of an allowance.
    uint256 private constant MAX_STAKED_ALLOWANCE = 10 ** 9;
    /// @dev e^17 lifts the least unit above the greatest part.
    uint256 private constant MAX_EXPONENT = 17;

    struct Count {
        uint64 epoch;
        uint64 inboxes;
        uint64 senders;
    }

    /// @dev Counts of one invite, those of before included.
    struct Counted {
        bytes32 inboxKey;
        bytes32 senderKey;
        Count bySender;
        Count byPayer;
        Repute sender;
        Repute payer;
        bool newInbox;
        bool newSender;
    }

    /// @inheritdoc IBulkPricing
    IReputation public immutable reputation;

    BulkParameters private _parameters;
    /// @dev Number of the epoch that began at `_anchoredAt`; 0 is no epoch's.
    uint64 private _anchor;
    uint64 private _anchoredAt;

    mapping(address caller => mapping(address account => Count)) private _counts;
    /// @dev Epoch in which a pair was counted last.
    mapping(bytes32 key => uint64) private _seen;

    constructor(address governance_, IReputation reputation_, BulkParameters memory initial) Governed(governance_) {
        _checkAddress("reputation", address(reputation_));
        reputation = reputation_;
        _setParameters(initial);
    }

    /// @inheritdoc IInvitePricing
    function quote(address sender, address payer, address recipient) external view returns (uint256 part) {
        return _price(_count(sender, payer, recipient), sender == payer);
    }

    /// @inheritdoc IInvitePricing
    function charge(address sender, address payer, address recipient) external returns (uint256 part) {
        Counted memory counted = _count(sender, payer, recipient);
        uint64 epoch = counted.bySender.epoch;
        if (counted.newInbox) {
            _seen[counted.inboxKey] = epoch;
            _counts[msg.sender][sender] = counted.bySender;
        }
        if (counted.newSender) {
            _seen[counted.senderKey] = epoch;
            _counts[msg.sender][payer] = counted.byPayer;
        }
        return _price(counted, sender == payer);
    }

    /// @inheritdoc IBulkPricing
    function setParameters(BulkParameters calldata next) external {
        _checkGovernance();
        BulkParameters memory before = _parameters;
        Bounds.checkStep("base", before.base, next.base);
        Bounds.checkStep("unit", before.unit, next.unit);
        Bounds.checkStep("maxPart", before.maxPart, next.maxPart);
        Bounds.checkStep("stakePerInbox", before.stakePerInbox, next.stakePerInbox);
        Bounds.checkStep("stakePerSender", before.stakePerSender, next.stakePerSender);
        Bounds.checkStep("epoch", before.epoch, next.epoch);
        Bounds.checkStep("inboxes", before.inboxes, next.inboxes);
        Bounds.checkStep("senders", before.senders, next.senders);
        _setParameters(next);
    }

    /// @inheritdoc IBulkPricing
    function parameters() external view returns (BulkParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IBulkPricing
    function reachOf(address caller, address account) external view returns (Reach memory) {
        Count memory count = _current(_counts[caller][account], _epoch());
        uint256 stake = reputation.reputeOf(account).stake;
        return Reach({
            inboxes: count.inboxes,
            senders: count.senders,
            inboxAllowance: _allowance(_parameters.inboxes, stake, _parameters.stakePerInbox),
            senderAllowance: _allowance(_parameters.senders, stake, _parameters.stakePerSender)
        });
    }

    /// @inheritdoc IBulkPricing
    function currentEpoch() external view returns (uint64 number, uint64 endsAt) {
        number = _epoch();
        endsAt = _anchoredAt + (number - _anchor + 1) * _parameters.epoch;
    }

    /// @dev A new length starts a new epoch, so that no number comes twice.
    function _setParameters(BulkParameters memory next) private {
        Bounds.check("unit", next.unit, MIN_UNIT, MAX_UNIT);
        Bounds.check("maxPart", next.maxPart, next.unit, MAX_PART);
        Bounds.check("base", next.base, 0, next.maxPart);
        Bounds.check("stakePerInbox", next.stakePerInbox, MIN_STAKE_STEP, MAX_STAKE_STEP);
        Bounds.check("stakePerSender", next.stakePerSender, MIN_STAKE_STEP, MAX_STAKE_STEP);
        Bounds.check("epoch", next.epoch, MIN_EPOCH, MAX_EPOCH);
        Bounds.check("inboxes", next.inboxes, 1, MAX_ALLOWANCE);
        Bounds.check("senders", next.senders, 1, MAX_ALLOWANCE);
        Bounds.check("steepness", next.steepness, 1, MAX_STEEPNESS);
        if (next.epoch != _parameters.epoch) {
            _anchor = _parameters.epoch == 0 ? 1 : _epoch() + 1;
            _anchoredAt = uint64(block.timestamp);
        }
        _parameters = next;
        emit BulkParametersSet(next);
    }

    function _count(address sender, address payer, address recipient) private view returns (Counted memory counted) {
        uint64 epoch = _epoch();
        counted.sender = reputation.reputeOf(sender);
        counted.bySender = _current(_counts[msg.sender][sender], epoch);
        counted.inboxKey = keccak256(abi.encode(msg.sender, "inbox", sender, recipient));
        counted.newInbox = _seen[counted.inboxKey] != epoch;
        if (counted.newInbox) ++counted.bySender.inboxes;
        if (sender == payer) return counted;
        counted.payer = reputation.reputeOf(payer);
        counted.byPayer = _current(_counts[msg.sender][payer], epoch);
        // Who answers for a sender of less repute gains nothing by the number of keys it has.
        address each = counted.payer.surcharge < counted.sender.surcharge ? recipient : address(0);
        counted.senderKey = keccak256(abi.encode(msg.sender, "sender", payer, sender, each));
        counted.newSender = _seen[counted.senderKey] != epoch;
        if (counted.newSender) ++counted.byPayer.senders;
    }

    function _price(Counted memory counted, bool self) private view returns (uint256 part) {
        BulkParameters memory p = _parameters;
        uint256 surcharge = counted.sender.surcharge;
        uint256 allowance = _allowance(p.inboxes, counted.sender.stake, p.stakePerInbox);
        uint256 excess = _excess(counted.bySender.inboxes, allowance);
        if (!self) {
            if (counted.payer.surcharge < surcharge) surcharge = counted.payer.surcharge;
            uint256 payerAllowance = _allowance(p.senders, counted.payer.stake, p.stakePerSender);
            uint256 payerExcess = _excess(counted.byPayer.senders, payerAllowance);
            if (payerExcess * allowance > excess * payerAllowance) (excess, allowance) = (payerExcess, payerAllowance);
        }
        uint256 numerator = excess * p.steepness;
        uint256 most = MAX_EXPONENT * allowance;
        if (numerator > most) numerator = most;
        uint256 grown = FakeExponential.grow(uint256(p.unit) * surcharge / BASIS_POINTS, numerator, allowance);
        part = p.base + grown - p.unit;
        if (part > p.maxPart) part = p.maxPart;
    }

    function _epoch() private view returns (uint64) {
        return _anchor + (uint64(block.timestamp) - _anchoredAt) / _parameters.epoch;
    }

    function _current(Count memory count, uint64 epoch) private pure returns (Count memory) {
        return count.epoch == epoch ? count : Count(epoch, 0, 0);
    }

    function _excess(uint256 reach, uint256 allowance) private pure returns (uint256) {
        return reach > allowance ? reach - allowance : 0;
    }

    function _allowance(uint256 free, uint256 stake, uint256 stakeStep) private pure returns (uint64) {
        uint256 allowance = free + stake / stakeStep;
        // forge-lint: disable-next-line(unsafe-typecast) at most 10^9
        return uint64(allowance < MAX_STAKED_ALLOWANCE ? allowance : MAX_STAKED_ALLOWANCE);
    }
}
