// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDemandGate} from "../interfaces/IGates.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {FakeExponential} from "../libraries/FakeExponential.sol";
import {DemandCurve, InviteContext} from "../types/Invites.sol";

/// @title Demand gate
/// @dev Errors, events and what each function promises stand in `IDemandGate`.
contract DemandGate is IDemandGate {
    uint256 private constant MIN_FEE = 1 gwei;
    uint256 private constant MAX_FEE = 1 ether;
    uint256 private constant MAX_INVITES = 10 ** 6;
    uint256 private constant MAX_PERIOD = 30 days;
    /// @dev What the highest fee is above the lowest at most: less than e^17.
    uint256 private constant MAX_RATIO = 2 ** 24;
    uint256 private constant MAX_EXPONENT = 17;

    struct Demand {
        uint128 excess;
        uint64 countedAt;
    }

    address private immutable GOVERNANCE;

    DemandCurve private _common;
    /// @dev When the common curve changed last; 0 since deployment.
    uint64 private _changedAt;
    /// @dev Its period is 0 where the common curve is in force.
    mapping(address recipient => DemandCurve) private _curves;
    mapping(address caller => mapping(address recipient => Demand)) private _demands;

    constructor(address governance, DemandCurve memory common) {
        _require(governance != address(0), "governance");
        GOVERNANCE = governance;
        _setCommonCurve(common);
    }

    /// @inheritdoc IDemandGate
    function setCurve(DemandCurve calldata curve) external {
        _checkCurve(curve);
        _curves[msg.sender] = curve;
        emit CurveSet(msg.sender, curve);
    }

    /// @inheritdoc IDemandGate
    function clearCurve() external {
        delete _curves[msg.sender];
        emit CurveCleared(msg.sender);
    }

    /// @inheritdoc IDemandGate
    function setCommonCurve(DemandCurve calldata curve) external {
        if (msg.sender != GOVERNANCE) revert DemandGate_NotGovernance(msg.sender);
        _changedAt = Bounds.checkInterval(_changedAt);
        Bounds.checkStep("minFee", _common.minFee, curve.minFee);
        Bounds.checkStep("maxFee", _common.maxFee, curve.maxFee);
        Bounds.checkStep("target", _common.target, curve.target);
        Bounds.checkStep("period", _common.period, curve.period);
        Bounds.checkStep("fraction", _common.fraction, curve.fraction);
        _setCommonCurve(curve);
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        DemandCurve memory curve = curveOf(context.recipient);
        return (true, _fee(curve, _excess(curve, _demands[msg.sender][context.recipient])));
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external returns (bool admitted, uint256 fee) {
        DemandCurve memory curve = curveOf(context.recipient);
        Demand storage demand = _demands[msg.sender][context.recipient];
        uint256 excess = _excess(curve, demand);
        uint256 next = excess + curve.period;
        uint256 cap = MAX_EXPONENT * curve.fraction * curve.period;
        if (next > cap) next = cap;
        // forge-lint: disable-next-line(unsafe-typecast) at most 17 * 10^6 * 30 days
        demand.excess = uint128(next);
        demand.countedAt = uint64(block.timestamp);
        return (true, _fee(curve, excess));
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    /// @inheritdoc IDemandGate
    function curveOf(address recipient) public view returns (DemandCurve memory) {
        DemandCurve storage own = _curves[recipient];
        return own.period == 0 ? _common : own;
    }

    /// @inheritdoc IDemandGate
    function excessOf(address caller, address recipient) external view returns (uint256) {
        return _excess(curveOf(recipient), _demands[caller][recipient]);
    }

    function _setCommonCurve(DemandCurve memory curve) private {
        _checkCurve(curve);
        _common = curve;
        emit CurveSet(address(0), curve);
    }

    /// @dev The cap holds also for what was counted under another curve, before time works it off.
    function _excess(DemandCurve memory curve, Demand memory demand) private view returns (uint256) {
        uint256 cap = MAX_EXPONENT * curve.fraction * curve.period;
        uint256 counted = demand.excess < cap ? demand.excess : cap;
        uint256 workedOff = (block.timestamp - demand.countedAt) * curve.target;
        return counted > workedOff ? counted - workedOff : 0;
    }

    function _fee(DemandCurve memory curve, uint256 excess) private pure returns (uint256 fee) {
        fee = FakeExponential.grow(curve.minFee, excess, uint256(curve.fraction) * curve.period);
        if (fee > curve.maxFee) fee = curve.maxFee;
    }

    function _checkCurve(DemandCurve memory curve) private pure {
        _require(curve.minFee >= MIN_FEE && curve.minFee <= curve.maxFee, "minFee");
        _require(curve.maxFee <= MAX_FEE && curve.maxFee <= curve.minFee * MAX_RATIO, "maxFee");
        _require(curve.target != 0 && curve.target <= MAX_INVITES, "target");
        _require(curve.period != 0 && curve.period <= MAX_PERIOD, "period");
        _require(curve.fraction != 0 && curve.fraction <= MAX_INVITES, "fraction");
    }

    function _require(bool inBounds, string memory name) private pure {
        if (!inBounds) revert DemandGate_ParameterOutOfBounds(name);
    }
}
