// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {AttributeChange, Authorization} from "../../src/types/Contacts.sol";
import {ListUpdate} from "../../src/types/Economics.sol";
import {InviteContext, InviteRequest} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {Signers} from "../support/Signers.sol";

/// @title An EOA that delegates to code (EIP-7702) signs with its key, wherever a signature is taken
/// @dev The governor's is in `GovernanceEdges.t.sol`.
contract DelegatedSignersTest is EconomicsDeployed, Signers {
    function test_inbox_takesIt() public {
        delegateCode(sender);
        InviteRequest memory r = request(ALICE, 1);
        inbox.relay{value: 0.1 ether}(sign(r, address(0), type(uint256).max));
        assertEq(inbox.inboxOf(ALICE).count, 1, "delivered");
    }

    function test_directory_takesIt() public {
        delegateCode(sender);
        bytes32 typeHash = keccak256(
            "Register(address signer,AttributeChange[] changes,uint256 nonce,uint256 deadline)AttributeChange(bytes32 name,bytes value,uint64 validity)"
        );
        bytes32 hash = keccak256(abi.encode(typeHash, sender, keccak256(""), 0, START));
        bytes memory signature = signTyped("Parley ContactDirectory", address(directory), hash, SENDER_KEY);
        vm.deal(address(this), REGISTRATION_FEE);
        IContactDirectory(directory).registerBySignature{value: REGISTRATION_FEE}(
            new AttributeChange[](0), Authorization(sender, START, signature)
        );
        assertEq(directory.registeredAt(sender), START, "registered");
    }

    function test_reputation_takesIt() public {
        vm.prank(GOVERNANCE);
        reputation.setAttester(attester, 10);
        register(ALICE);
        delegateCode(attester);
        attest(ALICE);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, START + 100 days, "vouched for");
    }

    function test_gate_takesWhatWasGivenOutBefore() public {
        vm.prank(ALICE);
        attestationGate.setAttester(attester, true);
        uint64 until = uint64(START + 1 days);
        bytes memory signature = signTyped(
            "Parley AttestationGate",
            address(attestationGate),
            attestationHash(attester, BOB, uint64(START), until),
            ATTESTER_KEY
        );
        bytes memory data = abi.encode(attester, START, until, signature);
        delegateCode(attester);
        (bool admitted,) = attestationGate.quote(InviteContext(ALICE, BOB, BOB, "x", data));
        assertTrue(admitted, "the key is the same");
    }

    function test_lists_takeIt() public {
        ListUpdate memory c = ListUpdate(publisher, 1, validUntil(), 0, one(ALICE), new address[](0));
        bytes32 hash = keccak256(
            abi.encode(
                keccak256(
                    "ListUpdate(address publisher,uint64 version,uint64 validUntil,bytes32 evidence,address[] added,address[] removed)"
                ),
                c.publisher,
                c.version,
                c.validUntil,
                c.evidence,
                keccak256(abi.encode(c.added[0])),
                keccak256("")
            )
        );
        bytes memory signature = signTyped("Parley SybilLists", address(lists), hash, PUBLISHER_KEY);
        delegateCode(publisher);
        lists.update(c, signature);
        (, bool listed) = lists.look(publisher, ALICE);
        assertTrue(listed, "listed");
    }
}
