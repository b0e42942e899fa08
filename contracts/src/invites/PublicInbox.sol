// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {IInvitePricing} from "../interfaces/IInvitePricing.sol";
import {IPublicInbox} from "../interfaces/IPublicInbox.sol";
import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {Authorization} from "../types/Contacts.sol";
import {InboxState, InviteContext, InviteQuote, InviteRequest, Standing} from "../types/Invites.sol";

/// @title Public inbox
/// @dev Errors, events and what each function promises stand in `IPublicInbox`.
contract PublicInbox is IPublicInbox, EIP712, ReentrancyGuardTransient {
    bytes32 private constant INVITE =
        keccak256("Invite(address recipient,bytes32 contentDigest,address relayer,uint256 deadline)");
    /// @dev Whatever a gate asks and a sender accepts.
    uint256 private constant MAX_FEE = 1 ether;
    /// @dev Whatever the pricing asks and a sender accepts.
    uint256 private constant MAX_NETWORK_PART = 0.1 ether;
    uint16 private constant BASIS_POINTS = 10_000;
    uint16 private constant MAX_PROTOCOL_SHARE = 2000;
    uint16 private constant MAX_GATE_SHARE = 1000;

    ISignatureVerifier private immutable VERIFIER;
    /// @inheritdoc IPublicInbox
    address public immutable governance;
    /// @inheritdoc IPublicInbox
    address public immutable treasury;
    /// @inheritdoc IPublicInbox
    IInboxGate public defaultGate;
    /// @inheritdoc IPublicInbox
    uint16 public protocolShare;
    /// @inheritdoc IPublicInbox
    IInvitePricing public pricing;

    /// @dev Their gate is 0 where the default one is in force.
    mapping(address recipient => InboxState) private _inboxes;
    /// @dev One above the sequence; 0 means not delivered.
    mapping(address recipient => mapping(bytes32 contentDigest => uint64)) private _delivered;
    mapping(address recipient => mapping(address account => Standing)) private _standings;
    mapping(address account => uint256) private _credits;

    constructor(
        address governance_,
        address treasury_,
        ISignatureVerifier verifier,
        IInboxGate defaultGate_,
        IInvitePricing pricing_,
        uint16 protocolShare_
    ) EIP712("Parley PublicInbox", "1") {
        _require(governance_ != address(0), "governance");
        _require(treasury_ != address(0), "treasury");
        _require(address(verifier) != address(0), "verifier");
        governance = governance_;
        treasury = treasury_;
        VERIFIER = verifier;
        _setDefaultGate(defaultGate_);
        _setPricing(pricing_);
        _setProtocolShare(protocolShare_);
    }

    /// @inheritdoc IPublicInbox
    function invite(InviteRequest calldata request) external payable nonReentrant returns (uint64) {
        return _deliver(request, msg.sender);
    }

    /// @inheritdoc IPublicInbox
    function relay(InviteRequest calldata request, address relayer, Authorization calldata authorization)
        external
        payable
        nonReentrant
        returns (uint64)
    {
        if (relayer != address(0) && relayer != msg.sender) revert PublicInbox_NotRelayer(msg.sender, relayer);
        uint256 deadline = authorization.deadline;
        if (block.timestamp > deadline) revert PublicInbox_SignatureExpired(deadline);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(INVITE, request.recipient, request.contentDigest, relayer, deadline))
        );
        address signer = authorization.signer;
        if (!VERIFIER.verify(signer, digest, authorization.signature)) revert PublicInbox_SignatureInvalid(signer);
        return _deliver(request, signer);
    }

    /// @inheritdoc IPublicInbox
    function setGate(IInboxGate gate) external {
        if (address(gate) != address(0)) _checkGate(gate);
        _inboxes[msg.sender].gate = address(gate);
        emit GateSet(msg.sender, address(gate));
    }

    /// @inheritdoc IPublicInbox
    function setStanding(address account, Standing standing) external {
        _standings[msg.sender][account] = standing;
        emit StandingSet(msg.sender, account, standing);
    }

    /// @inheritdoc IPublicInbox
    function deposit(address account) external payable {
        _credits[account] += msg.value;
        emit Deposited(account, msg.sender, msg.value);
    }

    /// @inheritdoc IPublicInbox
    function withdraw(address account, address recipient, uint256 amount) external nonReentrant {
        if (msg.sender != account && recipient != account) {
            revert PublicInbox_RecipientNotOwner(msg.sender, recipient);
        }
        _take(account, 0, amount);
        emit Withdrawn(account, recipient, amount);
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert PublicInbox_PaymentFailed(recipient, amount);
    }

    /// @inheritdoc IPublicInbox
    function setDefaultGate(IInboxGate gate) external {
        _checkGovernance();
        _setDefaultGate(gate);
    }

    /// @inheritdoc IPublicInbox
    function setProtocolShare(uint16 basisPoints) external {
        _checkGovernance();
        _setProtocolShare(basisPoints);
    }

    /// @inheritdoc IPublicInbox
    function setPricing(IInvitePricing next) external {
        _checkGovernance();
        _setPricing(next);
    }

    /// @inheritdoc IPublicInbox
    function quote(InviteRequest calldata request, address sender, address payer)
        external
        view
        returns (InviteQuote memory)
    {
        Standing standing = _checkInvite(request, sender, payer);
        IInboxGate gate = _gateOf(request.recipient);
        (bool admitted, uint256 fee) = gate.quote(_context(request, sender, payer));
        InviteQuote memory parts = _split(request, gate, standing, admitted, fee);
        if (address(pricing) != address(0)) _addNetworkPart(parts, pricing.quote(sender, payer, request.recipient));
        return parts;
    }

    /// @inheritdoc IPublicInbox
    function inboxOf(address recipient) external view returns (InboxState memory state) {
        state = _inboxes[recipient];
        state.gate = address(_gateOf(recipient));
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

    /// @inheritdoc IPublicInbox
    function standingOf(address recipient, address account) external view returns (Standing) {
        return _standings[recipient][account];
    }

    /// @inheritdoc IPublicInbox
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @dev The inbox moves before gate and pricing are called, the money after. The guard keeps out who calls back.
    function _deliver(InviteRequest calldata request, address sender) private returns (uint64 sequence) {
        Standing standing = _checkInvite(request, sender, msg.sender);
        IInboxGate gate = _gateOf(request.recipient);
        InboxState storage inbox = _inboxes[request.recipient];
        sequence = inbox.count;
        bytes32 head = keccak256(abi.encode(inbox.head, sequence, request.contentDigest));
        (inbox.count, inbox.head) = (sequence + 1, head);
        _delivered[request.recipient][request.contentDigest] = sequence + 1;
        (bool admitted, uint256 fee) = gate.admit(_context(request, sender, msg.sender));
        InviteQuote memory paid = _split(request, gate, standing, admitted, fee);
        if (address(pricing) != address(0)) {
            _addNetworkPart(paid, pricing.charge(sender, msg.sender, request.recipient));
        }
        if (paid.fee > request.maxFee) revert PublicInbox_FeeAboveMax(paid.fee, request.maxFee);
        _take(msg.sender, msg.value, paid.fee);
        _credits[request.recipient] += paid.recipientPart;
        _credits[treasury] += paid.protocolPart + paid.networkPart;
        if (paid.gatePart != 0) _credits[paid.beneficiary] += paid.gatePart;
        emit InviteDelivered(request.recipient, sequence, sender, msg.sender, request.contentDigest, head, paid);
    }

    /// @dev Takes `amount` from what was sent and the credit, and credits what is left.
    function _take(address account, uint256 sent, uint256 amount) private {
        uint256 available = sent + _credits[account];
        if (available < amount) revert PublicInbox_NotEnough(available, amount);
        _credits[account] = available - amount;
    }

    function _setDefaultGate(IInboxGate gate) private {
        _checkGate(gate);
        defaultGate = gate;
        emit DefaultGateSet(address(gate));
    }

    function _setPricing(IInvitePricing next) private {
        if (address(next) != address(0) && address(next).code.length == 0) {
            revert PublicInbox_NotAPricing(address(next));
        }
        pricing = next;
        emit PricingSet(address(next));
    }

    function _setProtocolShare(uint16 basisPoints) private {
        _require(basisPoints <= MAX_PROTOCOL_SHARE, "protocolShare");
        protocolShare = basisPoints;
        emit ProtocolShareSet(basisPoints);
    }

    function _gateOf(address recipient) private view returns (IInboxGate) {
        address gate = _inboxes[recipient].gate;
        return gate == address(0) ? defaultGate : IInboxGate(gate);
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
        Standing byPayer = _standings[recipient][payer];
        if (byPayer == Standing.Blocked) revert PublicInbox_Blocked(recipient, payer);
        return bySender == Standing.Muted ? bySender : byPayer;
    }

    function _checkGovernance() private view {
        if (msg.sender != governance) revert PublicInbox_NotGovernance(msg.sender);
    }

    function _checkGate(IInboxGate gate) private view {
        if (address(gate).code.length == 0) revert PublicInbox_NotAGate(address(gate));
    }

    function _context(InviteRequest calldata request, address sender, address payer)
        private
        pure
        returns (InviteContext memory)
    {
        return InviteContext(request.recipient, sender, payer, request.contentDigest, request.gateData);
    }

    function _require(bool inBounds, string memory name) private pure {
        if (!inBounds) revert PublicInbox_ParameterOutOfBounds(name);
    }
}
