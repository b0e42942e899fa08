// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {IInvitePricing} from "../interfaces/IInvitePricing.sol";
import {IPublicInbox} from "../interfaces/IPublicInbox.sol";
import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {
    InboxState,
    InviteContext,
    InviteParties,
    InviteQuote,
    InviteRequest,
    SignedInvite,
    Standing
} from "../types/Invites.sol";

/// @title What the public inbox keeps, and how one invite enters it
abstract contract InviteDelivery is IPublicInbox, EIP712 {
    bytes32 private constant INVITE =
        keccak256("Invite(address sender,address recipient,bytes32 contentDigest,address relayer,uint256 deadline)");
    /// @dev Whatever a gate asks and a sender accepts.
    uint256 private constant MAX_FEE = 1 ether;
    /// @dev Whatever the pricing asks and a sender accepts.
    uint256 private constant MAX_NETWORK_PART = 0.1 ether;
    uint16 private constant BASIS_POINTS = 10_000;
    uint16 private constant MAX_PROTOCOL_SHARE = 2000;
    uint16 private constant MAX_GATE_SHARE = 1000;

    ISignatureVerifier private immutable VERIFIER;
    /// @inheritdoc IPublicInbox
    address public immutable treasury;
    /// @inheritdoc IPublicInbox
    IInboxGate public defaultGate;
    /// @inheritdoc IPublicInbox
    uint16 public protocolShare;
    /// @inheritdoc IPublicInbox
    IInvitePricing public pricing;

    /// @dev What every invite moves of an account stands in one word.
    struct Account {
        /// @dev Wei; there is less ether than 2^128.
        uint128 credit;
        /// @dev Invites to its inbox.
        uint64 count;
        /// @dev Whether it has a gate of its own.
        bool hasGate;
        bytes32 head;
        IInboxGate gate;
    }

    mapping(address account => Account) internal _accounts;
    /// @dev One above the sequence; 0 means not delivered.
    mapping(address recipient => mapping(bytes32 contentDigest => uint64)) private _delivered;
    mapping(address recipient => mapping(address account => Standing)) internal _standings;

    constructor(address treasury_, ISignatureVerifier verifier) EIP712("Parley PublicInbox", "1") {
        _require(treasury_ != address(0), "treasury");
        _require(address(verifier) != address(0), "verifier");
        treasury = treasury_;
        VERIFIER = verifier;
    }

    /// @inheritdoc IPublicInbox
    function inboxOf(address recipient) external view returns (InboxState memory) {
        return InboxState(address(_gateOf(recipient)), _accounts[recipient].count, _accounts[recipient].head);
    }

    /// @inheritdoc IPublicInbox
    function sequenceOf(address recipient, bytes32 contentDigest)
        external
        view
        returns (bool delivered, uint64 sequence)
    {
        uint64 next = _delivered[recipient][contentDigest];
        return next == 0 ? (false, 0) : (true, next - 1);
    }

    /// @dev Who signed `invite`, which `payer` relays.
    function _checkSigned(SignedInvite calldata invite, address payer) internal returns (address signer) {
        address relayer = invite.relayer;
        if (relayer != address(0) && relayer != payer) revert PublicInbox_NotRelayer(payer, relayer);
        uint256 deadline = invite.authorization.deadline;
        if (block.timestamp > deadline) revert PublicInbox_SignatureExpired(deadline);
        signer = invite.authorization.signer;
        bytes32 structHash = keccak256(
            abi.encode(INVITE, signer, invite.request.recipient, invite.request.contentDigest, relayer, deadline)
        );
        if (!VERIFIER.verify(signer, _hashTypedDataV4(structHash), invite.authorization.signature)) {
            revert PublicInbox_SignatureInvalid(signer);
        }
    }

    /// @dev The inbox moves before gate and pricing are called, the money after. The guard keeps out who calls back.
    function _deliver(InviteRequest calldata request, InviteParties memory parties)
        internal
        returns (uint64 sequence, uint256 paidFee)
    {
        Standing standing = _checkInvite(request, parties.sender, parties.payer);
        IInboxGate gate = _gateOf(request.recipient);
        bytes32 head;
        (sequence, head) = _enter(request);
        (bool admitted, uint256 fee) = gate.admit(_context(request, parties.sender, parties.payer));
        InviteQuote memory paid = _split(request, gate, standing, admitted, fee);
        _addNetworkPart(paid, _charge(parties, request.recipient));
        if (paid.fee > request.maxFee) revert PublicInbox_FeeAboveMax(paid.fee, request.maxFee);
        if (!parties.isQuoted) _pay(request.recipient, parties.payer, paid);
        emit InviteDelivered(
            request.recipient, sequence, parties.sender, parties.payer, request.contentDigest, head, paid
        );
        return (sequence, paid.fee);
    }

    function _quote(InviteRequest calldata request, address sender, address payer)
        internal
        view
        returns (InviteQuote memory parts)
    {
        Standing standing = _checkInvite(request, sender, payer);
        IInboxGate gate = _gateOf(request.recipient);
        (bool admitted, uint256 fee) = gate.quote(_context(request, sender, payer));
        parts = _split(request, gate, standing, admitted, fee);
        if (address(pricing) != address(0)) _addNetworkPart(parts, pricing.quote(sender, payer, request.recipient));
    }

    /// @dev 0 where there is no pricing.
    function _standingOf(address account) internal view returns (uint256) {
        return address(pricing) == address(0) ? 0 : pricing.standingOf(account);
    }

    function _give(address account, uint256 amount) internal {
        // forge-lint: disable-next-line(unsafe-typecast) there is less ether than 2^128 wei
        _accounts[account].credit += uint128(amount);
    }

    function _take(address account, uint256 amount) internal {
        uint256 available = _accounts[account].credit;
        if (available < amount) revert PublicInbox_NotEnough(available, amount);
        // forge-lint: disable-next-line(unsafe-typecast) no more than before
        _accounts[account].credit = uint128(available - amount);
    }

    function _setDefaultGate(IInboxGate gate) internal {
        _checkGate(gate);
        defaultGate = gate;
        emit DefaultGateSet(address(gate));
    }

    function _setPricing(IInvitePricing next) internal {
        if (address(next) != address(0) && address(next).code.length == 0) {
            revert PublicInbox_NotAPricing(address(next));
        }
        pricing = next;
        emit PricingSet(address(next));
    }

    function _setProtocolShare(uint16 basisPoints) internal {
        _require(basisPoints <= MAX_PROTOCOL_SHARE, "protocolShare");
        protocolShare = basisPoints;
        emit ProtocolShareSet(basisPoints);
    }

    function _checkGate(IInboxGate gate) internal view {
        if (address(gate).code.length == 0 || address(gate) == address(this)) {
            revert PublicInbox_NotAGate(address(gate));
        }
    }

    function _require(bool inBounds, string memory name) internal pure {
        if (!inBounds) revert PublicInbox_ParameterOutOfBounds(name);
    }

    function _enter(InviteRequest calldata request) private returns (uint64 sequence, bytes32 head) {
        Account storage inbox = _accounts[request.recipient];
        sequence = inbox.count;
        head = keccak256(abi.encode(inbox.head, sequence, request.contentDigest));
        (inbox.count, inbox.head) = (sequence + 1, head);
        _delivered[request.recipient][request.contentDigest] = sequence + 1;
    }

    function _pay(address recipient, address payer, InviteQuote memory parts) private {
        _take(payer, parts.fee);
        _give(recipient, parts.recipientPart);
        _give(treasury, parts.protocolPart + parts.networkPart);
        if (parts.gatePart != 0) _give(parts.beneficiary, parts.gatePart);
    }

    function _charge(InviteParties memory parties, address recipient) private returns (uint256) {
        if (address(pricing) == address(0)) return 0;
        if (!parties.isStandingKnown) return pricing.charge(parties.sender, parties.payer, recipient);
        return
            pricing.chargeStanding(
                parties.sender, parties.payer, recipient, parties.senderStanding, parties.payerStanding
            );
    }

    function _gateOf(address recipient) private view returns (IInboxGate) {
        return _accounts[recipient].hasGate ? _accounts[recipient].gate : defaultGate;
    }

    /// @dev What rounding leaves goes to the recipient.
    function _split(InviteRequest calldata request, IInboxGate gate, Standing standing, bool admitted, uint256 fee)
        private
        view
        returns (InviteQuote memory parts)
    {
        if (!admitted) revert PublicInbox_Refused(request.recipient, address(gate));
        if (fee > MAX_FEE) revert PublicInbox_FeeOutOfBounds(address(gate), fee, MAX_FEE);
        (address beneficiary, uint16 gateShare) = gate.share();
        if (gateShare > MAX_GATE_SHARE) {
            revert PublicInbox_ShareOutOfBounds(address(gate), gateShare, MAX_GATE_SHARE);
        }
        uint256 protocolPart = fee * protocolShare / BASIS_POINTS;
        uint256 gatePart = beneficiary == address(0) ? 0 : fee * gateShare / BASIS_POINTS;
        return InviteQuote({
            gate: address(gate),
            standing: standing,
            fee: fee,
            recipientPart: fee - protocolPart - gatePart,
            protocolPart: protocolPart,
            gatePart: gatePart,
            networkPart: 0,
            beneficiary: beneficiary
        });
    }

    function _addNetworkPart(InviteQuote memory parts, uint256 part) private pure {
        if (part > MAX_NETWORK_PART) revert PublicInbox_NetworkPartOutOfBounds(part, MAX_NETWORK_PART);
        parts.networkPart = part;
        parts.fee += part;
    }

    function _checkInvite(InviteRequest calldata request, address sender, address payer)
        private
        view
        returns (Standing)
    {
        address recipient = request.recipient;
        if (recipient == address(0)) revert PublicInbox_RecipientZero();
        if (request.contentDigest == 0) revert PublicInbox_DigestZero();
        uint64 next = _delivered[recipient][request.contentDigest];
        if (next != 0) revert PublicInbox_AlreadyDelivered(recipient, request.contentDigest, next - 1);
        Standing bySender = _standings[recipient][sender];
        if (bySender == Standing.Blocked) revert PublicInbox_Blocked(recipient, sender);
        if (sender == payer) return bySender;
        Standing byPayer = _standings[recipient][payer];
        if (byPayer == Standing.Blocked) revert PublicInbox_Blocked(recipient, payer);
        return bySender == Standing.Muted ? bySender : byPayer;
    }

    function _context(InviteRequest calldata request, address sender, address payer)
        private
        pure
        returns (InviteContext memory)
    {
        return InviteContext(request.recipient, sender, payer, request.contentDigest, request.gateData);
    }
}
