// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CostPart, CostRecord, ReimbursementBounds} from "../types/Economics.sol";
import {IRollup} from "./IRollup.sol";

/// @title Treasury
/// @notice Receives the network's income, reimburses the operator for recorded cost up to a bound, and moves what is left
/// by vote alone.
/// @dev income = reimbursed + spent + balance. Amounts are wei. A record names a final claim of the rollup, each part once;
/// whether it is true anyone may check against the claim's pointers and transactions, and the governance may strike it.
interface ITreasury {
    /// @notice Thrown when `caller` is not the operator.
    error Treasury_NotOperator(address caller);
    /// @notice Thrown when no rollup is named yet, or `rollup` does not pay this treasury.
    error Treasury_NotRollup(address rollup);
    /// @notice Thrown when the claim of that number is not final, or is the genesis.
    error Treasury_ClaimNotFinal(uint64 claim);
    /// @notice Thrown when this part of the claim's cost is recorded already.
    error Treasury_AlreadyRecorded(uint64 claim, CostPart part);
    /// @notice Thrown when this part of the claim's cost is not recorded, or struck already.
    error Treasury_NotRecorded(address rollup, uint64 claim, CostPart part);
    /// @notice Thrown when `count` records come at once instead of at most `max`.
    error Treasury_TooManyRecords(uint256 count, uint256 max);
    /// @notice Thrown when a record names `amount`, 0 or more than `max`.
    error Treasury_AmountOutOfBounds(uint256 amount, uint256 max);
    /// @notice Thrown when nothing may be paid to `operator` now.
    error Treasury_NothingDue(address operator);
    /// @notice Thrown when `recipient` refuses `amount`.
    error Treasury_PaymentFailed(address recipient, uint256 amount);

    /// @notice Emitted when `value` comes in.
    event Received(address indexed from, uint256 value);
    /// @notice Emitted when `operator` records what a part of a batch cost.
    event CostRecorded(
        address indexed operator,
        uint64 indexed claim,
        CostPart indexed part,
        address rollup,
        uint8 layer,
        uint256 amount,
        bytes32 evidence,
        bytes32 claimHash
    );
    /// @notice Emitted when the governance strikes a record: its amount is set off against what is due.
    event CostStruck(
        address indexed operator, uint64 indexed claim, CostPart indexed part, address rollup, uint256 amount
    );
    /// @notice Emitted when the governance sets `amount` off against what is due to `account`.
    event DueSetOff(address indexed account, uint256 amount, string reason);
    /// @notice Emitted when `amount` is paid to `operator` for what it recorded.
    event Reimbursed(address indexed operator, uint256 amount);
    /// @notice Emitted when the governance spends `amount`.
    event Spent(address indexed recipient, uint256 amount, string reason);
    /// @notice Emitted when the operator becomes `operator`.
    event OperatorSet(address operator);
    /// @notice Emitted when the rollup becomes `rollup`.
    event RollupSet(address rollup);
    /// @notice Emitted when the bounds change.
    event ReimbursementBoundsSet(ReimbursementBounds bounds);

    /// @notice Takes income: registration fees, shares and network parts, revenue of the L3, slashed stakes.
    receive() external payable;

    /// @notice Records what parts of final claims cost, at most 32 at once. Only the operator may call.
    function recordCosts(CostRecord[] calldata records) external;

    /// @notice Pays `account` what is due to it and within all bounds. Anyone may call.
    function reimburse(address account) external returns (uint256 amount);

    /// @notice Strikes a record of a claim of rollup `from` that is wrong, whichever rollup is named now. Only the governance
    /// may call.
    function strikeCost(IRollup from, uint64 claim, CostPart part) external;

    /// @notice Sets `amount` off against what is due to `account`, now or later, record or no record. Only the governance may
    /// call.
    function setOff(address account, uint128 amount, string calldata reason) external;

    /// @notice Pays `most` to `recipient`, or what may be spent if that is less: what is due to the operator this period stays.
    /// Only the governance may call.
    function spend(address recipient, uint256 most, string calldata reason) external returns (uint256 amount);

    /// @notice Names who records costs. What is due to who did before stays due. Only the governance may call.
    function setOperator(address account) external;

    /// @notice Names the rollup whose claims costs are recorded for. The governance may call; the deployer of the treasury, the
    /// first time.
    function setRollup(IRollup named) external;

    /// @notice Sets the bounds. Only the governance may call.
    /// @param next `perRecord` 10^9 to 10^19 wei; `perPeriod` to 10^21; `period` an hour to 90 days; `incomeShare` at most
    /// 10,000. The first three at most tenfold from those in force, an hour after the change before.
    function setBounds(ReimbursementBounds calldata next) external;

    /// @notice What is due to `account`; negative when more was struck than was due.
    function dueTo(address account) external view returns (int256);

    /// @notice What `reimburse` would pay `account` now.
    function payableTo(address account) external view returns (uint256);

    /// @notice What the governance may spend now.
    function spendable() external view returns (uint256);

    /// @notice Received so far.
    function income() external view returns (uint256);

    /// @notice Paid to operators so far.
    function reimbursed() external view returns (uint256);

    /// @notice Spent by the governance so far.
    function spent() external view returns (uint256);

    /// @notice Who recorded this part of the cost of a claim of rollup `paidFor`, and how much; 0 when nobody did or it was struck.
    function recordOf(IRollup paidFor, uint64 claim, CostPart part)
        external
        view
        returns (address account, uint256 amount);

    /// @notice Bounds in force.
    function bounds() external view returns (ReimbursementBounds memory);

    /// @notice Who records costs.
    function operator() external view returns (address);

    /// @notice Rollup whose claims costs are recorded for; 0 while none is named.
    function rollup() external view returns (IRollup);
}
