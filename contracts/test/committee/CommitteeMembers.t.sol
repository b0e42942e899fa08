// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governed} from "../../src/governance/Governed.sol";
import {IDataCommittee} from "../../src/interfaces/IDataCommittee.sol";
import {Bounds} from "../../src/libraries/Bounds.sol";
import {CodeStore} from "../../src/libraries/CodeStore.sol";
import {CommitteeRules, EpochState, MemberState} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";

contract CommitteeMembersTest is CommitteeDeployed {
    address private constant FRESH = address(0xF2E5);

    function test_register_saysWhereAndForWhom() public {
        vm.expectEmit(address(committee));
        emit IDataCommittee.MemberRegistered(FRESH, ownerOf(9), "https://one.example");
        vm.startPrank(FRESH);
        committee.register(ownerOf(9), "https://one.example");
        committee.register(ownerOf(9), "https://two.example");
        MemberState memory state = committee.memberOf(FRESH);
        assertEq(state.owner, ownerOf(9), "owner");
        assertEq(bytes(state.url), "https://two.example", "moved");
        assertEq(state.unlocksAt, 0, "free");
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_AnotherOwner.selector, ownerOf(9)));
        committee.register(ownerOf(8), "https://two.example");
    }

    function test_register_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_UrlLength.selector, 0, 256));
        committee.register(address(this), "");
        string memory long = string(new bytes(257));
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_UrlLength.selector, 257, 256));
        committee.register(address(this), long);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NotOwner.selector, address(0)));
        committee.register(address(0), "https://da.example");
    }

    function test_deposit_refusals() public {
        vm.expectRevert(IDataCommittee.DataCommittee_AmountZero.selector);
        committee.deposit(memberAt(0));
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NotRegistered.selector, FRESH));
        committee.deposit{value: 1}(FRESH);
    }

    function test_exit_beforeAnyEpoch_paysAtOnce() public {
        enroll(4);
        vm.expectEmit(address(committee));
        emit IDataCommittee.StakeDeposited(memberAt(4), address(this), 1 ether);
        committee.deposit{value: 1 ether}(memberAt(4));
        vm.expectEmit(address(committee));
        emit IDataCommittee.StakeWithdrawn(memberAt(4), FRESH, STAKE + 1 ether);
        vm.startPrank(ownerOf(4));
        committee.exit(memberAt(4), FRESH);
        assertEq(FRESH.balance, STAKE + 1 ether, "paid");
        vm.expectRevert(IDataCommittee.DataCommittee_AmountZero.selector);
        committee.exit(memberAt(4), FRESH);
    }

    function test_exit_waitsForWhatWasSigned() public {
        vm.prank(ownerOf(0));
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_Locked.selector, type(uint64).max));
        committee.exit(memberAt(0), FRESH);
        enroll(4);
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(1, 4), K, 1);
        uint64 unlocksAt = uint64(NOW + NOTICE + GRACE + MAX_RETENTION + ANSWER_WINDOW);
        assertEq(committee.memberOf(memberAt(0)).unlocksAt, unlocksAt, "told");
        assertEq(committee.memberOf(memberAt(1)).unlocksAt, type(uint64).max, "in the new epoch");
        vm.warp(unlocksAt - 1);
        vm.prank(ownerOf(0));
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_Locked.selector, unlocksAt));
        committee.exit(memberAt(0), FRESH);
        vm.warp(unlocksAt);
        vm.prank(memberAt(0));
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NotOwner.selector, memberAt(0)));
        committee.exit(memberAt(0), FRESH);
        vm.startPrank(ownerOf(0));
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_PaymentFailed.selector, address(committee), STAKE)
        );
        committee.exit(memberAt(0), address(committee));
        committee.exit(memberAt(0), FRESH);
        assertEq(FRESH.balance, STAKE, "paid");
    }

    function test_rotate_addsAnEpoch() public {
        enroll(4);
        vm.expectEmit(address(committee));
        emit IDataCommittee.EpochAnnounced(2, uint64(NOW + NOTICE), 4, 1, membersFrom(0, 5));
        vm.prank(TIMELOCK);
        assertEq(committee.rotate(membersFrom(0, 5), 4, 1), 2, "number");
        assertEq(committee.epochCount(), 2, "count");
        EpochState memory first = committee.epochOf(1);
        EpochState memory second = committee.epochOf(2);
        assertEq(first.startsAt, NOW, "the first began at once");
        assertEq(first.endsAt, second.startsAt, "one ends where the next begins");
        assertEq(second.startsAt, NOW + NOTICE, "after the notice");
        assertEq(second.endsAt, 0, "open");
        assertEq(second.k, 4, "k");
        assertEq(second.scheme, 1, "scheme");
        assertEq(keccak256(abi.encode(second.members)), keccak256(abi.encode(membersFrom(0, 5))), "members");
        assertEq(keccak256(abi.encode(first.members)), keccak256(abi.encode(membersFrom(0, 4))), "the first as it was");
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_UnknownEpoch.selector, 3));
        committee.epochOf(3);
    }

    function test_rotate_byGovernanceAlone() public {
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, address(this)));
        committee.rotate(membersFrom(0, 4), K, 1);
        IDataCommittee another = deployCommittee();
        vm.prank(memberAt(0));
        vm.expectRevert(abi.encodeWithSelector(Governed.Governed_NotGovernance.selector, memberAt(0)));
        another.rotate(membersFrom(0, 4), K, 1);
    }

    function test_rotate_refusals() public {
        vm.startPrank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_MemberCount.selector, 0, 16));
        committee.rotate(new address[](0), 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_MemberCount.selector, 17, 16));
        committee.rotate(membersFrom(0, 17), 9, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_Threshold.selector, 2, 4));
        committee.rotate(membersFrom(0, 4), 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_Threshold.selector, 5, 4));
        committee.rotate(membersFrom(0, 4), 5, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_UnknownScheme.selector, 2));
        committee.rotate(membersFrom(0, 4), K, 2);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NotRegistered.selector, memberAt(4)));
        committee.rotate(membersFrom(0, 5), K, 1);
        address[] memory twice = membersFrom(0, 3);
        twice[2] = twice[0];
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_MemberTwice.selector, twice[0]));
        committee.rotate(twice, K, 1);
        twice[2] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_NotRegistered.selector, address(0)));
        committee.rotate(twice, K, 1);
        committee.rotate(membersFrom(0, 4), K, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCommittee.DataCommittee_RotatedAlready.selector, NOW + NOTICE));
        committee.rotate(membersFrom(0, 4), K, 1);
        vm.stopPrank();
        vm.prank(memberAt(4));
        committee.register(ownerOf(4), "https://da.example");
        committee.deposit{value: STAKE - 1}(memberAt(4));
        vm.warp(NOW + 1);
        vm.prank(TIMELOCK);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCommittee.DataCommittee_StakeTooSmall.selector, memberAt(4), STAKE - 1, STAKE)
        );
        committee.rotate(membersFrom(0, 5), K, 1);
    }

    function test_sixteen_certify() public {
        for (uint256 i = N; i < 16; ++i) {
            enroll(i);
        }
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, 16), 16, 1);
        vm.warp(NOW + NOTICE);
        EpochState memory epoch = committee.epochOf(2);
        assertEq(epoch.members.length, 16, "members");
        assertEq(epoch.members[15], memberAt(15), "the last");
    }

    function test_rules_haveBounds() public {
        CommitteeRules memory r = committeeRules();
        assertEq(keccak256(abi.encode(committee.rules())), keccak256(abi.encode(r)), "as deployed");
        r.stake = 0;
        _refused(r, "stake", 0, 1, 100_000 ether);
        r = committeeRules();
        r.fault = STAKE + 1;
        _refused(r, "fault", STAKE + 1, 1, STAKE);
        r = committeeRules();
        r.notice = 0;
        _refused(r, "notice", 0, 1, 90 days);
        r = committeeRules();
        r.grace = 90 days + 1;
        _refused(r, "grace", 90 days + 1, 1, 90 days);
        r = committeeRules();
        r.answerWindow = 0;
        _refused(r, "answerWindow", 0, 1, 30 days);
        r = committeeRules();
        r.maxRetention = 2 days - 1;
        _refused(r, "maxRetention", 2 days - 1, 2 days, 180 days);
    }

    function test_codeStore_keepsAllOrNothing() public {
        address place = this.keep(new bytes(24_575));
        assertEq(place.code.length, 24_576, "with the byte before it");
        vm.expectRevert(CodeStore.CodeStore_Failed.selector);
        // What is kept costs 200 gas a byte.
        this.keep{gas: 3_000_000}(new bytes(24_575));
    }

    function keep(bytes memory data) external returns (address) {
        return CodeStore.write(data);
    }

    function test_etherAlone_isRefused() public {
        (bool paid,) = address(committee).call{value: 1}("");
        assertTrue(!paid, "refused");
    }

    function _refused(CommitteeRules memory r, string memory name, uint256 value, uint256 min, uint256 max) private {
        bytes memory initcode = abi.encodePacked(vm.getCode("DataCommittee.sol:DataCommittee"), abi.encode(TIMELOCK, r));
        address created;
        bytes memory reason;
        assembly ("memory-safe") {
            created := create(0, add(initcode, 0x20), mload(initcode))
            reason := mload(0x40)
            mstore(reason, returndatasize())
            returndatacopy(add(reason, 0x20), 0, returndatasize())
            mstore(0x40, and(add(add(reason, returndatasize()), 0x3f), not(0x1f)))
        }
        assertEq(created, address(0), name);
        assertEq(reason, abi.encodeWithSelector(Bounds.Bounds_OutOfBounds.selector, name, value, min, max), name);
    }
}
