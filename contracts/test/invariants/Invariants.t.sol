// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, ClaimHead} from "../../src/types/Batch.sol";
import {Settings} from "../../src/types/Parameters.sol";
import {Prices} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";
import {Deployed} from "../support/Deployed.sol";
import {L1BlockStub} from "../support/L1BlockStub.sol";
import {Actors} from "./Actors.sol";
import {StateModel} from "./StateModel.sol";

/// @dev What holds whatever `Actors` do. `tools/mutants.ts` plants bugs and names the invariant that must find each.
contract InvariantsTest is Deployed {
    address private constant OTHER_CLAIMER = address(0xC2);

    Actors private _actors;

    function setUp() public override {
        super.setUp();
        vm.etch(0x4200000000000000000000000000000000000015, address(new L1BlockStub()).code);
        vm.prank(OPERATOR);
        rollup.setClaimer(OTHER_CLAIMER, true);
        BatchClaim memory genesis;
        genesis.lastHeader = rollup.genesisHeader();
        genesis.windows = settings().windows;
        genesis.claimedAt = uint64(START);
        address[3] memory bonded = [address(0xC4), OTHER_CLAIMER, BOND_OWNER];
        _actors = new Actors(rollup, OPERATOR, GOVERNANCE, bonded, genesis);
        vm.startPrank(BOND_OWNER);
        rollup.startBondExit();
        vm.warp(START + 1200);
        rollup.withdrawBond(BOND_OWNER);
        vm.stopPrank();
        vm.warp(START);
        vm.prank(OPERATOR);
        rollup.setClaimer(address(0xC4), true);
    }

    /// @dev A short evidence period, so that a walk sees bonds leave.
    function settings() internal view override returns (Settings memory s) {
        s = super.settings();
        s.evidencePeriod = s.windows.challenge;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    /// @dev One campaign for all, so that one walk is looked at from every side.
    function invariant_all() public view {
        checkFinalityNeverRunsAhead();
        checkNothingWrongIsLetThrough();
        checkVaultHoldsDepositsLessPayments();
        checkPaymentsAreCoveredByAFinalState();
        checkQueueHashChainRecomputes();
        checkHeadGrowsByClaimsOnly();
        checkBondsAreHeldAndFullWhileAClaimIsOpen();
        checkPricesAreTheLastPushedWithinBounds();
        checkShardsHoldDepositsLessPayments();
        checkPricePointsTellEveryCount();
    }

    /// @dev What grows with the walk is looked at once, at its end.
    function afterInvariant() public view {
        checkQueueStands();
        checkAccountsCountUpAndStay();
        checkClaimsStand();
        checkFinalityNeverTurnsBack();
        checkKeysAndRulesOfClaimedBlocksStand();
    }

    /// @dev A walk of its own, to see that the actions do not refuse one another for ever.
    function test_actors_reachEveryAction() public {
        uint256 random = 1;
        for (uint256 i; i < 1500; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            _act(random % 15, random >> 8);
            if (i % 100 == 0) invariant_all();
        }
        afterInvariant();
        string[20] memory actions = [
            "passTime",
            "deposit",
            "depositWrongly",
            "force",
            "pushPrices",
            "liveOnL3",
            "claim",
            "claimWrongly",
            "finalize",
            "withdraw",
            "collectRevenue",
            "startBondExit",
            "withdrawBond",
            "announceKey",
            "announceKeyWrongly",
            "announceRules",
            "withdrawRules",
            "claimUnsealed",
            "claimWithoutDue",
            "claimAcross"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertTrue(_actors.calls(actions[i]) > 0, string.concat("never done: ", actions[i]));
        }
        assertTrue(_actors.highestFinal() > 10, "claims made final");
    }

    function checkNothingWrongIsLetThrough() internal view {
        assertEq(bytes(_actors.letThrough()), "", _actors.letThrough());
    }

    function checkVaultHoldsDepositsLessPayments() internal view {
        assertEq(address(inbox).balance, _actors.depositedWei() - _actors.paidWei(), "vault: balance");
    }

    function checkPaymentsAreCoveredByAFinalState() internal view {
        StateModel.Shard memory state = _actors.stateAt(_actors.highestFinal());
        uint8 shard = _actors.SHARD();
        Mwei paid = inbox.revenuePaid(shard);
        assertTrue(paid <= state.revenue, "payments: revenue beyond the final state");
        for (uint32 i; i < StateModel.ACCOUNTS; ++i) {
            Mwei toAccount = inbox.paidTo(shard, i);
            assertTrue(toAccount <= state.accounts[i].withdrawn, "payments: withdrawal beyond the final state");
            paid = paid + toAccount;
        }
        assertEq(paid.wide() * 10 ** 6, _actors.paidWei(), "payments: sum of the counters");
    }

    function checkQueueHashChainRecomputes() internal view {
        uint64 queued = uint64(_actors.queued());
        assertEq(inbox.count(), queued, "queue: items");
        if (queued == 0) return;
        assertEq(inbox.hashAt(queued), _actors.hashes(queued - 1), "queue: rolling hash");
    }

    function checkQueueStands() internal view {
        uint256 queued = _actors.queued();
        assertEq(inbox.hashAt(0), 0, "queue: hash of nothing");
        uint64 last;
        for (uint64 i; i < queued; ++i) {
            (, uint64 time,, bytes32 inboxHash) = inbox.itemAt(i);
            assertEq(inboxHash, _actors.hashes(i), "queue: old hash");
            assertEq(inbox.hashAt(i + 1), inboxHash, "queue: hash at a count");
            assertEq(time, _actors.times(i), "queue: time");
            assertTrue(time >= last, "queue: times fall");
            last = time;
        }
    }

    function checkAccountsCountUpAndStay() internal view {
        for (uint8 shard; shard < 64; ++shard) {
            assertEq(inbox.accountCount(shard), _actors.accounts(shard), "accounts: of a shard");
            for (uint256 i; i < _actors.OWNERS(); ++i) {
                address owner = _actors.owner(i);
                uint32 plusOne = _actors.accountPlusOne(shard, owner);
                (bool exists, uint32 account) = inbox.accountOf(shard, owner);
                assertTrue(exists == (plusOne != 0), "accounts: exists");
                if (exists) assertEq(account, plusOne - 1, "accounts: index");
            }
        }
    }

    function checkHeadGrowsByClaimsOnly() internal view {
        uint256 made = _actors.claimsMade();
        ClaimHead memory head = rollup.head();
        BatchClaim memory last = _actors.claimAt(made);
        assertEq(head.number, made, "head: number");
        assertEq(head.hash, keccak256(abi.encode(last)), "head: hash");
        assertEq(head.blockNumber, last.lastHeader.number, "head: block");
        assertEq(head.timestamp, last.lastHeader.timestamp, "head: timestamp");
        assertEq(head.inboxCount, last.lastHeader.inboxCount, "head: inboxCount");
        assertEq(head.segmentCount, last.lastHeader.segmentCount, "head: segmentCount");
    }

    function checkClaimsStand() internal view {
        bytes32 parent;
        for (uint64 number; number <= _actors.claimsMade(); ++number) {
            BatchClaim memory claim = _actors.claimAt(number);
            assertEq(claim.parent, parent, "claims: parent");
            parent = keccak256(abi.encode(claim));
            assertEq(rollup.claimHash(number), parent, "claims: stored hash");
        }
    }

    function checkFinalityNeverRunsAhead() internal view {
        uint64 latest = rollup.finalNumber();
        assertEq(latest, _actors.highestFinal(), "finality: latest");
        assertTrue(latest <= rollup.head().number, "finality: beyond the head");
        assertTrue(!rollup.isFinal(latest + 1), "finality: the next one");
        if (latest == 0) return;
        BatchClaim memory claim = _actors.claimAt(latest);
        assertTrue(
            _actors.finalizedAt(latest) >= claim.claimedAt + claim.windows.challenge, "finality: before its window"
        );
    }

    function checkFinalityNeverTurnsBack() internal view {
        for (uint64 number; number <= _actors.highestFinal(); ++number) {
            bytes32 hash = keccak256(abi.encode(_actors.claimAt(number)));
            assertTrue(rollup.isFinal(number) && rollup.isFinalClaim(number, hash), "finality: was final");
        }
    }

    function checkBondsAreHeldAndFullWhileAClaimIsOpen() internal view {
        assertEq(address(rollup).balance, _actors.bondsWei() + BOND, "bonds: held");
        for (uint256 i; i < 3; ++i) {
            address claimer = _actors.claimers(i);
            (uint128 bond, uint64 lastClaim,) = rollup.bondOf(claimer);
            assertEq(bond, _actors.bonds(claimer), "bonds: of a claimer");
            assertEq(lastClaim, _actors.lastClaims(claimer), "bonds: last claim");
            if (lastClaim > rollup.finalNumber()) assertTrue(bond >= BOND, "bonds: open claim without a full one");
        }
    }

    function checkPricesAreTheLastPushedWithinBounds() internal view {
        Prices memory prices = inbox.prices();
        (Mwei coreByte, Mwei witnessByte, Mwei settlement, Mwei stateByte) = _actors.lastPrices();
        assertEq(
            abi.encode(prices), abi.encode(Prices(coreByte, witnessByte, settlement, stateByte)), "prices: last pushed"
        );
        assertTrue(prices.coreByte >= mwei(1) && prices.coreByte <= mwei(1_000_000), "prices: coreByte");
        assertTrue(prices.witnessByte >= mwei(1) && prices.witnessByte <= mwei(1_000_000), "prices: witnessByte");
        assertTrue(prices.settlement >= mwei(10) && prices.settlement <= mwei(10_000_000), "prices: settlement");
        assertEq(prices.stateByte, mwei(7), "prices: stateByte");
    }

    function checkShardsHoldDepositsLessPayments() internal view {
        for (uint8 shard; shard < 64; ++shard) {
            assertEq(inbox.heldIn(shard), _actors.held(shard), "held: in a shard");
        }
    }

    function checkPricePointsTellEveryCount() internal view {
        (Prices[] memory prices, uint64[] memory counts) = _actors.points();
        assertEq(inbox.pricePoints(), prices.length, "points: number");
        uint256 last = prices.length - 1;
        assertEq(abi.encode(inbox.pricesAt(inbox.count(), last)), abi.encode(prices[last]), "points: latest");
        assertEq(abi.encode(inbox.pricesAt(counts[last], last)), abi.encode(prices[last]), "points: at its count");
        if (last == 0) return;
        assertEq(
            abi.encode(inbox.pricesAt(counts[last] - 1, last - 1)), abi.encode(prices[last - 1]), "points: before it"
        );
    }

    /// @dev Whatever is announced later: who signed a block, and by which rules it was made, never changes.
    function checkKeysAndRulesOfClaimedBlocksStand() internal view {
        uint64 before;
        for (uint64 number = 1; number <= _actors.claimsMade(); ++number) {
            BatchClaim memory claim = _actors.claimAt(number);
            bytes32 key = keccak256(abi.encode(rollup.sequencerAt(claim.lastHeader.number)));
            assertEq(key, _actors.keysOfClaims(number), "schedule: key of a claimed block");
            assertEq(keccak256(abi.encode(rollup.sequencerAt(before + 1))), key, "schedule: two keys in a claim");
            assertEq(
                _actors.rulesAt(claim.lastHeader.timestamp), _actors.rulesOfClaims(number), "schedule: rules of a claim"
            );
            before = claim.lastHeader.number;
        }
    }

    function _act(uint256 action, uint256 seed) private {
        if (action == 0) _actors.passTime(seed);
        else if (action == 1) _actors.deposit(seed >> 128, seed >> 64, seed);
        else if (action == 2) _actors.depositWrongly(seed >> 128, seed >> 64, seed);
        else if (action == 3) _actors.force(seed >> 128, bytes32(seed), uint64(seed));
        else if (action == 4) _actors.pushPrices(seed >> 128, seed);
        else if (action == 5) _actors.liveOnL3(seed >> 128, uint64(seed >> 64), uint64(seed));
        else if (action == 6) _actors.claim(seed >> 128, seed >> 64, seed);
        else if (action == 7) _actors.claimWrongly(seed >> 192, seed >> 128, seed >> 64, seed);
        else if (action == 8) _actors.finalize(seed);
        else if (action == 9) _actors.withdraw(seed >> 128, seed);
        else if (action == 10) _actors.collectRevenue(seed);
        else if (action == 11) _actors.startBondExit(seed);
        else if (action == 12) _actors.announceKey(seed);
        else if (action == 13) _actors.announceRules(seed >> 128, seed);
        else _actors.withdrawBond(seed);
    }
}
