// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {StakeVault} from "../../src/economics/StakeVault.sol";
import {SybilLists} from "../../src/economics/SybilLists.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {BulkParameters, ReimbursementBounds, ReputationParameters} from "../../src/types/Economics.sol";
import {DemandCurve} from "../../src/types/Invites.sol";
import {GovernanceDeployed} from "../support/GovernanceDeployed.sol";

/// @title One vote moves a parameter tenfold at most, however many calls it has
contract ParameterStepsTest is GovernanceDeployed {
    ContactDirectory private _directory;
    DemandGate private _gate;
    Treasury private _treasury;
    Reputation private _reputation;
    BulkPricing private _pricing;

    function setUp() public {
        vm.warp(BEGIN);
        deployGovernance();
        address by = address(timelock);
        _treasury = new Treasury(by, address(this), ReimbursementBounds(1 gwei, 1 gwei, 1 days, 8000));
        _directory = new ContactDirectory(by, address(_treasury), new SignatureVerifier(), 0);
        _gate = new DemandGate(by, DemandCurve(10 ** 12, 10 ** 13, 10, 1 days, 20));
        StakeVault stakes = new StakeVault(by, address(_treasury), 21 days);
        _reputation = new Reputation(by, _directory, stakes, new SybilLists(), repute(10 ** 12));
        _pricing = new BulkPricing(by, _reputation, bulk(0));
    }

    function repute(uint128 matureStake) private pure returns (ReputationParameters memory) {
        return ReputationParameters(400_000, 30 days, matureStake, 5000);
    }

    function bulk(uint128 base) private pure returns (BulkParameters memory) {
        return BulkParameters(base, 10 ** 12, 10 ** 15, 10 ** 16, 10 ** 16, 7 days, 8, 4, 8);
    }

    /// @dev Both in one vote, and the first alone.
    function _expectOnce(address target, bytes memory first, bytes memory second) private {
        (address[] memory targets, bytes[] memory calls) = (new address[](2), new bytes[](2));
        (targets[0], targets[1], calls[0], calls[1]) = (target, target, first, second);
        pass(targets, calls);
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_ChangedTooRecently.selector, vm.getBlockTimestamp() + 1 hours)
        );
        execute(targets, calls);
        vm.startPrank(address(timelock));
        _expectDone(target, first);
        vm.warp(vm.getBlockTimestamp() + 1 hours - 1);
        (bool done,) = target.call(second);
        assertTrue(!done, "a second before the hour is over");
        vm.warp(vm.getBlockTimestamp() + 1);
        _expectDone(target, second);
        vm.stopPrank();
    }

    function _expectDone(address target, bytes memory call) private {
        (bool done,) = target.call(call);
        assertTrue(done, "a step of ten");
    }

    function test_commonCurve() public {
        DemandCurve memory a = DemandCurve(10 ** 13, 10 ** 14, 10, 1 days, 20);
        DemandCurve memory b = DemandCurve(10 ** 14, 10 ** 15, 10, 1 days, 20);
        _expectOnce(
            address(_gate), abi.encodeCall(_gate.setCommonCurve, (a)), abi.encodeCall(_gate.setCommonCurve, (b))
        );
        assertEq(_gate.curveOf(HOLDER).minFee, 10 ** 14, "two votes");
    }

    function test_registrationFee() public {
        _expectOnce(
            address(_directory),
            abi.encodeCall(_directory.setRegistrationFee, (10 gwei)),
            abi.encodeCall(_directory.setRegistrationFee, (100 gwei))
        );
    }

    function test_bounds() public {
        _expectOnce(
            address(_treasury),
            abi.encodeCall(_treasury.setBounds, (ReimbursementBounds(1 gwei, 10 gwei, 1 days, 8000))),
            abi.encodeCall(_treasury.setBounds, (ReimbursementBounds(1 gwei, 100 gwei, 1 days, 8000)))
        );
    }

    function test_reputation() public {
        _expectOnce(
            address(_reputation),
            abi.encodeCall(_reputation.setParameters, (repute(10 ** 13))),
            abi.encodeCall(_reputation.setParameters, (repute(10 ** 14)))
        );
    }

    function test_bulkParameters() public {
        _expectOnce(
            address(_pricing),
            abi.encodeCall(_pricing.setParameters, (bulk(10 gwei))),
            abi.encodeCall(_pricing.setParameters, (bulk(100 gwei)))
        );
    }

    /// @dev 0 counts as the least that there is beside it.
    function test_overZero_isAStepToo() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "registrationFee", 0, 10 gwei + 1));
        _directory.setRegistrationFee(10 gwei + 1);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "base", 0, 10 gwei + 1));
        _pricing.setParameters(bulk(10 gwei + 1));
        _directory.setRegistrationFee(10 gwei);
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        _directory.setRegistrationFee(100 gwei);
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "registrationFee", 100 gwei, 0));
        _directory.setRegistrationFee(0);
        _directory.setRegistrationFee(10 gwei);
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        _directory.setRegistrationFee(0);
        vm.stopPrank();
    }
}
