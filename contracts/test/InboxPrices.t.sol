// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {PriceFormula} from "../src/libraries/PriceFormula.sol";
import {Settings} from "../src/types/Parameters.sol";
import {Message, Signature} from "../src/types/Operations.sol";
import {Prices} from "../src/types/State.sol";
import {Mwei} from "../src/types/Units.sol";
import {Deployed} from "./support/Deployed.sol";
import {L1BlockStub} from "./support/L1BlockStub.sol";
import {Vm} from "./support/Vm.sol";

contract InboxPricesTest is Deployed {
    L1BlockStub private constant L1_BLOCK = L1BlockStub(0x4200000000000000000000000000000000000015);
    uint64 private constant MAX_DATA_BYTE = 1_000_000;
    uint64 private constant MAX_SETTLEMENT = 10_000_000;

    function setUp() public override {
        super.setUp();
        vm.etch(address(L1_BLOCK), address(new L1BlockStub()).code);
    }

    /// @dev (3e9 * 2^17 + 2e9 * 21000) / (126976 * 10^6) and
    /// (10^7 * 150000 + (16 * 5227 * 2e9 + 1014213 * 3e9) / 10^6 * 1000) / (1000 * 10^6), rounded up.
    function test_formula_knownFees() public {
        vm.fee(10 ** 7);
        L1_BLOCK.set(2 gwei, 3 gwei, 5227, 1_014_213);
        assertEq(PriceFormula.blobByte(L1_BLOCK, priceRules(false)), mwei(3428), "a byte");
        assertEq(PriceFormula.settlement(L1_BLOCK, priceRules(false)), mwei(4710), "settlement");
        vm.fee(10 ** 6);
        L1_BLOCK.set(0.7 gwei, 1, 5227, 1_014_213);
        assertEq(PriceFormula.blobByte(L1_BLOCK, priceRules(false)), mwei(116), "a byte");
        assertEq(PriceFormula.settlement(L1_BLOCK, priceRules(false)), mwei(209), "settlement");
        vm.fee(0);
        L1_BLOCK.set(0, 0, 5227, 1_014_213);
        assertEq(PriceFormula.blobByte(L1_BLOCK, priceRules(false)), mwei(0), "free data");
        assertEq(PriceFormula.settlement(L1_BLOCK, priceRules(false)), mwei(0), "free settlement");
        L1_BLOCK.set(0, 1, 0, 1);
        assertEq(PriceFormula.blobByte(L1_BLOCK, priceRules(false)), mwei(1), "rounds up");
        assertEq(PriceFormula.settlement(L1_BLOCK, priceRules(false)), mwei(1), "rounds up");
    }

    /// @dev An eighth of a price below 8 is nothing: it moves by 1 all the same.
    function test_reach_ofLowPrices() public pure {
        for (uint64 price = 1; price < 16; ++price) {
            (Mwei lowest, Mwei highest) = PriceFormula.reach(mwei(price), mwei(0), mwei(100));
            assertEq(lowest, mwei(price - 1), "down");
            assertEq(highest, mwei(price + 1), "up");
        }
        (Mwei least, Mwei most) = PriceFormula.reach(mwei(16), mwei(0), mwei(100));
        assertEq(most - least, mwei(4), "an eighth both ways");
    }

    function test_push_nearTargets_areReached() public {
        _setTargets();
        // Targets 106 and 1003 lie within an eighth of 100 and 1000.
        vm.recordLogs();
        vm.prank(address(0x57A));
        assertEq(inbox.pushPrices(), 0, "index");
        _assertPrices(106, 1003);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], IInbox.PricesQueued.selector, "event");
        (bytes32 root, uint64 time,, bytes32 inboxHash) = inbox.itemAt(0);
        assertEq(logs[0].data, abi.encode(time, root, inboxHash, pricesOf(106, 106, 1003)), "whole prices");
    }

    function test_points_tellThePricesAfterAnyCount() public {
        assertEq(inbox.pricePoints(), 1, "genesis");
        inbox.forceMessage(1, Message(2, 3, "content"), Signature(bytes32("r"), bytes32("s")));
        _setTargets();
        inbox.pushPrices();
        inbox.forceMessage(1, Message(2, 3, "content"), Signature(bytes32("r"), bytes32("s")));
        (,, uint8 shard,) = inbox.itemAt(1);
        assertEq(shard, 255, "prices belong to no shard");
        (,, shard,) = inbox.itemAt(2);
        assertEq(shard, 1, "the message's");
        assertEq(inbox.pricePoints(), 2, "one more");
        for (uint64 count; count < 5; ++count) {
            uint256 point = count < 2 ? 0 : 1;
            Mwei coreByte = mwei(count < 2 ? 100 : 106);
            assertEq(inbox.pricesAt(count, point).coreByte, coreByte, "prices at a count");
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NotThatPoint.selector, count, 1 - point));
            inbox.pricesAt(count, 1 - point);
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NotThatPoint.selector, count, 2));
            inbox.pricesAt(count, 2);
        }
    }

    function test_push_farTargets_moveAnEighthAnHour() public {
        L1_BLOCK.set(1000 gwei, 1000 gwei, 5227, 1_014_213);
        uint64 time = uint64(START);
        uint64[3] memory dataBytes = [uint64(112), 126, 141];
        uint64[3] memory settlements = [uint64(1125), 1265, 1423];
        for (uint256 i; i < 3; ++i) {
            inbox.pushPrices();
            _assertPrices(dataBytes[i], settlements[i]);
            vm.warp(time + 3599);
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_PricesTooEarly.selector, time + 3600));
            inbox.pushPrices();
            time += 3600;
            vm.warp(time);
        }
        L1_BLOCK.set(0, 0, 0, 0);
        inbox.pushPrices();
        _assertPrices(124, 1246);
    }

    function test_push_alreadyThere_reverts() public {
        _setTargets();
        inbox.pushPrices();
        vm.warp(START + 3600);
        vm.expectRevert(IInbox.Inbox_PricesUnchanged.selector);
        inbox.pushPrices();
    }

    function test_push_withoutPredeploy_reverts() public {
        vm.etch(address(L1_BLOCK), "");
        vm.expectRevert();
        inbox.pushPrices();
    }

    function testFuzz_follow_staysInReachAndBounds(uint256 price, uint64 target, uint256 min, uint256 max) public pure {
        min = clamp(min, 0, 2 ** 40);
        max = clamp(max, min, 2 ** 40);
        price = clamp(price, min, max);
        uint256 next = PriceFormula.follow(mwei(price), mwei(target), mwei(min), mwei(max)).wide();
        assertTrue(next >= min && next <= max, "bounds");
        uint256 step = price < 16 ? 1 : price / 8;
        assertTrue(next <= price + step && next + step >= price, "an eighth");
        assertTrue(target == price ? next == price : true, "at its target");
        if (target > price) assertTrue(next > price || price == max, "upwards, never stuck");
        if (target < price) assertTrue(next < price || price == min, "downwards, never stuck");
    }

    function testFuzz_push_anyFees_staysInBounds(uint96 basefee, uint96 blobBaseFee, uint32 scalar, uint64 l2Fee)
        public
    {
        vm.fee(l2Fee);
        L1_BLOCK.set(basefee, blobBaseFee, scalar, scalar);
        try inbox.pushPrices() {
            Prices memory prices = inbox.prices();
            assertTrue(prices.coreByte >= mwei(88) && prices.coreByte <= mwei(112), "coreByte within an eighth");
            assertEq(prices.witnessByte, prices.coreByte, "both on blobs");
            assertTrue(prices.settlement >= mwei(875) && prices.settlement <= mwei(1125), "settlement within an eighth");
            assertEq(prices.stateByte, mwei(7), "stateByte is fixed");
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(IInbox.Inbox_PricesUnchanged.selector), "only refusal");
        }
    }

    function test_quote_whereDataFollowsBlobs_reverts() public {
        vm.prank(OPERATOR);
        vm.expectRevert(IInbox.Inbox_DataNotQuoted.selector);
        inbox.pushDataQuote(mwei(101), mwei(101));
    }

    function testFuzz_quote_stranger_reverts(address caller) public {
        vm.assume(caller != OPERATOR);
        _deployQuoted();
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_NotOperator.selector, caller));
        inbox.pushDataQuote(mwei(101), mwei(101));
    }

    function testFuzz_quote_withinAnEighth(uint64 coreByte, uint64 witnessByte) public {
        _deployQuoted();
        bool core = coreByte >= 88 && coreByte <= 112;
        bool witness = witnessByte >= 88 && witnessByte <= 112;
        vm.prank(OPERATOR);
        if (!core || !witness) {
            uint64 quote = core ? witnessByte : coreByte;
            vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_QuoteOutOfReach.selector, quote, 88, 112));
        } else if (coreByte == 100 && witnessByte == 100) {
            vm.expectRevert(IInbox.Inbox_PricesUnchanged.selector);
        }
        inbox.pushDataQuote(mwei(coreByte), mwei(witnessByte));
        if (core && witness) _assertPrices(coreByte, witnessByte, 1000);
    }

    function test_quote_everyValueInReach_works() public {
        for (uint64 quote = 88; quote <= 112; ++quote) {
            if (quote == 100) continue;
            _quoted(quote, 100);
            _quoted(100, quote);
        }
    }

    /// @dev The bounds of one part are not those of the other.
    function test_quote_eachPartHasItsBounds() public {
        Settings memory s = settings();
        s.priceRules = priceRules(true);
        s.priceRules.maxCoreByte = mwei(105);
        s.priceRules.minWitnessByte = mwei(95);
        rollup = deploy(s);
        inbox = rollup.inbox();
        vm.startPrank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_QuoteOutOfReach.selector, 106, 88, 105));
        inbox.pushDataQuote(mwei(106), mwei(100));
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_QuoteOutOfReach.selector, 94, 95, 112));
        inbox.pushDataQuote(mwei(100), mwei(94));
        inbox.pushDataQuote(mwei(88), mwei(112));
        _assertPrices(88, 112, 1000);
        assertEq(abi.encode(inbox.pricesAt(1, 1)), abi.encode(pricesOf(88, 112, 1000)), "kept in their places");
    }

    function _quoted(uint64 coreByte, uint64 witnessByte) private {
        _deployQuoted();
        vm.prank(OPERATOR);
        inbox.pushDataQuote(mwei(coreByte), mwei(witnessByte));
        _assertPrices(coreByte, witnessByte, 1000);
    }

    function test_sources_haveTheirOwnIntervals() public {
        _deployQuoted();
        _setTargets();
        inbox.pushPrices();
        _assertPrices(100, 1003);
        vm.startPrank(OPERATOR);
        inbox.pushDataQuote(mwei(101), mwei(101));
        _assertPrices(101, 1003);
        vm.expectRevert(abi.encodeWithSelector(IInbox.Inbox_PricesTooEarly.selector, START + 3600));
        inbox.pushDataQuote(mwei(102), mwei(102));
        vm.warp(START + 3600);
        inbox.pushDataQuote(mwei(102), mwei(102));
        _assertPrices(102, 1003);
    }

    function test_bounds_holdPricesBack() public {
        Settings memory s = settings();
        s.priceRules.maxCoreByte = mwei(101);
        s.priceRules.maxWitnessByte = mwei(102);
        s.priceRules.minSettlement = mwei(999);
        rollup = deploy(s);
        inbox = rollup.inbox();
        L1_BLOCK.set(0, 1000 gwei, 0, 0);
        vm.fee(0);
        inbox.pushPrices();
        _assertPrices(101, 102, 999);
    }

    function _deployQuoted() private {
        Settings memory s = settings();
        s.priceRules = priceRules(true);
        rollup = deploy(s);
        inbox = rollup.inbox();
    }

    /// @dev Fees whose formula gives 106 mwei a byte of data and 1003 mwei an operation.
    function _setTargets() private {
        vm.fee(10 ** 6);
        L1_BLOCK.set(0.64 gwei, 1, 100_000, 0);
        assertEq(PriceFormula.blobByte(L1_BLOCK, priceRules(false)), mwei(106), "target of a byte");
        vm.fee((1003 * 10 ** 9 - 1_024_000 * 1000) / 150_000);
        L1_BLOCK.set(0.64 gwei, 1, 100, 0);
        assertEq(PriceFormula.settlement(L1_BLOCK, priceRules(false)), mwei(1003), "target of settlement");
    }

    function _assertPrices(uint64 byteOfEither, uint64 settlement) private view {
        _assertPrices(byteOfEither, byteOfEither, settlement);
    }

    function _assertPrices(uint64 coreByte, uint64 witnessByte, uint64 settlement) private view {
        Prices memory prices = inbox.prices();
        assertEq(prices.coreByte, mwei(coreByte), "coreByte");
        assertEq(prices.witnessByte, mwei(witnessByte), "witnessByte");
        assertEq(prices.settlement, mwei(settlement), "settlement");
        assertEq(prices.stateByte, mwei(7), "stateByte");
    }
}
