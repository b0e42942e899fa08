// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";

/// @title A delegate's type is text, so that everybody counts its changes alike
/// @dev test/system/contact-numbers.test.ts holds the numbers against a resolver's.
contract DelegateTypesTest is ContactsDeployed {
    function setUp() public override {
        super.setUp();
        registerAlice();
    }

    function expectMalformed(bytes32 delegateType) private {
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_MalformedDelegateType.selector, delegateType)
        );
    }

    function test_malformed_areRefused() public {
        bytes32[6] memory malformed = [
            bytes32(0),
            keccak256("org.example.rotate"),
            bytes32(bytes6(hex"76657269ff79")),
            bytes32(bytes9("veri\x00Key")),
            bytes32(bytes5("\x00veri")),
            bytes32(bytes5("veri\x7f"))
        ];
        vm.startPrank(alice);
        for (uint256 i; i < malformed.length; ++i) {
            expectMalformed(malformed[i]);
            directory.addDelegate(alice, malformed[i], bob, 1000);
            expectMalformed(malformed[i]);
            directory.revokeDelegate(alice, malformed[i], bob);
        }
        vm.stopPrank();
        assertEq(directory.bundle(alice).entries.length, 0, "nothing counted");
    }

    function test_text_upTo32Bytes() public {
        vm.startPrank(alice);
        directory.addDelegate(alice, "a delegate's type of 32 bytes!!!", bob, 1000);
        directory.addDelegate(alice, "~", bob, 1000);
        directory.addDelegate(alice, " ", bob, 1000);
        vm.stopPrank();
        assertEq(directory.bundle(alice).entries.length, 3, "kept");
        assertEq(directory.bundle(alice).entries[2].number, 3, "number");
    }
}
