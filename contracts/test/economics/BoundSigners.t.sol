// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {InviteContext, InviteRequest, SignedInvite, Standing} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {ContractWallet} from "../support/Wallets.sol";

/// @title What is signed names who is asked, so it is good for no other wallet of the same key
contract BoundSignersTest is EconomicsDeployed {
    function expectNotSigned(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_SignatureInvalid.selector, signer));
    }

    function test_relayer_cannotChooseWhichWalletSends() public {
        ContractWallet wallet = new ContractWallet(sender);
        registerMature(address(wallet));
        InviteRequest memory r = request(ALICE, 1);
        SignedInvite memory signed = sign(r, address(0), type(uint256).max);
        vm.deal(STRANGER, 2 ether);
        vm.startPrank(STRANGER);
        signed.authorization.signer = address(wallet);
        expectNotSigned(address(wallet));
        inbox.relay{value: 1 ether}(signed);
        signed.authorization.signer = sender;
        inbox.relay{value: 1 ether}(signed);
        vm.stopPrank();
        assertEq(pricing.reachOf(address(inbox), address(wallet)).invites, 0, "the wallet's allowance");
        assertEq(pricing.reachOf(address(inbox), sender).invites, 1, "the key's that signed");
    }

    function test_wallet_signsForItself() public {
        ContractWallet wallet = new ContractWallet(sender);
        InviteRequest memory r = request(ALICE, 1);
        inbox.relay{value: 1 ether}(signFor(address(wallet), r, address(0), type(uint256).max));
        assertEq(pricing.reachOf(address(inbox), address(wallet)).invites, 1, "the wallet's");
    }

    function test_block_isNotGoneRoundByAnotherWallet() public {
        ContractWallet first = new ContractWallet(sender);
        ContractWallet second = new ContractWallet(sender);
        vm.prank(ALICE);
        inbox.setStanding(address(first), Standing.Blocked);
        SignedInvite memory signed = signFor(address(first), request(ALICE, 2), address(0), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IPublicInbox.PublicInbox_Blocked.selector, ALICE, address(first)));
        inbox.relay{value: 1 ether}(signed);
        signed.authorization.signer = address(second);
        expectNotSigned(address(second));
        inbox.relay{value: 1 ether}(signed);
    }

    function test_revokedAttestation_isNoOtherWallets() public {
        ContractWallet first = new ContractWallet(attester);
        ContractWallet second = new ContractWallet(attester);
        vm.startPrank(GOVERNANCE);
        reputation.setAttester(address(first), 10);
        reputation.setAttester(address(second), 10);
        vm.stopPrank();
        register(ALICE);
        (uint64 now_, uint64 until) = (uint64(START), uint64(START + 100 days));
        bytes memory signature = attestationOf(address(first), ATTESTER_KEY, ALICE, now_, until);
        reputation.attest(address(first), ALICE, now_, until, signature);
        vm.prank(address(first));
        reputation.revokeAttestation(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_SignatureInvalid.selector, address(second)));
        reputation.attest(address(second), ALICE, now_, until, signature);
        assertEq(reputation.reputeOf(ALICE).attestedUntil, 0, "revoked");
    }

    function test_gate_admitsNoOtherWalletsAttestation() public {
        ContractWallet first = new ContractWallet(attester);
        ContractWallet second = new ContractWallet(attester);
        vm.startPrank(ALICE);
        attestationGate.setAttester(address(first), true);
        attestationGate.setAttester(address(second), true);
        vm.stopPrank();
        (uint64 now_, uint64 until) = (uint64(START), uint64(START + 1 days));
        bytes memory signature = signTyped(
            "Parley AttestationGate",
            address(attestationGate),
            attestationHash(address(first), BOB, now_, until),
            ATTESTER_KEY
        );
        assertTrue(admits(abi.encode(address(first), now_, until, signature)), "the first's own");
        assertTrue(!admits(abi.encode(address(second), now_, until, signature)), "not the second's");
        vm.prank(address(first));
        attestationGate.revoke(BOB);
        assertTrue(!admits(abi.encode(address(first), now_, until, signature)), "revoked");
        assertTrue(!admits(abi.encode(address(second), now_, until, signature)), "for both");
    }

    function admits(bytes memory data) private view returns (bool admitted) {
        (admitted,) = attestationGate.quote(InviteContext(ALICE, BOB, BOB, "x", data));
    }
}
