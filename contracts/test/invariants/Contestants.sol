// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {Headers} from "../../src/libraries/Headers.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart, Place} from "../../src/types/Batch.sol";
import {Answer, ChallengeState, Reason, RescuedItem, RescuedRun, RescueRequest} from "../../src/types/Contests.sol";
import {Case} from "../../src/types/Fraud.sol";
import {Signature, Withdraw} from "../../src/types/Operations.sol";
import {ContestRules, Rules} from "../../src/types/Parameters.sol";
import {Units} from "../../src/types/Units.sol";
import {Base} from "../support/Base.sol";
import {Vm} from "../support/Vm.sol";
import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";

/// @title Who claims, proves, asks, answers and rescues at random, and what must have become of it
/// @dev Each action knows whether it must be taken: what is taken and must not be, or the other way round, is told in `broken`.
contract Contestants is Base {
    /// @dev A place that was asked for, and the claim it is of.
    struct Asked {
        uint64 number;
        bytes32 hash;
        Place place;
        /// In seconds of the claimer's clock.
        uint64 deadline;
        uint256 deposit;
        bool open;
        BatchClaim claim;
        BatchClaim parent;
    }

    struct Contest {
        uint32 open;
        uint64 lastAnswer;
        bool rescued;
        /// `answeringTime` when it was asked with nothing open, what passed of it before, and how often that was rounded.
        uint64 since;
        uint64 paused;
        uint64 rounded;
    }

    uint256 private constant ANSWER_GAS_PER_SECOND = 4_500_000;
    IRollup public immutable ROLLUP;
    IInbox public immutable INBOX;
    address public immutable CLAIMER;
    address public immutable BOND_OWNER;
    address public immutable OPERATOR;
    uint256 private immutable SECRET;
    address private constant RESCUER = address(0x5E5C);
    address private constant PROVER = address(0x96);
    address private constant CHALLENGER = address(0xC4A1);
    address private constant ANSWERER = address(0xA5);

    BatchClaim[] private _standing;
    mapping(bytes32 hash => Contest) private _contests;
    Asked[] private _asked;
    mapping(bytes32 place => bool) private _everAsked;
    /// @dev As the answer to page 0 said.
    mapping(bytes32 place => uint256) private _pagesShown;
    mapping(bytes32 lineage => bool) public everInForce;
    mapping(bytes32 lineage => mapping(uint64 number => bool)) private _shown;
    bytes32[] public finalHashes;
    uint256 public lineages;
    bytes32 private _lineage;
    uint256 public bondsWei;
    uint256 public openWei;
    uint256 public creditsWei;
    uint256 public burnedWei;
    bool public inRescue;
    uint64 private _resumesAt;
    uint64 private _silentIndex;
    uint64 private _opensAt;
    bytes32 private _parentBlock = "parent block";

    /// @dev What was taken and must not be, or refused and must be taken; empty when nothing.
    string public broken;
    mapping(string action => uint256) public calls;

    constructor(IRollup rollup, BatchClaim memory genesis, address[3] memory bonded, uint256 secret) {
        ROLLUP = rollup;
        INBOX = rollup.inbox();
        (CLAIMER, BOND_OWNER, OPERATOR) = (bonded[0], bonded[1], bonded[2]);
        SECRET = secret;
        _standing.push(genesis);
        finalHashes.push(keccak256(abi.encode(genesis)));
        everInForce[0] = true;
        lineages = 1;
    }

    function head() public view returns (BatchClaim memory) {
        return _standing[_standing.length - 1];
    }

    function claimsStanding() external view returns (uint256) {
        return _standing.length - 1;
    }

    function latestFinal() public view returns (uint64) {
        return uint64(finalHashes.length - 1);
    }

    function accounts() external view returns (address[3] memory bonded, address[4] memory credited) {
        bonded = [CLAIMER, BOND_OWNER, RESCUER];
        credited = [PROVER, CHALLENGER, ANSWERER, RESCUER];
    }

    function openOf(uint64 number) external view returns (uint32) {
        return _contests[keccak256(abi.encode(_standing[number]))].open;
    }

    function passTime(uint256 seconds_) external {
        _parentBlock = keccak256(abi.encode(_parentBlock, seconds_));
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 250));
        vm.roll(vm.getBlockNumber() + 1);
        vm.setBlockhash(vm.getBlockNumber() - 1, _parentBlock);
        calls["passTime"] += 1;
    }

    function queue() external {
        INBOX.forceWithdraw(Withdraw(3, 0, 0, mwei(10)), new Signature[](1));
        calls["queue"] += 1;
    }

    function claim(uint256 consume) external {
        ClaimRequest memory request = _request(consume % 2 == 0);
        bool possible = !inRescue && request.lastHeader.timestamp <= Units.now_();
        if (possible && _isDue(request.lastHeader)) return;
        _fill(CLAIMER, ROLLUP.parameters().bond);
        _fill(BOND_OWNER, ROLLUP.parameters().bond);
        bytes memory signature = _sign(request.lastHeader);
        vm.prank(CLAIMER);
        try ROLLUP.claim(request, signature) returns (bytes32 hash) {
            if (!possible) _breaks("claim");
            _stand(_claimOf(request), hash, false);
            calls["claim"] += 1;
        } catch {
            if (possible) _breaks("a claim was refused");
            calls["claimRefused"] += 1;
        }
    }

    function prove(uint256 number, uint8 kind) external {
        number = number % (_standing.length + 1);
        if (number == 0 || number == _standing.length) return;
        bool possible = number > latestFinal();
        BatchClaim memory wrong = _standing[number];
        BatchClaim memory parent = _standing[number - 1];
        Reason reason = Reason(kind % 5);
        bytes memory proof = _proof(reason, wrong, parent);
        (uint128 bond,,) = ROLLUP.bondOf(wrong.claimer);
        vm.prank(PROVER);
        try ROLLUP.prove(reason, wrong, parent, proof) {
            if (!possible) _breaks("removal of what is final");
            _slashed(bond);
            _fell(number);
            calls["prove"] += 1;
        } catch {
            if (possible) _breaks("a proof was refused");
            calls["proveRefused"] += 1;
        }
    }

    function challenge(uint256 number, uint8 part, uint8 page, uint256 more) external {
        // Every other one is about a block whose first page was answered.
        (bool again, uint256 i) = _pickFirstPage();
        again = again && more % 2 == 0;
        number = again ? _asked[i].number : number % _standing.length;
        if (number == 0) return;
        BatchClaim memory asked = _standing[number];
        BatchClaim memory parent = _standing[number - 1];
        bytes32 hash = keccak256(abi.encode(asked));
        Place[] memory places = new Place[](1);
        places[0] = Place(part % 2, part / 2 % 4 == 0 ? 1 : 0, 0);
        if (again) places[0] = Place(_asked[i].place.part, 0, page % 4);
        (bool possible, bool unclear) = _mayAsk(asked, hash, places[0]);
        uint256 deposit = ROLLUP.challengeDeposit();
        more = more % 1 gwei;
        vm.deal(CHALLENGER, deposit + more);
        vm.prank(CHALLENGER);
        try ROLLUP.challengeData{value: deposit + more}(asked, parent, places) {
            if (!possible) _breaks("challenge");
            _everAsked[_keyOf(asked.number, hash, places[0])] = true;
            _ask(Asked(asked.number, hash, places[0], 0, deposit, true, asked, parent));
            creditsWei += more;
        } catch {
            if (possible && !unclear) _breaks("a challenge was refused");
            calls["challengeRefused"] += 1;
        }
    }

    /// @param pages That the answer says the block has.
    /// @param work Seconds for which answering holds up the claimer's clock.
    function answer(uint256 which, uint16 pages, uint256 work) external {
        (bool found, uint256 i) = _pick(which);
        if (!found) return;
        Asked memory asked = _asked[i];
        work = work % 4 == 0 ? clamp(work, 1, 60) : 0;
        uint64 clock = ROLLUP.answeringTime(CLAIMER);
        bool possible = asked.open && _stands(asked) && asked.number > latestFinal()
            && vm.getBlockTimestamp() <= asked.deadline + clock;
        bytes memory data = abi.encode(
            asked.place.part == 0 ? asked.claim.coreRoot : asked.claim.witnessRoot,
            asked.claim.lastHeader.number - asked.parent.lastHeader.number,
            asked.place,
            pages % 4 + 1,
            work * ANSWER_GAS_PER_SECOND
        );
        Answer[] memory answers = new Answer[](1);
        answers[0] = Answer(asked.place, data);
        vm.prank(ANSWERER);
        try ROLLUP.answerData(asked.claim, asked.parent, answers) {
            if (!possible) _breaks("answer");
            uint64 passed = ROLLUP.answeringTime(CLAIMER) - clock;
            if (passed < work || passed > work + 1) _breaks("clock");
            _asked[i].open = false;
            _pagesShown[_keyOf(asked.number, asked.hash, asked.place)] = pages % 4 + 1;
            _answered(asked, clock + passed);
            if (work != 0) calls["answerAtLength"] += 1;
        } catch {
            if (possible) _breaks("an answer was refused");
            calls["answerRefused"] += 1;
        }
    }

    function removeUnanswered(uint256 which) external {
        (bool found, uint256 i) = _pick(which);
        if (!found) return;
        Asked memory asked = _asked[i];
        uint256 deadline = asked.deadline + ROLLUP.answeringTime(CLAIMER);
        bool possible = asked.open && _stands(asked) && vm.getBlockTimestamp() > deadline;
        (uint128 bond,,) = ROLLUP.bondOf(asked.claim.claimer);
        try ROLLUP.removeUnanswered(asked.claim, asked.parent, asked.place) {
            if (!possible) _breaks("removal of the unanswered");
            _asked[i].open = false;
            openWei -= asked.deposit;
            creditsWei += asked.deposit;
            _slashed(bond);
            _fell(asked.number);
            calls["removeUnanswered"] += 1;
        } catch {
            if (possible) _breaks("the unanswered was kept");
            calls["removeUnansweredRefused"] += 1;
        }
    }

    function refund(uint256 which) external {
        (bool found, uint256 i) = _pick(which);
        if (!found) return;
        Asked memory asked = _asked[i];
        bool possible = asked.open && !_stands(asked);
        try ROLLUP.refundChallenge(asked.number, asked.hash, asked.place) {
            if (!possible) _breaks("refund");
            _asked[i].open = false;
            openWei -= asked.deposit;
            creditsWei += asked.deposit;
            calls["refund"] += 1;
        } catch {
            if (possible) _breaks("a refund was refused");
            calls["refundRefused"] += 1;
        }
    }

    function finalize() external {
        uint64 expected = latestFinal();
        while (expected + 1 < _standing.length && _isSettled(_standing[expected + 1])) ++expected;
        uint64 latest = ROLLUP.finalize(type(uint64).max);
        if (latest != expected) _breaks("finality");
        for (uint64 i = latestFinal() + 1; i <= latest; ++i) {
            finalHashes.push(keccak256(abi.encode(_standing[i])));
        }
        calls["finalize"] += 1;
    }

    /// @dev Every fourth pair has one header that the key signed before the L2 forked: it binds nobody.
    function equivocate(uint64 number, bytes32 root) external {
        BlockHeader memory a = head().lastHeader;
        a.number = number % 8;
        a.lineage = ROLLUP.lineage();
        BlockHeader memory b = abi.decode(abi.encode(a), (BlockHeader));
        b.stateRoot = root;
        bool binds = uint256(root) % 4 != 0;
        if (!binds) b.inboxHash = keccak256("another fork");
        (uint128 bond,,) = ROLLUP.bondOf(BOND_OWNER);
        bool possible = binds && root != a.stateRoot && !_shown[a.lineage][a.number] && bond >= ROLLUP.parameters().bond;
        (bytes memory byA, bytes memory byB) = (_sign(a), _sign(b));
        vm.prank(PROVER);
        try ROLLUP.proveEquivocation(a, byA, b, byB) {
            if (!possible) _breaks(binds ? "equivocation" : "an honest key was slashed");
            _shown[a.lineage][a.number] = true;
            _slashed(bond);
            calls["equivocate"] += 1;
        } catch {
            if (possible) _breaks("an equivocation was refused");
            calls[binds ? "equivocateRefused" : "equivocateUnbound"] += 1;
        }
    }

    function withdrawCredit(uint256 who) external {
        address account = [PROVER, CHALLENGER, ANSWERER, RESCUER][who % 4];
        uint256 credit = ROLLUP.creditOf(account);
        uint256 before = account.balance;
        vm.prank(account);
        try ROLLUP.withdrawCredit(account) {
            assertEq(account.balance - before, credit, "credit paid");
            creditsWei -= credit;
            calls["withdrawCredit"] += 1;
        } catch {
            if (credit != 0) _breaks("a credit was refused");
        }
    }

    function declareSilent() external {
        uint64 index = head().lastHeader.inboxCount;
        bool possible = !inRescue && index < INBOX.count() && !(_opensAt != 0 && index <= _silentIndex);
        if (possible) {
            (, uint64 time,,) = INBOX.itemAt(index);
            possible = vm.getBlockTimestamp() > time + _rules().silenceLimit;
        }
        try ROLLUP.declareSilent() returns (uint64 opensAt) {
            if (!possible) _breaks("silence");
            (_silentIndex, _opensAt) = (index, opensAt);
            calls["declareSilent"] += 1;
        } catch {
            if (possible) _breaks("a silence was refused");
        }
    }

    function rescue(bytes32 stateRoot) external {
        BatchClaim memory parent = head();
        RescueRequest memory request;
        request.parent = parent;
        request.timestamp = Units.now_();
        request.inboxCount = parent.lastHeader.inboxCount + 1;
        request.stateRoot = stateRoot;
        request.runs = new RescuedRun[](1);
        request.runs[0] = RescuedRun(3, new RescuedItem[](1));
        request.runs[0].items[0].item = parent.lastHeader.inboxCount;
        bool possible = _isOpen() && request.inboxCount <= INBOX.count()
            && request.timestamp >= parent.lastHeader.timestamp + millis(250);
        _fill(RESCUER, _rules().rescueBond);
        vm.recordLogs();
        vm.prank(RESCUER);
        try ROLLUP.rescue(request) returns (bytes32 hash) {
            if (!possible) _breaks("rescue");
            if (!inRescue) _newLineage();
            inRescue = true;
            Vm.Log[] memory logs = vm.getRecordedLogs();
            _stand(abi.decode(logs[logs.length - 2].data, (BatchClaim)), hash, true);
            calls["rescue"] += 1;
        } catch {
            if (possible) _breaks("a rescue was refused");
            calls["rescueRefused"] += 1;
        }
    }

    function resume() external {
        bool possible = inRescue && (_resumesAt == 0 || vm.getBlockTimestamp() >= _resumesAt);
        vm.prank(OPERATOR);
        try ROLLUP.resume() {
            if (!possible) _breaks("resumption");
            if (_resumesAt == 0) {
                _resumesAt = uint64(vm.getBlockTimestamp()) + _rules().notice;
            } else {
                (inRescue, _resumesAt, _opensAt, _silentIndex) = (false, 0, 0, 0);
                _newLineage();
                calls["resumed"] += 1;
            }
            calls["resume"] += 1;
        } catch {
            if (possible) _breaks("a resumption was refused");
        }
    }

    function leave(uint256 who) external {
        address account = [CLAIMER, BOND_OWNER, RESCUER][who % 3];
        (uint128 bond, uint64 lastClaim, uint64 unlocksAt) = ROLLUP.bondOf(account);
        bool unlocked = unlocksAt != 0 && vm.getBlockTimestamp() >= unlocksAt;
        vm.startPrank(account);
        if (unlocksAt == 0) {
            // A claim that fell, with whatever stood behind it, holds no bond.
            bool free = bond != 0 && (lastClaim < _standing.length ? lastClaim : _standing.length - 1) <= latestFinal();
            try ROLLUP.startBondExit() {
                if (!free) _breaks("an exit with a claim open");
                calls["exit"] += 1;
            } catch {
                if (free) _breaks("an exit was refused");
                calls["exitRefused"] += 1;
            }
        } else {
            uint256 before = account.balance;
            try ROLLUP.withdrawBond(account) {
                if (!unlocked) _breaks("locked bond");
                assertEq(account.balance - before, bond, "bond paid");
                bondsWei -= bond;
                calls["left"] += 1;
            } catch {
                if (unlocked && bond != 0) _breaks("a bond was refused");
            }
        }
        vm.stopPrank();
        calls["leave"] += 1;
    }

    /// @dev The first is told: what follows from it says less.
    function _breaks(string memory what) private {
        if (bytes(broken).length == 0) broken = what;
    }

    function _stand(BatchClaim memory made, bytes32 hash, bool rescued) private {
        assertEq(keccak256(abi.encode(made)), hash, "hash of a claim");
        _standing.push(made);
        _contests[hash].rescued = rescued;
    }

    /// @dev Claims from `number` on no longer stand.
    function _fell(uint256 number) private {
        while (_standing.length > number) _standing.pop();
        _newLineage();
    }

    /// @dev The block before makes it one that no other fork of the L2 has.
    function _newLineage() private {
        bytes32 next = ROLLUP.lineage();
        if (everInForce[next]) _breaks("a lineage came again");
        bytes32 parentBlock = blockhash(vm.getBlockNumber() - 1);
        _lineage = keccak256(abi.encode(_lineage, keccak256(abi.encode(head())), parentBlock));
        if (next != _lineage) _breaks("a lineage that another fork may have");
        everInForce[next] = true;
        lineages += 1;
    }

    function _slashed(uint256 bond) private {
        bondsWei -= bond;
        creditsWei += bond / 2;
        burnedWei += bond - bond / 2;
    }

    function _fill(address account, uint128 required) private {
        (uint128 bond,,) = ROLLUP.bondOf(account);
        if (bond >= required) return;
        vm.deal(address(this), required - bond);
        ROLLUP.depositBondFor{value: required - bond}(account);
        bondsWei += required - bond;
    }

    function _request(bool consume) private view returns (ClaimRequest memory request) {
        BatchClaim memory parent = head();
        request.number = parent.number + 1;
        request.parent = keccak256(abi.encode(parent));
        request.lineage = ROLLUP.lineage();
        request.coreRoot = keccak256(abi.encode("core", request.parent));
        request.witnessRoot = keccak256(abi.encode("witness", request.parent));
        request.lastHeader = parent.lastHeader;
        request.lastHeader.number += 1;
        request.lastHeader.timestamp = request.lastHeader.timestamp + millis(250);
        request.lastHeader.lineage = request.lineage;
        uint64 count = request.lastHeader.inboxCount;
        if (consume) count = INBOX.count() < count + 64 ? INBOX.count() : count + 64;
        request.lastHeader.inboxCount = count;
        request.lastHeader.inboxHash = INBOX.hashAt(count);
        request.core = DataPart(1, "core");
        request.witness = DataPart(1, "witness");
    }

    function _claimOf(ClaimRequest memory request) private view returns (BatchClaim memory) {
        return BatchClaim({
            number: request.number,
            parent: request.parent,
            lineage: request.lineage,
            coreRoot: request.coreRoot,
            witnessRoot: request.witnessRoot,
            lastHeader: request.lastHeader,
            core: request.core,
            witness: request.witness,
            windows: ROLLUP.parameters().windows,
            claimer: CLAIMER,
            claimedAt: uint64(vm.getBlockTimestamp())
        });
    }

    function _sign(BlockHeader memory header) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SECRET, Headers.digest(Headers.root(header), address(INBOX)));
        return abi.encodePacked(r, s, v);
    }

    function _proof(Reason reason, BatchClaim memory wrong, BatchClaim memory parent)
        private
        view
        returns (bytes memory)
    {
        Rules memory rules = ROLLUP.versions()[0].rules;
        address[5] memory verifiers = [
            rules.verifiers.messages,
            rules.verifiers.operation,
            rules.verifiers.signature,
            rules.verifiers.stateRoot,
            rules.verifiers.malformed
        ];
        Case memory case_ = Case({
            chainId: uint64(block.chainid),
            inbox: address(INBOX),
            separator: Headers.separator(address(INBOX)),
            fees: rules.fees,
            forceDelayMs: ROLLUP.parameters().forceDelayMs,
            lineage: wrong.lineage,
            coreRoot: wrong.coreRoot,
            witnessRoot: wrong.witnessRoot,
            before: parent.lastHeader,
            last: wrong.lastHeader
        });
        return abi.encode(verifiers[uint256(reason)], case_);
    }

    function _rules() private view returns (ContestRules memory) {
        return ROLLUP.parameters().contest;
    }

    function _isOpen() private view returns (bool) {
        if (inRescue) return true;
        return _opensAt != 0 && head().lastHeader.inboxCount <= _silentIndex && vm.getBlockTimestamp() >= _opensAt;
    }

    function _isSettled(BatchClaim memory claim_) private view returns (bool) {
        Contest memory contest = _contests[keccak256(abi.encode(claim_))];
        uint256 from = claim_.claimedAt + claim_.windows.challenge;
        if (contest.lastAnswer + claim_.windows.proof > from) from = contest.lastAnswer + claim_.windows.proof;
        return contest.open == 0 && vm.getBlockTimestamp() >= from;
    }

    function _isDue(BlockHeader memory header) private view returns (bool) {
        if (header.inboxCount == INBOX.count()) return false;
        (, uint64 time,,) = INBOX.itemAt(header.inboxCount);
        return Units.toMillis(uint40(time)) + ROLLUP.parameters().forceDelayMs <= header.timestamp;
    }

    function _stands(Asked memory asked) private view returns (bool) {
        return asked.number < _standing.length && keccak256(abi.encode(_standing[asked.number])) == asked.hash;
    }

    function _answered(Asked memory question, uint64 clock) private {
        Contest storage contest = _contests[question.hash];
        contest.open -= 1;
        contest.lastAnswer = uint64(vm.getBlockTimestamp());
        if (contest.open == 0) {
            contest.paused += clock - contest.since;
            contest.rounded += 1;
        }
        openWei -= question.deposit;
        creditsWei += question.deposit;
        calls["answer"] += 1;
    }

    function _ask(Asked memory question) private {
        Contest storage contest = _contests[question.hash];
        uint64 clock = ROLLUP.answeringTime(CLAIMER);
        question.deadline = uint64(vm.getBlockTimestamp()) + question.claim.windows.answer - clock;
        _asked.push(question);
        if (contest.open == 0) contest.since = clock;
        contest.open += 1;
        openWei += question.deposit;
        calls[question.place.page == 0 ? "challenge" : "challengePage"] += 1;
    }

    /// @return possible Whether it may be taken.
    /// @return unclear Whether rounding decides.
    function _mayAsk(BatchClaim memory asked, bytes32 hash, Place memory place)
        private
        view
        returns (bool possible, bool unclear)
    {
        (uint256 until, uint256 tolerance) = _askedUntil(asked, hash);
        possible = asked.number > latestFinal() && !_contests[hash].rescued
            && !_everAsked[_keyOf(asked.number, hash, place)] && _exists(asked.number, hash, place)
            && vm.getBlockTimestamp() <= until + tolerance;
        unclear = vm.getBlockTimestamp() + tolerance > until;
    }

    function _keyOf(uint64 number, bytes32 hash, Place memory place) private pure returns (bytes32) {
        return keccak256(abi.encode(number, hash, place));
    }

    /// @dev Whether a place is the first of its block, or its block's first page was answered and says that there is such a one.
    function _exists(uint256 number, bytes32 hash, Place memory place) private view returns (bool) {
        Place memory first = Place(place.part, place.block_, 0);
        return place.page == 0 || place.page < _pagesShown[_keyOf(uint64(number), hash, first)];
    }

    /// @dev Until when `asked` can be asked about, and by how much that may be rounded.
    function _askedUntil(BatchClaim memory asked, bytes32 hash)
        private
        view
        returns (uint256 until, uint256 tolerance)
    {
        Contest memory contest = _contests[hash];
        uint256 paused = contest.paused;
        if (contest.open != 0) paused += ROLLUP.answeringTime(CLAIMER) - contest.since;
        return (asked.claimedAt + asked.windows.data + paused, contest.rounded + 1);
    }

    /// @dev The latest first page of a block that was answered, of a claim that stands.
    function _pickFirstPage() private view returns (bool, uint256) {
        for (uint256 i = _asked.length; i > 0 && i + 32 > _asked.length; --i) {
            Asked storage asked = _asked[i - 1];
            if (asked.open || asked.place.block_ != 0 || asked.place.page != 0) continue;
            if (asked.number < _standing.length && keccak256(abi.encode(_standing[asked.number])) == asked.hash) {
                return (true, i - 1);
            }
        }
        return (false, 0);
    }

    /// @dev One of the places asked for, the latest more often than others.
    function _pick(uint256 which) private view returns (bool, uint256) {
        if (_asked.length == 0) return (false, 0);
        uint256 recent = _asked.length < 4 ? _asked.length : 4;
        return (true, which % 2 == 0 ? _asked.length - 1 - which / 2 % recent : which / 2 % _asked.length);
    }
}
