// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {ContactSigning} from "./ContactSigning.sol";

/// @title A directory with a fee, and two who may use it
abstract contract ContactsDeployed is ContactSigning {
    uint256 internal constant ALICE_KEY = 0xA11CE;
    uint256 internal constant BOB_KEY = 0xB0B;
    address internal constant SPONSOR = address(0x5905);

    ISignatureVerifier internal verifier;
    address internal alice;
    address internal bob;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(100);
        verifier = new SignatureVerifier();
        directory = new ContactDirectory(GOVERNANCE, TREASURY, verifier, FEE);
        alice = vm.addr(ALICE_KEY);
        bob = vm.addr(BOB_KEY);
        vm.deal(SPONSOR, 100 ether);
        vm.deal(alice, 100 ether);
        vm.deal(bob, 100 ether);
    }

    function registerAlice() internal {
        vm.prank(alice);
        directory.register{value: FEE}(none());
    }
}
