// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {BatchClaim, ClaimHead, ClaimRequest, DataPart} from "../../src/types/Batch.sol";
import {Message, Signature, Withdraw} from "../../src/types/Operations.sol";
import {Headers} from "../../src/libraries/Headers.sol";
import {RollupParameters, Rules, RulesVersion, SequencerKey} from "../../src/types/Parameters.sol";
import {Account, Prices} from "../../src/types/State.sol";
import {Millis, Mwei} from "../../src/types/Units.sol";
import {Base} from "../support/Base.sol";
import {L1BlockStub} from "../support/L1BlockStub.sol";
import {StateModel} from "./StateModel.sol";

/// @title Everyone who acts on the contracts, and what they know must hold
/// @dev Each action either must succeed or must be refused, and says so; the invariants compare contracts and ledger.
contract Actors is Base {
    using StateModel for StateModel.Shard;

    uint8 public constant SHARD = 5;
    uint256 public constant OWNERS = 6;
    /// @dev Secrets of the sequencer's keys, one after another.
    uint256 public constant FIRST_SECRET = 0x5E9;
    L1BlockStub private constant L1_BLOCK = L1BlockStub(0x4200000000000000000000000000000000000015);

    IRollup private immutable ROLLUP;
    IInbox private immutable INBOX;
    address private immutable OPERATOR;
    address private immutable GOVERNANCE;
    /// @dev Two claimers, and the owner of the bond behind the sequencer's keys.
    address[3] public claimers;

    // The queue.
    bytes32[] public hashes;
    uint64[] public times;
    bytes32 private _parentBlock = keccak256("block");

    // Accounts.
    mapping(uint8 shard => mapping(address owner => uint32)) public accountPlusOne;
    mapping(uint8 shard => uint32) public accounts;
    uint256 public depositedWei;
    /// @dev Deposits less payments to accounts.
    mapping(uint8 shard => Mwei) public held;

    // Claims; index 0 is genesis.
    BatchClaim[] private _claims;
    StateModel.Shard[] private _states;
    StateModel.Shard private _state;

    // Finality and money.
    uint64 public highestFinal;
    uint64[] public finalizedAt;
    uint256 public paidWei;
    uint256 public bondsWei;
    mapping(address claimer => uint256) public bonds;
    mapping(address claimer => uint64) public lastClaims;

    // Schedule: what counted for each claim when it was made, and secrets of the keys.
    bytes32[] public keysOfClaims;
    Millis[] public rulesOfClaims;
    mapping(address key => uint256 secret) private _secrets;
    uint256 private _keysMade;

    // Prices.
    Prices public lastPrices;
    Prices[] private _points;
    uint64[] private _pointCounts;
    uint256 public lastPushAt;

    /// @dev What was let through that must be refused; empty when nothing.
    string public letThrough;
    mapping(string action => uint256) public calls;

    constructor(
        IRollup rollup,
        address operator,
        address governance,
        address[3] memory claimers_,
        BatchClaim memory genesis
    ) {
        ROLLUP = rollup;
        INBOX = rollup.inbox();
        OPERATOR = operator;
        GOVERNANCE = governance;
        _secrets[vm.addr(FIRST_SECRET)] = FIRST_SECRET;
        keysOfClaims.push(0);
        rulesOfClaims.push(millis(0));
        _points.push(INBOX.prices());
        _pointCounts.push(0);
        claimers = claimers_;
        lastPrices = INBOX.prices();
        _claims.push(genesis);
        _state.index = SHARD;
        for (uint256 i; i < StateModel.ACCOUNTS; ++i) {
            _state.accounts[i] = Account(owner(i), 0, mwei(10 ** 12), mwei(0));
        }
        _states.push(_state);
        finalizedAt.push(uint64(block.timestamp));
    }

    function owner(uint256 i) public pure returns (address) {
        return address(uint160(0xA0000 + i));
    }

    function claimsMade() external view returns (uint256) {
        return _claims.length - 1;
    }

    function claimAt(uint256 number) external view returns (BatchClaim memory) {
        return _claims[number];
    }

    function stateAt(uint256 number) external view returns (StateModel.Shard memory) {
        return _states[number];
    }

    function queued() external view returns (uint256) {
        return hashes.length;
    }

    function passTime(uint256 seconds_) external {
        calls["passTime"] += 1;
        _parentBlock = keccak256(abi.encode(_parentBlock, seconds_));
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 900));
        vm.roll(vm.getBlockNumber() + 1);
        vm.setBlockhash(vm.getBlockNumber() - 1, _parentBlock);
    }

    function deposit(uint256 shard, uint256 who, uint256 amount) external {
        uint8 shard_ = shard % 2 == 0 ? SHARD : uint8(shard % 64);
        uint256 value = clamp(amount, 1000, 10 ** 12) * 10 ** 6;
        address to = owner(who % OWNERS);
        vm.deal(address(this), value);
        uint32 account = INBOX.deposit{value: value}(shard_, to);
        if (accountPlusOne[shard_][to] == 0) {
            accounts[shard_] += 1;
            accountPlusOne[shard_][to] = accounts[shard_];
        }
        assertEq(account + 1, accountPlusOne[shard_][to], "account of a deposit");
        depositedWei += value;
        held[shard_] = held[shard_] + mwei(value / 10 ** 6);
        _noteQueued();
        calls["deposit"] += 1;
    }

    function depositWrongly(uint256 shard, uint256 amount, uint256 how) external {
        uint256 value = clamp(amount, 1000, 10 ** 12) * 10 ** 6;
        address to = owner(0);
        uint8 shard_ = uint8(shard % 64);
        if (how % 4 == 0) shard_ = uint8(64 + shard % 192);
        else if (how % 4 == 1) value = amount % 1000 * 10 ** 6;
        else if (how % 4 == 2) value += 1 + amount % (10 ** 6 - 1);
        else to = address(0);
        vm.deal(address(this), value);
        try INBOX.deposit{value: value}(shard_, to) {
            _lets("deposit");
        } catch {
            calls["depositWrongly"] += 1;
        }
    }

    function force(uint256 who, bytes32 content, uint64 amount) external {
        vm.prank(owner(who % OWNERS));
        if (uint256(content) % 2 == 0) INBOX.forceWithdraw(Withdraw(SHARD, 0, 0, mwei(amount)), new Signature[](1));
        else INBOX.forceMessage(SHARD, Message(1, 2, content), Signature(content, content));
        _noteQueued();
        calls["force"] += 1;
    }

    function pushPrices(uint256 basefee, uint256 blobBaseFee) external {
        L1_BLOCK.set(basefee % 10 ** 12, blobBaseFee % 10 ** 12, 5227, 1_014_213);
        uint256 time = vm.getBlockTimestamp();
        try INBOX.pushPrices() {
            Prices memory next = INBOX.prices();
            if (lastPushAt != 0 && time - lastPushAt < 3600) _lets("early prices");
            if (_jumped(lastPrices.coreByte, next.coreByte)) _lets("jump of coreByte");
            if (_jumped(lastPrices.witnessByte, next.witnessByte)) _lets("jump of witnessByte");
            if (_jumped(lastPrices.settlement, next.settlement)) _lets("jump of settlement");
            lastPrices = next;
            lastPushAt = time;
            _noteQueued();
            _points.push(next);
            _pointCounts.push(uint64(hashes.length));
            calls["pushPrices"] += 1;
        } catch (bytes memory reason) {
            // Refused for one of two reasons, or the formula itself is broken.
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == IInbox.Inbox_PricesTooEarly.selector || selector == IInbox.Inbox_PricesUnchanged.selector,
                "reason of a refused push"
            );
        }
    }

    /// @dev On the L3 an account withdraws and the shard earns; the next claim carries it.
    function liveOnL3(uint256 account, uint64 amount, uint64 earned) external {
        Account storage leaf = _state.accounts[account % StateModel.ACCOUNTS];
        leaf.withdrawn = leaf.withdrawn + mwei(clamp(amount, 0, (_deposited() - _spent()) / 4));
        _state.revenue = _state.revenue + mwei(clamp(earned, 0, (_deposited() - _spent()) / 4));
        calls["liveOnL3"] += 1;
    }

    function claim(uint256 who, uint256 blocks, uint256 items) external {
        (ClaimRequest memory request, bool possible) = _request(blocks, items);
        if (!possible) return;
        address claimer = _bonded(claimers[who % 8 == 0 ? 1 : 0]);
        address answering = _bonded(claimers[2]);
        SequencerKey memory key = ROLLUP.sequencerAt(request.lastHeader.number);
        bytes memory signature = _seal(request, _secrets[key.key]);
        vm.prank(claimer);
        bytes32 hash = ROLLUP.claim(request, signature);
        _claims.push(_claimOf(request, claimer));
        _states.push(_state);
        keysOfClaims.push(keccak256(abi.encode(key)));
        rulesOfClaims.push(rulesAt(request.lastHeader.timestamp));
        lastClaims[claimer] = request.number;
        lastClaims[answering] = request.number;
        assertEq(hash, keccak256(abi.encode(_claims[_claims.length - 1])), "hash of a claim");
        calls["claim"] += 1;
    }

    function claimWrongly(uint256 who, uint256 blocks, uint256 items, uint256 how) external {
        (ClaimRequest memory request, bool possible) = _request(blocks, items);
        if (!possible) return;
        address claimer = _bonded(claimers[who % 8 == 0 ? 1 : 0]);
        _bonded(claimers[2]);
        uint256 secret = _secrets[ROLLUP.sequencerAt(request.lastHeader.number).key];
        how %= 14;
        if (how == 0) request.number += 1;
        else if (how == 1) request.number -= 1;
        else if (how == 2) request.parent = keccak256("another claim");
        else if (how == 3) request.lineage = keccak256("another lineage");
        else if (how == 4) request.lastHeader.number = ROLLUP.head().blockNumber;
        else if (how == 5) request.lastHeader.timestamp = millis(vm.getBlockTimestamp() * 1000 + 1);
        else if (how == 6) request.lastHeader.timestamp = ROLLUP.head().timestamp;
        else if (how == 7) request.lastHeader.inboxHash = keccak256("another queue");
        else if (how == 8) request.lastHeader.inboxCount = uint64(hashes.length) + 1;
        else if (how == 9) claimer = _bonded(address(0xBAD));
        else if (how == 10) ++secret;
        else if (how == 11 && !_leaveOutDueItem(request)) return;
        else if (how == 12) (possible, secret) = _crossBorder(request);
        else if (how == 13) request.lastHeader.segmentCount = ROLLUP.head().segmentCount + 8193;
        if (!possible) return;
        bytes memory signature = _seal(request, secret);
        vm.prank(claimer);
        try ROLLUP.claim(request, signature) {
            _lets(how == 11 ? "claim without a due item" : how == 12 ? "claim across a border" : "claim");
        } catch {
            if (how > 9) calls[how == 10 ? "claimUnsealed" : how == 11 ? "claimWithoutDue" : "claimAcross"] += 1;
            calls["claimWrongly"] += 1;
        }
    }

    function finalize(uint256 limit) external {
        uint64 latest = ROLLUP.finalize(uint64(limit % 4));
        assertEq(ROLLUP.finalNumber(), latest, "finality: what is told");
        for (; highestFinal < latest; ++highestFinal) {
            finalizedAt.push(uint64(vm.getBlockTimestamp()));
        }
        calls["finalize"] += 1;
    }

    function withdraw(uint256 number, uint256 account) external {
        number = clamp(number, 1, _claims.length);
        if (number == _claims.length) return;
        account %= StateModel.ACCOUNTS;
        StateModel.Shard memory state = _states[number];
        Account memory leaf = state.accounts[account];
        Mwei before = INBOX.paidTo(SHARD, uint32(account));
        bool due = number <= highestFinal && leaf.withdrawn > before;
        bytes32[] memory branch = state.accountBranch(account);
        try INBOX.withdraw(_claims[number], SHARD, uint32(account), leaf, branch, leaf.owner) returns (Mwei amount) {
            if (!due) _lets("payment of a withdrawal");
            held[SHARD] = held[SHARD] - amount;
            paidWei += amount.wide() * 10 ** 6;
            calls["withdraw"] += 1;
        } catch {
            assertTrue(!due, "a due withdrawal was refused");
        }
    }

    function collectRevenue(uint256 number) external {
        number = clamp(number, 1, _claims.length);
        if (number == _claims.length) return;
        StateModel.Shard memory state = _states[number];
        bool due = number <= highestFinal && state.revenue > INBOX.revenuePaid(SHARD);
        bytes32[] memory branch = state.revenueBranch();
        try INBOX.collectRevenue(_claims[number], SHARD, state.revenue, branch) returns (Mwei amount) {
            if (!due) _lets("payment of revenue");
            paidWei += amount.wide() * 10 ** 6;
            calls["collectRevenue"] += 1;
        } catch {
            assertTrue(!due, "due revenue was refused");
        }
    }

    function startBondExit(uint256 who) external {
        address claimer = claimers[who % 3];
        bool free = bonds[claimer] != 0 && lastClaims[claimer] <= highestFinal;
        vm.prank(claimer);
        try ROLLUP.startBondExit() {
            if (!free) _lets("start of a bond's exit");
            calls["startBondExit"] += 1;
        } catch {
            assertTrue(!free, "an exit was refused");
        }
    }

    function withdrawBond(uint256 who) external {
        address claimer = claimers[who % 3];
        (,, uint64 unlocksAt) = ROLLUP.bondOf(claimer);
        uint64 lastClaim = lastClaims[claimer];
        bool unlocked = unlocksAt != 0 && vm.getBlockTimestamp() >= unlocksAt;
        uint256 before = claimer.balance;
        vm.prank(claimer);
        try ROLLUP.withdrawBond(claimer) {
            if (!unlocked) _lets("locked bond");
            if (lastClaim > highestFinal) {
                _lets("bond of an open claim");
            } else if (vm.getBlockTimestamp() < finalizedAt[lastClaim] + _evidence()) {
                _lets("bond within its period");
            }
            assertEq(claimer.balance - before, bonds[claimer], "bond paid");
            bondsWei -= bonds[claimer];
            bonds[claimer] = 0;
            calls["withdrawBond"] += 1;
        } catch {
            assertTrue(bonds[claimer] == 0 || !unlocked, "a bond was refused");
        }
    }

    function announceKey(uint256 ahead) external {
        uint64 claimed = ROLLUP.head().blockNumber;
        bool early = ahead % 4 == 0;
        uint64 from = early
            ? uint64(clamp(ahead >> 8, 0, claimed + ROLLUP.parameters().keyNotice - 1))
            : claimed + ROLLUP.parameters().keyNotice + uint64(ahead % 40);
        uint256 secret = FIRST_SECRET + 100 * ++_keysMade;
        SequencerKey memory entry = SequencerKey(from, vm.addr(secret), address(0), claimers[2]);
        vm.prank(claimers[2]);
        ROLLUP.answerFor(entry.key);
        vm.prank(OPERATOR);
        try ROLLUP.announceSequencer(entry) {
            if (early) _lets("schedule: a key too early");
            _secrets[entry.key] = secret;
            calls["announceKey"] += 1;
        } catch {
            assertTrue(early, "a key was refused");
            calls["announceKeyWrongly"] += 1;
        }
    }

    function announceRules(uint256 ahead, uint256 how) external {
        RulesVersion[] memory all = ROLLUP.versions();
        RulesVersion memory last = all[all.length - 1];
        vm.startPrank(GOVERNANCE);
        if (how % 4 == 0) {
            bool begun = last.from.wide() <= vm.getBlockTimestamp() * 1000;
            try ROLLUP.withdrawRules() {
                if (begun) _lets("withdrawal of rules that hold");
                calls["withdrawRules"] += 1;
            } catch {
                assertTrue(begun, "a withdrawal was refused");
            }
        } else {
            uint256 earliest = (vm.getBlockTimestamp() + ROLLUP.parameters().upgradeNotice) * 1000;
            if (earliest <= last.from.wide()) earliest = last.from.wide() + 1;
            Rules memory next = last.rules;
            ++next.number;
            ROLLUP.announceRules(millis(earliest + ahead % 10 ** 6), next);
            calls["announceRules"] += 1;
        }
        vm.stopPrank();
    }

    /// @dev From when the rules hold that hold at `timestamp`.
    function rulesAt(Millis timestamp) public view returns (Millis from) {
        RulesVersion[] memory all = ROLLUP.versions();
        for (uint256 i; i < all.length && all[i].from <= timestamp; ++i) {
            from = all[i].from;
        }
    }

    function points() external view returns (Prices[] memory, uint64[] memory) {
        return (_points, _pointCounts);
    }

    /// @dev Brings the last header's time to the present and takes the item back that is due then; false when none is.
    function _leaveOutDueItem(ClaimRequest memory request) private view returns (bool) {
        ClaimHead memory head = ROLLUP.head();
        if (head.inboxCount == hashes.length) return false;
        Millis timestamp = millis(vm.getBlockTimestamp() * 1000);
        if (!_isDue(times[head.inboxCount], timestamp)) return false;
        if (rulesAt(timestamp) > head.timestamp && request.lastHeader.number != head.blockNumber + 1) return false;
        request.lastHeader.timestamp = timestamp;
        request.lastHeader.inboxCount = head.inboxCount;
        request.lastHeader.inboxHash = INBOX.hashAt(head.inboxCount);
        return true;
    }

    /// @dev Stretches the batch over the next key's first block, with nothing else wrong; false when that is too far away.
    /// @return secret Of the key that signs the last header.
    function _crossBorder(ClaimRequest memory request) private view returns (bool, uint256 secret) {
        ClaimHead memory head = ROLLUP.head();
        SequencerKey[] memory all = ROLLUP.sequencers();
        for (uint256 i; i < all.length; ++i) {
            uint64 from = all[i].from;
            if (from <= head.blockNumber + 1) continue;
            Millis timestamp = head.timestamp + millis(250 * (from - head.blockNumber));
            if (timestamp > millis(vm.getBlockTimestamp() * 1000) || rulesAt(timestamp) > head.timestamp) break;
            request.lastHeader.number = from;
            request.lastHeader.timestamp = timestamp;
            request.lastHeader.inboxCount = uint64(_dueAt(timestamp, head.inboxCount, hashes.length));
            request.lastHeader.inboxHash = INBOX.hashAt(request.lastHeader.inboxCount);
            return (true, _secrets[all[i].key]);
        }
        return (false, 0);
    }

    /// @dev The first is told: what follows from it says less.
    function _lets(string memory what) private {
        if (bytes(letThrough).length == 0) letThrough = what;
    }

    function _seal(ClaimRequest memory request, uint256 secret) private view returns (bytes memory) {
        bytes32 digest = Headers.digest(Headers.root(request.lastHeader), address(INBOX));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    function _evidence() private view returns (uint64) {
        return ROLLUP.parameters().evidencePeriod;
    }

    /// @dev Tops the claimer's bond up to what a claim needs.
    function _bonded(address claimer) private returns (address) {
        uint128 required = ROLLUP.parameters().bond;
        uint256 bond = bonds[claimer];
        if (bond < required) {
            vm.deal(address(this), required);
            ROLLUP.depositBondFor{value: required - bond}(claimer);
            bondsWei += required - bond;
            bonds[claimer] = required;
        }
        return claimer;
    }

    function _request(uint256 blocks, uint256 items) private view returns (ClaimRequest memory request, bool) {
        ClaimHead memory head = ROLLUP.head();
        uint64 blocks_ = uint64(clamp(blocks, 1, 20));
        Millis timestamp = head.timestamp + millis(250 * blocks_);
        Millis present = millis(vm.getBlockTimestamp() * 1000);
        if (timestamp > present) return (request, false);
        if (blocks % 3 == 0) timestamp = present;
        if (rulesAt(timestamp) > head.timestamp) blocks_ = 1;
        blocks_ = _withinKey(head.blockNumber, blocks_);
        uint256 most = head.inboxCount + 64 * blocks_;
        if (most > hashes.length) most = hashes.length;
        request.number = head.number + 1;
        request.parent = head.hash;
        request.coreRoot = keccak256(abi.encode(blocks, items));
        request.lastHeader.number = head.blockNumber + blocks_;
        request.lastHeader.timestamp = timestamp;
        request.lastHeader.inboxCount = uint64(clamp(items, head.inboxCount, most));
        request.lastHeader.segmentCount =
            head.segmentCount + uint64(clamp(items, 0, blocks_ < 8 ? 1024 * blocks_ : 8192));
        request.lastHeader.inboxCount = uint64(clamp(items, _dueAt(timestamp, head.inboxCount, most), most));
        request.lastHeader.inboxHash = INBOX.hashAt(request.lastHeader.inboxCount);
        request.lastHeader.stateRoot = _state.stateRoot();
        request.core = DataPart(0, abi.encode(blocks));
        return (request, true);
    }

    /// @dev Items that a batch must have consumed at `timestamp`.
    function _dueAt(Millis timestamp, uint64 consumed, uint256 most) private view returns (uint256 count) {
        count = consumed;
        while (count < most && count - consumed < 64 && _isDue(times[count], timestamp)) {
            ++count;
        }
    }

    function _isDue(uint64 queuedAt, Millis timestamp) private view returns (bool) {
        return millis(uint256(queuedAt) * 1000) + ROLLUP.parameters().forceDelayMs <= timestamp;
    }

    function _withinKey(uint64 before, uint64 blocks) private view returns (uint64) {
        SequencerKey[] memory all = ROLLUP.sequencers();
        for (uint256 i; i < all.length; ++i) {
            uint64 from = all[i].from;
            if (from > before + 1 && from <= before + blocks) return from - 1 - before;
        }
        return blocks;
    }

    function _claimOf(ClaimRequest memory request, address claimer) private view returns (BatchClaim memory) {
        RollupParameters memory parameters = ROLLUP.parameters();
        return BatchClaim({
            number: request.number,
            parent: request.parent,
            lineage: request.lineage,
            coreRoot: request.coreRoot,
            witnessRoot: request.witnessRoot,
            lastHeader: request.lastHeader,
            core: request.core,
            witness: request.witness,
            windows: parameters.windows,
            claimer: claimer,
            claimedAt: uint64(vm.getBlockTimestamp())
        });
    }

    function _noteQueued() private {
        bytes32 previous = hashes.length == 0 ? bytes32(0) : hashes[hashes.length - 1];
        (bytes32 root,,,) = INBOX.itemAt(uint64(hashes.length));
        hashes.push(sha256(abi.encode(previous, root, blockhash(vm.getBlockNumber() - 1))));
        times.push(uint64(vm.getBlockTimestamp()));
    }

    function _jumped(Mwei from, Mwei to) private pure returns (bool) {
        Mwei step = mwei(from < mwei(8) ? 1 : from.wide() / 8);
        return to > from + step || to + step < from;
    }

    /// @dev All deposits into the shard, in mwei.
    function _deposited() private view returns (uint256 deposited) {
        deposited = held[SHARD].wide();
        for (uint32 i; i < StateModel.ACCOUNTS; ++i) {
            deposited += INBOX.paidTo(SHARD, i).wide();
        }
    }

    /// @dev What left the accounts, in mwei.
    function _spent() private view returns (uint256 spent) {
        spent = _state.revenue.wide();
        for (uint256 i; i < StateModel.ACCOUNTS; ++i) {
            spent += _state.accounts[i].withdrawn.wide();
        }
    }
}
