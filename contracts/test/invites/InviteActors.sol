// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPublicInbox} from "../../src/interfaces/IPublicInbox.sol";
import {FlatFeeGate} from "../../src/invites/FlatFeeGate.sol";
import {InviteOutcome, InviteQuote, InviteRequest, Standing} from "../../src/types/Invites.sol";
import {InvitesDeployed, PlantedGate} from "../support/InvitesDeployed.sol";

/// @title Everyone who acts on the inbox, and what they know must hold
/// @dev Each action either must succeed or must be refused, and says so; the invariants compare inbox and ledger.
abstract contract InviteLedger is InvitesDeployed {
    uint256 public constant RECIPIENTS = 4;
    uint256 public constant ACCOUNTS = 10;
    address internal constant BENEFICIARY = address(0xBE4E);

    mapping(address account => uint256) public credits;
    mapping(address recipient => uint64) public counts;
    mapping(address recipient => bytes32) public heads;
    mapping(address recipient => mapping(address account => Standing)) internal _standings;
    uint256 public received;
    uint256 public paidOut;
    string public letThrough;
    mapping(string action => uint256) public calls;

    function recipient(uint256 i) public pure returns (address) {
        return address(uint160(0xA000 + i % RECIPIENTS));
    }

    function payer(uint256 i) public pure returns (address) {
        return address(uint160(0xB000 + i % 3));
    }

    /// @dev Everyone who can have credit.
    function account(uint256 i) public view returns (address) {
        if (i < RECIPIENTS) return recipient(i);
        if (i < 7) return payer(i - RECIPIENTS);
        return i == 7 ? TREASURY : i == 8 ? BENEFICIARY : sender;
    }
}

contract InviteActors is InviteLedger {
    PlantedGate private immutable PLANTED;

    uint256 private _envelopes;
    bytes private _lastInvite;
    uint256 private _lastFee;
    uint256 private _lastTime;
    bool private _plantedWithin = true;

    constructor(IPublicInbox inbox_, FlatFeeGate flat, PlantedGate planted) {
        (inbox, flatGate, PLANTED) = (inbox_, flat, planted);
        sender = vm.addr(SENDER_KEY);
    }

    function setUp() public pure override {}

    function passTime(uint256 seconds_) external {
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 3 hours));
        calls["passTime"] += 1;
    }

    function invite(uint256 to, uint256 from, uint256 value, uint256 maxFee, bool relayed) external {
        InviteRequest memory r = request(recipient(to), _envelopes++);
        address by = payer(from);
        address who = relayed ? sender : by;
        value = clamp(value, 0, 0.2 ether);
        r.maxFee = maxFee % 4 == 0 ? maxFee % 1 ether : 1 ether;
        // Some accept whatever is asked and could pay it: the bounds must hold all the same.
        if (maxFee % 4 == 1) (r.maxFee, value) = (4 ether, 4 ether);
        bytes memory call = abi.encodeCall(IPublicInbox.invite, (r));
        if (relayed) {
            call = abi.encodeCall(IPublicInbox.relay, (sign(r, by, START + 10 ** 9)));
        }
        (bool quoted, InviteQuote memory q) = _quote(r, who, by);
        bool allowed = quoted && _mayInvite(r.recipient, who, by) && _isPlantedWithin(to) && q.fee <= r.maxFee
            && q.fee <= credits[by] + value;
        vm.deal(by, value);
        vm.prank(by);
        (bool done,) = address(inbox).call{value: value}(call);
        if (done && !allowed) letThrough = "an invite that must be refused";
        assertTrue(done || !allowed, "what is allowed was refused");
        if (!done) {
            calls["refused"] += 1;
            return;
        }
        _note(r, q, by, value);
        _lastInvite = call;
        if (to % RECIPIENTS == 1) _noteDemand(q.fee);
        calls[relayed ? "relay" : "invite"] += 1;
    }

    /// @dev Every third of them is the one before it once more.
    function inviteMany(uint256 to, uint256 from, uint256 value, uint256 count, uint256 fees) external {
        address by = payer(from);
        InviteRequest[] memory requests = new InviteRequest[](1 + count % 7);
        for (uint256 i; i < requests.length; ++i) {
            requests[i] =
                i % 3 == 2 ? requests[i - 1] : request(recipient(to % RECIPIENTS + i * (1 + fees % 3)), _envelopes++);
            requests[i].maxFee = (fees >> i) % 4 == 0 ? fees % 1 ether : 1 ether;
        }
        value = clamp(value, 0, 4 ether);
        InviteOutcome[] memory told = _quoteMany(requests, by);
        vm.deal(by, value);
        vm.prank(by);
        InviteOutcome[] memory outcomes = inbox.inviteMany{value: value}(requests);
        if (_sum(told) <= credits[by] + value && keccak256(abi.encode(told)) != keccak256(abi.encode(outcomes))) {
            letThrough = "many that came to something else than was quoted";
        }
        received += value;
        credits[by] += value;
        for (uint256 i; i < requests.length; ++i) {
            bool again = i % 3 == 2 && outcomes[i - 1].delivered;
            if (outcomes[i].delivered) _noteOfMany(requests[i], outcomes[i].fee, by, again);
            else calls["refusedOfMany"] += 1;
        }
        calls["inviteMany"] += 1;
    }

    /// @dev A stranger pays for what was delivered before.
    function replay(uint256 from) external {
        if (_lastInvite.length == 0) return;
        vm.deal(payer(from), 1 ether);
        vm.prank(payer(from));
        (bool done,) = address(inbox).call{value: 1 ether}(_lastInvite);
        if (done) letThrough = "an envelope delivered before";
        calls["replay"] += 1;
    }

    function deposit(uint256 to, uint256 value) external {
        value = clamp(value, 0, 1 ether);
        address owner = account(to % ACCOUNTS);
        vm.deal(address(this), value);
        inbox.deposit{value: value}(owner);
        credits[owner] += value;
        received += value;
        calls["deposit"] += 1;
    }

    function withdraw(uint256 whose, uint256 who, uint256 amount, bool tooMuch) external {
        address owner = account(whose % ACCOUNTS);
        amount = tooMuch ? credits[owner] + 1 + amount % 1 ether : clamp(amount, 0, credits[owner]);
        address to = who % 2 == 0 ? address(0xC01D) : owner;
        vm.prank(owner);
        (bool done,) = address(inbox).call(abi.encodeCall(IPublicInbox.withdraw, (to, amount)));
        if (done && tooMuch) letThrough = "a payment of others' credit";
        assertTrue(done || tooMuch, "a payment that is due was refused");
        if (!done) return;
        credits[owner] -= amount;
        paidOut += amount;
        calls["withdraw"] += 1;
    }

    function setStanding(uint256 whose, uint256 whom, uint256 how) external {
        address owner = recipient(whose);
        address about = whom % 2 == 1 ? sender : payer(whom / 2);
        Standing standing = how % 4 == 0 ? Standing.Blocked : how % 4 == 1 ? Standing.Muted : Standing.Open;
        vm.prank(owner);
        inbox.setStanding(about, standing);
        _standings[owner][about] = standing;
        calls["setStanding"] += 1;
    }

    function setFlatFee(uint256 fee) external {
        vm.prank(recipient(0));
        flatGate.setFee(clamp(fee, 1 gwei, 0.2 ether));
        calls["setFlatFee"] += 1;
    }

    function plant(uint256 fee, uint16 basisPoints, bool within) external {
        fee = within ? clamp(fee, 0, 0.2 ether) : clamp(fee, 1 ether + 1, 2 ether);
        PLANTED.set(true, fee, BENEFICIARY, uint16(clamp(basisPoints, 0, 1000)));
        _plantedWithin = within;
        calls["plant"] += 1;
    }

    function plantShare(uint16 basisPoints) external {
        PLANTED.set(true, 0.01 ether, BENEFICIARY, uint16(clamp(basisPoints, 1001, type(uint16).max)));
        _plantedWithin = false;
        calls["plantShare"] += 1;
    }

    function setShare(uint16 basisPoints, bool within) external {
        basisPoints = uint16(within ? clamp(basisPoints, 0, 2000) : clamp(basisPoints, 2001, type(uint16).max));
        vm.prank(GOVERNANCE);
        (bool done,) = address(inbox).call(abi.encodeCall(IPublicInbox.setProtocolShare, (basisPoints)));
        if (done && !within) letThrough = "a share out of bounds";
        calls["setShare"] += 1;
    }

    function _quote(InviteRequest memory r, address who, address by)
        private
        view
        returns (bool quoted, InviteQuote memory q)
    {
        try inbox.quote(r, who, by) returns (InviteQuote memory told) {
            return (true, told);
        } catch {
            return (false, q);
        }
    }

    function _quoteMany(InviteRequest[] memory requests, address by) private returns (InviteOutcome[] memory) {
        address[] memory senders = new address[](requests.length);
        for (uint256 i; i < requests.length; ++i) {
            senders[i] = by;
        }
        return inbox.quoteMany(requests, senders, by);
    }

    function _sum(InviteOutcome[] memory outcomes) private pure returns (uint256 sum) {
        for (uint256 i; i < outcomes.length; ++i) {
            sum += outcomes[i].fee;
        }
    }

    function _noteOfMany(InviteRequest memory r, uint256 fee, address by, bool again) private {
        bool isPlanted = r.recipient == recipient(3);
        bool allowed = !again && _mayInvite(r.recipient, by, by) && (!isPlanted || _plantedWithin);
        if (!allowed || fee > r.maxFee || fee > credits[by]) letThrough = "one of many that must be refused";
        InviteQuote memory q;
        (q.fee, q.gate) = (fee, isPlanted ? address(PLANTED) : address(0));
        _note(r, q, by, 0);
        _lastInvite = abi.encodeCall(IPublicInbox.invite, (r));
        if (r.recipient == recipient(1)) _noteDemand(fee);
    }

    function _mayInvite(address to, address who, address by) private view returns (bool) {
        return _standings[to][who] != Standing.Blocked && _standings[to][by] != Standing.Blocked;
    }

    function _isPlantedWithin(uint256 to) private view returns (bool) {
        return to % RECIPIENTS != 3 || _plantedWithin;
    }

    function _note(InviteRequest memory r, InviteQuote memory q, address by, uint256 value) private {
        received += value;
        credits[by] = credits[by] + value - q.fee;
        uint256 protocolPart = q.fee * inbox.protocolShare() / 10_000;
        uint256 gatePart = q.gate == address(PLANTED) ? q.fee * PLANTED.basisPoints() / 10_000 : 0;
        credits[TREASURY] += protocolPart;
        credits[BENEFICIARY] += gatePart;
        credits[r.recipient] += q.fee - protocolPart - gatePart;
        heads[r.recipient] = keccak256(abi.encode(heads[r.recipient], counts[r.recipient], r.contentDigest));
        counts[r.recipient] += 1;
    }

    /// @dev Under demand and without time passing the fee never falls.
    function _noteDemand(uint256 fee) private {
        if (vm.getBlockTimestamp() == _lastTime && fee < _lastFee) letThrough = "a fee that falls under demand";
        (uint256 now_, InviteRequest memory next) = (vm.getBlockTimestamp(), request(recipient(1), 2 ** 128));
        (bool quoted, InviteQuote memory q) = _quote(next, address(0xF00), address(0xF00));
        if (quoted && q.fee < fee) letThrough = "a fee that falls under demand";
        (_lastFee, _lastTime) = (fee, now_);
    }
}
