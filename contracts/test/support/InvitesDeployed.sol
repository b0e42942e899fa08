// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {IInboxGate} from "../../src/interfaces/IInboxGate.sol";
import {IInvitePricing} from "../../src/interfaces/IInvitePricing.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {AllowListGate} from "../../src/invites/AllowListGate.sol";
import {AttestationGate} from "../../src/invites/AttestationGate.sol";
import {CompositeGate} from "../../src/invites/CompositeGate.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {FlatFeeGate} from "../../src/invites/FlatFeeGate.sol";
import {PublicInbox} from "../../src/invites/PublicInbox.sol";
import {Authorization} from "../../src/types/Contacts.sol";
import {DemandCurve, InviteContext, InviteRequest, SignedInvite} from "../../src/types/Invites.sol";
import {Base} from "./Base.sol";

/// @dev A gate that asks for whatever it is told, and may call back.
contract PlantedGate is IInboxGate {
    bool public admitted = true;
    uint256 public fee;
    address public beneficiary;
    uint16 public basisPoints;
    bytes public again;
    bool public reentered;

    function set(bool admitted_, uint256 fee_, address beneficiary_, uint16 basisPoints_) external {
        (admitted, fee, beneficiary, basisPoints) = (admitted_, fee_, beneficiary_, basisPoints_);
    }

    function callBack(bytes calldata again_) external {
        again = again_;
    }

    function quote(InviteContext calldata) external view returns (bool, uint256) {
        return (admitted, fee);
    }

    function admit(InviteContext calldata) external returns (bool, uint256) {
        if (again.length != 0) (reentered,) = msg.sender.call(again);
        return (admitted, fee);
    }

    function share() external view returns (address, uint16) {
        return (beneficiary, basisPoints);
    }
}

/// @dev A gate that does to whoever asks it what it was told.
contract HostileGate is IInboxGate {
    enum Deed {
        Revert,
        BurnGas,
        AnswerAtLength,
        AnswerNothing
    }

    Deed private immutable DEED;

    error Refusing(uint256 why);

    constructor(Deed deed) {
        DEED = deed;
    }

    function quote(InviteContext calldata) external pure returns (bool, uint256) {
        return (true, 0);
    }

    function admit(InviteContext calldata) external view returns (bool, uint256) {
        if (DEED == Deed.Revert) revert Refusing(7);
        if (DEED == Deed.BurnGas) while (true) {}
        if (DEED == Deed.AnswerNothing) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        assembly ("memory-safe") {
            revert(0, 300000)
        }
    }

    function share() external pure returns (address, uint16) {
        return (address(0), 0);
    }
}

/// @title An inbox with every gate
abstract contract InvitesDeployed is Base {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant SENDER_KEY = 0x5E4D;
    uint16 internal constant SHARE = 1000;
    IInvitePricing internal constant NO_PRICING = IInvitePricing(address(0));
    address internal constant GOVERNANCE = address(0x60);
    address internal constant TREASURY = address(0x74EA);
    address internal constant GATEWAY = address(0x6A7E);
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);

    IPublicInbox internal inbox;
    ISignatureVerifier internal verifier;
    DemandGate internal demandGate;
    FlatFeeGate internal flatGate;
    AllowListGate internal allowGate;
    AttestationGate internal attestationGate;
    CompositeGate internal compositeGate;
    address internal sender;

    function setUp() public virtual {
        vm.warp(START);
        verifier = new SignatureVerifier();
        demandGate = new DemandGate(GOVERNANCE, curve());
        flatGate = new FlatFeeGate();
        allowGate = new AllowListGate();
        attestationGate = new AttestationGate();
        inbox = new PublicInbox(GOVERNANCE, TREASURY, verifier, demandGate, NO_PRICING, SHARE);
        compositeGate = new CompositeGate(address(inbox));
        sender = vm.addr(SENDER_KEY);
        vm.deal(GATEWAY, 1000 ether);
        vm.deal(sender, 1000 ether);
    }

    function curve() internal pure returns (DemandCurve memory) {
        return DemandCurve({minFee: 0.0001 ether, maxFee: 0.1 ether, target: 10, period: 1 days, fraction: 20});
    }

    function request(address recipient, uint256 which) internal pure returns (InviteRequest memory) {
        return request(recipient, which, "");
    }

    function request(address recipient, uint256 which, bytes memory data) internal pure returns (InviteRequest memory) {
        return InviteRequest(recipient, keccak256(abi.encode("envelope", which)), 1 ether, data);
    }

    function inviteAs(address from, InviteRequest memory r) internal returns (uint64) {
        vm.prank(from);
        return inbox.invite{value: 1 ether}(r);
    }

    function sign(InviteRequest memory r, address relayer, uint256 deadline)
        internal
        view
        returns (SignedInvite memory)
    {
        return signFor(sender, r, relayer, deadline);
    }

    /// @dev By the sender's key, in the name of `signer`.
    function signFor(address signer, InviteRequest memory r, address relayer, uint256 deadline)
        internal
        view
        returns (SignedInvite memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Invite(address sender,address recipient,bytes32 contentDigest,address relayer,uint256 deadline)"
                ),
                signer,
                r.recipient,
                r.contentDigest,
                relayer,
                deadline
            )
        );
        bytes memory signature = signTyped("Parley PublicInbox", address(inbox), structHash, SENDER_KEY);
        return SignedInvite(r, relayer, Authorization(signer, deadline, signature));
    }

    function attestationHash(address by, address subject, uint64 issuedAt, uint64 expiresAt)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Attestation(address attester,address subject,uint64 issuedAt,uint64 expiresAt)");
        return keccak256(abi.encode(typeHash, by, subject, issuedAt, expiresAt));
    }

    function signTyped(string memory name, address contract_, bytes32 structHash, uint256 key)
        internal
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                contract_
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function setGate(address recipient, IInboxGate gate) internal {
        vm.prank(recipient);
        inbox.setGate(gate);
    }
}
