// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {Governed} from "../../src/governance/Governed.sol";
import {ParleyGovernor} from "../../src/governance/ParleyGovernor.sol";
import {ParleyVotes} from "../../src/governance/ParleyVotes.sol";
import {RollupOperator} from "../../src/governance/RollupOperator.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {IRollupOperator} from "../../src/interfaces/IRollupOperator.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {ReimbursementBounds} from "../../src/types/Economics.sol";
import {Base} from "../support/Base.sol";
import {GovernanceDeployed} from "../support/GovernanceDeployed.sol";

contract GovernanceTest is GovernanceDeployed {
    address private constant STRANGER = address(0x57A6);
    address private constant OPERATOR = address(0x09E7);

    Treasury private _treasury;
    ContactDirectory private _directory;

    function setUp() public {
        vm.warp(BEGIN);
        deployGovernance();
        _treasury = new Treasury(address(timelock), OPERATOR, ReimbursementBounds(0.1 ether, 1 ether, 7 days, 8000));
        _directory = new ContactDirectory(address(timelock), address(_treasury), new SignatureVerifier(), 0.001 ether);
    }

    function propose(address target, bytes memory call) private returns (uint256) {
        (address[] memory targets, bytes[] memory calls) = one(target, call);
        return propose(targets, calls);
    }

    function pass(address target, bytes memory call) private {
        (address[] memory targets, bytes[] memory calls) = one(target, call);
        pass(targets, calls);
    }

    function execute(address target, bytes memory call) private {
        (address[] memory targets, bytes[] memory calls) = one(target, call);
        execute(targets, calls);
    }

    function one(address target, bytes memory call)
        private
        pure
        returns (address[] memory targets, bytes[] memory calls)
    {
        (targets, calls) = (new address[](1), new bytes[](1));
        (targets[0], calls[0]) = (target, call);
    }

    function test_vote_spendsTheSurplus() public {
        vm.deal(address(this), 1 ether);
        (bool paid,) = address(_treasury).call{value: 1 ether}("");
        assertTrue(paid, "income");
        bytes memory call = abi.encodeCall(_treasury.spend, (STRANGER, 0.4 ether, "grant"));
        pass(address(_treasury), call);
        execute(address(_treasury), call);
        assertEq(STRANGER.balance, 0.4 ether, "spent");
    }

    function test_vote_setsAFee() public {
        bytes memory call = abi.encodeCall(_directory.setRegistrationFee, (0.002 ether));
        pass(address(_directory), call);
        execute(address(_directory), call);
        assertEq(_directory.registrationFee(), 0.002 ether, "fee");
    }

    function test_nothingBeforeItsTime() public {
        bytes memory call = abi.encodeCall(_directory.setRegistrationFee, (0.002 ether));
        pass(address(_directory), call);
        vm.warp(vm.getBlockTimestamp() - 1);
        vm.expectRevert();
        execute(address(_directory), call);
    }

    function test_withoutQuorum_nothingPasses() public {
        vm.prank(HOLDER);
        votes.transfer(STRANGER, SUPPLY * 97 / 100);
        vm.warp(vm.getBlockTimestamp() + 1);
        bytes memory call = abi.encodeCall(_directory.setRegistrationFee, (0.002 ether));
        uint256 id = propose(address(_directory), call);
        vm.warp(vm.getBlockTimestamp() + 1 days + 1);
        vm.prank(HOLDER);
        governor.castVote(id, 1);
        vm.warp(vm.getBlockTimestamp() + 5 days + 1);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Defeated, "three of four percent");
    }

    function test_settings_areBounded() public {
        bytes memory call = abi.encodeCall(governor.setVotingPeriod, (60));
        pass(address(governor), call);
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "votingPeriod", 60, 1 hours, 30 days)
        );
        execute(address(governor), call);
        call = abi.encodeCall(timelock.updateDelay, (0));
        pass(address(timelock), call);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "delay", 0, 1 days, 30 days));
        execute(address(timelock), call);
        vm.expectRevert();
        timelock.updateDelay(1 days);
        vm.expectRevert();
        governor.setProposalThreshold(1);
    }

    function deployVotes(uint256 supply) external {
        new ParleyVotes(HOLDER, supply);
    }

    function deployGovernor(uint48 delay, uint256 threshold, uint256 quorum) external {
        new ParleyGovernor(votes, timelock, delay, 5 days, threshold, quorum, 2 days);
    }

    function test_deployment_isBounded() public {
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "supply", 10 ** 9, 10 ** 18, 10 ** 28)
        );
        this.deployVotes(10 ** 9);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "quorum", 60, 1, 50));
        this.deployGovernor(1 days, SUPPLY / 100, 60);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "votingDelay", 15 days, 0, 14 days));
        this.deployGovernor(15 days, SUPPLY / 100, 4);
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "proposalThreshold", SUPPLY / 10, 0, SUPPLY / 20)
        );
        this.deployGovernor(1 days, SUPPLY / 10, 4);
    }

    function test_clock_isTime() public view {
        assertEq(votes.clock(), BEGIN + 1, "clock");
        assertEq(bytes(votes.CLOCK_MODE()), "mode=timestamp", "mode");
        assertEq(votes.nonces(HOLDER), 0, "nonces");
    }

    function test_timelock_isItsOwnAdmin() public view {
        assertTrue(!timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)), "deployer");
        assertTrue(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(timelock)), "itself");
    }
}

contract RollupOperatorTest is Base {
    address private constant GOVERNANCE = address(0x60);
    address private constant AGENT = address(0xA6);
    address private constant CLAIMER = address(0xC1);
    IRollup private constant ROLLUP = IRollup(address(0x4011));
    IInbox private constant INBOX = IInbox(address(0x1B0));

    RollupOperator private _operator;

    function setUp() public {
        _operator = new RollupOperator(GOVERNANCE, AGENT);
        vm.etch(address(ROLLUP), hex"00");
        vm.etch(address(INBOX), hex"00");
        vm.mockCall(address(INBOX), abi.encodeCall(IInbox.pushDataQuote, (mwei(5), mwei(6))), abi.encode(uint64(9)));
    }

    function test_governance_namesClaimers() public {
        vm.prank(GOVERNANCE);
        _operator.setClaimer(ROLLUP, CLAIMER, true);
        vm.prank(AGENT);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, AGENT));
        _operator.setClaimer(ROLLUP, CLAIMER, true);
        vm.prank(AGENT);
        _operator.setClaimer(ROLLUP, CLAIMER, false);
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        _operator.setClaimer(ROLLUP, CLAIMER, false);
    }

    function test_agent_quotes() public {
        vm.prank(AGENT);
        assertEq(_operator.pushDataQuote(INBOX, mwei(5), mwei(6)), 9, "index");
        vm.expectRevert(abi.encodeWithSelector(IRollupOperator.RollupOperator_NotAgent.selector, address(this)));
        _operator.pushDataQuote(INBOX, mwei(5), mwei(6));
    }

    function test_setAgent() public {
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        _operator.setAgent(CLAIMER);
        vm.expectEmit(address(_operator));
        emit IRollupOperator.AgentSet(CLAIMER);
        vm.prank(GOVERNANCE);
        _operator.setAgent(CLAIMER);
        assertEq(_operator.agent(), CLAIMER, "agent");
    }
}
