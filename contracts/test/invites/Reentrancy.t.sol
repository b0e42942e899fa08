// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {InviteContext, InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {InvitesDeployed} from "../support/InvitesDeployed.sol";
import {WalletFactory} from "../support/Wallets.sol";

/// @dev A gate, a recipient of ether and a wallet's factory that calls the inbox back with whatever it was told.
contract Intruder is IInboxGate {
    address private immutable INBOX;
    WalletFactory private immutable FACTORY;

    bytes public again;
    bytes32 public answer;
    bool public tried;
    bool public done;

    constructor(address inbox, WalletFactory factory) {
        (INBOX, FACTORY) = (inbox, factory);
    }

    receive() external payable {
        _try();
    }

    function callBack(bytes calldata again_) external {
        (again, tried, done, answer) = (again_, false, false, 0);
    }

    /// @dev Sends it itself.
    function send(bytes calldata call) external payable returns (bool sent) {
        (sent,) = INBOX.call{value: msg.value}(call);
    }

    function deploy(address key) external {
        FACTORY.deploy(key);
        _try();
    }

    function quote(InviteContext calldata) external pure returns (bool, uint256) {
        return (true, 0);
    }

    function admit(InviteContext calldata) external returns (bool, uint256) {
        _try();
        return (true, 0);
    }

    function share() external pure returns (address, uint16) {
        return (address(0), 0);
    }

    function _try() private {
        if (again.length == 0) return;
        tried = true;
        bytes memory reason;
        (done, reason) = INBOX.call(again);
        answer = bytes32(bytes4(reason));
    }
}

/// @title Who is called in the middle of anything reaches nothing that moves invites or money
contract ReentrancyTest is InvitesDeployed {
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    WalletFactory private _factory;
    Intruder private _intruder;

    function setUp() public override {
        super.setUp();
        _factory = new WalletFactory();
        _intruder = new Intruder(address(inbox), _factory);
        setGate(ALICE, _intruder);
        vm.deal(address(this), 100 ether);
        inbox.deposit{value: 1 ether}(address(_intruder));
    }

    function manyOf(InviteRequest memory r) private pure returns (InviteRequest[] memory many) {
        many = new InviteRequest[](1);
        many[0] = r;
    }

    function signedOf(SignedInvite memory s) private pure returns (SignedInvite[] memory many) {
        many = new SignedInvite[](1);
        many[0] = s;
    }

    /// @dev Every function that is guarded, as the intruder calls it.
    function guarded() private view returns (bytes[7] memory) {
        InviteRequest memory other = request(BOB, 99);
        SignedInvite memory signed = sign(other, address(0), START);
        address[] memory senders = new address[](1);
        return [
            abi.encodeCall(IPublicInbox.invite, (other)),
            abi.encodeCall(IPublicInbox.relay, (signed)),
            abi.encodeCall(IPublicInbox.inviteMany, (manyOf(other))),
            abi.encodeCall(IPublicInbox.relayMany, (signedOf(signed))),
            abi.encodeCall(IPublicInbox.quoteMany, (manyOf(other), senders, ALICE)),
            abi.encodeCall(IPublicInbox.withdraw, (address(0xC01D), 1)),
            abi.encodeCall(IPublicInbox.collectShares, ())
        ];
    }

    function _assertKeptOut() private view {
        assertTrue(_intruder.tried(), "called");
        assertTrue(!_intruder.done(), "came through");
        assertEq(
            _intruder.answer(),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector,
            "by the guard, nothing else"
        );
        assertEq(inbox.inboxOf(BOB).count, 0, "no invite");
        assertEq(address(0xC01D).balance, 0, "no payment");
    }

    function test_gate_inAnInvite() public {
        bytes[7] memory tries = guarded();
        for (uint256 i; i < tries.length; ++i) {
            _intruder.callBack(tries[i]);
            inviteAs(sender, request(ALICE, i));
            _assertKeptOut();
        }
    }

    function test_gate_inManyInvites() public {
        bytes[7] memory tries = guarded();
        for (uint256 i; i < tries.length; ++i) {
            _intruder.callBack(tries[i]);
            inbox.inviteMany{value: 1 ether}(manyOf(request(ALICE, i)));
            _assertKeptOut();
            inbox.relayMany{value: 1 ether}(signedOf(sign(request(ALICE, 100 + i), address(0), START)));
            _assertKeptOut();
        }
    }

    /// @dev What it did in a quote is undone with it, so what it was answered is not seen; that nothing came through is.
    function test_gate_inAQuoteOfMany() public {
        bytes[7] memory tries = guarded();
        address[] memory senders = new address[](1);
        for (uint256 i; i < tries.length; ++i) {
            _intruder.callBack(tries[i]);
            assertTrue(inbox.quoteMany(manyOf(request(ALICE, i)), senders, ALICE)[0].delivered, "quoted");
            assertTrue(!_intruder.tried(), "undone");
        }
        assertEq(inbox.inboxOf(BOB).count, 0, "no invite");
        assertEq(inbox.creditOf(address(_intruder)), 1 ether, "no payment");
    }

    function test_factory_inARelay() public {
        bytes[7] memory tries = guarded();
        for (uint256 i; i < tries.length; ++i) {
            _intruder.callBack(tries[i]);
            inbox.relay{value: 1 ether}(counterfactual(100 + i));
            _assertKeptOut();
            _factory = new WalletFactory();
            _intruder = new Intruder(address(inbox), _factory);
            inbox.deposit{value: 1 ether}(address(_intruder));
        }
    }

    function test_recipientOfAPayment() public {
        bytes[7] memory tries = guarded();
        for (uint256 i; i < tries.length; ++i) {
            _intruder.callBack(tries[i]);
            assertTrue(
                _intruder.send(abi.encodeCall(IPublicInbox.withdraw, (address(_intruder), 0.01 ether))), "the way in"
            );
            _assertKeptOut();
        }
        assertEq(inbox.creditOf(address(_intruder)), 1 ether - 0.07 ether, "paid once each");
    }

    /// @dev Signed by a wallet that the intruder deploys, in the middle of the check.
    function counterfactual(uint256 which) private view returns (SignedInvite memory signed) {
        signed = signFor(_factory.addressOf(sender), request(ALICE, which), address(0), START);
        signed.authorization.signature = bytes.concat(
            abi.encode(address(_intruder), abi.encodeCall(Intruder.deploy, (sender)), signed.authorization.signature),
            MAGIC
        );
    }
}
