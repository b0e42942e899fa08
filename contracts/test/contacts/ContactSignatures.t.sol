// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {AttributeChange, Authorization} from "../../src/types/Contacts.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";
import {WalletFactory} from "../support/Wallets.sol";

/// @dev A factory that uses the moment it is called to send another of the signer's decisions.
contract ReentrantFactory {
    IContactDirectory private immutable DIRECTORY;
    WalletFactory private immutable FACTORY;

    constructor(IContactDirectory directory, WalletFactory factory) {
        DIRECTORY = directory;
        FACTORY = factory;
    }

    function deploy(address key, address identity, address newOwner, Authorization calldata first) external {
        FACTORY.deploy(key);
        DIRECTORY.changeOwnerBySignature(identity, newOwner, first);
    }
}

contract ContactSignaturesTest is ContactsDeployed {
    uint256 private constant DEADLINE = START + 3600;
    uint256 private constant FOR_EVER = type(uint256).max;
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    WalletFactory private _factory;

    function setUp() public override {
        super.setUp();
        _factory = new WalletFactory();
    }

    function test_register_sponsored() public {
        AttributeChange[] memory changes = change(INSTALLATION, KEY, 1000);
        Authorization memory a = authorization(ALICE_KEY, registration(alice, changes, 0, DEADLINE), DEADLINE);
        vm.expectEmit(address(directory));
        emit IContactDirectory.Registered(alice, 0, SPONSOR, FEE);
        vm.prank(SPONSOR);
        directory.registerBySignature{value: FEE}(changes, a);
        assertEq(directory.registeredAt(alice), START, "registered");
        assertEq(directory.bundle(alice).entries.length, 1, "entries");
        assertEq(directory.nonce(alice), 1, "nonce");
        assertEq(SPONSOR.balance, 100 ether - FEE, "the sponsor paid");
        assertEq(alice.balance, 100 ether, "the owner did not");
    }

    function test_changes_signedByTheOwner() public {
        registerAlice();
        directory.changeDelegateBySignature(
            alice,
            WRITER,
            bob,
            1000,
            authorization(ALICE_KEY, delegateChange(alice, WRITER, bob, 1000, 0, DEADLINE), DEADLINE)
        );
        assertTrue(directory.validDelegate(alice, WRITER, bob), "added");
        AttributeChange[] memory changes = change(INSTALLATION, KEY, 1000);
        directory.changeAttributesBySignature(
            alice, changes, authorization(ALICE_KEY, attributesChange(alice, alice, changes, 1, DEADLINE), DEADLINE)
        );
        directory.changeAttributesBySignature(
            alice,
            change(INSTALLATION, KEY, 0),
            authorization(BOB_KEY, attributesChange(bob, alice, change(INSTALLATION, KEY, 0), 0, DEADLINE), DEADLINE)
        );
        assertEq(directory.bundle(alice).entries.length, 1, "set by the owner, revoked by the writer");
        directory.changeDelegateBySignature(
            alice,
            WRITER,
            bob,
            0,
            authorization(ALICE_KEY, delegateChange(alice, WRITER, bob, 0, 2, DEADLINE), DEADLINE)
        );
        assertTrue(!directory.validDelegate(alice, WRITER, bob), "revoked");
        directory.changeOwnerBySignature(
            alice, bob, authorization(ALICE_KEY, ownerChange(alice, alice, bob, 3, DEADLINE), DEADLINE)
        );
        assertEq(directory.identityOwner(alice), bob, "owner");
    }

    function test_replay_reverts() public {
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, attributesChange(alice, alice, none(), 0, DEADLINE), DEADLINE);
        directory.changeAttributesBySignature(alice, none(), a);
        _expectInvalid(alice);
        directory.changeAttributesBySignature(alice, none(), a);
    }

    /// @dev What EIP-1056's own registries allow: one signature, good on every chain.
    function testFuzz_replay_otherChain_reverts(uint64 chainId) public {
        vm.assume(chainId != block.chainid && chainId != 0);
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE);
        uint256 here = block.chainid;
        vm.chainId(chainId);
        _expectInvalid(alice);
        directory.changeOwnerBySignature(alice, bob, a);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(ALICE_KEY, digestOf(ownerChange(alice, alice, bob, 0, FOR_EVER), here, address(directory)));
        _expectInvalid(alice);
        directory.changeOwnerSigned(alice, v, r, s, bob);
        vm.chainId(here);
        directory.changeOwnerBySignature(alice, bob, a);
        assertEq(directory.identityOwner(alice), bob, "good where it was meant");
    }

    function test_replay_otherDirectory_reverts() public {
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE);
        directory = new ContactDirectory(GOVERNANCE, TREASURY, verifier, FEE);
        registerAlice();
        _expectInvalid(alice);
        directory.changeOwnerBySignature(alice, bob, a);
    }

    /// @dev A signature as EIP-1056 makes it, without the chain.
    function test_legacyDigest_isWorthless() public {
        registerAlice();
        bytes32 legacy = keccak256(
            abi.encodePacked(bytes1(0x19), bytes1(0), address(directory), uint256(0), alice, "changeOwner", bob)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, legacy);
        _expectInvalid(alice);
        directory.changeOwnerSigned(alice, v, r, s, bob);
    }

    function test_legacySelectors_takeTypedSignatures() public {
        registerAlice();
        (uint8 v, bytes32 r, bytes32 s) = _vrs(delegateChange(alice, "veriKey", bob, 1000, 0, FOR_EVER));
        directory.addDelegateSigned(alice, v, r, s, "veriKey", bob, 1000);
        assertTrue(directory.validDelegate(alice, "veriKey", bob), "added");
        (v, r, s) = _vrs(delegateChange(alice, "veriKey", bob, 0, 1, FOR_EVER));
        directory.revokeDelegateSigned(alice, v, r, s, "veriKey", bob);
        assertTrue(!directory.validDelegate(alice, "veriKey", bob), "revoked");
        (v, r, s) = _vrs(attributesChange(alice, alice, change(INSTALLATION, KEY, 1000), 2, FOR_EVER));
        directory.setAttributeSigned(alice, v, r, s, INSTALLATION, KEY, 1000);
        assertEq(directory.bundle(alice).entries.length, 1, "set");
        (v, r, s) = _vrs(attributesChange(alice, alice, change(INSTALLATION, KEY, 0), 3, FOR_EVER));
        directory.revokeAttributeSigned(alice, v, r, s, INSTALLATION, KEY);
        assertEq(directory.bundle(alice).entries.length, 0, "revoked");
        (v, r, s) = _vrs(ownerChange(alice, alice, bob, 4, FOR_EVER));
        directory.changeOwnerSigned(alice, v, r, s, bob);
        assertEq(directory.identityOwner(alice), bob, "owner");
    }

    function test_legacySelectors_validityBounds() public {
        registerAlice();
        bytes4 refusal = IContactDirectory.ContactDirectory_ValidityOutOfBounds.selector;
        uint256 max = 20 * 365 days;
        (uint8 v, bytes32 r, bytes32 s) =
            _vrs(attributesChange(alice, alice, change(INSTALLATION, KEY, 0), 0, FOR_EVER));
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, max));
        directory.setAttributeSigned(alice, v, r, s, INSTALLATION, KEY, 0);
        (v, r, s) = _vrs(delegateChange(alice, WRITER, bob, 0, 0, FOR_EVER));
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, max));
        directory.addDelegateSigned(alice, v, r, s, WRITER, bob, 0);
        uint64 most = type(uint64).max;
        (v, r, s) = _vrs(attributesChange(alice, alice, change(INSTALLATION, KEY, most), 0, FOR_EVER));
        vm.expectRevert(abi.encodeWithSelector(refusal, most, max));
        directory.setAttributeSigned(alice, v, r, s, INSTALLATION, KEY, uint256(most) + 1000);
    }

    function testFuzz_deadline_passed_reverts(uint32 late) public {
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE);
        vm.warp(DEADLINE + 1 + uint256(late));
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_SignatureExpired.selector, DEADLINE));
        directory.changeOwnerBySignature(alice, bob, a);
        vm.warp(DEADLINE);
        directory.changeOwnerBySignature(alice, bob, a);
    }

    function test_deadline_notTheSigned_reverts() public {
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE);
        a.deadline += 1;
        _expectInvalid(alice);
        directory.changeOwnerBySignature(alice, bob, a);
    }

    function test_skipNonce_endsWhatWasSigned() public {
        registerAlice();
        Authorization memory a = authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE);
        vm.expectEmit(address(directory));
        emit IContactDirectory.NonceSkipped(alice, 1);
        vm.prank(alice);
        directory.skipNonce();
        _expectInvalid(alice);
        directory.changeOwnerBySignature(alice, bob, a);
    }

    function test_signer_notTheOwner_reverts() public {
        registerAlice();
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotAuthorized.selector, alice, bob));
        directory.changeOwnerBySignature(
            alice, bob, authorization(BOB_KEY, ownerChange(bob, alice, bob, 0, DEADLINE), DEADLINE)
        );
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotAuthorized.selector, alice, bob));
        directory.changeAttributesBySignature(
            alice, none(), authorization(BOB_KEY, attributesChange(bob, alice, none(), 0, DEADLINE), DEADLINE)
        );
    }

    function testFuzz_signature_anyOther_reverts(bytes calldata signature) public {
        registerAlice();
        vm.assume(signature.length < 32 || bytes32(signature[signature.length - 32:]) != MAGIC);
        _expectInvalid(alice);
        directory.changeOwnerBySignature(alice, bob, Authorization(alice, DEADLINE, signature));
    }

    function test_contractWallet_registersAndChanges() public {
        address wallet = _factory.deploy(alice);
        _registerWallet(wallet, sign(ALICE_KEY, digestOf(registration(wallet, none(), 0, DEADLINE))));
        bytes memory signature = sign(ALICE_KEY, digestOf(ownerChange(wallet, wallet, bob, 1, DEADLINE)));
        directory.changeOwnerBySignature(wallet, bob, Authorization(wallet, DEADLINE, signature));
        assertEq(directory.identityOwner(wallet), bob, "owner");
        signature = sign(BOB_KEY, digestOf(ownerChange(wallet, wallet, alice, 2, DEADLINE)));
        _expectInvalid(wallet);
        directory.changeOwnerBySignature(wallet, alice, Authorization(wallet, DEADLINE, signature));
    }

    function test_counterfactualWallet_isDeployedAndRegistered() public {
        address wallet = _factory.addressOf(alice);
        bytes memory inner = sign(ALICE_KEY, digestOf(registration(wallet, none(), 0, DEADLINE)));
        assertEq(wallet.code.length, 0, "not deployed");
        _registerWallet(wallet, _wrap(abi.encodeCall(WalletFactory.deploy, (alice)), inner));
        assertTrue(wallet.code.length != 0, "deployed");
        assertEq(directory.registeredAt(wallet), START, "registered");
    }

    function test_counterfactualWallet_deployedMeanwhile_counts() public {
        address wallet = _factory.addressOf(alice);
        bytes memory inner = sign(ALICE_KEY, digestOf(registration(wallet, none(), 0, DEADLINE)));
        _factory.deploy(alice);
        _registerWallet(wallet, _wrap(abi.encodeCall(WalletFactory.deploy, (alice)), inner));
        assertEq(directory.registeredAt(wallet), START, "registered");
    }

    function test_counterfactualWallet_otherKey_reverts() public {
        address wallet = _factory.addressOf(alice);
        bytes memory inner = sign(BOB_KEY, digestOf(registration(wallet, none(), 0, DEADLINE)));
        bytes memory wrapped = _wrap(abi.encodeCall(WalletFactory.deploy, (alice)), inner);
        vm.prank(SPONSOR);
        _expectInvalid(wallet);
        directory.registerBySignature{value: FEE}(none(), Authorization(wallet, DEADLINE, wrapped));
    }

    function test_counterfactualWallet_factoryRefuses_reverts() public {
        address wallet = _factory.addressOf(alice);
        bytes memory wrapped = _wrap(abi.encodeCall(WalletFactory.refuse, ()), "");
        vm.prank(SPONSOR);
        vm.expectRevert(
            abi.encodeWithSelector(ISignatureVerifier.SignatureVerifier_FactoryFailed.selector, address(_factory))
        );
        directory.registerBySignature{value: FEE}(none(), Authorization(wallet, DEADLINE, wrapped));
    }

    /// @dev An EOA that delegates (EIP-7702) to code without ERC-1271 still signs with its key.
    function test_delegatedEoa_signsWithItsKey() public {
        registerAlice();
        vm.etch(alice, hex"00");
        directory.changeOwnerBySignature(
            alice, bob, authorization(ALICE_KEY, ownerChange(alice, alice, bob, 0, DEADLINE), DEADLINE)
        );
        assertEq(directory.identityOwner(alice), bob, "owner");
    }

    /// @dev While the second decision is being verified the first is carried out, and with it the right to the second ends.
    function test_reentered_rightsAreAskedAfterwards() public {
        address wallet = _factory.addressOf(bob);
        registerAlice();
        vm.prank(alice);
        directory.changeOwner(alice, wallet);
        ReentrantFactory reentrant = new ReentrantFactory(directory, _factory);
        bytes memory first = sign(BOB_KEY, digestOf(ownerChange(wallet, alice, bob, 1, DEADLINE)));
        bytes memory call =
            abi.encodeCall(ReentrantFactory.deploy, (bob, alice, bob, Authorization(wallet, DEADLINE, first)));
        bytes memory second = sign(BOB_KEY, digestOf(attributesChange(wallet, alice, none(), 0, DEADLINE)));
        bytes memory wrapped = bytes.concat(abi.encode(address(reentrant), call, second), MAGIC);
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotAuthorized.selector, alice, wallet)
        );
        directory.changeAttributesBySignature(alice, none(), Authorization(wallet, DEADLINE, wrapped));
    }

    function _registerWallet(address wallet, bytes memory signature) private {
        vm.prank(SPONSOR);
        directory.registerBySignature{value: FEE}(none(), Authorization(wallet, DEADLINE, signature));
    }

    function _wrap(bytes memory call, bytes memory inner) private view returns (bytes memory) {
        return bytes.concat(abi.encode(address(_factory), call, inner), MAGIC);
    }

    function _vrs(bytes32 structHash) private view returns (uint8 v, bytes32 r, bytes32 s) {
        return vm.sign(ALICE_KEY, digestOf(structHash));
    }

    function _expectInvalid(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_SignatureInvalid.selector, signer));
    }
}
