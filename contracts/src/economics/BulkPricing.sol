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
    uint256 private constant SURCHARGE_BITS = 32;

    struct Count {
        uint64 epoch;
        uint64 invites;
        uint64 senders;
    }

    /// @inheritdoc IBulkPricing
    IReputation public immutable reputation;

    BulkParameters private _parameters;
    /// @dev Number of the epoch that began at `_anchoredAt`; 0 is no epoch's.
    uint64 private _anchor;
    uint64 private _anchoredAt;

    mapping(address caller => mapping(address account => Count)) private _counts;
    /// @dev Epoch in which a pair of payer and sender was counted last.
    mapping(bytes32 pairKey => uint64) private _seen;

    constructor(address governance_, IReputation reputation_, BulkParameters memory initial) Governed(governance_) {
        _checkAddress("reputation", address(reputation_));
        reputation = reputation_;
        _setParameters(initial);
    }

    /// @inheritdoc IInvitePricing
    function quote(address sender, address payer, address) external view returns (uint256 part) {
        uint64 epoch = _epoch();
        (uint256 bySender, uint256 byPayer) = _standings(sender, payer);
        bool answers = _surcharge(byPayer) < _surcharge(bySender);
        uint256 sent = answers ? 0 : _withInvite(sender, epoch).invites;
        if (sender == payer) return _price(sent, 0, bySender, byPayer);
        (Count memory paidFor,) = _withSender(payer, sender, answers, epoch);
        return _price(sent, paidFor.senders, bySender, byPayer);
    }

    /// @inheritdoc IInvitePricing
    function charge(address sender, address payer, address) external returns (uint256 part) {
        (uint256 bySender, uint256 byPayer) = _standings(sender, payer);
        return _charge(sender, payer, bySender, byPayer);
    }

    /// @inheritdoc IInvitePricing
    function standingOf(address account) public view returns (uint256 standing) {
        Repute memory repute = reputation.reputeOf(account);
        return uint256(repute.stake) << SURCHARGE_BITS | repute.surcharge;
    }

    /// @inheritdoc IInvitePricing
    function chargeStanding(address sender, address payer, address, uint256 senderStanding, uint256 payerStanding)
        external
        returns (uint256 part)
    {
        return _charge(sender, payer, senderStanding, payerStanding);
    }

    /// @inheritdoc IBulkPricing
    function setParameters(BulkParameters calldata next) external {
        _startChange();
        BulkParameters memory before = _parameters;
        Bounds.checkStep("base", before.base, next.base, MIN_UNIT);
        Bounds.checkStep("unit", before.unit, next.unit);
        Bounds.checkStep("maxPart", before.maxPart, next.maxPart);
        Bounds.checkStep("stakePerInvite", before.stakePerInvite, next.stakePerInvite);
        Bounds.checkStep("stakePerSender", before.stakePerSender, next.stakePerSender);
        Bounds.checkStep("epoch", before.epoch, next.epoch);
        Bounds.checkStep("invites", before.invites, next.invites);
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
        uint256 standing = standingOf(account);
        return Reach({
            invites: count.invites,
            senders: count.senders,
            inviteAllowance: _allowance(_parameters.invites, standing, _parameters.stakePerInvite),
            senderAllowance: _allowance(_parameters.senders, standing, _parameters.stakePerSender)
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
        Bounds.check("stakePerInvite", next.stakePerInvite, MIN_STAKE_STEP, MAX_STAKE_STEP);
        Bounds.check("stakePerSender", next.stakePerSender, MIN_STAKE_STEP, MAX_STAKE_STEP);
        Bounds.check("epoch", next.epoch, MIN_EPOCH, MAX_EPOCH);
        Bounds.check("invites", next.invites, 1, MAX_ALLOWANCE);
        Bounds.check("senders", next.senders, 1, MAX_ALLOWANCE);
        Bounds.check("steepness", next.steepness, 1, MAX_STEEPNESS);
        if (next.epoch != _parameters.epoch) {
            _anchor = _parameters.epoch == 0 ? 1 : _epoch() + 1;
            _anchoredAt = uint64(block.timestamp);
        }
        _parameters = next;
        emit BulkParametersSet(next);
    }

    /// @dev Who answers for a sender of less repute counts its invites in the sender's place.
    function _charge(address sender, address payer, uint256 bySender, uint256 byPayer) private returns (uint256 part) {
        uint64 epoch = _epoch();
        bool answers = _surcharge(byPayer) < _surcharge(bySender);
        uint256 sent;
        if (!answers) {
            Count memory count = _withInvite(sender, epoch);
            _counts[msg.sender][sender] = count;
            sent = count.invites;
        }
        if (sender == payer) return _price(sent, 0, bySender, byPayer);
        (Count memory paidFor, bytes32 pairKey) = _withSender(payer, sender, answers, epoch);
        _counts[msg.sender][payer] = paidFor;
        if (pairKey != 0) _seen[pairKey] = epoch;
        return _price(sent, paidFor.senders, bySender, byPayer);
    }

    /// @dev Of a sender that pays itself both are its own.
    function _standings(address sender, address payer) private view returns (uint256 bySender, uint256 byPayer) {
        bySender = standingOf(sender);
        byPayer = sender == payer ? bySender : standingOf(payer);
    }

    function _withInvite(address sender, uint64 epoch) private view returns (Count memory count) {
        count = _current(_counts[msg.sender][sender], epoch);
        ++count.invites;
    }

    /// @dev `pairKey` is of a pair that is to be noted, as it counts once; 0 when it is not. Who answers for a sender gains nothing by
    /// the number of keys it has, nor by inviting with one again: every invite counts.
    function _withSender(address payer, address sender, bool answers, uint64 epoch)
        private
        view
        returns (Count memory count, bytes32 pairKey)
    {
        count = _current(_counts[msg.sender][payer], epoch);
        if (!answers) {
            pairKey = keccak256(abi.encode(msg.sender, payer, sender));
            if (_seen[pairKey] == epoch) return (count, 0);
        }
        ++count.senders;
    }

    /// @dev By the greater growth of the two; what is not counted is 0, and so is its growth.
    function _price(uint256 sent, uint256 paidFor, uint256 bySender, uint256 byPayer)
        private
        view
        returns (uint256 part)
    {
        BulkParameters memory p = _parameters;
        uint256 allowance = _allowance(p.invites, bySender, p.stakePerInvite);
        uint256 excess = _excess(sent, allowance);
        if (paidFor != 0) {
            uint256 payerAllowance = _allowance(p.senders, byPayer, p.stakePerSender);
            uint256 payerExcess = _excess(paidFor, payerAllowance);
            if (payerExcess * allowance > excess * payerAllowance) (excess, allowance) = (payerExcess, payerAllowance);
        }
        uint256 numerator = excess * p.steepness;
        uint256 most = MAX_EXPONENT * allowance;
        if (numerator > most) numerator = most;
        uint256 surcharge = _surcharge(bySender) < _surcharge(byPayer) ? _surcharge(bySender) : _surcharge(byPayer);
        uint256 unit = p.unit;
        uint256 grown = FakeExponential.grow(unit * surcharge / BASIS_POINTS, numerator, allowance);
        part = p.base + grown - unit;
        if (part > p.maxPart) part = p.maxPart;
    }

    function _epoch() private view returns (uint64) {
        return _anchor + (uint64(block.timestamp) - _anchoredAt) / _parameters.epoch;
    }

    function _current(Count memory count, uint64 epoch) private pure returns (Count memory) {
        return count.epoch == epoch ? count : Count(epoch, 0, 0);
    }

    function _surcharge(uint256 standing) private pure returns (uint256) {
        return standing % 2 ** SURCHARGE_BITS;
    }

    function _excess(uint256 reach, uint256 allowance) private pure returns (uint256) {
        return reach > allowance ? reach - allowance : 0;
    }

    function _allowance(uint256 free, uint256 standing, uint256 stakeStep) private pure returns (uint64) {
        uint256 allowance = free + (standing >> SURCHARGE_BITS) / stakeStep;
        // forge-lint: disable-next-line(unsafe-typecast) at most 10^9
        return uint64(allowance < MAX_STAKED_ALLOWANCE ? allowance : MAX_STAKED_ALLOWANCE);
    }
}
