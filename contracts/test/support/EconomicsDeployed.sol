// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ContactDirectory} from "../../src/contacts/ContactDirectory.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {StakeVault} from "../../src/economics/StakeVault.sol";
import {SybilLists} from "../../src/economics/SybilLists.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {ISybilListGate} from "../../src/interfaces/ISybilListGate.sol";
import {PublicInbox} from "../../src/invites/PublicInbox.sol";
import {SybilListGate} from "../../src/invites/SybilListGate.sol";
import {AttributeChange} from "../../src/types/Contacts.sol";
import {BulkParameters, ListUpdate, ReimbursementBounds, ReputationParameters} from "../../src/types/Economics.sol";
import {InvitesDeployed} from "./InvitesDeployed.sol";

/// @title An inbox with bulk pricing, and all that it stands on
abstract contract EconomicsDeployed is InvitesDeployed {
    uint256 internal constant PUBLISHER_KEY = 0xB11;
    uint256 internal constant ATTESTER_KEY = 0xA77;
    uint256 internal constant REGISTRATION_FEE = 0.05 ether;
    uint256 internal constant UNIT = 0.0001 ether;
    address internal constant OPERATOR = address(0x09E7);
    address internal constant STRANGER = address(0x57A6);

    IContactDirectory internal directory;
    StakeVault internal stakes;
    SybilLists internal lists;
    Reputation internal reputation;
    BulkPricing internal pricing;
    Treasury internal treasury;
    ISybilListGate internal listGate;
    address internal publisher;
    address internal attester;

    function setUp() public virtual override {
        super.setUp();
        publisher = vm.addr(PUBLISHER_KEY);
        attester = vm.addr(ATTESTER_KEY);
        treasury = new Treasury(GOVERNANCE, OPERATOR, bounds());
        directory = new ContactDirectory(GOVERNANCE, address(treasury), verifier, REGISTRATION_FEE);
        stakes = new StakeVault(GOVERNANCE, address(treasury), 21 days);
        lists = new SybilLists();
        reputation = new Reputation(GOVERNANCE, directory, stakes, lists, reputationParameters());
        pricing = new BulkPricing(GOVERNANCE, reputation, bulkParameters());
        inbox = new PublicInbox(GOVERNANCE, address(treasury), verifier, demandGate, pricing, SHARE);
        listGate = new SybilListGate(lists);
    }

    function bounds() internal pure returns (ReimbursementBounds memory) {
        return ReimbursementBounds({perRecord: 0.1 ether, perPeriod: 1 ether, period: 7 days, incomeShare: 8000});
    }

    function reputationParameters() internal pure returns (ReputationParameters memory) {
        return ReputationParameters({newcomer: 400_000, maturity: 30 days, matureStake: 0.5 ether, attestation: 5000});
    }

    function bulkParameters() internal pure returns (BulkParameters memory) {
        return BulkParameters({
            base: uint128(UNIT),
            unit: uint128(UNIT),
            maxPart: 0.05 ether,
            stakePerInvite: 0.01 ether,
            stakePerSender: 0.01 ether,
            epoch: 7 days,
            invites: 16,
            senders: 8,
            steepness: 4
        });
    }

    function register(address account) internal {
        vm.deal(account, account.balance + REGISTRATION_FEE);
        vm.prank(account);
        directory.register{value: REGISTRATION_FEE}(new AttributeChange[](0));
    }

    /// @dev Registered so long ago that age alone makes for full repute.
    function registerMature(address account) internal {
        register(account);
        vm.warp(vm.getBlockTimestamp() + 30 days);
    }

    function stake(address account, uint256 amount) internal {
        vm.deal(address(this), amount);
        stakes.stake{value: amount}(account);
    }

    function one(address account) internal pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }

    function publish(uint64 version, address[] memory added, address[] memory removed) internal {
        vm.prank(publisher);
        lists.update(ListUpdate(publisher, version, validUntil(), 0, added, removed), "");
    }

    function validUntil() internal view returns (uint64) {
        return uint64(vm.getBlockTimestamp() + 10 days);
    }

    function follow(address whom) internal {
        vm.prank(GOVERNANCE);
        reputation.setPublishers(one(whom));
    }

    function attestation(address subject, uint64 issuedAt, uint64 expiresAt) internal view returns (bytes memory) {
        return attestationOf(attester, ATTESTER_KEY, subject, issuedAt, expiresAt);
    }

    /// @dev By `key` in the name of `by`.
    function attestationOf(address by, uint256 key, address subject, uint64 issuedAt, uint64 expiresAt)
        internal
        view
        returns (bytes memory)
    {
        bytes32 structHash = attestationHash(by, subject, issuedAt, expiresAt);
        return signTyped("Parley Reputation", address(reputation), structHash, key);
    }

    function attest(address subject) internal {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        reputation.attest(attester, subject, now_, now_ + 100 days, attestation(subject, now_, now_ + 100 days));
    }
}
