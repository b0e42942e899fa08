// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {IInvitePricing} from "../interfaces/IInvitePricing.sol";
import {IPublicInbox} from "../interfaces/IPublicInbox.sol";
import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {InviteParties, InviteQuote, InviteRequest, SignedInvite, Standing} from "../types/Invites.sol";
import {InviteBatches} from "./InviteBatches.sol";
import {InviteDelivery} from "./InviteDelivery.sol";

/// @title Public inbox
/// @dev Errors, events and what each function promises stand in `IPublicInbox`.
contract PublicInbox is InviteBatches {
    /// @inheritdoc IPublicInbox
    address public immutable governance;

    constructor(
        address governance_,
        address treasury_,
        ISignatureVerifier verifier,
        IInboxGate defaultGate_,
        IInvitePricing pricing_,
        uint16 protocolShare_
    ) InviteDelivery(treasury_, verifier) {
        _require(governance_ != address(0), "governance");
        governance = governance_;
        _setDefaultGate(defaultGate_);
        _setPricing(pricing_);
        _setProtocolShare(protocolShare_);
    }

    /// @inheritdoc IPublicInbox
    function invite(InviteRequest calldata request) external payable nonReentrant returns (uint64) {
        return _deliverPaid(request, msg.sender);
    }

    /// @inheritdoc IPublicInbox
    function relay(SignedInvite calldata signed) external payable nonReentrant returns (uint64) {
        return _deliverPaid(signed.request, _checkSigned(signed, msg.sender));
    }

    /// @inheritdoc IPublicInbox
    function setGate(IInboxGate gate) external {
        bool hasGate = address(gate) != address(0);
        if (hasGate) _checkGate(gate);
        (_accounts[msg.sender].gate, _accounts[msg.sender].hasGate) = (gate, hasGate);
        emit GateSet(msg.sender, address(gate));
    }

    /// @inheritdoc IPublicInbox
    function setStanding(address account, Standing standing) external {
        _standings[msg.sender][account] = standing;
        emit StandingSet(msg.sender, account, standing);
    }

    /// @inheritdoc IPublicInbox
    function deposit(address account) external payable {
        _give(account, msg.value);
        emit Deposited(account, msg.sender, msg.value);
    }

    /// @inheritdoc IPublicInbox
    function withdraw(address recipient, uint256 amount) external nonReentrant {
        _payOut(msg.sender, recipient, amount);
    }

    /// @inheritdoc IPublicInbox
    function collectShares() external nonReentrant returns (uint256 amount) {
        amount = _accounts[treasury].credit;
        _payOut(treasury, treasury, amount);
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
        return _quote(request, sender, payer);
    }

    /// @inheritdoc IPublicInbox
    function standingOf(address recipient, address account) external view returns (Standing) {
        return _standings[recipient][account];
    }

    /// @inheritdoc IPublicInbox
    function creditOf(address account) external view returns (uint256) {
        return _accounts[account].credit;
    }

    function _deliverPaid(InviteRequest calldata request, address sender) private returns (uint64 sequence) {
        _give(msg.sender, msg.value);
        (sequence,) = _deliver(request, InviteParties(sender, msg.sender, false, 0, 0, false));
    }

    function _payOut(address account, address recipient, uint256 amount) private {
        _take(account, amount);
        emit Withdrawn(account, recipient, amount);
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert PublicInbox_PaymentFailed(recipient, amount);
    }

    function _checkGovernance() private view {
        if (msg.sender != governance) revert PublicInbox_NotGovernance(msg.sender);
    }
}
