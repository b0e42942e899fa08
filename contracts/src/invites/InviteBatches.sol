// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPublicInbox} from "../interfaces/IPublicInbox.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {InviteOutcome, InviteParties, InviteRequest, SignedInvite} from "../types/Invites.sol";
import {InviteDelivery} from "./InviteDelivery.sol";

/// @title Many invites in one call
/// @dev Each invite is a call of this contract to itself: what fails in it undoes that invite alone. It gets gas enough for any
/// honest gate and no more, so that a hostile one cannot use up what the others need.
abstract contract InviteBatches is InviteDelivery, ReentrancyGuardTransient {
    uint256 private constant MAX_INVITES = 64;
    /// @dev What one invite may use up.
    uint256 private constant INVITE_GAS = 1_000_000;
    /// @dev What must be left for `INVITE_GAS` to be within 63/64 of it, and for what comes after the call.
    uint256 private constant NEEDED_GAS = INVITE_GAS * 64 / 63 + 40_000;
    /// @dev A selector and eight words.
    uint256 private constant MAX_REASON_BYTES = 260;

    /// @inheritdoc IPublicInbox
    function inviteMany(InviteRequest[] calldata requests)
        external
        payable
        nonReentrant
        returns (InviteOutcome[] memory outcomes)
    {
        _checkCount(requests.length);
        _give(msg.sender, msg.value);
        uint256 standing = _standingOf(msg.sender);
        InviteParties memory parties = InviteParties(msg.sender, msg.sender, true, standing, standing, false);
        outcomes = new InviteOutcome[](requests.length);
        for (uint256 i; i < requests.length; ++i) {
            _checkGas(i);
            outcomes[i] = _try(abi.encodeCall(this.deliverAlone, (requests[i], parties)));
            if (!outcomes[i].delivered) _tellRefusal(i, requests[i], outcomes[i]);
        }
    }

    /// @inheritdoc IPublicInbox
    function relayMany(SignedInvite[] calldata invites)
        external
        payable
        nonReentrant
        returns (InviteOutcome[] memory outcomes)
    {
        _checkCount(invites.length);
        _give(msg.sender, msg.value);
        uint256 standing = _standingOf(msg.sender);
        outcomes = new InviteOutcome[](invites.length);
        for (uint256 i; i < invites.length; ++i) {
            _checkGas(i);
            outcomes[i] = _try(abi.encodeCall(this.relayAlone, (invites[i], msg.sender, standing)));
            if (!outcomes[i].delivered) _tellRefusal(i, invites[i].request, outcomes[i]);
        }
    }

    /// @inheritdoc IPublicInbox
    function quoteMany(InviteRequest[] calldata requests, address[] calldata senders, address payer)
        external
        nonReentrant
        returns (InviteOutcome[] memory outcomes)
    {
        _checkCount(requests.length);
        if (senders.length != requests.length) revert PublicInbox_SenderCount(senders.length, requests.length);
        try this.deliverAndUndo(requests, senders, payer) {
            return outcomes;
        } catch (bytes memory answer) {
            // forge-lint: disable-next-line(unsafe-typecast) the selector alone is looked at
            if (bytes4(answer) == PublicInbox_Undone.selector) {
                return abi.decode(Bytes.slice(answer, 4), (InviteOutcome[]));
            }
            // What keeps all of them from being quoted, such as too little gas.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    /// @inheritdoc IPublicInbox
    function deliverAlone(InviteRequest calldata request, InviteParties calldata parties)
        external
        returns (uint64 sequence, uint256 fee)
    {
        _checkItself();
        return _deliver(request, parties);
    }

    /// @inheritdoc IPublicInbox
    function relayAlone(SignedInvite calldata invite, address payer, uint256 payerStanding)
        external
        returns (uint64 sequence, uint256 fee)
    {
        _checkItself();
        address signer = _checkSigned(invite, payer);
        uint256 standing = signer == payer ? payerStanding : _standingOf(signer);
        return _deliver(invite.request, InviteParties(signer, payer, true, standing, payerStanding, false));
    }

    /// @inheritdoc IPublicInbox
    function deliverAndUndo(InviteRequest[] calldata requests, address[] calldata senders, address payer) external {
        _checkItself();
        uint256 standing = _standingOf(payer);
        InviteOutcome[] memory outcomes = new InviteOutcome[](requests.length);
        for (uint256 i; i < requests.length; ++i) {
            _checkGas(i);
            uint256 senderStanding = senders[i] == payer ? standing : _standingOf(senders[i]);
            InviteParties memory parties = InviteParties(senders[i], payer, true, senderStanding, standing, true);
            outcomes[i] = _try(abi.encodeCall(this.deliverAlone, (requests[i], parties)));
        }
        revert PublicInbox_Undone(outcomes);
    }

    function _try(bytes memory call) private returns (InviteOutcome memory outcome) {
        uint256 sequence;
        (outcome.delivered, sequence, outcome.fee, outcome.reason) =
            BoundedCall.tryCall(address(this), INVITE_GAS, call, MAX_REASON_BYTES);
        // forge-lint: disable-next-line(unsafe-typecast) a sequence, which is a uint64
        outcome.sequence = uint64(sequence);
    }

    function _tellRefusal(uint256 index, InviteRequest calldata request, InviteOutcome memory outcome) private {
        emit InviteNotDelivered(msg.sender, request.recipient, request.contentDigest, index, outcome.reason);
    }

    function _checkCount(uint256 count) private pure {
        if (count == 0 || count > MAX_INVITES) revert PublicInbox_InviteCount(count, MAX_INVITES);
    }

    /// @dev Refused as a whole: whoever estimates the gas of the call must not find that little is enough because nothing was done.
    function _checkGas(uint256 index) private view {
        if (gasleft() < NEEDED_GAS) revert PublicInbox_TooLittleGas(index, NEEDED_GAS);
    }

    function _checkItself() private view {
        if (msg.sender != address(this)) revert PublicInbox_NotItself(msg.sender);
    }
}
