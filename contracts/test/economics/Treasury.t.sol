// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../../src/governance/Governed.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {CostPart, CostRecord, ReimbursementBounds} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {RollupStub} from "../support/RollupStub.sol";

contract TreasuryTest is EconomicsDeployed {
    RollupStub private _rollup;

    function setUp() public override {
        super.setUp();
        _rollup = new RollupStub(address(treasury));
        _rollup.setFinal(100);
    }

    function name() internal {
        treasury.setRollup(IRollup(address(_rollup)));
    }

    function earn(uint256 value) internal {
        vm.deal(address(this), value);
        (bool paid,) = address(treasury).call{value: value}("");
        assertTrue(paid, "income");
    }

    function costs(uint64 claim, CostPart part, uint128 amount) internal pure returns (CostRecord[] memory records) {
        records = new CostRecord[](1);
        records[0] = CostRecord(claim, part, 2, amount, "pointer");
    }

    function record(uint64 claim, CostPart part, uint128 amount) internal {
        vm.prank(OPERATOR);
        treasury.recordCosts(costs(claim, part, amount));
    }

    function test_income_isCounted() public {
        vm.expectEmit(address(treasury));
        emit ITreasury.Received(address(this), 1 ether);
        earn(1 ether);
        register(ALICE);
        directory.collectFees();
        assertEq(treasury.income(), 1 ether + REGISTRATION_FEE, "registration fee");
        inviteAs(sender, request(ALICE, 1));
        uint256 credit = inbox.creditOf(address(treasury));
        inbox.collectShares();
        assertEq(treasury.income(), 1 ether + REGISTRATION_FEE + credit, "shares and network parts");
        assertEq(address(treasury).balance, treasury.income(), "balance");
    }

    function test_operator_isReimbursed() public {
        name();
        earn(1 ether);
        vm.expectEmit(address(treasury));
        emit ITreasury.CostRecorded(
            OPERATOR, 1, CostPart.Core, address(_rollup), 2, 0.1 ether, "pointer", _rollup.claimHash(1)
        );
        record(1, CostPart.Core, 0.1 ether);
        record(1, CostPart.Claim, 0.05 ether);
        assertEq(uint256(treasury.dueTo(OPERATOR)), 0.15 ether, "due");
        assertEq(treasury.spendable(), 0.85 ether, "what is due stays");
        vm.expectEmit(address(treasury));
        emit ITreasury.Reimbursed(OPERATOR, 0.15 ether);
        treasury.reimburse(OPERATOR);
        assertEq(OPERATOR.balance, 0.15 ether, "paid");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NothingDue.selector, OPERATOR));
        treasury.reimburse(OPERATOR);
    }

    function test_reimbursement_neverAboveTheShareOfIncome() public {
        name();
        earn(0.1 ether);
        record(1, CostPart.Core, 0.1 ether);
        assertEq(treasury.reimburse(OPERATOR), 0.08 ether, "eight tenths");
        earn(0.05 ether);
        assertEq(treasury.reimburse(OPERATOR), 0.02 ether, "the rest");
    }

    function test_reimbursement_neverAboveThePeriod() public {
        name();
        earn(100 ether);
        for (uint64 i = 1; i <= 25; ++i) {
            record(i, CostPart.Witness, 0.1 ether);
        }
        assertEq(treasury.reimburse(OPERATOR), 1 ether, "one period");
        assertEq(treasury.payableTo(OPERATOR), 0, "used up");
        vm.warp(START + 7 days - 1);
        assertEq(treasury.payableTo(OPERATOR), 0, "still");
        vm.warp(START + 7 days);
        assertEq(treasury.payableTo(OPERATOR), 1 ether, "the next one's, before anything is paid in it");
        assertEq(treasury.reimburse(OPERATOR), 1 ether, "the next");
        vm.warp(START + 100 days);
        assertEq(treasury.reimburse(OPERATOR), 0.5 ether, "no more than is due");
    }

    function test_part_isRecordedOnce() public {
        name();
        record(7, CostPart.Core, 1 gwei);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_AlreadyRecorded.selector, 7, CostPart.Core));
        treasury.recordCosts(costs(7, CostPart.Core, 1 gwei));
        (address by, uint256 amount) = treasury.recordOf(IRollup(address(_rollup)), 7, CostPart.Core);
        assertTrue(by == OPERATOR && amount == 1 gwei, "record");
    }

    function test_record_refusals() public {
        CostRecord[] memory records = costs(1, CostPart.Core, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NotOperator.selector, address(this)));
        treasury.recordCosts(records);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NotRollup.selector, address(0)));
        treasury.recordCosts(records);
        name();
        vm.startPrank(OPERATOR);
        records = costs(101, CostPart.Core, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_ClaimNotFinal.selector, 101));
        treasury.recordCosts(records);
        records = costs(0, CostPart.Core, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_ClaimNotFinal.selector, 0));
        treasury.recordCosts(records);
        records = costs(1, CostPart.Core, 0.1 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_AmountOutOfBounds.selector, 0.1 ether + 1, 0.1 ether));
        treasury.recordCosts(records);
        records = costs(1, CostPart.Core, 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_AmountOutOfBounds.selector, 0, 0.1 ether));
        treasury.recordCosts(records);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_TooManyRecords.selector, 33, 32));
        treasury.recordCosts(new CostRecord[](33));
    }

    function test_struck_isSetOff() public {
        name();
        earn(10 ether);
        record(1, CostPart.Core, 0.1 ether);
        treasury.reimburse(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.strikeCost(IRollup(address(_rollup)), 1, CostPart.Core);
        vm.startPrank(GOVERNANCE);
        vm.expectEmit(address(treasury));
        emit ITreasury.CostStruck(OPERATOR, 1, CostPart.Core, address(_rollup), 0.1 ether);
        treasury.strikeCost(IRollup(address(_rollup)), 1, CostPart.Core);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_NotRecorded.selector, address(_rollup), 1, CostPart.Core)
        );
        treasury.strikeCost(IRollup(address(_rollup)), 1, CostPart.Core);
        vm.stopPrank();
        record(2, CostPart.Core, 0.1 ether);
        assertEq(treasury.payableTo(OPERATOR), 0, "set off");
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_AlreadyRecorded.selector, 1, CostPart.Core));
        treasury.recordCosts(costs(1, CostPart.Core, 0.1 ether));
    }

    /// @dev Records of a rollup that is named no more are struck all the same.
    function test_struck_afterTheRollupChanged() public {
        name();
        earn(100 ether);
        record(1, CostPart.Core, 0.1 ether);
        RollupStub second = new RollupStub(address(treasury));
        vm.startPrank(GOVERNANCE);
        treasury.setRollup(IRollup(address(second)));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_NotRecorded.selector, address(second), 1, CostPart.Core)
        );
        treasury.strikeCost(IRollup(address(second)), 1, CostPart.Core);
        treasury.strikeCost(IRollup(address(_rollup)), 1, CostPart.Core);
        vm.stopPrank();
        (, uint256 amount) = treasury.recordOf(IRollup(address(_rollup)), 1, CostPart.Core);
        assertEq(amount, 0, "struck");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NothingDue.selector, OPERATOR));
        treasury.reimburse(OPERATOR);
    }

    function test_sameClaim_ofAnotherRollup_isAnotherRecord() public {
        name();
        record(1, CostPart.Core, 0.1 ether);
        RollupStub second = new RollupStub(address(treasury));
        second.setFinal(1);
        vm.prank(GOVERNANCE);
        treasury.setRollup(IRollup(address(second)));
        record(1, CostPart.Core, 0.05 ether);
        assertEq(uint256(treasury.dueTo(OPERATOR)), 0.15 ether, "both");
    }

    /// @dev Whatever a former operator recorded of whatever rollup, a vote takes away.
    function test_setOff_takesAnyDue() public {
        name();
        earn(100 ether);
        record(1, CostPart.Core, 0.1 ether);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.setOff(OPERATOR, 0.07 ether, "wrong");
        vm.startPrank(GOVERNANCE);
        treasury.setOperator(BOB);
        vm.expectEmit(address(treasury));
        emit ITreasury.DueSetOff(OPERATOR, 0.07 ether, "wrong");
        treasury.setOff(OPERATOR, 0.07 ether, "wrong");
        assertEq(treasury.reimburse(OPERATOR), 0.03 ether, "the rest");
        treasury.setOff(OPERATOR, 5 ether, "more than is due");
        vm.stopPrank();
        assertEq(treasury.payableTo(OPERATOR), 0, "nothing");
    }

    /// @dev Periods begin where the last ended, not where somebody was paid.
    function test_periods_doNotDrift() public {
        name();
        earn(100 ether);
        for (uint64 i = 1; i <= 40; ++i) {
            record(i, CostPart.Witness, 0.1 ether);
        }
        vm.warp(START + 7 days + 6 days);
        assertEq(treasury.reimburse(OPERATOR), 1 ether, "late in the second period");
        vm.warp(START + 14 days);
        assertEq(treasury.reimburse(OPERATOR), 1 ether, "at the beginning of the third");
        vm.warp(START + 21 days - 1);
        assertEq(treasury.payableTo(OPERATOR), 0, "which lasts as long as each");
    }

    /// @dev What was spent is there no more, whatever share of the income may be paid.
    function test_reimbursement_neverAboveWhatThereIs() public {
        name();
        earn(0.1 ether);
        vm.prank(GOVERNANCE);
        treasury.spend(BOB, 0.07 ether, "grant");
        record(1, CostPart.Core, 0.08 ether);
        assertEq(treasury.payableTo(OPERATOR), 0.03 ether, "of eight hundredths");
        assertEq(treasury.reimburse(OPERATOR), 0.03 ether, "paid");
        assertEq(address(treasury).balance, 0, "all");
    }

    function test_spend() public {
        name();
        earn(1 ether);
        record(1, CostPart.Core, 0.1 ether);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.spend(BOB, 1, "");
        vm.startPrank(GOVERNANCE);
        vm.expectEmit(address(treasury));
        emit ITreasury.Spent(BOB, 0.5 ether, "grant");
        assertEq(treasury.spend(BOB, 0.5 ether, "grant"), 0.5 ether, "what was asked");
        assertEq(treasury.spend(BOB, 0.4 ether + 1, "all"), 0.4 ether, "what there is");
        assertEq(treasury.spend(BOB, 1, "more"), 0, "nothing, and nothing that fails");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_PaymentFailed.selector, address(pricing), 0));
        treasury.spend(address(pricing), 0, "");
        vm.stopPrank();
        assertEq(treasury.income(), treasury.reimbursed() + treasury.spent() + address(treasury).balance, "conserved");
    }

    function test_formerOperator_keepsItsDue() public {
        name();
        earn(1 ether);
        record(1, CostPart.Core, 0.1 ether);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.setOperator(BOB);
        vm.expectEmit(address(treasury));
        emit ITreasury.OperatorSet(BOB);
        vm.prank(GOVERNANCE);
        treasury.setOperator(BOB);
        assertEq(treasury.operator(), BOB, "operator");
        assertEq(treasury.reimburse(OPERATOR), 0.1 ether, "still due");
    }

    function test_setRollup() public {
        IRollup rollup = IRollup(address(_rollup));
        address[2] memory others = [OPERATOR, STRANGER];
        for (uint256 i; i < 2; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, others[i]));
            treasury.setRollup(rollup);
        }
        IRollup other = IRollup(address(new RollupStub(BOB)));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NotRollup.selector, address(other)));
        treasury.setRollup(other);
        vm.expectEmit(address(treasury));
        emit ITreasury.RollupSet(address(_rollup));
        treasury.setRollup(rollup);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.setRollup(rollup);
        vm.prank(GOVERNANCE);
        treasury.setRollup(rollup);
        assertEq(address(treasury.rollup()), address(_rollup), "rollup");
    }

    function test_setBounds() public {
        ReimbursementBounds memory next = bounds();
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        treasury.setBounds(next);
        vm.startPrank(GOVERNANCE);
        next.perPeriod = 11 ether;
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "perPeriod", 1 ether, 11 ether));
        treasury.setBounds(next);
        next.perPeriod = 10 ether;
        vm.expectEmit(address(treasury));
        emit ITreasury.ReimbursementBoundsSet(next);
        treasury.setBounds(next);
        assertEq(treasury.bounds().perPeriod, 10 ether, "bounds");
    }
}
