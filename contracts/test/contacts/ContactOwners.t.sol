// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bounds} from "../../src/libraries/Bounds.sol";
import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {IERC1056} from "../../src/interfaces/IERC1056.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {ContactBundle} from "../../src/types/Contacts.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";

contract ContactOwnersTest is ContactsDeployed {
    function setUp() public override {
        super.setUp();
        registerAlice();
    }

    function test_changeOwner_onlyTheNewOneWrites() public {
        vm.startPrank(alice);
        directory.changeOwner(alice, bob);
        assertEq(directory.identityOwner(alice), bob, "owner");
        assertEq(directory.owners(alice), bob, "given to");
        _expectNotAuthorized(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        _expectNotAuthorized(alice);
        directory.changeOwner(alice, alice);
        vm.stopPrank();
        vm.startPrank(bob);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.changeOwner(alice, alice);
        assertEq(directory.identityOwner(alice), alice, "given back");
    }

    function test_changeOwner_zero_deactivatesForEver() public {
        vm.startPrank(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.addDelegate(alice, WRITER, bob, 1000);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDOwnerChanged(alice, address(0), 100);
        directory.changeOwner(alice, address(0));
        ContactBundle memory bundle = directory.bundle(alice);
        assertTrue(bundle.deactivated, "deactivated");
        assertEq(bundle.owner, address(0), "owner");
        assertEq(bundle.entries.length, 0, "entries");
        assertEq(directory.identityOwner(alice), address(0), "owner alone");
        assertTrue(!directory.validDelegate(alice, WRITER, bob), "delegate");
        assertTrue(!directory.mayWrite(alice, address(0)), "nobody is nobody's delegate");
        bytes memory refusal = abi.encodeWithSelector(IContactDirectory.ContactDirectory_Deactivated.selector, alice);
        vm.expectRevert(refusal);
        directory.changeOwner(alice, alice);
        vm.stopPrank();
        vm.prank(bob);
        vm.expectRevert(refusal);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_AlreadyRegistered.selector, alice));
        directory.register{value: FEE}(none());
    }

    function test_writer_changesAttributesOnly() public {
        vm.prank(alice);
        directory.addDelegate(alice, WRITER, bob, 1000);
        assertTrue(directory.mayWrite(alice, bob), "may write");
        vm.startPrank(bob);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.revokeAttribute(alice, INSTALLATION, KEY);
        directory.changeAttributes(alice, change(INSTALLATION, OTHER_KEY, 1000));
        _expectNotAuthorized(bob);
        directory.changeOwner(alice, bob);
        _expectNotAuthorized(bob);
        directory.addDelegate(alice, WRITER, bob, 9000);
        _expectNotAuthorized(bob);
        directory.revokeDelegate(alice, WRITER, bob);
    }

    function test_writer_revokedOrExpired_writesNoMore() public {
        vm.startPrank(alice);
        directory.addDelegate(alice, WRITER, bob, 1000);
        directory.revokeDelegate(alice, WRITER, bob);
        vm.stopPrank();
        vm.startPrank(bob);
        _expectNotAuthorized(bob);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        vm.stopPrank();
        vm.prank(alice);
        directory.addDelegate(alice, WRITER, bob, 1000);
        vm.warp(START + 1000);
        vm.startPrank(bob);
        _expectNotAuthorized(bob);
        directory.changeAttributes(alice, change(INSTALLATION, KEY, 1000));
        assertTrue(!directory.mayWrite(alice, bob), "may write");
    }

    /// @dev EIP-1056's own delegate types sign for an identity elsewhere; they were never promised a pen here.
    function test_otherDelegates_doNotWrite() public {
        vm.startPrank(alice);
        directory.addDelegate(alice, "veriKey", bob, 1000);
        directory.addDelegate(alice, "sigAuth", bob, 1000);
        vm.stopPrank();
        vm.startPrank(bob);
        _expectNotAuthorized(bob);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
    }

    function test_delegates_readAsErc1056Has() public {
        vm.startPrank(alice);
        directory.addDelegate(alice, "veriKey", bob, 1000);
        bytes32 typeHash = keccak256(abi.encodePacked(bytes32("veriKey")));
        assertEq(directory.delegates(alice, typeHash, bob), START + 1000, "until when");
        assertTrue(directory.validDelegate(alice, "veriKey", bob), "valid");
        assertTrue(!directory.validDelegate(alice, "sigAuth", bob), "of that type only");
        assertTrue(!directory.validDelegate(bob, "veriKey", bob), "of that identity only");
        vm.expectEmit(address(directory));
        emit IERC1056.DIDDelegateChanged(alice, "veriKey", bob, 0, 100);
        directory.revokeDelegate(alice, "veriKey", bob);
        assertEq(directory.delegates(alice, typeHash, bob), 0, "revoked");
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotInBundle.selector, alice, bytes32("veriKey"))
        );
        directory.revokeDelegate(alice, "veriKey", bob);
    }

    function testFuzz_stranger_writesNothing(address stranger) public {
        vm.assume(stranger != alice);
        vm.startPrank(stranger);
        _expectNotAuthorized(stranger);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        _expectNotAuthorized(stranger);
        directory.revokeAttribute(alice, INSTALLATION, KEY);
        _expectNotAuthorized(stranger);
        directory.changeAttributes(alice, none());
        _expectNotAuthorized(stranger);
        directory.addDelegate(alice, WRITER, stranger, 1000);
        _expectNotAuthorized(stranger);
        directory.revokeDelegate(alice, WRITER, stranger);
        _expectNotAuthorized(stranger);
        directory.changeOwner(alice, stranger);
    }

    function testFuzz_register_wrongFee_reverts(uint96 value) public {
        vm.assume(value != FEE);
        vm.deal(bob, value);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_WrongFee.selector, value, FEE));
        directory.register{value: value}(none());
    }

    function testFuzz_fee_onlyWithinBounds(uint256 fee) public {
        uint256 within = clamp(fee, FEE / 10, 10 * FEE);
        vm.startPrank(GOVERNANCE);
        vm.expectEmit(address(directory));
        emit IContactDirectory.RegistrationFeeSet(within);
        directory.setRegistrationFee(within);
        assertEq(directory.registrationFee(), within, "fee");
        _expectFeeOutOfBounds();
        directory.setRegistrationFee(clamp(fee, 1, 1 gwei - 1));
        _expectFeeOutOfBounds();
        directory.setRegistrationFee(clamp(fee, 0.1 ether + 1, type(uint256).max - 1));
        vm.stopPrank();
    }

    function test_fee_0_isNone() public {
        vm.startPrank(GOVERNANCE);
        for (uint256 fee = FEE / 10; fee >= 10 gwei; fee /= 10) {
            directory.setRegistrationFee(fee);
            vm.warp(vm.getBlockTimestamp() + 1 hours);
        }
        directory.setRegistrationFee(0);
        vm.stopPrank();
        vm.prank(bob);
        directory.register(none());
    }

    /// @dev Seconds since 1970 are a fee within the bounds, and no step that anybody means.
    function test_fee_aTimestamp_reverts() public {
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "registrationFee", FEE, START));
        directory.setRegistrationFee(START);
        vm.expectRevert(
            abi.encodeWithSelector(Bounds.Bounds_StepTooLarge.selector, "registrationFee", FEE, 10 * FEE + 1)
        );
        directory.setRegistrationFee(10 * FEE + 1);
        vm.stopPrank();
    }

    function test_fee_notGovernance_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotGovernance.selector, address(this))
        );
        directory.setRegistrationFee(0);
    }

    function test_fees_goToTheTreasury() public {
        vm.prank(bob);
        directory.register{value: FEE}(none());
        vm.expectEmit(address(directory));
        emit IContactDirectory.FeesCollected(TREASURY, 2 * FEE);
        assertEq(directory.collectFees(), 2 * FEE, "value");
        assertEq(TREASURY.balance, 2 * FEE, "wei");
        assertEq(address(directory).balance, 0, "nothing stays");
    }

    function test_fees_treasuryRefuses_reverts() public {
        directory = new ContactDirectory(GOVERNANCE, address(this), verifier, FEE);
        registerAlice();
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_PaymentFailed.selector, address(this), FEE)
        );
        directory.collectFees();
    }

    function test_deployment_keepsWhatItIsGiven() public view {
        assertEq(directory.governance(), GOVERNANCE, "governance");
        assertEq(directory.treasury(), TREASURY, "treasury");
    }

    function test_deployment_withoutGovernance_reverts() public {
        _expectOutOfBounds("governance");
        new ContactDirectory(address(0), TREASURY, verifier, FEE);
    }

    function test_deployment_withoutTreasury_reverts() public {
        _expectOutOfBounds("treasury");
        new ContactDirectory(GOVERNANCE, address(0), verifier, FEE);
    }

    function test_deployment_withoutVerifier_reverts() public {
        _expectOutOfBounds("verifier");
        new ContactDirectory(GOVERNANCE, TREASURY, ISignatureVerifier(address(0)), FEE);
    }

    function test_deployment_highFee_reverts() public {
        _expectFeeOutOfBounds();
        new ContactDirectory(GOVERNANCE, TREASURY, verifier, 1 ether);
    }

    function _expectOutOfBounds(string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_ParameterOutOfBounds.selector, name));
    }

    function _expectNotAuthorized(address actor) private {
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotAuthorized.selector, alice, actor));
    }

    function _expectFeeOutOfBounds() private {
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_ParameterOutOfBounds.selector, "registrationFee")
        );
    }
}
