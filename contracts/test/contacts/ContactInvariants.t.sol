// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactBundle, ContactEntry} from "../../src/types/Contacts.sol";
import {ContactsDeployed} from "../support/ContactsDeployed.sol";
import {ContactActors} from "./ContactActors.sol";

/// @dev What holds whatever `ContactActors` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract ContactInvariantsTest is ContactsDeployed {
    ContactActors private _actors;

    function setUp() public override {
        super.setUp();
        _actors = new ContactActors(directory);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    /// @dev One campaign for all, so that one walk is looked at from every side.
    function invariant_all() public view {
        checkNothingWrongIsLetThrough();
        checkBundleIsWhatItsOwnerAndDelegatesMadeIt(_actors.lastTouched());
        checkFeesAreAllThere();
        checkNoncesCountSignatures();
    }

    /// @dev The others must not have moved meanwhile.
    function afterInvariant() public view {
        checkDirectoryListsWhoRegistered();
        for (uint256 i; i < _actors.ACCOUNTS(); ++i) {
            checkBundleIsWhatItsOwnerAndDelegatesMadeIt(_actors.account(i));
        }
    }

    /// @dev A walk of its own, to see that the actions do not refuse one another for ever.
    function test_actors_reachEveryAction() public {
        uint256 random = 1;
        for (uint256 i; i < 600; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            _act(random % 9, random >> 8);
            if (i % 20 == 0) invariant_all();
        }
        afterInvariant();
        string[10] memory actions = [
            "passTime",
            "register",
            "write",
            "setWriter",
            "changeOwner",
            "replay",
            "prune",
            "setFee",
            "collect",
            "refused"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_actors.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
    }

    function checkNothingWrongIsLetThrough() internal view {
        assertEq(bytes(_actors.letThrough()), "", _actors.letThrough());
    }

    function checkBundleIsWhatItsOwnerAndDelegatesMadeIt(address identity) internal view {
        ContactActors.Known memory known = _actors.known(identity);
        ContactBundle memory bundle = directory.bundle(identity);
        assertEq(bundle.owner, known.registered ? known.owner : identity, "bundle: owner");
        assertEq(bundle.changedAt, known.changedAt, "bundle: latest change");
        assertTrue(bundle.deactivated == known.dead, "bundle: deactivated");
        assertEq(bundle.entries.length, _checkEntries(identity, bundle.entries, known.dead), "bundle: entries");
    }

    function checkFeesAreAllThere() internal view {
        assertEq(address(directory).balance, _actors.paidWei() - _actors.collectedWei(), "fees: in the directory");
        assertEq(TREASURY.balance, _actors.collectedWei(), "fees: in the treasury");
        assertEq(directory.registrationFee(), _actors.fee(), "fees: as set");
        assertTrue(directory.registrationFee() <= 0.1 ether, "fees: above the bound");
    }

    function checkDirectoryListsWhoRegistered() internal view {
        address[] memory listed = directory.identities(0, type(uint256).max);
        for (uint256 i; i < listed.length; ++i) {
            assertEq(listed[i], _actors.registered(i), "directory: order");
            assertTrue(directory.registeredAt(listed[i]) != 0, "directory: time");
        }
    }

    function checkNoncesCountSignatures() internal view {
        for (uint256 i; i < _actors.ACCOUNTS(); ++i) {
            address signer = _actors.account(i);
            assertEq(directory.nonce(signer), _actors.nonces(signer), "nonces: signatures used");
        }
    }

    /// @dev How many entries are live by the ledger, each of which must be in the bundle as it was made.
    function _checkEntries(address identity, ContactEntry[] memory entries, bool dead)
        private
        view
        returns (uint256 live)
    {
        for (uint256 i; i < _actors.KEYS(); ++i) {
            ContactActors.Live memory key = _actors.keyOf(identity, i);
            if (key.validTo <= block.timestamp || dead) continue;
            ++live;
            assertTrue(_has(entries, INSTALLATION, _actors.valueOf(i), key), "bundle: a key is missing");
        }
        for (uint256 i; i < _actors.ACCOUNTS(); ++i) {
            address writer = _actors.account(i);
            ContactActors.Live memory right = _actors.writerOf(identity, writer);
            bool valid = right.validTo > block.timestamp;
            assertTrue(directory.validDelegate(identity, WRITER, writer) == (valid && !dead), "bundle: delegates");
            if (!valid || dead) continue;
            ++live;
            assertTrue(_has(entries, WRITER, abi.encodePacked(writer), right), "bundle: a delegate is missing");
        }
    }

    function _has(ContactEntry[] memory entries, bytes32 name, bytes memory value, ContactActors.Live memory expected)
        private
        pure
        returns (bool)
    {
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i].name != name || keccak256(entries[i].value) != keccak256(value)) continue;
            return entries[i].validTo == expected.validTo && entries[i].number == expected.number;
        }
        return false;
    }

    function _act(uint256 which, uint256 random) private {
        uint256 a = random % 2 ** 40;
        uint256 b = (random >> 40) % 2 ** 40;
        uint256 c = (random >> 80) % 2 ** 40;
        uint256 d = (random >> 120) % 2 ** 40;
        bool signed = (random >> 160) % 2 == 0;
        if (which == 0) _actors.passTime(a);
        else if (which == 1) _actors.register(a, signed);
        else if (which == 2) _actors.write(a, b, c, d, signed);
        else if (which == 3) _actors.setWriter(a, b, c, d, signed);
        else if (which == 4) _actors.changeOwner(a, b, c, signed);
        else if (which == 5) _actors.replay();
        else if (which == 6) _actors.prune(a);
        else if (which == 7) _actors.setFee(a, signed);
        else _actors.collect();
    }
}
