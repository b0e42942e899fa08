// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {IBulkPricing} from "../../src/interfaces/IBulkPricing.sol";
import {IDemandGate} from "../../src/interfaces/IGates.sol";
import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {IStakeVault} from "../../src/interfaces/IStakeVault.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Reputation} from "../../src/economics/Reputation.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {StakeVault} from "../../src/economics/StakeVault.sol";
import {SybilLists} from "../../src/economics/SybilLists.sol";
import {Treasury} from "../../src/economics/Treasury.sol";
import {AttributeChange} from "../../src/types/Contacts.sol";
import {BulkParameters, CostPart, CostRecord, Reach, ReimbursementBounds, Repute} from "../../src/types/Economics.sol";
import {InviteQuote, InviteRequest} from "../../src/types/Invites.sol";
import {RollupStub} from "../support/RollupStub.sol";
import {EconomyLedger} from "./EconomyLedger.sol";

/// @dev All that act, deployed once.
struct Economy {
    IContactDirectory directory;
    IPublicInbox inbox;
    StakeVault stakes;
    SybilLists lists;
    Reputation reputation;
    BulkPricing pricing;
    Treasury treasury;
    RollupStub rollup;
}

/// @dev Each action either must succeed or must be refused, and says so; the invariants compare contracts and ledger.
contract EconomyActors is EconomyLedger {
    uint256 private _envelopes;
    uint64 private _version;
    uint256 internal boundsSetAt;
    uint256 internal pricesSetAt = START;

    constructor(Economy memory e) {
        (directory, inbox, stakes, lists) = (e.directory, e.inbox, e.stakes, e.lists);
        (reputation, pricing, treasury, rollup) = (e.reputation, e.pricing, e.treasury, e.rollup);
        sender = vm.addr(SENDER_KEY);
        publisher = vm.addr(PUBLISHER_KEY);
    }

    function passTime(uint256 seconds_) external {
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 2 days));
        calls["passTime"] += 1;
    }

    function enroll(uint256 who) external {
        address account = user(who);
        if (directory.registeredAt(account) != 0) return;
        register(account);
        totalIn += REGISTRATION_FEE;
        calls["enroll"] += 1;
    }

    function invite(uint256 from, uint256 by, uint256 to, uint256 value) external {
        InviteRequest memory r = request(recipient(to), _envelopes++);
        address payer = user(by);
        address from_ = from % 2 == 0 ? payer : sender;
        value = clamp(value, 0, 0.3 ether);
        InviteQuote memory q = inbox.quote(r, from_, payer);
        bool allowed = q.fee <= value + inbox.creditOf(payer);
        _checkPart(from_, payer, q.networkPart);
        Repute memory bySender = reputation.reputeOf(from_);
        Repute memory byPayer = reputation.reputeOf(payer);
        bytes memory call = from_ == payer
            ? abi.encodeCall(IPublicInbox.invite, (r))
            : abi.encodeCall(IPublicInbox.relay, (sign(r, payer, type(uint256).max)));
        if (!_do(payer, value, call, address(inbox), allowed, "an invite")) return;
        totalIn += value;
        noteReach(from_, payer, bySender, byPayer);
        _checkMonotone(from_, payer, q.networkPart);
        calls[from_ == payer ? "invite" : "relay"] += 1;
    }

    function withdrawCredit(uint256 who, uint256 amount) external {
        address[] memory all = creditors();
        address owner = all[who % (all.length - 1)];
        uint256 credit = inbox.creditOf(owner);
        amount = amount % 8 == 0 ? credit + 1 : clamp(amount, 0, credit);
        bytes memory call = abi.encodeCall(IPublicInbox.withdraw, (SINK, amount));
        if (!_do(owner, 0, call, address(inbox), amount <= credit, "credit of others")) return;
        totalOut += amount;
        calls["withdrawCredit"] += 1;
    }

    /// @dev Anyone brings home what is the treasury's.
    function collect(uint256 revenue) external {
        revenue = clamp(revenue, 0, 0.2 ether);
        vm.deal(address(this), revenue);
        uint256 fees = address(directory).balance;
        uint256 credit = inbox.creditOf(address(treasury));
        directory.collectFees();
        inbox.collectShares();
        (bool paid,) = address(treasury).call{value: revenue}("");
        assertTrue(paid, "income was refused");
        if (slashedWei != 0) stakes.collectSlashed();
        earned += fees + credit + revenue + slashedWei;
        slashedWei = 0;
        totalIn += revenue;
        calls["collect"] += 1;
    }

    function putStake(uint256 who, uint256 amount) external {
        amount = clamp(amount, 1, 0.2 ether);
        stake(user(who), amount);
        stakedWei[user(who)] += amount;
        totalIn += amount;
        calls["putStake"] += 1;
    }

    function startExit(uint256 who, uint128 amount) external {
        address owner = user(who);
        // Another exit makes all that is leaving wait anew: not always, or nothing would ever leave.
        if (leavingWei[owner] != 0 && who % 16 != 0) return;
        amount = amount % 4 == 0 ? amount : uint128(clamp(amount, 0, stakedWei[owner]));
        bool allowed = amount != 0 && amount <= stakedWei[owner];
        bytes memory call = abi.encodeCall(IStakeVault.startExit, (amount));
        if (!_do(owner, 0, call, address(stakes), allowed, "an exit")) return;
        stakedWei[owner] -= amount;
        leavingWei[owner] += amount;
        calls["startExit"] += 1;
    }

    function withdrawStake(uint256 who) external {
        address owner = user(who);
        bool allowed = leavingWei[owner] != 0 && vm.getBlockTimestamp() >= stakes.stakeOf(owner).leavesAt;
        bytes memory call = abi.encodeCall(IStakeVault.withdraw, (SINK));
        if (!_do(owner, 0, call, address(stakes), allowed, "a stake that is locked")) return;
        totalOut += leavingWei[owner];
        leavingWei[owner] = 0;
        calls["withdrawStake"] += 1;
    }

    /// @dev Of more than there is, all there is.
    function slash(uint256 who, uint256 part) external {
        address owner = user(who);
        uint256 all = stakedWei[owner] + leavingWei[owner];
        uint128 amount = uint128(all * (part % 12) / 10);
        bool allowed = amount != 0;
        bytes memory call = abi.encodeCall(IStakeVault.slash, (owner, amount, "why"));
        if (!_do(GOVERNANCE, 0, call, address(stakes), allowed, "a slash")) return;
        uint256 taken = amount < all ? amount : all;
        uint256 fromLeaving = taken < leavingWei[owner] ? taken : leavingWei[owner];
        leavingWei[owner] -= fromLeaving;
        stakedWei[owner] -= taken - fromLeaving;
        slashedWei += taken;
        calls["slash"] += 1;
    }

    function publishList(uint256 who, bool added) external {
        address[] memory none = new address[](0);
        address[] memory some = one(user(who));
        publish(++_version, added ? some : none, added ? none : some);
        calls["publishList"] += 1;
    }

    function finalize() external {
        rollup.setFinal(rollup.finalNumber() + 4);
        calls["finalize"] += 1;
    }

    function recordCost(uint256 claim_, uint8 part_, uint256 wei_, uint256 who) external {
        uint64 claim = uint64(claim_ % (rollup.finalNumber() + 2));
        CostPart part = CostPart(part_ % 3);
        uint128 amount = uint128(wei_ % 8 == 0 ? wei_ % 2 ** 100 : clamp(wei_, 1, 0.2 ether));
        address by = who % 5 == 0 ? STRANGER : OPERATOR;
        CostRecord[] memory records = new CostRecord[](1);
        records[0] = CostRecord(claim, part, 2, amount, "pointer");
        bool allowed = by == OPERATOR && claim != 0 && claim <= rollup.finalNumber() && amount != 0
            && amount <= treasury.bounds().perRecord && !everRecorded[key(claim, part)];
        bytes memory call = abi.encodeCall(ITreasury.recordCosts, (records));
        if (!_do(by, 0, call, address(treasury), allowed, "a record")) return;
        everRecorded[key(claim, part)] = true;
        recorded[key(claim, part)] = amount;
        due += int256(uint256(amount));
        calls["recordCost"] += 1;
    }

    function strike(uint256 claim_, uint8 part_) external {
        uint64 claim = uint64(claim_ % (rollup.finalNumber() + 2));
        CostPart part = CostPart(part_ % 3);
        bytes32 record = key(claim, part);
        bytes memory call = abi.encodeCall(ITreasury.strikeCost, (IRollup(address(rollup)), claim, part));
        if (!_do(GOVERNANCE, 0, call, address(treasury), recorded[record] != 0, "a strike")) return;
        due -= int256(recorded[record]);
        recorded[record] = 0;
        calls["strike"] += 1;
    }

    /// @dev Never above what is due, the share of income, the period's bound, or what is there.
    function reimburse(uint256 who) external {
        address account = who % 4 == 0 ? STRANGER : OPERATOR;
        uint256 before = account.balance;
        vm.prank(STRANGER);
        (bool done,) = address(treasury).call(abi.encodeCall(ITreasury.reimburse, (account)));
        if (!done) return;
        uint256 amount = account.balance - before;
        ReimbursementBounds memory b = treasury.bounds();
        uint256 period = (vm.getBlockTimestamp() - START) / PERIOD;
        paidIn[period] += amount;
        reimbursedWei += amount;
        totalOut += amount;
        due -= int256(amount);
        if (account != OPERATOR || due < 0) letThrough = "operator: more than is due";
        if (paidIn[period] > b.perPeriod) letThrough = "operator: above the period's bound";
        if (reimbursedWei > earned * b.incomeShare / 10_000) letThrough = "operator: above the share of income";
        calls["reimburse"] += 1;
    }

    function spend(uint256 amount, uint256 who) external {
        uint256 left = earned - reimbursedWei - spentWei;
        amount = amount % 2 == 0 ? left : clamp(amount, 0, 0.3 ether);
        address by = who % 3 == 0 ? OPERATOR : who % 3 == 1 ? STRANGER : GOVERNANCE;
        uint256 spendable = left - treasury.payableTo(OPERATOR);
        bytes memory call = abi.encodeCall(ITreasury.spend, (SINK, amount, ""));
        if (!_do(by, 0, call, address(treasury), by == GOVERNANCE, "surplus: moved without a vote")) return;
        if (amount > spendable) amount = spendable;
        spentWei += amount;
        totalOut += amount;
        calls["spend"] += 1;
    }

    function setBounds(uint256 perPeriod, uint16 share, uint256 who) external {
        ReimbursementBounds memory next = treasury.bounds();
        uint256 before = next.perPeriod;
        next.perPeriod = uint128(perPeriod % 3 == 0 ? perPeriod % 2 ** 100 : clamp(perPeriod, 0.1 ether, 0.4 ether));
        next.incomeShare = share % 12_000;
        address by = who % 3 == 0 ? STRANGER : GOVERNANCE;
        bool allowed = by == GOVERNANCE && next.perPeriod >= next.perRecord && next.perPeriod <= 1000 ether
            && _isStep(before, next.perPeriod) && next.incomeShare <= 10_000 && _isHourLater(boundsSetAt);
        bytes memory call = abi.encodeCall(ITreasury.setBounds, (next));
        if (!_do(by, 0, call, address(treasury), allowed, "parameters: bounds")) return;
        boundsSetAt = vm.getBlockTimestamp();
        calls["setBounds"] += 1;
    }

    function setPrices(uint256 unit, uint256 maxPart, uint256 who) external {
        BulkParameters memory next = pricing.parameters();
        (uint256 unitBefore, uint256 maxBefore) = (next.unit, next.maxPart);
        next.unit = uint128(10 ** (9 + unit % 8));
        next.maxPart = uint128(10 ** (13 + maxPart % 6));
        address by = who % 3 == 0 ? STRANGER : GOVERNANCE;
        bool allowed = by == GOVERNANCE && next.unit >= 1 gwei && next.unit <= 10 ** 15 && next.maxPart >= next.unit
            && next.maxPart >= next.base && next.maxPart <= 0.1 ether && _isStep(unitBefore, next.unit)
            && _isStep(maxBefore, next.maxPart) && _isHourLater(pricesSetAt);
        bytes memory call = abi.encodeCall(IBulkPricing.setParameters, (next));
        if (!_do(by, 0, call, address(pricing), allowed, "parameters: prices")) return;
        pricesSetAt = vm.getBlockTimestamp();
        calls["setPrices"] += 1;
    }

    /// @dev Nobody but the governance does any of this.
    function trespass(uint256 which, uint256 who) external {
        (address target, bytes memory call) = _governed(which % 15);
        address by = who % 3 == 0 ? OPERATOR : who % 3 == 1 ? STRANGER : user(who);
        vm.prank(by);
        (bool done,) = target.call(call);
        if (done) letThrough = "parameters: set by anyone";
        calls["trespass"] += 1;
    }

    function _governed(uint256 which) private view returns (address, bytes memory) {
        if (which == 0) return (address(pricing), abi.encodeCall(IBulkPricing.setParameters, (bulkParameters())));
        if (which == 1) return (address(treasury), abi.encodeCall(ITreasury.setBounds, (bounds())));
        if (which == 2) return (address(treasury), abi.encodeCall(ITreasury.setOperator, (STRANGER)));
        if (which == 3) return (address(treasury), abi.encodeCall(ITreasury.spend, (STRANGER, 0, "")));
        if (which == 4) return (address(treasury), abi.encodeCall(ITreasury.setRollup, (treasury.rollup())));
        if (which == 5) return (address(stakes), abi.encodeCall(IStakeVault.setUnbondingDelay, (1 days)));
        if (which == 6) return (address(stakes), abi.encodeCall(IStakeVault.slash, (user(0), 1, "")));
        if (which == 7) {
            return (address(reputation), abi.encodeCall(IReputation.setParameters, (reputationParameters())));
        }
        if (which == 8) return (address(reputation), abi.encodeCall(IReputation.setAttester, (STRANGER, 1)));
        if (which == 9) return (address(reputation), abi.encodeCall(IReputation.setPublishers, (one(STRANGER))));
        if (which == 10) return (address(inbox), abi.encodeCall(IPublicInbox.setPricing, (NO_PRICING)));
        if (which == 11) return (address(inbox), abi.encodeCall(IPublicInbox.setProtocolShare, (0)));
        if (which == 12) return (address(inbox), abi.encodeCall(IPublicInbox.setDefaultGate, (inbox.defaultGate())));
        if (which == 13) return (address(directory), abi.encodeCall(IContactDirectory.setRegistrationFee, (0)));
        return (address(inbox.defaultGate()), abi.encodeCall(IDemandGate.setCommonCurve, (curve())));
    }

    /// @dev Whether it was done. What is allowed must be, what is not must not.
    function _do(address by, uint256 value, bytes memory call, address target, bool allowed, string memory what)
        private
        returns (bool done)
    {
        if (value != 0) vm.deal(by, value);
        vm.prank(by);
        (done,) = target.call{value: value}(call);
        if (done && !allowed) letThrough = what;
        assertTrue(done || !allowed, string.concat("refused though allowed: ", what));
        if (!done) calls["refused"] += 1;
    }

    function _checkPart(address from, address payer, uint256 part) private {
        BulkParameters memory p = pricing.parameters();
        if (part > p.maxPart || part > 0.1 ether) letThrough = "network part: above its bound";
        Reach memory bySender = pricing.reachOf(address(inbox), from);
        Reach memory byPayer = pricing.reachOf(address(inbox), payer);
        bool within = bySender.invites < bySender.inviteAllowance && byPayer.senders < byPayer.senderAllowance;
        bool reputed = reputation.reputeOf(from).surcharge == 10_000 || reputation.reputeOf(payer).surcharge == 10_000;
        if (within && reputed && part != p.base) letThrough = "network part: not flat for a consumer";
    }

    /// @dev Another invite after this one costs no less.
    function _checkMonotone(address from, address payer, uint256 part) private {
        vm.prank(address(inbox));
        if (pricing.quote(from, payer, address(0xFFF1)) < part) letThrough = "network part: falls with reach";
    }

    function _isStep(uint256 before, uint256 next) private pure returns (bool) {
        return next <= 10 * before && before <= 10 * next;
    }

    function _isHourLater(uint256 than) private view returns (bool) {
        return vm.getBlockTimestamp() >= than + 1 hours;
    }
}
