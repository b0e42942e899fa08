// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDataCommittee} from "../../src/interfaces/IDataCommittee.sol";
import {Attestation, CertificateCode, CommitteePart, EpochState} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";

/// @dev Members, challengers and the governance, at random. Each action must succeed or must be refused, and says so; the invariants
/// compare the contract with what was written down here.
contract CommitteeActors is CommitteeDeployed {
    struct Asked {
        Attestation attestation;
        uint8 part;
        uint32 index;
        uint256 deposit;
        uint256 deadline;
        uint32 mask;
        bool open;
    }

    uint256 public constant MEMBERS = 6;
    address public constant CHALLENGER = address(0xC4A1);
    address public constant ANSWERER = address(0xA25);
    address private constant PAYEE = address(0x9A7E);
    uint64 private constant LASTS = 15 days;

    /// @dev What was done, by its name.
    mapping(string action => uint256) public calls;
    string public letThrough;
    mapping(uint256 member => uint256) public staked;
    /// @dev Until when the member serves what it signed and a claim could have.
    mapping(uint256 member => uint256) public answersUntil;
    mapping(bytes32 digest => uint256 mask) private _faulted;
    Asked[] private _asked;
    /// @dev Of each chunk that was asked for, the latest challenge.
    mapping(bytes32 chunk => uint256) private _latest;
    uint256 public credited;
    uint256 public burned;
    uint256 public deposited;
    uint256 public paidOut;
    uint256 public openDeposits;

    constructor(IDataCommittee committee_) {
        committee = committee_;
        keepRoots();
        for (uint256 i; i < N; ++i) {
            staked[i] = STAKE;
        }
        deposited = N * STAKE;
    }

    function setUp() public override {}

    function passTime(uint256 seconds_) external {
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 3 days));
        calls["passTime"] += 1;
    }

    function deposit(uint256 who, uint256 value) external {
        who %= MEMBERS;
        value = clamp(value, 1, 2 * STAKE);
        bool known = committee.memberOf(memberAt(who)).owner != address(0);
        bytes memory call = abi.encodeCall(IDataCommittee.deposit, (memberAt(who)));
        if (!_do(address(this), value, call, known, "a deposit for a stranger")) return;
        (staked[who], deposited) = (staked[who] + value, deposited + value);
        calls["deposit"] += 1;
    }

    function enrollMember(uint256 who) external {
        who %= MEMBERS;
        bytes memory call = abi.encodeCall(IDataCommittee.register, (ownerOf(who), "https://da.example"));
        if (_do(memberAt(who), 0, call, true, "a registration")) calls["register"] += 1;
    }

    function rotate(uint256 first, uint256 n, uint256 k) external {
        (n, first) = (clamp(n, 1, 4), first % (MEMBERS - 3));
        k = clamp(k, 1, n);
        bool allowed = 2 * k > n;
        for (uint256 i; i < n; ++i) {
            allowed = allowed && staked[first + i] >= STAKE;
        }
        EpochState memory last = committee.epochOf(committee.epochCount());
        allowed = allowed && last.startsAt < vm.getBlockTimestamp() + NOTICE;
        bytes memory call = abi.encodeCall(IDataCommittee.rotate, (membersFrom(first, n), uint8(k), 1));
        if (!_do(TIMELOCK, 0, call, allowed, "an epoch that must not be")) return;
        EpochState memory state = committee.epochOf(committee.epochCount());
        assertEq(state.startsAt, vm.getBlockTimestamp() + NOTICE, "epochs: no notice");
        calls["rotate"] += 1;
    }

    /// @dev The members of an epoch certify: it counts if they are enough and the time is right, and not otherwise.
    function certify(uint256 which, uint256 mask) external {
        (Attestation memory a, uint32 signers, EpochState memory epoch) = _signed(which, mask);
        (uint256 now_, bool last) = (vm.getBlockTimestamp(), epoch.endsAt == 0);
        bool right = now_ >= epoch.startsAt && (last || now_ <= epoch.endsAt + GRACE) && _bits(signers) >= epoch.k;
        bytes memory pointer = _pointerOf(0, a, signers, epoch);
        bool counts = committee.check(uint64(now_), pointer, pointer) == CertificateCode.Ok;
        assertTrue(counts || !right, "certificates: a right one is refused");
        if (counts && !right) letThrough = "certificates: a wrong one counts";
        if (!counts) return;
        for (uint256 i; i < epoch.members.length; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            uint256 who = _whoIs(epoch.members[i]);
            if (answersUntil[who] < a.expiresAt) answersUntil[who] = a.expiresAt;
        }
        calls["certify"] += 1;
    }

    function challenge(uint256 which, uint256 mask, uint256 index, uint256 value) external {
        (Attestation memory a, uint32 signers, EpochState memory epoch) = _signed(which, mask);
        uint8 part = uint8(index % 2);
        uint32 at = uint32((index >> 1) % 6);
        value = clamp(value, 0, 0.001 ether);
        uint256 required = committee.chunkDeposit();
        (address other,,,) = committee.challengeOf(committee.digestOf(a), part, at);
        bool allowed = _bits(signers) >= epoch.k && at * 1024 < a.parts[part].length && value >= required
            && other == address(0) && vm.getBlockTimestamp() + ANSWER_WINDOW <= a.expiresAt;
        bytes memory pointer = _pointerOf(part, a, signers, epoch);
        bytes memory call = abi.encodeCall(IDataCommittee.challengeChunk, (pointer, at));
        if (!_do(CHALLENGER, value, call, allowed, "a challenge that must not be")) return;
        _latest[_chunkOf(a, part, at)] = _asked.length;
        Asked storage asked = _asked.push();
        asked.attestation.epoch = a.epoch;
        asked.attestation.expiresAt = a.expiresAt;
        asked.attestation.parts.push(a.parts[0]);
        asked.attestation.parts.push(a.parts[1]);
        (asked.part, asked.index, asked.deposit, asked.mask, asked.open) = (part, at, required, signers, true);
        asked.deadline = vm.getBlockTimestamp() + ANSWER_WINDOW;
        (deposited, openDeposits) = (deposited + value, openDeposits + required);
        credited += value - required;
        calls["challenge"] += 1;
    }

    function answer(uint256 which, bool wrongly) external {
        if (_asked.length == 0) return;
        which = _pick(which);
        Asked memory asked = _asked[which];
        bytes memory data = sampleBytes(asked.part == 0 ? CORE_LENGTH : WITNESS_LENGTH);
        (bytes memory chunk, bytes32[] memory path) = (chunkOf(data, asked.index), pathOf(data, asked.index));
        if (wrongly) chunk[7] ^= 0x01;
        bool allowed = asked.open && !wrongly && vm.getBlockTimestamp() <= asked.deadline;
        bytes memory call =
            abi.encodeCall(IDataCommittee.answerChunk, (asked.attestation, asked.part, asked.index, chunk, path));
        if (!_do(ANSWERER, 0, call, allowed, "an answer that is none")) return;
        _close(which);
        calls["answer"] += 1;
    }

    function slash(uint256 which) external {
        if (_asked.length == 0) return;
        which = _pick(which);
        Asked memory asked = _asked[which];
        bool allowed = asked.open && vm.getBlockTimestamp() > asked.deadline;
        bytes memory call = abi.encodeCall(IDataCommittee.slash, (asked.attestation, asked.part, asked.index));
        if (!_do(address(this), 0, call, allowed, "a slash of who need not pay")) return;
        _close(which);
        bytes32 digest = committee.digestOf(asked.attestation);
        address[] memory members = committee.epochOf(asked.attestation.epoch).members;
        for (uint256 i; i < members.length; ++i) {
            if ((asked.mask >> i) & 1 == 0 || (_faulted[digest] >> i) & 1 == 1) continue;
            _faulted[digest] |= 1 << i;
            uint256 who = _whoIs(members[i]);
            uint256 taken = staked[who] < FAULT ? staked[who] : FAULT;
            staked[who] -= taken;
            (credited, burned) = (credited + taken / 2, burned + (taken - taken / 2));
        }
        calls["slash"] += 1;
    }

    function exit(uint256 who, bool stranger) external {
        who %= MEMBERS;
        uint64 unlocksAt = committee.memberOf(memberAt(who)).unlocksAt;
        bool allowed = staked[who] != 0 && !stranger && vm.getBlockTimestamp() >= unlocksAt;
        bytes memory call = abi.encodeCall(IDataCommittee.exit, (memberAt(who), PAYEE));
        uint256 before = PAYEE.balance;
        if (!_do(stranger ? memberAt(who) : ownerOf(who), 0, call, allowed, "a stake that is locked")) return;
        if (vm.getBlockTimestamp() <= answersUntil[who]) letThrough = "a stake before what it answers for";
        assertEq(PAYEE.balance - before, staked[who], "stakes: paid");
        (paidOut, staked[who]) = (paidOut + staked[who], 0);
        calls["exit"] += 1;
    }

    function withdrawCredit(bool answerer) external {
        address account = answerer ? ANSWERER : CHALLENGER;
        uint256 credit = committee.creditOf(account);
        bytes memory call = abi.encodeCall(IDataCommittee.withdrawCredit, (PAYEE));
        if (!_do(account, 0, call, credit != 0, "a credit of nothing")) return;
        (paidOut, credited) = (paidOut + credit, credited - credit);
        calls["withdrawCredit"] += 1;
    }

    function _close(uint256 i) private {
        _asked[i].open = false;
        openDeposits -= _asked[i].deposit;
        credited += _asked[i].deposit;
    }

    /// @dev The latest challenge of the chunk that challenge `which` asks for.
    function _pick(uint256 which) private view returns (uint256) {
        Asked storage asked = _asked[which % _asked.length];
        return _latest[_chunkOf(asked.attestation, asked.part, asked.index)];
    }

    function _chunkOf(Attestation memory a, uint8 part, uint32 index) private view returns (bytes32) {
        return keccak256(abi.encode(committee.digestOf(a), part, index));
    }

    /// @dev What members of one of the last three epochs attest to now or attested to a while ago.
    function _signed(uint256 which, uint256 mask)
        private
        view
        returns (Attestation memory a, uint32 signers, EpochState memory epoch)
    {
        uint32 last = committee.epochCount();
        a = attestation();
        a.epoch = uint32(last - (which % 3 < last ? which % 3 : 0));
        epoch = committee.epochOf(a.epoch);
        // As if they had signed at one of few times, so that one attestation is met again.
        a.expiresAt = uint64((vm.getBlockTimestamp() / 2 days) * 2 days + LASTS);
        signers = uint32(clamp(mask, 1, (1 << epoch.members.length) - 1));
    }

    function _pointerOf(uint8 part, Attestation memory a, uint32 mask, EpochState memory epoch)
        private
        view
        returns (bytes memory)
    {
        bytes memory signatures;
        bytes32 digest = plainDigest(a, block.chainid, address(committee));
        for (uint256 i; i < epoch.members.length; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            signatures = bytes.concat(signatures, signBy(secretOf(_whoIs(epoch.members[i])), digest));
        }
        return pointerWith(part, a, mask, signatures);
    }

    function _do(address by, uint256 value, bytes memory call, bool allowed, string memory what)
        private
        returns (bool done)
    {
        vm.deal(by, by.balance + value);
        vm.prank(by);
        (done,) = address(committee).call{value: value}(call);
        if (done && !allowed) letThrough = what;
        assertTrue(done || !allowed, string.concat("refused though allowed: ", what));
        if (!done) calls["refused"] += 1;
    }

    function _whoIs(address member) private pure returns (uint256 who) {
        while (memberAt(who) != member) ++who;
    }

    function _bits(uint256 mask) private pure returns (uint256 bits) {
        for (; mask != 0; mask >>= 1) {
            bits += mask & 1;
        }
    }
}
