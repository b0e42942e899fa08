// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../governance/Governed.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {CostPart, CostRecord, ReimbursementBounds} from "../types/Economics.sol";

/// @title Treasury
/// @dev Errors, events and what each function promises stand in `ITreasury`.
contract Treasury is ITreasury, Governed {
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant MAX_RECORDS = 32;
    uint256 private constant MIN_AMOUNT = 1 gwei;
    uint256 private constant MAX_PER_RECORD = 10 ether;
    uint256 private constant MAX_PER_PERIOD = 1000 ether;
    uint256 private constant MIN_PERIOD = 1 hours;
    uint256 private constant MAX_PERIOD = 90 days;

    struct Recorded {
        address operator;
        uint96 amount;
    }

    /// @dev Names the first rollup, which is deployed with this treasury's address.
    address private immutable DEPLOYER;

    /// @inheritdoc ITreasury
    address public operator;
    /// @inheritdoc ITreasury
    IRollup public rollup;
    /// @inheritdoc ITreasury
    uint256 public income;
    /// @inheritdoc ITreasury
    uint256 public reimbursed;
    /// @inheritdoc ITreasury
    uint256 public spent;
    /// @inheritdoc ITreasury
    mapping(address operator => int256) public dueTo;

    ReimbursementBounds private _bounds;
    /// @dev When the period began in which `_paidInPeriod` was paid.
    uint64 private _periodStart;
    uint128 private _paidInPeriod;
    mapping(IRollup rollup => mapping(uint64 claim => mapping(CostPart part => Recorded))) private _records;

    constructor(address governance_, address operator_, ReimbursementBounds memory initial) Governed(governance_) {
        DEPLOYER = msg.sender;
        _setOperator(operator_);
        _setBounds(initial);
        _periodStart = uint64(block.timestamp);
    }

    /// @inheritdoc ITreasury
    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        income += msg.value;
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc ITreasury
    function recordCosts(CostRecord[] calldata records) external {
        if (msg.sender != operator) revert Treasury_NotOperator(msg.sender);
        if (address(rollup) == address(0)) revert Treasury_NotRollup(address(0));
        if (records.length > MAX_RECORDS) revert Treasury_TooManyRecords(records.length, MAX_RECORDS);
        int256 due = dueTo[msg.sender];
        for (uint256 i; i < records.length; ++i) {
            due += int256(uint256(_record(records[i])));
        }
        dueTo[msg.sender] = due;
    }

    /// @inheritdoc ITreasury
    function reimburse(address account) external returns (uint256 amount) {
        _startPeriod();
        amount = payableTo(account);
        if (amount == 0) revert Treasury_NothingDue(account);
        // forge-lint: disable-next-line(unsafe-typecast) no more than was due
        dueTo[account] -= int256(amount);
        // forge-lint: disable-next-line(unsafe-typecast) at most 1000 ether
        _paidInPeriod += uint128(amount);
        reimbursed += amount;
        emit Reimbursed(account, amount);
        _pay(account, amount);
    }

    /// @inheritdoc ITreasury
    function strikeCost(IRollup from, uint64 claim, CostPart part) external {
        _checkGovernance();
        Recorded memory struck = _records[from][claim][part];
        if (struck.amount == 0) revert Treasury_NotRecorded(address(from), claim, part);
        _records[from][claim][part].amount = 0;
        dueTo[struck.operator] -= int256(uint256(struck.amount));
        emit CostStruck(struck.operator, claim, part, address(from), struck.amount);
    }

    /// @inheritdoc ITreasury
    function setOff(address account, uint128 amount, string calldata reason) external {
        _checkGovernance();
        dueTo[account] -= int256(uint256(amount));
        emit DueSetOff(account, amount, reason);
    }

    /// @inheritdoc ITreasury
    function spend(address recipient, uint256 most, string calldata reason) external returns (uint256 amount) {
        _checkGovernance();
        // What was voted must not fail because the operator has recorded some more meanwhile.
        amount = _min(most, spendable());
        spent += amount;
        emit Spent(recipient, amount, reason);
        _pay(recipient, amount);
    }

    /// @inheritdoc ITreasury
    function setOperator(address account) external {
        _checkGovernance();
        _setOperator(account);
    }

    /// @inheritdoc ITreasury
    function setRollup(IRollup named) external {
        if (address(rollup) != address(0) || msg.sender != DEPLOYER) _checkGovernance();
        if (named.parameters().treasury != address(this)) revert Treasury_NotRollup(address(named));
        rollup = named;
        emit RollupSet(address(named));
    }

    /// @inheritdoc ITreasury
    function setBounds(ReimbursementBounds calldata next) external {
        _startChange();
        Bounds.checkStep("perRecord", _bounds.perRecord, next.perRecord);
        Bounds.checkStep("perPeriod", _bounds.perPeriod, next.perPeriod);
        Bounds.checkStep("period", _bounds.period, next.period);
        _setBounds(next);
    }

    /// @inheritdoc ITreasury
    function spendable() public view returns (uint256) {
        uint256 left = income - reimbursed - spent;
        return left - payableTo(operator);
    }

    /// @inheritdoc ITreasury
    function payableTo(address account) public view returns (uint256) {
        int256 due = dueTo[account];
        if (due <= 0) return 0;
        uint256 share = income * _bounds.incomeShare / BASIS_POINTS;
        // forge-lint: disable-next-line(unsafe-typecast) above 0
        uint256 amount = uint256(due);
        amount = _min(amount, share > reimbursed ? share - reimbursed : 0);
        amount = _min(amount, _leftInPeriod());
        return _min(amount, income - reimbursed - spent);
    }

    /// @inheritdoc ITreasury
    function recordOf(IRollup paidFor, uint64 claim, CostPart part)
        external
        view
        returns (address account, uint256 amount)
    {
        Recorded memory recorded = _records[paidFor][claim][part];
        return (recorded.operator, recorded.amount);
    }

    /// @inheritdoc ITreasury
    function bounds() external view returns (ReimbursementBounds memory) {
        return _bounds;
    }

    function _record(CostRecord calldata cost) private returns (uint128 amount) {
        amount = cost.amount;
        if (amount == 0 || amount > _bounds.perRecord) revert Treasury_AmountOutOfBounds(amount, _bounds.perRecord);
        if (cost.claim == 0 || !rollup.isFinal(cost.claim)) revert Treasury_ClaimNotFinal(cost.claim);
        Recorded storage recorded = _records[rollup][cost.claim][cost.part];
        if (recorded.operator != address(0)) revert Treasury_AlreadyRecorded(cost.claim, cost.part);
        // forge-lint: disable-next-line(unsafe-typecast) at most 10 ether
        (recorded.operator, recorded.amount) = (msg.sender, uint96(amount));
        bytes32 claimHash = rollup.claimHash(cost.claim);
        emit CostRecorded(
            msg.sender, cost.claim, cost.part, address(rollup), cost.layer, amount, cost.evidence, claimHash
        );
    }

    function _startPeriod() private {
        uint256 passed = (block.timestamp - _periodStart) / _bounds.period;
        if (passed == 0) return;
        // forge-lint: disable-next-line(unsafe-typecast) a time in the past
        _periodStart += uint64(passed * _bounds.period);
        _paidInPeriod = 0;
    }

    function _setOperator(address account) private {
        _checkAddress("operator", account);
        operator = account;
        emit OperatorSet(account);
    }

    function _setBounds(ReimbursementBounds memory next) private {
        Bounds.check("perRecord", next.perRecord, MIN_AMOUNT, MAX_PER_RECORD);
        Bounds.check("perPeriod", next.perPeriod, next.perRecord, MAX_PER_PERIOD);
        Bounds.check("period", next.period, MIN_PERIOD, MAX_PERIOD);
        Bounds.check("incomeShare", next.incomeShare, 0, BASIS_POINTS);
        _bounds = next;
        emit ReimbursementBoundsSet(next);
    }

    function _pay(address recipient, uint256 amount) private {
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert Treasury_PaymentFailed(recipient, amount);
    }

    function _leftInPeriod() private view returns (uint256) {
        if (block.timestamp - _periodStart >= _bounds.period) return _bounds.perPeriod;
        return _bounds.perPeriod > _paidInPeriod ? _bounds.perPeriod - _paidInPeriod : 0;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
