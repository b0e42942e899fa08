// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AttributeChange, Authorization} from "../../src/types/Contacts.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/ContactGasTest.json`.
contract ContactGasTest is ContactsDeployed {
    uint256 private constant DEADLINE = START + 3600;

    function test_register() public {
        vm.prank(alice);
        directory.register{value: FEE}(none());
        vm.snapshotGasLastCall("register");
        vm.prank(bob);
        directory.register{value: FEE}(_bundle());
        vm.snapshotGasLastCall("register, two keys and two pointers");
    }

    function test_registerBySignature() public {
        Authorization memory a = authorization(ALICE_KEY, registration(alice, _bundle(), 0, DEADLINE), DEADLINE);
        vm.prank(SPONSOR);
        directory.registerBySignature{value: FEE}(_bundle(), a);
        vm.snapshotGasLastCall("registerBySignature, two keys and two pointers");
    }

    function test_attributes() public {
        registerAlice();
        vm.startPrank(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        vm.snapshotGasLastCall("setAttribute, a key");
        directory.setAttribute(alice, INSTALLATION, KEY, 2000);
        vm.snapshotGasLastCall("setAttribute, a key again");
        directory.revokeAttribute(alice, INSTALLATION, KEY);
        vm.snapshotGasLastCall("revokeAttribute, a key");
        directory.addDelegate(alice, WRITER, bob, 1000);
        vm.snapshotGasLastCall("addDelegate");
        directory.revokeDelegate(alice, WRITER, bob);
        vm.snapshotGasLastCall("revokeDelegate");
        directory.changeOwner(alice, bob);
        vm.snapshotGasLastCall("changeOwner");
    }

    function test_signed() public {
        registerAlice();
        AttributeChange[] memory changes = change(INSTALLATION, KEY, 1000);
        Authorization memory a =
            authorization(ALICE_KEY, attributesChange(alice, alice, changes, 0, DEADLINE), DEADLINE);
        directory.changeAttributesBySignature(alice, changes, a);
        vm.snapshotGasLastCall("changeAttributesBySignature, a key");
        directory.collectFees();
        vm.snapshotGasLastCall("collectFees");
    }

    function test_sizes() public {
        vm.snapshotValue("runtime bytes, ContactDirectory", address(directory).code.length);
        vm.snapshotValue("runtime bytes, SignatureVerifier", address(verifier).code.length);
        assertTrue(address(directory).code.length < 24_576, "EIP-170");
    }

    function _bundle() private pure returns (AttributeChange[] memory changes) {
        changes = new AttributeChange[](4);
        changes[0] = AttributeChange(INSTALLATION, KEY, 1000);
        changes[1] = AttributeChange(FALLBACK, OTHER_KEY, 1000);
        changes[2] = AttributeChange("parley/keyPackages", KEY, 1000);
        changes[3] = AttributeChange("parley/preferences", KEY, 1000);
    }
}
