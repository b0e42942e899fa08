// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim} from "../types/Batch.sol";
import {ChangeMembers, CreateConversation, Fund, Message, Reclaim, Signature, Withdraw} from "../types/Operations.sol";
import {InboxParameters} from "../types/Parameters.sol";
import {Account, Deposit, Prices} from "../types/State.sol";
import {Mwei} from "../types/Units.sol";

/// @title Inbox
/// @notice The ordered queue from the L2 to the L3, and the vault that the L3's money lies in.
/// @dev Every event of an item carries the item whole, so the queue is derived from events alone. The `root` of an item
/// is its hash_tree_root as `InboxItemType`; `inboxHash` is
/// sha256(inboxHash before it ‖ root ‖ hash of the L2 block before the one it is queued in), and 32 zero bytes before the
/// first item. Times are L2 block timestamps in seconds; amounts are mwei unless the sentence says wei.
interface IInbox {
    /// @notice Thrown when `shard` is not below 64.
    error Inbox_UnknownShard(uint8 shard);
    /// @notice Thrown when a deposit names address 0 as its owner.
    error Inbox_OwnerZero();
    /// @notice Thrown when `value` wei are not a multiple of 10^6, or are 2^64 mwei and more.
    error Inbox_NotWholeMwei(uint256 value);
    /// @notice Thrown when a deposit of `amount` is below `minDeposit`, both in mwei.
    error Inbox_DepositTooSmall(uint256 amount, Mwei minDeposit);
    /// @notice Thrown when a deposit would lift what lies in a shard, and what it ever earned, to `total`, above `limit`, both in
    /// mwei.
    error Inbox_DepositsExhausted(uint256 total, uint256 limit);
    /// @notice Thrown when an account was paid `paid` mwei, `limit` or more: its counter on the L3 could come to its end.
    error Inbox_AccountExhausted(Mwei paid, Mwei limit);
    /// @notice Thrown when the prices after `count` items are not those of price point `point`.
    error Inbox_NotThatPoint(uint64 count, uint256 point);
    /// @notice Thrown when `shard` has no account index left.
    error Inbox_AccountsExhausted(uint8 shard);
    /// @notice Thrown when an operation has `count` entries instead of 1 to `max`.
    error Inbox_EntryCount(uint256 count, uint256 max);
    /// @notice Thrown when a change exchanges `count` keys instead of one at most.
    error Inbox_ExchangeCount(uint256 count);
    /// @notice Thrown when entry `index` names `role`, above 2. Entries are counted through the operation's lists.
    error Inbox_UnknownRole(uint256 index, uint8 role);
    /// @notice Thrown when an operation comes with `count` signatures instead of `expected`: its signer's and one consent
    /// for each key that enters.
    error Inbox_SignatureCount(uint256 count, uint256 expected);
    /// @notice Thrown when prices of this source may be pushed again only at `time`, in seconds.
    error Inbox_PricesTooEarly(uint256 time);
    /// @notice Thrown when a push would leave all prices as they are.
    error Inbox_PricesUnchanged();
    /// @notice Thrown when a byte of core or witness is quoted at `quote` while `lowest` to `highest` are in reach, all in mwei.
    error Inbox_QuoteOutOfReach(Mwei quote, Mwei lowest, Mwei highest);
    /// @notice Thrown when a quote is pushed although the prices of data follow Ethereum's blobs.
    error Inbox_DataNotQuoted();
    /// @notice Thrown when `caller` is not the operator.
    error Inbox_NotOperator(address caller);
    /// @notice Thrown when the queue is asked for `count` items while it holds `length`.
    error Inbox_BeyondQueue(uint64 count, uint64 length);
    /// @notice Thrown when item `index` is asked for while the queue holds `length`.
    error Inbox_UnknownItem(uint64 index, uint64 length);
    /// @notice Thrown when the parameter `name` is out of its bounds at deployment.
    error Inbox_ParameterOutOfBounds(string name);
    /// @notice Thrown when claim `number` with `hash` is not final.
    error Inbox_ClaimNotFinal(uint64 number, bytes32 hash);
    /// @notice Thrown when the proven state has root `computed` instead of the claim's `claimed`.
    error Inbox_StateRootMismatch(bytes32 computed, bytes32 claimed);
    /// @notice Thrown when a counter stands at `proven` and `paid` was paid already, both in mwei.
    error Inbox_NothingDue(Mwei proven, Mwei paid);
    /// @notice Thrown when a shard would pay an account `amount` mwei while `held` lie there.
    error Inbox_NotHeld(Mwei amount, Mwei held);
    /// @notice Thrown when `caller`, who is not the account's owner, names another `recipient` than the owner, or the owner is
    /// a contract.
    error Inbox_RecipientNotOwner(address caller, address recipient);
    /// @notice Thrown when `recipient` refuses `value` wei.
    error Inbox_PaymentFailed(address recipient, uint256 value);

    /// @notice Emitted when money enters a shard.
    event DepositQueued(uint64 indexed index, uint64 time, bytes32 root, bytes32 inboxHash, Deposit deposit);
    /// @notice Emitted when `sender` forces a creation.
    event CreateConversationQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        address sender,
        CreateConversation operation,
        Signature[] signatures
    );
    /// @notice Emitted when `sender` forces a membership change.
    event ChangeMembersQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        address sender,
        ChangeMembers operation,
        Signature[] signatures
    );
    /// @notice Emitted when `sender` forces a funding.
    event FundQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        address sender,
        Fund operation,
        Signature[] signatures
    );
    /// @notice Emitted when `sender` forces a reclaim.
    event ReclaimQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        address sender,
        Reclaim operation,
        Signature[] signatures
    );
    /// @notice Emitted when `sender` forces a withdrawal.
    event WithdrawQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        address sender,
        Withdraw operation,
        Signature[] signatures
    );
    /// @notice Emitted when a message is forced.
    event MessageQueued(
        uint64 indexed index,
        uint64 time,
        bytes32 root,
        bytes32 inboxHash,
        uint8 shard,
        Message message,
        Signature signature
    );
    /// @notice Emitted when prices are pushed; `prices` are whole, also those that did not move.
    event PricesQueued(uint64 indexed index, uint64 time, bytes32 root, bytes32 inboxHash, Prices prices);
    /// @notice Emitted when an account's withdrawals are paid: `amount` mwei to `recipient`, `paid` in all so far.
    event Withdrawn(uint8 indexed shard, uint32 indexed account, address indexed recipient, Mwei amount, Mwei paid);
    /// @notice Emitted when a shard's revenue is paid: `amount` mwei to `recipient`, `paid` in all so far.
    event RevenueCollected(uint8 indexed shard, address indexed recipient, Mwei amount, Mwei paid);

    /// @notice Puts the value sent into `owner`'s account in `shard`, opening the account when there is none.
    /// @dev Refused: a shard of 64 or above, owner 0, a value that is not a multiple of 10^6 wei or below `minDeposit`,
    /// more than 2^63 mwei deposited into the shard and not paid out of its accounts again, an account that was paid 2^63 mwei,
    /// a full list of accounts.
    /// @return account Index of the account in its shard.
    function deposit(uint8 shard, address owner) external payable returns (uint32 account);

    /// @notice Queues a creation that a block must execute, if valid, once it is due by that block's own time. Until silence and
    /// rescue are built nothing makes a sequencer's time keep up with the L2's.
    /// @dev The owner's signature is not looked at on the L3 when the caller is the account's owner, but has its place.
    /// @param signatures The owner's, then one consent a member in list order.
    /// @return index Place in the queue.
    function forceCreateConversation(CreateConversation calldata operation, Signature[] calldata signatures)
        external
        returns (uint64 index);

    /// @notice Queues a membership change of 1 to 16 entries in all.
    /// @param signatures The signing member's, then one consent an added member in list order.
    /// @return index Place in the queue.
    function forceChangeMembers(ChangeMembers calldata operation, Signature[] calldata signatures)
        external
        returns (uint64 index);

    /// @notice Queues a funding.
    /// @param signatures The owner's alone.
    /// @return index Place in the queue.
    function forceFund(Fund calldata operation, Signature[] calldata signatures) external returns (uint64 index);

    /// @notice Queues a reclaim, which is free on the L3 when forced.
    /// @param signatures The owner's alone.
    /// @return index Place in the queue.
    function forceReclaim(Reclaim calldata operation, Signature[] calldata signatures) external returns (uint64 index);

    /// @notice Queues a withdrawal, which is free on the L3 when forced.
    /// @param signatures The owner's alone.
    /// @return index Place in the queue.
    function forceWithdraw(Withdraw calldata operation, Signature[] calldata signatures) external returns (uint64 index);

    /// @notice Queues a message.
    /// @param signature The member's.
    /// @return index Place in the queue.
    function forceMessage(uint8 shard, Message calldata message, Signature calldata signature)
        external
        returns (uint64 index);

    /// @notice Moves the prices towards those that `PriceFormula` derives from the L1Block predeploy. Anyone may call.
    /// @dev At most once an interval, each price by at most an eighth, within its bounds. The prices of a byte of core and of
    /// witness move only where they are not quoted.
    /// @return index Place in the queue.
    function pushPrices() external returns (uint64 index);

    /// @notice Sets the prices of a byte of core and of witness where they are quoted. Only the operator may call.
    /// @dev At most once an interval, each by at most an eighth, within its bounds; one of the two may stay.
    /// @return index Place in the queue.
    function pushDataQuote(Mwei coreByte, Mwei witnessByte) external returns (uint64 index);

    /// @notice Pays what an account has withdrawn in a final state, less what was paid before.
    /// @param claim A final claim, whole.
    /// @param account The account's leaf in the state of `claim.lastHeader`.
    /// @param branch Siblings from the account's root up to the state root, 45.
    /// @param recipient Any address when the owner calls; otherwise the owner, which must not be a contract then.
    function withdraw(
        BatchClaim calldata claim,
        uint8 shard,
        uint32 index,
        Account calldata account,
        bytes32[] calldata branch,
        address recipient
    ) external returns (Mwei amount);

    /// @notice Pays the treasury what a shard has earned in a final state, less what was paid before. Anyone may call.
    /// @param claim A final claim, whole.
    /// @param revenue The shard's counter in the state of `claim.lastHeader`.
    /// @param branch Siblings from that counter up to the state root, 12.
    function collectRevenue(BatchClaim calldata claim, uint8 shard, Mwei revenue, bytes32[] calldata branch)
        external
        returns (Mwei amount);

    /// @notice Items queued so far.
    function count() external view returns (uint64);

    /// @notice The rolling hash after the first `count_` items; 32 zero bytes for none.
    function hashAt(uint64 count_) external view returns (bytes32);

    /// @notice The rolling hash after the first `count_` items, and when the next item was queued, in seconds; 0 when there is
    /// none.
    function queueAt(uint64 count_) external view returns (bytes32 inboxHash, uint64 nextTime);

    /// @notice What is kept of item `index`; `time` in seconds, `shard` 255 for prices.
    function itemAt(uint64 index) external view returns (bytes32 root, uint64 time, uint8 shard, bytes32 inboxHash);

    /// @notice Whether `owner` has an account in `shard`, and its index.
    function accountOf(uint8 shard, address owner) external view returns (bool exists, uint32 account);

    /// @notice Accounts opened in `shard`.
    function accountCount(uint8 shard) external view returns (uint32);

    /// @notice Deposits into `shard` less what was paid to its accounts: what lies there, and what it ever earned.
    function heldIn(uint8 shard) external view returns (Mwei);

    /// @notice Prices as of the last item that carries any.
    function prices() external view returns (Prices memory);

    /// @notice Prices after the first `count_` items, which must be those of the price point `point`: points are counted
    /// from 0, the prices of genesis, and one is added by every price item.
    function pricesAt(uint64 count_, uint256 point) external view returns (Prices memory);

    /// @notice Price points so far, 1 at least.
    function pricePoints() external view returns (uint256);

    /// @notice Mwei paid out so far to the account `index` of `shard`.
    function paidTo(uint8 shard, uint32 index) external view returns (Mwei);

    /// @notice Mwei of revenue paid out so far of `shard`.
    function revenuePaid(uint8 shard) external view returns (Mwei);

    /// @notice Parameters of the deployment.
    function parameters() external view returns (InboxParameters memory);
}
