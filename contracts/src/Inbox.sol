// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "./interfaces/IInbox.sol";
import {IL1Block} from "./interfaces/IL1Block.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {InboxItems} from "./libraries/InboxItems.sol";
import {OperationRoots} from "./libraries/OperationRoots.sol";
import {PriceFormula} from "./libraries/PriceFormula.sol";
import {SettingsBounds} from "./libraries/SettingsBounds.sol";
import {Ssz} from "./libraries/Ssz.sol";
import {StateProofs} from "./libraries/StateProofs.sol";
import {BatchClaim} from "./types/Batch.sol";
import {
    AddedMember,
    ChangedRole,
    ChangeMembers,
    CreateConversation,
    Fund,
    InitialMember,
    Message,
    Reclaim,
    Signature,
    Withdraw
} from "./types/Operations.sol";
import {InboxParameters, PriceRules} from "./types/Parameters.sol";
import {Account, Deposit, Prices} from "./types/State.sol";
import {Mwei, Units} from "./types/Units.sol";

/// @title Inbox
/// @notice The ordered queue from the L2 to the L3, and the vault that the L3's money lies in.
/// @dev Errors, events and what each function promises stand in `IInbox`.
contract Inbox is IInbox {
    using OperationRoots for *;

    uint8 private constant SHARDS = 64;
    uint8 private constant HIGHEST_ROLE = 2;
    uint256 private constant MAX_ENTRIES = 16;
    /// @dev Keeps every sum of a shard's state inside 64 bits: balances, allowances and revenue come out of what is held there,
    /// and an account's `withdrawn` is at most what it was paid and what is held.
    Mwei private constant MAX_HELD = Mwei.wrap(2 ** 63);
    Mwei private constant MAX_PAID = Mwei.wrap(2 ** 63);
    Mwei private constant MAX_DEPOSIT_MINIMUM = Mwei.wrap(2 ** 40);
    uint256 private constant MAX_GAS = 2 ** 24;
    uint256 private constant MAX_BYTES = 2 ** 17;
    uint256 private constant MAX_OPERATIONS = 2 ** 18;
    /// @dev Stands for no shard in the queue.
    uint8 private constant NO_SHARD = type(uint8).max;
    /// @dev The index 2^32 - 1 names no account on the L3.
    uint32 private constant MAX_ACCOUNTS = type(uint32).max;
    IL1Block private constant L1_BLOCK = IL1Block(0x4200000000000000000000000000000000000015);

    /// @dev Prices after the first `count` items, in one slot: a price is at most 2^40.
    struct Point {
        uint64 count;
        uint48 coreByte;
        uint48 witnessByte;
        uint48 settlement;
        uint48 stateByte;
    }

    IRollup private immutable ROLLUP;
    address private immutable OPERATOR;
    address private immutable TREASURY;
    Mwei private immutable MIN_DEPOSIT;

    /// @dev `time 40 · shard 8` of every item, four to a slot; its length is the queue's.
    uint64[] private _words;
    mapping(uint64 index => bytes32) private _roots;
    mapping(uint64 index => bytes32) private _hashes;

    uint32[SHARDS] private _accountCounts;
    /// @dev One above the account's index; 0 means that there is none.
    mapping(uint8 shard => mapping(address owner => uint32)) private _accounts;
    mapping(uint8 shard => mapping(uint32 account => Mwei)) private _paid;
    Mwei[SHARDS] private _revenuePaid;

    /// @dev By `count`, rising from 0.
    Point[] private _points;
    Mwei[SHARDS] private _held;
    uint64 private _derivedAt;
    uint64 private _quotedAt;
    PriceRules private _rules;

    /// @param settings Its rollup comes after it, at the address that the deployer's next transaction gives it.
    /// @param genesisPrices Prices of the L3's state before its first block.
    constructor(InboxParameters memory settings, Prices memory genesisPrices) {
        PriceRules memory rules = settings.priceRules;
        _require(settings.rollup != address(0), "rollup");
        _require(settings.operator != address(0), "operator");
        _require(settings.treasury != address(0), "treasury");
        _require(!settings.minDeposit.isZero() && settings.minDeposit <= MAX_DEPOSIT_MINIMUM, "minDeposit");
        _require(rules.interval != 0 && rules.interval <= SettingsBounds.MAX_WAIT, "interval");
        _require(rules.blobTransactionGas <= MAX_GAS, "blobTransactionGas");
        _require(rules.bytesPerBlob != 0 && rules.bytesPerBlob <= MAX_BYTES, "bytesPerBlob");
        _require(rules.claimGas <= MAX_GAS, "claimGas");
        _require(rules.claimBytes <= MAX_BYTES, "claimBytes");
        _require(rules.operationsPerClaim != 0 && rules.operationsPerClaim <= MAX_OPERATIONS, "operationsPerClaim");
        _require(rules.maxCoreByte <= PriceFormula.MAX_PRICE, "maxCoreByte");
        _require(rules.maxWitnessByte <= PriceFormula.MAX_PRICE, "maxWitnessByte");
        _require(rules.maxSettlement <= PriceFormula.MAX_PRICE, "maxSettlement");
        _require(genesisPrices.stateByte <= PriceFormula.MAX_PRICE, "genesisPrices.stateByte");
        _require(
            rules.minCoreByte <= genesisPrices.coreByte && genesisPrices.coreByte <= rules.maxCoreByte,
            "genesisPrices.coreByte"
        );
        _require(
            rules.minWitnessByte <= genesisPrices.witnessByte && genesisPrices.witnessByte <= rules.maxWitnessByte,
            "genesisPrices.witnessByte"
        );
        _require(
            rules.minSettlement <= genesisPrices.settlement && genesisPrices.settlement <= rules.maxSettlement,
            "genesisPrices.settlement"
        );
        ROLLUP = IRollup(settings.rollup);
        OPERATOR = settings.operator;
        TREASURY = settings.treasury;
        MIN_DEPOSIT = settings.minDeposit;
        _rules = rules;
        _addPoint(0, genesisPrices);
    }

    /// @inheritdoc IInbox
    function deposit(uint8 shard, address owner) external payable returns (uint32 account) {
        _checkShard(shard);
        if (owner == address(0)) revert Inbox_OwnerZero();
        (Mwei amount, uint256 rest) = Units.fromWei(msg.value);
        if (rest != 0) revert Inbox_NotWholeMwei(msg.value);
        if (amount < MIN_DEPOSIT) revert Inbox_DepositTooSmall(amount.wide(), MIN_DEPOSIT);
        Mwei held = _held[shard];
        if (amount > MAX_HELD - held) revert Inbox_DepositsExhausted(held.wide() + amount.wide(), MAX_HELD.wide());
        _held[shard] = held + amount;
        account = _openAccount(shard, owner);
        Mwei paid = _paid[shard][account];
        if (paid >= MAX_PAID) revert Inbox_AccountExhausted(paid, MAX_PAID);
        Deposit memory item = Deposit(shard, account, owner, amount);
        bytes32 root = InboxItems.deposit(item);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, shard);
        emit DepositQueued(index, time, root, inboxHash, item);
    }

    /// @inheritdoc IInbox
    function forceCreateConversation(CreateConversation calldata operation, Signature[] calldata signatures)
        external
        returns (uint64)
    {
        _checkShard(operation.shard);
        InitialMember[] calldata members = operation.members;
        _checkEntries(members.length);
        for (uint256 i; i < members.length; ++i) {
            _checkRole(i, members[i].role);
        }
        _checkSignatures(signatures, 1 + members.length);
        bytes32 root = InboxItems.forcedOperation(msg.sender, operation.root(), signatures);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, operation.shard);
        emit CreateConversationQueued(index, time, root, inboxHash, msg.sender, operation, signatures);
        return index;
    }

    /// @inheritdoc IInbox
    function forceChangeMembers(ChangeMembers calldata operation, Signature[] calldata signatures)
        external
        returns (uint64)
    {
        _checkShard(operation.shard);
        _checkChange(operation);
        _checkSignatures(signatures, 1 + operation.add.length + operation.exchange.length);
        bytes32 root = InboxItems.forcedOperation(msg.sender, operation.root(), signatures);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, operation.shard);
        emit ChangeMembersQueued(index, time, root, inboxHash, msg.sender, operation, signatures);
        return index;
    }

    /// @inheritdoc IInbox
    function forceFund(Fund calldata operation, Signature[] calldata signatures) external returns (uint64) {
        _checkShard(operation.shard);
        _checkSignatures(signatures, 1);
        bytes32 root = InboxItems.forcedOperation(msg.sender, operation.root(), signatures);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, operation.shard);
        emit FundQueued(index, time, root, inboxHash, msg.sender, operation, signatures);
        return index;
    }

    /// @inheritdoc IInbox
    function forceReclaim(Reclaim calldata operation, Signature[] calldata signatures) external returns (uint64) {
        _checkShard(operation.shard);
        _checkSignatures(signatures, 1);
        bytes32 root = InboxItems.forcedOperation(msg.sender, operation.root(), signatures);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, operation.shard);
        emit ReclaimQueued(index, time, root, inboxHash, msg.sender, operation, signatures);
        return index;
    }

    /// @inheritdoc IInbox
    function forceWithdraw(Withdraw calldata operation, Signature[] calldata signatures) external returns (uint64) {
        _checkShard(operation.shard);
        _checkSignatures(signatures, 1);
        bytes32 root = InboxItems.forcedOperation(msg.sender, operation.root(), signatures);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, operation.shard);
        emit WithdrawQueued(index, time, root, inboxHash, msg.sender, operation, signatures);
        return index;
    }

    /// @inheritdoc IInbox
    function forceMessage(uint8 shard, Message calldata message, Signature calldata signature)
        external
        returns (uint64)
    {
        _checkShard(shard);
        bytes32 root = InboxItems.forcedMessage(shard, message, signature);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, shard);
        emit MessageQueued(index, time, root, inboxHash, shard, message, signature);
        return index;
    }

    /// @inheritdoc IInbox
    function pushPrices() external returns (uint64) {
        PriceRules memory rules = _rules;
        _checkInterval(_derivedAt, rules.interval);
        _derivedAt = uint64(block.timestamp);
        Prices memory next = prices();
        if (!rules.dataQuoted) {
            Mwei blobByte = PriceFormula.blobByte(L1_BLOCK, rules);
            next.coreByte = PriceFormula.follow(next.coreByte, blobByte, rules.minCoreByte, rules.maxCoreByte);
            next.witnessByte =
                PriceFormula.follow(next.witnessByte, blobByte, rules.minWitnessByte, rules.maxWitnessByte);
        }
        next.settlement = PriceFormula.follow(
            next.settlement, PriceFormula.settlement(L1_BLOCK, rules), rules.minSettlement, rules.maxSettlement
        );
        return _pushPrices(next);
    }

    /// @inheritdoc IInbox
    function pushDataQuote(Mwei coreByte, Mwei witnessByte) external returns (uint64) {
        if (msg.sender != OPERATOR) revert Inbox_NotOperator(msg.sender);
        PriceRules memory rules = _rules;
        if (!rules.dataQuoted) revert Inbox_DataNotQuoted();
        _checkInterval(_quotedAt, rules.interval);
        _quotedAt = uint64(block.timestamp);
        Prices memory next = prices();
        _checkQuote(coreByte, next.coreByte, rules.minCoreByte, rules.maxCoreByte);
        _checkQuote(witnessByte, next.witnessByte, rules.minWitnessByte, rules.maxWitnessByte);
        next.coreByte = coreByte;
        next.witnessByte = witnessByte;
        return _pushPrices(next);
    }

    /// @inheritdoc IInbox
    function withdraw(
        BatchClaim calldata claim,
        uint8 shard,
        uint32 index,
        Account calldata account,
        bytes32[] calldata branch,
        address recipient
    ) external returns (Mwei amount) {
        _checkShard(shard);
        // A contract may want its money elsewhere, or be unable to move what it is sent unasked.
        bool isOwner = msg.sender == account.owner;
        if (!isOwner && (recipient != account.owner || recipient.code.length != 0)) {
            revert Inbox_RecipientNotOwner(msg.sender, recipient);
        }
        _checkState(claim, StateProofs.stateRoot(shard, index, account, branch));
        amount = _due(account.withdrawn, _paid[shard][index]);
        Mwei held = _held[shard];
        if (amount > held) revert Inbox_NotHeld(amount, held);
        _held[shard] = held - amount;
        _paid[shard][index] = account.withdrawn;
        emit Withdrawn(shard, index, recipient, amount, account.withdrawn);
        _pay(recipient, amount);
    }

    /// @inheritdoc IInbox
    function collectRevenue(BatchClaim calldata claim, uint8 shard, Mwei revenue, bytes32[] calldata branch)
        external
        returns (Mwei amount)
    {
        _checkShard(shard);
        _checkState(claim, StateProofs.stateRoot(shard, revenue, branch));
        amount = _due(revenue, _revenuePaid[shard]);
        _revenuePaid[shard] = revenue;
        emit RevenueCollected(shard, TREASURY, amount, revenue);
        _pay(TREASURY, amount);
    }

    /// @inheritdoc IInbox
    function count() public view returns (uint64) {
        return uint64(_words.length);
    }

    /// @inheritdoc IInbox
    function hashAt(uint64 count_) public view returns (bytes32) {
        if (count_ > count()) revert Inbox_BeyondQueue(count_, count());
        return count_ == 0 ? bytes32(0) : _hashes[count_ - 1];
    }

    /// @inheritdoc IInbox
    function queueAt(uint64 count_) external view returns (bytes32 inboxHash, uint64 nextTime) {
        inboxHash = hashAt(count_);
        if (count_ < count()) (nextTime,) = _wordAt(count_);
    }

    /// @inheritdoc IInbox
    function itemAt(uint64 index) external view returns (bytes32 root, uint64 time, uint8 shard, bytes32 inboxHash) {
        if (index >= count()) revert Inbox_UnknownItem(index, count());
        (time, shard) = _wordAt(index);
        return (_roots[index], time, shard, _hashes[index]);
    }

    /// @inheritdoc IInbox
    function accountOf(uint8 shard, address owner) external view returns (bool exists, uint32 account) {
        uint32 next = _accounts[shard][owner];
        return next == 0 ? (false, 0) : (true, next - 1);
    }

    /// @inheritdoc IInbox
    function accountCount(uint8 shard) external view returns (uint32) {
        _checkShard(shard);
        return _accountCounts[shard];
    }

    /// @inheritdoc IInbox
    function heldIn(uint8 shard) external view returns (Mwei) {
        _checkShard(shard);
        return _held[shard];
    }

    /// @inheritdoc IInbox
    function prices() public view returns (Prices memory) {
        return _pricesOf(_points[_points.length - 1]);
    }

    /// @inheritdoc IInbox
    function pricesAt(uint64 count_, uint256 point) external view returns (Prices memory) {
        uint256 next = point + 1;
        bool isThere = point < _points.length && _points[point].count <= count_;
        if (!isThere || (next < _points.length && _points[next].count <= count_)) {
            revert Inbox_NotThatPoint(count_, point);
        }
        return _pricesOf(_points[point]);
    }

    /// @inheritdoc IInbox
    function pricePoints() external view returns (uint256) {
        return _points.length;
    }

    /// @inheritdoc IInbox
    function paidTo(uint8 shard, uint32 index) external view returns (Mwei) {
        return _paid[shard][index];
    }

    /// @inheritdoc IInbox
    function revenuePaid(uint8 shard) external view returns (Mwei) {
        _checkShard(shard);
        return _revenuePaid[shard];
    }

    /// @inheritdoc IInbox
    function parameters() external view returns (InboxParameters memory) {
        return InboxParameters(address(ROLLUP), OPERATOR, TREASURY, MIN_DEPOSIT, _rules);
    }

    function _openAccount(uint8 shard, address owner) private returns (uint32 account) {
        uint32 next = _accounts[shard][owner];
        if (next != 0) return next - 1;
        account = _accountCounts[shard];
        if (account == MAX_ACCOUNTS) revert Inbox_AccountsExhausted(shard);
        _accounts[shard][owner] = account + 1;
        _accountCounts[shard] = account + 1;
    }

    /// @dev Appends an item. Its hash takes in the parent block's, so that a reorg of the L2 shows in every later header.
    function _queue(bytes32 root, uint8 shard) private returns (uint64 index, uint64 time, bytes32 inboxHash) {
        index = count();
        time = uint64(block.timestamp);
        bytes32 previous = index == 0 ? bytes32(0) : _hashes[index - 1];
        inboxHash = Ssz.hash(previous, root, blockhash(block.number - 1));
        _words.push((time << 8) | shard);
        _roots[index] = root;
        _hashes[index] = inboxHash;
    }

    function _pushPrices(Prices memory next) private returns (uint64) {
        Prices memory current = prices();
        if (
            next.coreByte == current.coreByte && next.witnessByte == current.witnessByte
                && next.settlement == current.settlement
        ) revert Inbox_PricesUnchanged();
        bytes32 root = InboxItems.prices(next);
        (uint64 index, uint64 time, bytes32 inboxHash) = _queue(root, NO_SHARD);
        _addPoint(index + 1, next);
        emit PricesQueued(index, time, root, inboxHash, next);
        return index;
    }

    function _addPoint(uint64 count_, Prices memory next) private {
        _points.push(
            Point(
                count_,
                _narrow(next.coreByte),
                _narrow(next.witnessByte),
                _narrow(next.settlement),
                _narrow(next.stateByte)
            )
        );
    }

    function _pay(address recipient, Mwei amount) private {
        uint256 value = amount.toWei();
        (bool paid,) = recipient.call{value: value}("");
        if (!paid) revert Inbox_PaymentFailed(recipient, value);
    }

    function _checkState(BatchClaim calldata claim, bytes32 computed) private view {
        bytes32 hash = keccak256(abi.encode(claim));
        if (!ROLLUP.isFinalClaim(claim.number, hash)) revert Inbox_ClaimNotFinal(claim.number, hash);
        bytes32 claimed = claim.lastHeader.stateRoot;
        if (computed != claimed) revert Inbox_StateRootMismatch(computed, claimed);
    }

    function _wordAt(uint64 index) private view returns (uint64 time, uint8 shard) {
        uint64 word = _words[index];
        // forge-lint: disable-next-line(unsafe-typecast) the lowest byte is meant
        return (word >> 8, uint8(word));
    }

    function _checkInterval(uint64 last, uint32 interval) private view {
        uint256 earliest = uint256(last) + interval;
        if (last != 0 && block.timestamp < earliest) revert Inbox_PricesTooEarly(earliest);
    }

    function _checkQuote(Mwei quote, Mwei price, Mwei min, Mwei max) private pure {
        (Mwei lowest, Mwei highest) = PriceFormula.reach(price, min, max);
        if (quote < lowest || quote > highest) revert Inbox_QuoteOutOfReach(quote, lowest, highest);
    }

    function _pricesOf(Point memory point) private pure returns (Prices memory) {
        return Prices(
            Mwei.wrap(point.coreByte),
            Mwei.wrap(point.witnessByte),
            Mwei.wrap(point.settlement),
            Mwei.wrap(point.stateByte)
        );
    }

    function _narrow(Mwei price) private pure returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast) a price is at most 2^40
        return uint48(Mwei.unwrap(price));
    }

    function _checkChange(ChangeMembers calldata operation) private pure {
        ChangedRole[] calldata roles = operation.roles;
        AddedMember[] calldata add = operation.add;
        uint256 removed = operation.remove.length;
        uint256 exchanged = operation.exchange.length;
        if (exchanged > 1) revert Inbox_ExchangeCount(exchanged);
        _checkEntries(removed + roles.length + add.length + exchanged);
        for (uint256 i; i < roles.length; ++i) {
            _checkRole(removed + i, roles[i].role);
        }
        for (uint256 i; i < add.length; ++i) {
            _checkRole(removed + roles.length + i, add[i].role);
        }
    }

    function _checkShard(uint8 shard) private pure {
        if (shard >= SHARDS) revert Inbox_UnknownShard(shard);
    }

    function _checkEntries(uint256 entries) private pure {
        if (entries == 0 || entries > MAX_ENTRIES) revert Inbox_EntryCount(entries, MAX_ENTRIES);
    }

    function _checkRole(uint256 index, uint8 role) private pure {
        if (role > HIGHEST_ROLE) revert Inbox_UnknownRole(index, role);
    }

    function _checkSignatures(Signature[] calldata signatures, uint256 expected) private pure {
        if (signatures.length != expected) revert Inbox_SignatureCount(signatures.length, expected);
    }

    function _due(Mwei proven, Mwei paid) private pure returns (Mwei) {
        if (proven <= paid) revert Inbox_NothingDue(proven, paid);
        return proven - paid;
    }

    function _require(bool inBounds, string memory name) private pure {
        if (!inBounds) revert Inbox_ParameterOutOfBounds(name);
    }
}
