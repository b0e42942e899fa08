// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    InboxState,
    InviteOutcome,
    InviteParties,
    InviteQuote,
    InviteRequest,
    SignedInvite,
    Standing
} from "../types/Invites.sol";
import {IInboxGate} from "./IInboxGate.sol";
import {IInvitePricing} from "./IInvitePricing.sol";

/// @title Public inbox
/// @notice Passes invites to anyone's inbox, for what the inbox's gate asks. Metadata only: the chain sees a digest.
/// @dev Amounts are wei; shares are hundredths of a percent of what the gate asks. Money is never sent along the way: everything is
/// credited, and the sum of all credits is the balance.
interface IPublicInbox {
    /// @notice Thrown when the parameter `name` would leave its bounds.
    error PublicInbox_ParameterOutOfBounds(string name);
    /// @notice Thrown when `caller` is not the governance.
    error PublicInbox_NotGovernance(address caller);
    /// @notice Thrown when an invite names recipient 0.
    error PublicInbox_RecipientZero();
    /// @notice Thrown when an invite has digest 0.
    error PublicInbox_DigestZero();
    /// @notice Thrown when this envelope was delivered to `recipient` before, as number `sequence`.
    error PublicInbox_AlreadyDelivered(address recipient, bytes32 contentDigest, uint64 sequence);
    /// @notice Thrown when `recipient` blocks `account`, the sender or the payer.
    error PublicInbox_Blocked(address recipient, address account);
    /// @notice Thrown when the recipient's `gate` refuses.
    error PublicInbox_Refused(address recipient, address gate);
    /// @notice Thrown when `gate` asks for `fee`, more than `max` whatever the sender accepts.
    error PublicInbox_FeeOutOfBounds(address gate, uint256 fee, uint256 max);
    /// @notice Thrown when `gate` asks for a share of `basisPoints`, more than `max`.
    error PublicInbox_ShareOutOfBounds(address gate, uint16 basisPoints, uint16 max);
    /// @notice Thrown when the pricing asks for `part`, more than `max` whatever the sender accepts.
    error PublicInbox_NetworkPartOutOfBounds(uint256 part, uint256 max);
    /// @notice Thrown when the fee is `fee` while the payer accepts `maxFee`.
    error PublicInbox_FeeAboveMax(uint256 fee, uint256 maxFee);
    /// @notice Thrown when the payer has `available`, sent or credited, of `fee`.
    error PublicInbox_NotEnough(uint256 available, uint256 fee);
    /// @notice Thrown when the signature lets `relayer` alone relay it, not `caller`.
    error PublicInbox_NotRelayer(address caller, address relayer);
    /// @notice Thrown when a signature counted until `deadline` only.
    error PublicInbox_SignatureExpired(uint256 deadline);
    /// @notice Thrown when `signer` did not sign this invite for this chain and contract.
    error PublicInbox_SignatureInvalid(address signer);
    /// @notice Thrown when `gate` has no code or is the inbox itself.
    error PublicInbox_NotAGate(address gate);
    /// @notice Thrown when `pricing` is neither 0 nor has code.
    error PublicInbox_NotAPricing(address pricing);
    /// @notice Thrown when `count` invites come at once instead of 1 to `max`.
    error PublicInbox_InviteCount(uint256 count, uint256 max);
    /// @notice Thrown when `count` senders are named of `expected` invites.
    error PublicInbox_SenderCount(uint256 count, uint256 expected);
    /// @notice Thrown when less gas than `needed` is left before invite `index` of many.
    error PublicInbox_TooLittleGas(uint256 index, uint256 needed);
    /// @notice Thrown when `caller` calls what the inbox calls itself.
    error PublicInbox_NotItself(address caller);
    /// @notice Thrown to undo what was delivered for a quote. `quoteMany` answers with it; nobody else sees it.
    error PublicInbox_Undone(InviteOutcome[] outcomes);
    /// @notice Thrown when `recipient` refuses `amount`.
    error PublicInbox_PaymentFailed(address recipient, uint256 amount);

    /// @notice Emitted when invite number `sequence` enters an inbox; `head` is the inbox's after it.
    event InviteDelivered(
        address indexed recipient,
        uint64 indexed sequence,
        address indexed sender,
        address payer,
        bytes32 contentDigest,
        bytes32 head,
        InviteQuote quote
    );
    /// @notice Emitted when invite `index` of many is not delivered, for `reason`: an error, cut after 260 bytes.
    event InviteNotDelivered(
        address indexed payer, address indexed recipient, bytes32 indexed contentDigest, uint256 index, bytes reason
    );
    /// @notice Emitted when a recipient sets its gate; 0 stands for the default gate.
    event GateSet(address indexed recipient, address gate);
    /// @notice Emitted when a recipient stands differently towards `account`.
    event StandingSet(address indexed recipient, address indexed account, Standing standing);
    /// @notice Emitted when `value` is credited to `account` in advance.
    event Deposited(address indexed account, address indexed payer, uint256 value);
    /// @notice Emitted when `amount` of an account's credit is paid to `recipient`.
    event Withdrawn(address indexed account, address indexed recipient, uint256 amount);
    /// @notice Emitted when the gate of inboxes without one of their own becomes `gate`.
    event DefaultGateSet(address gate);
    /// @notice Emitted when the protocol's share becomes `basisPoints`.
    event ProtocolShareSet(uint16 basisPoints);
    /// @notice Emitted when the network's part comes to be said by `pricing`; 0 for no such part.
    event PricingSet(address pricing);

    /// @notice Invites; the caller is the sender and pays from the value sent and its credit. What is left is credited.
    function invite(InviteRequest calldata request) external payable returns (uint64 sequence);

    /// @notice Invites for the signer; the caller pays as in `invite`.
    /// @dev Signed: Invite(address sender,address recipient,bytes32 contentDigest,address relayer,uint256 deadline), domain
    /// ("Parley PublicInbox", "1", chain, this contract); `sender` is the signer, an EOA, by ERC-1271 or ERC-6492. A sender that
    /// wants to stay hidden signs with a key made for the purpose. An envelope is delivered to a recipient once, so the
    /// signature works once.
    function relay(SignedInvite calldata signed) external payable returns (uint64 sequence);

    /// @notice Invites 1 to 64 times; the caller is the sender of all and pays from the value sent and its credit. An invite that
    /// fails costs nothing and leaves the others alone; its outcome and `InviteNotDelivered` say why. What is left is credited.
    /// @dev How the caller stands with the pricing is asked once. Each invite may use up 1,000,000 gas; the call reverts where less
    /// than that is left for the next, so its gas can be estimated.
    function inviteMany(InviteRequest[] calldata requests) external payable returns (InviteOutcome[] memory outcomes);

    /// @notice Relays 1 to 64 signed invites, each as `relay` does; the caller pays as in `inviteMany`.
    function relayMany(SignedInvite[] calldata invites) external payable returns (InviteOutcome[] memory outcomes);

    /// @notice What `inviteMany` or `relayMany` of these would come to now, if the money were there: by doing it and undoing it, so
    /// that invites to one inbox and the growth of the network's part are in it. To be called, not to be sent.
    /// @param senders One for each request: `payer` for `inviteMany`, the signers for `relayMany`, whose signatures are not looked at.
    function quoteMany(InviteRequest[] calldata requests, address[] calldata senders, address payer)
        external
        returns (InviteOutcome[] memory outcomes);

    /// @notice One invite of `inviteMany`. Only the inbox itself may call.
    function deliverAlone(InviteRequest calldata request, InviteParties calldata parties)
        external
        returns (uint64 sequence, uint256 fee);

    /// @notice One invite of `relayMany`. Only the inbox itself may call.
    function relayAlone(SignedInvite calldata invite, address payer, uint256 payerStanding)
        external
        returns (uint64 sequence, uint256 fee);

    /// @notice What `quoteMany` undoes: reverts with `PublicInbox_Undone`. Only the inbox itself may call.
    function deliverAndUndo(InviteRequest[] calldata requests, address[] calldata senders, address payer) external;

    /// @notice Sets the caller's gate; 0 for the default gate.
    function setGate(IInboxGate gate) external;

    /// @notice Sets how the caller's inbox stands towards `account`, as a sender and as a payer.
    function setStanding(address account, Standing standing) external;

    /// @notice Credits the value sent to `account`, to pay for invites with.
    function deposit(address account) external payable;

    /// @notice Pays `amount` of the caller's credit to `recipient`. Nobody else may: who pays from credit must find it there.
    function withdraw(address recipient, uint256 amount) external;

    /// @notice Pays all credit of the treasury to it. Anyone may call.
    function collectShares() external returns (uint256 amount);

    /// @notice Sets the gate of inboxes without one. Only the governance may call.
    function setDefaultGate(IInboxGate gate) external;

    /// @notice Sets the protocol's share of what gates ask. Only the governance may call.
    /// @param basisPoints 0 to 2000, in hundredths of a percent.
    function setProtocolShare(uint16 basisPoints) external;

    /// @notice Sets who says the network's part; 0 for no such part. Only the governance may call.
    function setPricing(IInvitePricing next) external;

    /// @notice What an invite would cost now. Reverts as the invite would, but for the money.
    function quote(InviteRequest calldata request, address sender, address payer)
        external
        view
        returns (InviteQuote memory);

    /// @notice How the inbox of `recipient` stands.
    function inboxOf(address recipient) external view returns (InboxState memory);

    /// @notice Whether this envelope was delivered to `recipient`, and its sequence.
    function sequenceOf(address recipient, bytes32 contentDigest)
        external
        view
        returns (bool delivered, uint64 sequence);

    /// @notice How the inbox of `recipient` stands towards `account`.
    function standingOf(address recipient, address account) external view returns (Standing);

    /// @notice Credit of `account`.
    function creditOf(address account) external view returns (uint256);

    /// @notice Gate of inboxes without one.
    function defaultGate() external view returns (IInboxGate);

    /// @notice Who says the network's part; 0 for no such part.
    function pricing() external view returns (IInvitePricing);

    /// @notice The protocol's share of what gates ask.
    function protocolShare() external view returns (uint16);

    /// @notice Account that may set the parameters.
    function governance() external view returns (address);

    /// @notice Account that the protocol's share and the network's part are credited to.
    function treasury() external view returns (address);
}
