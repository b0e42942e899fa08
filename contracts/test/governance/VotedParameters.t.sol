// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {StakeVault} from "../../src/economics/StakeVault.sol";
import {SybilLists} from "../../src/economics/SybilLists.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IInvitePricing} from "../../src/interfaces/IInvitePricing.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {RollupOperator} from "../../src/governance/RollupOperator.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {PublicInbox} from "../../src/invites/PublicInbox.sol";
import {BulkParameters, ReimbursementBounds, ReputationParameters} from "../../src/types/Economics.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {DemandCurve} from "../../src/types/Invites.sol";
import {Deployed} from "../support/Deployed.sol";
import {GovernanceDeployed} from "../support/GovernanceDeployed.sol";

/// @title One vote moves a parameter of every contract, and nobody but the timelock does
contract VotedParametersTest is Deployed, GovernanceDeployed {
    Treasury private _treasury;
    ContactDirectory private _directory;
    StakeVault private _stakes;
    Reputation private _reputation;
    BulkPricing private _pricing;
    DemandGate private _gate;
    PublicInbox private _publicInbox;
    RollupOperator private _operator;
    IRollup private _governed;

    function setUp() public override {
        super.setUp();
        deployGovernance();
        address by = address(timelock);
        SignatureVerifier verifier = new SignatureVerifier();
        _treasury = new Treasury(by, address(this), ReimbursementBounds(0.1 ether, 1 ether, 7 days, 8000));
        _operator = new RollupOperator(by, address(this));
        Settings memory s = settings();
        (s.operator, s.treasury) = (address(_operator), address(_treasury));
        _governed = deploy(s);
        _treasury.setRollup(_governed);
        _directory = new ContactDirectory(by, address(_treasury), verifier, 0.001 ether);
        _stakes = new StakeVault(by, address(_treasury), 21 days);
        _reputation = new Reputation(
            by, _directory, _stakes, new SybilLists(), ReputationParameters(400_000, 30 days, 0.5 ether, 5000)
        );
        _pricing = new BulkPricing(by, _reputation, bulk());
        _gate = new DemandGate(by, curve());
        _publicInbox = new PublicInbox(by, address(_treasury), verifier, _gate, _pricing, 1000);
    }

    function bulk() private pure returns (BulkParameters memory) {
        return BulkParameters(10 ** 12, 10 ** 12, 10 ** 15, 10 ** 16, 10 ** 16, 7 days, 8, 4, 8);
    }

    function curve() private pure returns (DemandCurve memory) {
        return DemandCurve(10 ** 12, 10 ** 16, 10, 1 days, 20);
    }

    function governedCalls() private view returns (address[] memory targets, bytes[] memory calls) {
        (targets, calls) = (new address[](14), new bytes[](14));
        BulkParameters memory nextBulk = bulk();
        nextBulk.unit *= 2;
        DemandCurve memory nextCurve = curve();
        nextCurve.target = 20;
        (targets[0], calls[0]) = (address(_directory), abi.encodeCall(_directory.setRegistrationFee, (0.002 ether)));
        (targets[1], calls[1]) = (address(_pricing), abi.encodeCall(_pricing.setParameters, (nextBulk)));
        (targets[2], calls[2]) =
        (
            address(_reputation),
            abi.encodeCall(_reputation.setParameters, (ReputationParameters(800_000, 30 days, 0.5 ether, 0)))
        );
        (targets[3], calls[3]) = (address(_reputation), abi.encodeCall(_reputation.setAttester, (HOLDER, 7)));
        (targets[4], calls[4]) = (address(_reputation), abi.encodeCall(_reputation.setPublishers, (new address[](2))));
        (targets[5], calls[5]) = (address(_stakes), abi.encodeCall(_stakes.setUnbondingDelay, (30 days)));
        (targets[6], calls[6]) = (address(_gate), abi.encodeCall(_gate.setCommonCurve, (nextCurve)));
        (targets[7], calls[7]) = (address(_publicInbox), abi.encodeCall(_publicInbox.setProtocolShare, (2000)));
        (targets[8], calls[8]) =
        (address(_publicInbox), abi.encodeCall(_publicInbox.setPricing, (IInvitePricing(address(0)))));
        (targets[9], calls[9]) = (address(_publicInbox), abi.encodeCall(_publicInbox.setDefaultGate, (_gate)));
        (targets[10], calls[10]) =
        (
            address(_treasury),
            abi.encodeCall(_treasury.setBounds, (ReimbursementBounds(0.2 ether, 1 ether, 7 days, 7000)))
        );
        (targets[11], calls[11]) = (address(_treasury), abi.encodeCall(_treasury.setOperator, (HOLDER)));
        (targets[12], calls[12]) = (address(_operator), abi.encodeCall(_operator.setAgent, (HOLDER)));
        (targets[13], calls[13]) = (address(_operator), abi.encodeCall(_operator.setClaimer, (_governed, HOLDER, true)));
    }

    function test_oneVote_movesThemAll() public {
        (address[] memory targets, bytes[] memory calls) = governedCalls();
        pass(targets, calls);
        execute(targets, calls);
        assertEq(_directory.registrationFee(), 0.002 ether, "registration fee");
        assertEq(_pricing.parameters().unit, 2 * 10 ** 12, "unit");
        assertEq(_reputation.parameters().newcomer, 800_000, "newcomer");
        assertEq(_reputation.quotaOf(HOLDER), 7, "attester");
        assertEq(_reputation.publishers().length, 2, "publishers");
        assertEq(_stakes.unbondingDelay(), 30 days, "unbonding");
        assertEq(_gate.curveOf(HOLDER).target, 20, "common curve");
        assertEq(_publicInbox.protocolShare(), 2000, "share");
        assertEq(address(_publicInbox.pricing()), address(0), "pricing");
        assertEq(_treasury.bounds().perRecord, 0.2 ether, "bounds");
        assertEq(_treasury.operator(), HOLDER, "operator");
        assertEq(_operator.agent(), HOLDER, "agent");
        assertTrue(_governed.isClaimer(HOLDER), "claimer");
    }

    function test_nobodyElse_movesAny() public {
        (address[] memory targets, bytes[] memory calls) = governedCalls();
        address[4] memory others = [address(this), HOLDER, address(governor), address(_treasury)];
        for (uint256 i; i < targets.length; ++i) {
            for (uint256 j; j < others.length; ++j) {
                vm.prank(others[j]);
                (bool done,) = targets[i].call(calls[i]);
                assertTrue(!done, "only the timelock");
            }
        }
    }

    function test_agent_quotesDataAndTakesRights() public {
        IInbox queue = IInbox(address(_governed.inbox()));
        vm.prank(address(timelock));
        _operator.setClaimer(_governed, HOLDER, true);
        _operator.setClaimer(_governed, HOLDER, false);
        assertTrue(!_governed.isClaimer(HOLDER), "taken at once");
        assertEq(queue.parameters().operator, address(_operator), "the queue's operator");
    }
}
