// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {IERC1056} from "../../src/interfaces/IERC1056.sol";
import {AttributeChange, ContactBundle, ContactEntry, EntryKind} from "../../src/types/Contacts.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";

contract ContactBundlesTest is ContactsDeployed {
    bytes32 private constant DIGEST = keccak256("key packages");

    function test_register_bundleInOneCall() public {
        AttributeChange[] memory changes = new AttributeChange[](4);
        changes[0] = AttributeChange(INSTALLATION, KEY, 1000);
        changes[1] = AttributeChange(FALLBACK, OTHER_KEY, 2000);
        changes[2] = AttributeChange("parley/keyPackages", abi.encode(DIGEST), 3000);
        changes[3] = AttributeChange(SERVICE, "https://example.org", 4000);
        vm.expectEmit(address(directory));
        emit IContactDirectory.Registered(alice, 0, alice, FEE);
        vm.prank(alice);
        directory.register{value: FEE}(changes);
        ContactBundle memory bundle = directory.bundle(alice);
        assertEq(bundle.owner, alice, "owner");
        assertEq(bundle.registeredAt, START, "registered");
        assertEq(bundle.changedAt, 100, "block");
        assertEq(bundle.keyPackages.digest, DIGEST, "key packages");
        assertEq(bundle.keyPackages.validTo, START + 3000, "until when");
        assertEq(bundle.preferences.digest, 0, "preferences");
        assertEq(bundle.entries.length, 3, "entries");
        _assertEntry(
            bundle.entries[0], ContactEntry(EntryKind.InstallationKey, uint64(START) + 1000, 1, INSTALLATION, KEY)
        );
        _assertEntry(
            bundle.entries[1], ContactEntry(EntryKind.FallbackKey, uint64(START) + 2000, 2, FALLBACK, OTHER_KEY)
        );
        _assertEntry(
            bundle.entries[2], ContactEntry(EntryKind.Service, uint64(START) + 4000, 1, SERVICE, "https://example.org")
        );
        assertEq(directory.registeredAt(alice), START, "registration alone");
    }

    function test_bundle_unregistered_isItsOwn() public view {
        ContactBundle memory bundle = directory.bundle(bob);
        assertEq(bundle.owner, bob, "owner");
        assertEq(bundle.registeredAt, 0, "registered");
        assertEq(bundle.entries.length, 0, "entries");
        assertEq(directory.owners(bob), address(0), "given away");
        assertEq(directory.registeredAt(bob), 0, "registered");
    }

    function test_register_twiceOrZero_reverts() public {
        registerAlice();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_AlreadyRegistered.selector, alice));
        directory.register{value: FEE}(none());
        vm.deal(address(0), FEE);
        vm.prank(address(0));
        vm.expectRevert(IContactDirectory.ContactDirectory_IdentityZero.selector);
        directory.register{value: FEE}(none());
    }

    function test_writes_unregistered_revert() public {
        bytes memory refusal = abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotRegistered.selector, bob);
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        directory.setAttribute(bob, INSTALLATION, KEY, 1000);
        vm.expectRevert(refusal);
        directory.changeOwner(bob, alice);
        vm.expectRevert(refusal);
        directory.addDelegate(bob, WRITER, alice, 1000);
    }

    function test_attribute_expires() public {
        registerAlice();
        vm.startPrank(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.setAttribute(alice, "parley/preferences", abi.encode(DIGEST), 1000);
        vm.warp(START + 999);
        assertEq(directory.bundle(alice).entries.length, 1, "before");
        assertEq(directory.bundle(alice).preferences.digest, DIGEST, "preferences before");
        vm.warp(START + 1000);
        assertEq(directory.bundle(alice).entries.length, 0, "after");
        assertEq(directory.bundle(alice).preferences.digest, 0, "preferences after");
    }

    function test_attribute_renewed_keepsItsPlace() public {
        registerAlice();
        vm.startPrank(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.setAttribute(alice, INSTALLATION, OTHER_KEY, 1000);
        directory.setAttribute(alice, INSTALLATION, KEY, 5000);
        ContactBundle memory bundle = directory.bundle(alice);
        assertEq(bundle.entries.length, 2, "entries");
        _assertEntry(
            bundle.entries[0], ContactEntry(EntryKind.InstallationKey, uint64(START) + 5000, 3, INSTALLATION, KEY)
        );
    }

    function test_attribute_revoked_isGone() public {
        registerAlice();
        vm.startPrank(alice);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.setAttribute(alice, FALLBACK, OTHER_KEY, 1000);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDAttributeChanged(alice, INSTALLATION, KEY, 0, 100);
        directory.revokeAttribute(alice, INSTALLATION, KEY);
        ContactBundle memory bundle = directory.bundle(alice);
        assertEq(bundle.entries.length, 1, "entries");
        assertEq(bundle.entries[0].name, FALLBACK, "the other stays");
        vm.expectRevert(
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotInBundle.selector, alice, INSTALLATION)
        );
        directory.revokeAttribute(alice, INSTALLATION, KEY);
        directory.revokeAttribute(alice, FALLBACK, OTHER_KEY);
        assertEq(directory.bundle(alice).entries.length, 0, "all gone");
    }

    function test_pointer_replacedAndRevoked() public {
        registerAlice();
        bytes32 name = "parley/keyPackages";
        vm.startPrank(alice);
        directory.setAttribute(alice, name, abi.encode(DIGEST), 1000);
        directory.setAttribute(alice, name, abi.encode(bytes32("second")), 2000);
        assertEq(directory.bundle(alice).keyPackages.digest, "second", "replaced");
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_NotInBundle.selector, alice, name));
        directory.revokeAttribute(alice, name, abi.encode(DIGEST));
        directory.revokeAttribute(alice, name, abi.encode(bytes32("second")));
        assertEq(directory.bundle(alice).keyPackages.digest, 0, "revoked");
        assertEq(directory.bundle(alice).keyPackages.validTo, 0, "revoked");
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValueLength.selector, 31, 32, 32));
        directory.setAttribute(alice, name, new bytes(31), 1000);
    }

    function test_otherAttributes_areToldOnly() public {
        registerAlice();
        vm.startPrank(alice);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDAttributeChanged(alice, "colour", "blue", START + 7, 0);
        directory.setAttribute(alice, "colour", "blue", 7);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDAttributeChanged(alice, "colour", "blue", 0, 100);
        directory.revokeAttribute(alice, "colour", "blue");
        assertEq(directory.bundle(alice).entries.length, 0, "entries");
    }

    function test_history_linksBlocks() public {
        registerAlice();
        vm.startPrank(alice);
        vm.roll(110);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDAttributeChanged(alice, INSTALLATION, KEY, START + 1000, 0);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        vm.roll(120);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDDelegateChanged(alice, "veriKey", bob, START + 1000, 110);
        directory.addDelegate(alice, "veriKey", bob, 1000);
        vm.roll(130);
        vm.expectEmit(address(directory));
        emit IERC1056.DIDOwnerChanged(alice, bob, 120);
        directory.changeOwner(alice, bob);
        assertEq(directory.changed(alice), 130, "latest");
    }

    function test_numbers_countAsResolversDo() public {
        registerAlice();
        vm.startPrank(alice);
        directory.addDelegate(alice, "veriKey", bob, 1000);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        directory.revokeDelegate(alice, "veriKey", bob);
        directory.setAttribute(alice, SERVICE, "a", 1000);
        directory.setAttribute(alice, FALLBACK, OTHER_KEY, 1000);
        directory.revokeAttribute(alice, SERVICE, "a");
        directory.setAttribute(alice, SERVICE, "b", 1000);
        ContactEntry[] memory entries = directory.bundle(alice).entries;
        assertEq(entries.length, 3, "entries");
        for (uint256 i; i < 3; ++i) {
            uint256 expected = entries[i].name == INSTALLATION ? 2 : entries[i].name == FALLBACK ? 4 : 3;
            assertEq(entries[i].number, expected, "number");
        }
    }

    function testFuzz_validity_outOfBounds_reverts(uint64 validity) public {
        registerAlice();
        vm.startPrank(alice);
        uint256 max = 20 * 365 days;
        uint256 within = clamp(validity, 1, max);
        directory.setAttribute(alice, INSTALLATION, KEY, within);
        assertEq(directory.bundle(alice).entries[0].validTo, START + within, "until when");
        uint256 beyond = clamp(validity, max + 1, type(uint64).max);
        bytes memory refusal =
            abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValidityOutOfBounds.selector, beyond, max);
        vm.expectRevert(refusal);
        directory.setAttribute(alice, INSTALLATION, KEY, beyond);
        vm.expectRevert(refusal);
        directory.addDelegate(alice, WRITER, bob, beyond);
        refusal = abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValidityOutOfBounds.selector, 0, max);
        vm.expectRevert(refusal);
        directory.setAttribute(alice, INSTALLATION, KEY, 0);
        vm.expectRevert(refusal);
        directory.addDelegate(alice, WRITER, bob, 0);
    }

    function test_names_classified() public {
        registerAlice();
        _assertKind("did/pub/Ed25519", EntryKind.InstallationKey);
        _assertKind("did/pub/Secp256k1/sigAuth/hex", EntryKind.InstallationKey);
        _assertKind("did/pub/Ed25519/veriKey/base64_1", EntryKind.InstallationKey);
        _assertKind("did/pub/X25519/enc", EntryKind.FallbackKey);
        _assertKind("did/pub/X25519/enc/base64", EntryKind.FallbackKey);
        _assertKind("did/pub/X25519/encx", EntryKind.InstallationKey);
        _assertKind("did/pub/enc", EntryKind.InstallationKey);
        _assertKind("did/svc/X/enc", EntryKind.Service);
    }

    function test_names_malformed_revert() public {
        registerAlice();
        bytes32[10] memory names = [
            bytes32("did/pub/"),
            "did/pub//enc",
            "did/pub/a/",
            "did/pub/a/b/c/d",
            "did/pub/a b",
            "did/pub/a-b",
            "did/svc/",
            "did/svc/\x80",
            bytes32("did/pub/a") | bytes32(uint256(1)),
            bytes32("did/pub/a/b/c/")
        ];
        vm.startPrank(alice);
        for (uint256 i; i < names.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_MalformedName.selector, names[i]));
            directory.setAttribute(alice, names[i], KEY, 1000);
        }
    }

    function testFuzz_value_tooLong_reverts(uint16 length) public {
        registerAlice();
        vm.startPrank(alice);
        uint256 beyond = clamp(length, 513, 4096);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValueLength.selector, beyond, 1, 512));
        directory.setAttribute(alice, INSTALLATION, new bytes(beyond), 1000);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValueLength.selector, beyond, 0, 512));
        directory.setAttribute(alice, "colour", new bytes(beyond), 1000);
        vm.expectRevert(abi.encodeWithSelector(IContactDirectory.ContactDirectory_ValueLength.selector, 0, 1, 512));
        directory.setAttribute(alice, INSTALLATION, "", 1000);
        bytes memory value = new bytes(clamp(length, 1, 512));
        directory.setAttribute(alice, INSTALLATION, value, 1000);
        assertEq(directory.bundle(alice).entries[0].value, value, "kept whole");
    }

    function test_bundle_full_pruneMakesRoom() public {
        registerAlice();
        vm.startPrank(alice);
        for (uint256 i; i < 64; ++i) {
            directory.setAttribute(alice, INSTALLATION, abi.encode(i), i % 2 == 0 ? 1000 : 2000);
        }
        bytes memory refusal = abi.encodeWithSelector(IContactDirectory.ContactDirectory_BundleFull.selector, alice, 64);
        vm.expectRevert(refusal);
        directory.setAttribute(alice, INSTALLATION, KEY, 1000);
        vm.recordLogs();
        assertEq(directory.prune(alice), 0, "nothing is over");
        assertEq(vm.getRecordedLogs().length, 0, "and nothing is said");
        vm.expectRevert(refusal);
        directory.addDelegate(alice, WRITER, bob, 1000);
        vm.warp(START + 1000);
        vm.stopPrank();
        vm.expectEmit(address(directory));
        emit IContactDirectory.Pruned(alice, 32);
        directory.prune(alice);
        ContactEntry[] memory entries = directory.bundle(alice).entries;
        assertEq(entries.length, 32, "live entries");
        for (uint256 i; i < 32; ++i) {
            assertEq(uint256(bytes32(entries[i].value)) % 2, 1, "only live ones");
        }
        vm.startPrank(alice);
        for (uint256 i; i < 32; ++i) {
            directory.revokeAttribute(alice, INSTALLATION, entries[i].value);
        }
        assertEq(directory.bundle(alice).entries.length, 0, "each still known by its value");
    }

    /// @dev Entries change places when one is removed; each must still be found.
    function testFuzz_entries_anyOrder_areFound(uint256 random) public {
        registerAlice();
        vm.startPrank(alice);
        bool[8] memory set;
        uint256 live;
        for (uint256 i; i < 16; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            uint256 which = random % 8;
            // Half are delegates, whose entries are found otherwise.
            if (which < 4) {
                if (set[which]) directory.revokeAttribute(alice, INSTALLATION, abi.encode(which));
                else directory.setAttribute(alice, INSTALLATION, abi.encode(which), 1000);
            } else {
                address delegate = address(uint160(which));
                if (set[which]) directory.revokeDelegate(alice, WRITER, delegate);
                else directory.addDelegate(alice, WRITER, delegate, 1000);
                assertTrue(directory.validDelegate(alice, WRITER, delegate) != set[which], "delegate");
            }
            set[which] = !set[which];
            live = set[which] ? live + 1 : live - 1;
            assertEq(directory.bundle(alice).entries.length, live, "entries");
        }
    }

    function testFuzz_identities_pages(uint256 from, uint256 count) public {
        for (uint160 i = 1; i <= 10; ++i) {
            vm.deal(address(i), FEE);
            vm.prank(address(i));
            directory.register{value: FEE}(none());
        }
        assertEq(directory.identityCount(), 10, "count");
        from = clamp(from, 0, 12);
        address[] memory page = directory.identities(from, count);
        uint256 rest = from < 10 ? 10 - from : 0;
        assertEq(page.length, count < rest ? count : rest, "length");
        for (uint160 i; i < page.length; ++i) {
            assertEq(page[i], address(uint160(from) + i + 1), "in order");
        }
    }

    function _assertKind(bytes32 name, EntryKind kind) private {
        vm.prank(alice);
        directory.setAttribute(alice, name, KEY, 1000);
        ContactEntry[] memory entries = directory.bundle(alice).entries;
        assertEq(entries[entries.length - 1].name, name, "name");
        assertEq(uint256(entries[entries.length - 1].kind), uint256(kind), "kind");
    }

    function _assertEntry(ContactEntry memory entry, ContactEntry memory expected) private pure {
        assertEq(abi.encode(entry), abi.encode(expected), "entry");
    }
}
