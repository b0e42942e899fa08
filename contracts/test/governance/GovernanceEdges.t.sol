// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {ParleyGovernor} from "../../src/governance/ParleyGovernor.sol";
import {ParleyTimelock} from "../../src/governance/ParleyTimelock.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {GovernanceDeployed} from "../support/GovernanceDeployed.sol";
import {Signers} from "../support/Signers.sol";
import {ContractWallet} from "../support/Wallets.sol";

contract GovernanceEdgesTest is GovernanceDeployed, Signers {
    uint256 private constant VOTER_KEY = 0x70732;
    address private constant WHALE = address(0x37A1E);

    ContactDirectory private _directory;

    function setUp() public {
        vm.warp(BEGIN);
        deployGovernance();
        _directory = new ContactDirectory(address(timelock), address(0x74EA), new SignatureVerifier(), 0.001 ether);
    }

    function one(address target, bytes memory call)
        private
        pure
        returns (address[] memory targets, bytes[] memory calls)
    {
        (targets, calls) = (new address[](1), new bytes[](1));
        (targets[0], calls[0]) = (target, call);
    }

    function feeCall() private view returns (address[] memory targets, bytes[] memory calls) {
        return one(address(_directory), abi.encodeCall(_directory.setRegistrationFee, (0.002 ether)));
    }

    function give(address whom, uint256 amount) private {
        vm.prank(HOLDER);
        votes.transfer(whom, amount);
        vm.prank(whom);
        votes.delegate(whom);
        vm.warp(vm.getBlockTimestamp() + 1);
    }

    function proposeAs(address by) private returns (uint256) {
        (address[] memory targets, bytes[] memory calls) = feeCall();
        vm.prank(by);
        return governor.propose(targets, new uint256[](1), calls, "because");
    }

    function test_timelock_isFixed() public {
        ParleyTimelock other = new ParleyTimelock(2 days, 1 days, address(this));
        (address[] memory targets, bytes[] memory calls) = one(
            address(governor), abi.encodeCall(governor.updateTimelock, (TimelockController(payable(address(other)))))
        );
        pass(targets, calls);
        vm.expectRevert(ParleyGovernor.ParleyGovernor_TimelockIsFixed.selector);
        execute(targets, calls);
        assertEq(governor.timelock(), address(timelock), "the same");
    }

    function test_lateQuorum_leavesTimeToAnswer() public {
        give(WHALE, SUPPLY * 4 / 100);
        uint256 id = proposeAs(WHALE);
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline);
        vm.prank(WHALE);
        governor.castVote(id, 1);
        assertEq(governor.proposalDeadline(id), deadline + 2 days, "two days more");
        vm.warp(deadline + 2 days);
        vm.prank(HOLDER);
        governor.castVote(id, 0);
        vm.warp(deadline + 2 days + 1);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Defeated, "96 percent against");
    }

    function test_earlyQuorum_endsInTime() public {
        uint256 id = proposeAs(HOLDER);
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 2 days);
        vm.prank(HOLDER);
        governor.castVote(id, 1);
        assertEq(governor.proposalDeadline(id), deadline, "as it was");
    }

    function test_extension_isBounded() public {
        (address[] memory targets, bytes[] memory calls) =
            one(address(governor), abi.encodeCall(governor.setLateQuorumVoteExtension, (60)));
        pass(targets, calls);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "extension", 60, 10 minutes, 5 days));
        execute(targets, calls);
    }

    /// @dev The force delay of the production preset is half a day: who would leave can, after every vote.
    function test_noticeOfAVote_staysAboveTheForceDelay() public {
        (address[] memory targets, bytes[] memory calls) =
            one(address(timelock), abi.encodeCall(timelock.updateDelay, (1 hours)));
        pass(targets, calls);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "delay", 1 hours, 1 days, 30 days));
        execute(targets, calls);
        (targets, calls) = one(address(timelock), abi.encodeCall(timelock.updateDelay, (1 days)));
        pass(targets, calls);
        execute(targets, calls);
        assertEq(timelock.getMinDelay(), timelock.leastDelay(), "as short as it gets");
    }

    function deployTimelock(uint256 delay, uint256 least) external {
        new ParleyTimelock(delay, least, address(this));
    }

    function test_leastDelay_isBounded() public {
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "leastDelay", 3599, 1 hours, 30 days)
        );
        this.deployTimelock(1 days, 3599);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, "delay", 1 days, 2 days, 30 days));
        this.deployTimelock(1 days, 2 days);
    }

    function ballot(uint256 id, address voter, bool extended) private view returns (bytes32) {
        bytes32 structHash = extended
            ? keccak256(
                abi.encode(
                    governor.EXTENDED_BALLOT_TYPEHASH(),
                    id,
                    1,
                    voter,
                    governor.nonces(voter),
                    keccak256("why"),
                    keccak256("")
                )
            )
            : keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, 1, voter, governor.nonces(voter)));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Parley Governor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function signed(bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(VOTER_KEY, digest);
        return abi.encodePacked(r, s, v);
    }

    function active(address voter) private returns (uint256 id) {
        give(voter, SUPPLY / 10);
        id = proposeAs(HOLDER);
        vm.warp(vm.getBlockTimestamp() + 1 days + 1);
    }

    function test_castVoteBySig_ofADelegatedEoa() public {
        address voter = vm.addr(VOTER_KEY);
        uint256 id = active(voter);
        delegateCode(voter);
        bytes memory signature = signed(ballot(id, voter, false));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter));
        governor.castVoteBySig(id, 0, voter, signature);
        governor.castVoteBySig(id, 1, voter, signature);
        assertTrue(governor.hasVoted(id, voter), "voted");
    }

    function test_castVoteWithReasonBySig_ofADelegatedEoa() public {
        address voter = vm.addr(VOTER_KEY);
        uint256 id = active(voter);
        delegateCode(voter);
        bytes memory signature = signed(ballot(id, voter, true));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter));
        governor.castVoteWithReasonAndParamsBySig(id, 1, voter, "another", "", signature);
        governor.castVoteWithReasonAndParamsBySig(id, 1, voter, "why", "", signature);
        assertTrue(governor.hasVoted(id, voter), "voted");
    }

    function test_castVoteBySig_isNoOtherWallets() public {
        address first = address(new ContractWallet(vm.addr(VOTER_KEY)));
        address second = address(new ContractWallet(vm.addr(VOTER_KEY)));
        give(second, SUPPLY / 10);
        uint256 id = active(first);
        bytes memory signature = signed(ballot(id, first, false));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, second));
        governor.castVoteBySig(id, 1, second, signature);
        governor.castVoteBySig(id, 1, first, signature);
    }

    /// @dev Votes borrowed and given back within one second, even without a voting delay.
    function test_flashVotes_countForNothing() public {
        ParleyTimelock lock = new ParleyTimelock(1 hours, 1 hours, address(this));
        ParleyGovernor fast = new ParleyGovernor(votes, lock, 0, 1 hours, 0, 4, 10 minutes);
        (address[] memory targets, bytes[] memory calls) = feeCall();
        vm.prank(HOLDER);
        votes.transfer(WHALE, SUPPLY / 2);
        vm.startPrank(WHALE);
        votes.delegate(WHALE);
        uint256 id = fast.propose(targets, new uint256[](1), calls, "flash");
        votes.transfer(HOLDER, SUPPLY / 2);
        vm.stopPrank();
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.prank(WHALE);
        fast.castVote(id, 1);
        (, uint256 forVotes,) = fast.proposalVotes(id);
        assertEq(forVotes, 0, "nothing");
    }

    function test_timelock_hasNoOtherWay() public {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes memory call = abi.encodeCall(_directory.setRegistrationFee, (0.002 ether));
        address[3] memory others = [address(this), HOLDER, WHALE];
        for (uint256 i; i < 3; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert();
            timelock.schedule(address(_directory), 0, call, 0, 0, 2 days);
            vm.expectRevert();
            timelock.execute(address(_directory), 0, call, 0, 0);
            vm.expectRevert();
            timelock.grantRole(proposer, others[i]);
            vm.expectRevert();
            governor.relay(address(timelock), 0, call);
            vm.stopPrank();
        }
    }

    /// @dev Without the suffix whoever sees a proposal coming makes it first and cancels it.
    function test_suffix_keepsAProposalItsProposers() public {
        give(WHALE, SUPPLY / 100);
        (address[] memory targets, bytes[] memory calls) = feeCall();
        uint256[] memory values = new uint256[](1);
        string memory description = "fee #proposer=0x00000000000000000000000000000000000401de";
        vm.prank(WHALE);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, WHALE));
        governor.propose(targets, values, calls, description);
        vm.prank(HOLDER);
        uint256 id = governor.propose(targets, values, calls, description);
        vm.prank(WHALE);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, WHALE));
        governor.cancel(targets, values, calls, keccak256(bytes(description)));
    }
}
