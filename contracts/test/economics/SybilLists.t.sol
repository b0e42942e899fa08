// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {ISybilListGate} from "../../src/interfaces/ISybilListGate.sol";
import {ISybilLists} from "../../src/interfaces/ISybilLists.sol";
import {ListPolicy, ListReaction, ListUpdate} from "../../src/types/Economics.sol";
import {InviteContext} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract SybilListsTest is EconomicsDeployed {
    bytes32 private constant UPDATE = keccak256(
        "ListUpdate(address publisher,uint64 version,uint64 validUntil,bytes32 evidence,address[] added,address[] removed)"
    );

    function change(uint64 version, address[] memory added, address[] memory removed)
        internal
        view
        returns (ListUpdate memory)
    {
        return ListUpdate(publisher, version, validUntil(), "why", added, removed);
    }

    function signed(ListUpdate memory c) internal view returns (bytes memory) {
        bytes32 hash = keccak256(
            abi.encode(
                UPDATE,
                c.publisher,
                c.version,
                c.validUntil,
                c.evidence,
                keccak256(packed(c.added)),
                keccak256(packed(c.removed))
            )
        );
        return signTyped("Parley SybilLists", address(lists), hash, PUBLISHER_KEY);
    }

    function packed(address[] memory accounts) internal pure returns (bytes memory words) {
        for (uint256 i; i < accounts.length; ++i) {
            words = bytes.concat(words, abi.encode(accounts[i]));
        }
    }

    function looksListed(address account) internal view returns (bool listed) {
        (, listed) = lists.look(publisher, account);
    }

    function test_anyoneRelays() public {
        ListUpdate memory first = change(1, one(ALICE), new address[](0));
        bytes memory signature = signed(first);
        vm.expectEmit(address(lists));
        emit ISybilLists.ListUpdated(publisher, 1, first.validUntil, "why", first.added, first.removed);
        vm.prank(STRANGER);
        lists.update(first, signature);
        (bool fresh, bool listed) = lists.look(publisher, ALICE);
        assertTrue(fresh && listed, "listed");
        assertTrue(!looksListed(BOB), "others are not");
        ListUpdate memory second = change(2, one(BOB), one(ALICE));
        lists.update(second, signed(second));
        assertTrue(looksListed(BOB) && !looksListed(ALICE), "changed");
        assertEq(lists.listOf(publisher).version, 2, "version");
    }

    function test_replay_isRefused() public {
        ListUpdate memory first = change(1, one(ALICE), new address[](0));
        bytes memory signature = signed(first);
        lists.update(first, signature);
        vm.expectRevert(abi.encodeWithSelector(ISybilLists.SybilLists_VersionMismatch.selector, publisher, 1, 2));
        lists.update(first, signature);
    }

    function test_update_refusals() public {
        ListUpdate memory c = change(1, one(ALICE), new address[](0));
        bytes memory signature = signed(c);
        c.added = one(BOB);
        vm.expectRevert(abi.encodeWithSelector(ISybilLists.SybilLists_SignatureInvalid.selector, publisher));
        lists.update(c, signature);
        c.validUntil = uint64(START);
        vm.expectRevert(
            abi.encodeWithSelector(ISybilLists.SybilLists_ValidityOutOfBounds.selector, START, START + 90 days)
        );
        lists.update(c, signature);
        c.validUntil = uint64(START + 90 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISybilLists.SybilLists_ValidityOutOfBounds.selector, START + 90 days + 1, START + 90 days
            )
        );
        lists.update(c, signature);
        c = change(1, new address[](200), new address[](57));
        signature = signed(c);
        vm.expectRevert(abi.encodeWithSelector(ISybilLists.SybilLists_TooManyEntries.selector, 257, 256));
        lists.update(c, signature);
    }

    function test_withdraw() public {
        publish(1, one(ALICE), new address[](0));
        bytes32 structHash =
            keccak256(abi.encode(keccak256("ListWithdrawal(address publisher,uint64 version)"), publisher, 2));
        bytes memory signature = signTyped("Parley SybilLists", address(lists), structHash, PUBLISHER_KEY);
        vm.expectEmit(address(lists));
        emit ISybilLists.ListWithdrawn(publisher, 2);
        lists.withdraw(publisher, 2, signature);
        (bool fresh, bool listed) = lists.look(publisher, ALICE);
        assertTrue(!fresh && !listed, "withdrawn");
        publish(3, one(BOB), new address[](0));
        (fresh, listed) = lists.look(publisher, ALICE);
        assertTrue(fresh && !listed, "a new list starts empty");
        (fresh, listed) = lists.look(publisher, BOB);
        assertTrue(fresh && listed, "and names whom it names");
        vm.expectRevert(abi.encodeWithSelector(ISybilLists.SybilLists_SignatureInvalid.selector, publisher));
        lists.withdraw(publisher, 4, signature);
    }
}

contract SybilListGateTest is EconomicsDeployed {
    function policy(ListReaction onListed, ListReaction onStale, uint128 surcharge)
        internal
        view
        returns (ListPolicy memory)
    {
        return ListPolicy(onListed, onStale, surcharge, one(publisher));
    }

    function set(ListReaction onListed, ListReaction onStale, uint128 surcharge) internal {
        vm.prank(BOB);
        listGate.setPolicy(policy(onListed, onStale, surcharge));
    }

    function judge(address from, address payer) internal returns (bool admitted, uint256 fee) {
        InviteContext memory context = InviteContext(BOB, from, payer, "digest", "");
        (admitted, fee) = IInboxGate(listGate).quote(context);
        (bool again, uint256 sameFee) = IInboxGate(listGate).admit(context);
        assertTrue(again == admitted && sameFee == fee, "quote and admit");
    }

    function test_refusesListed_senderOrPayer() public {
        set(ListReaction.Refuse, ListReaction.Refuse, 0);
        publish(1, one(ALICE), new address[](0));
        (bool admitted,) = judge(ALICE, STRANGER);
        assertTrue(!admitted, "sender");
        (admitted,) = judge(STRANGER, ALICE);
        assertTrue(!admitted, "payer");
        (admitted,) = judge(STRANGER, STRANGER);
        assertTrue(admitted, "others");
    }

    /// @dev The harshest of the publishers counts, wherever it stands among them.
    function test_manyPublishers_theHarshestCounts() public {
        publish(1, one(ALICE), new address[](0));
        address[] memory publishers = new address[](2);
        for (uint256 i; i < 2; ++i) {
            (publishers[i], publishers[1 - i]) = (publisher, address(0x0DD));
            vm.prank(BOB);
            listGate.setPolicy(ListPolicy(ListReaction.Refuse, ListReaction.Pass, 0, publishers));
            (bool admitted,) = judge(ALICE, ALICE);
            assertTrue(!admitted, "listed by one, the other's list is stale");
        }
    }

    function test_chargesListed() public {
        set(ListReaction.Charge, ListReaction.Pass, 0.01 ether);
        publish(1, one(ALICE), new address[](0));
        (bool admitted, uint256 fee) = judge(ALICE, ALICE);
        assertTrue(admitted && fee == 0.01 ether, "listed");
        (admitted, fee) = judge(STRANGER, STRANGER);
        assertTrue(admitted && fee == 0, "others");
        vm.warp(validUntil());
        (admitted, fee) = judge(ALICE, ALICE);
        assertTrue(admitted && fee == 0, "as chosen for lists that are stale");
    }

    function test_staleList_failsAsChosen() public {
        set(ListReaction.Refuse, ListReaction.Refuse, 0);
        (bool admitted, uint256 fee) = judge(STRANGER, STRANGER);
        assertTrue(!admitted, "never published");
        set(ListReaction.Refuse, ListReaction.Charge, 1 gwei);
        (admitted, fee) = judge(STRANGER, STRANGER);
        assertTrue(admitted && fee == 1 gwei, "charged");
    }

    function test_noPolicy_refuses() public {
        (bool admitted,) = judge(STRANGER, STRANGER);
        assertTrue(!admitted, "no policy");
        (address beneficiary, uint16 share) = IInboxGate(listGate).share();
        assertTrue(beneficiary == address(0) && share == 0, "asks nothing for itself");
    }

    function test_setPolicy() public {
        ListPolicy memory p = policy(ListReaction.Refuse, ListReaction.Pass, 0);
        vm.expectEmit(address(listGate));
        emit ISybilListGate.PolicySet(BOB, p);
        vm.prank(BOB);
        listGate.setPolicy(p);
        assertEq(listGate.policyOf(BOB).publishers[0], publisher, "policy");
        p.publishers = new address[](9);
        vm.expectRevert(abi.encodeWithSelector(ISybilListGate.SybilListGate_PublisherCount.selector, 9, 8));
        listGate.setPolicy(p);
        p = policy(ListReaction.Pass, ListReaction.Refuse, 0);
        vm.expectRevert(ISybilListGate.SybilListGate_ListedPass.selector);
        listGate.setPolicy(p);
        p = policy(ListReaction.Charge, ListReaction.Pass, 1);
        vm.expectRevert(abi.encodeWithSelector(ISybilListGate.SybilListGate_SurchargeOutOfBounds.selector, 1));
        listGate.setPolicy(p);
        p = policy(ListReaction.Refuse, ListReaction.Pass, 1 gwei);
        vm.expectRevert(abi.encodeWithSelector(ISybilListGate.SybilListGate_SurchargeOutOfBounds.selector, 1 gwei));
        listGate.setPolicy(p);
    }
}
