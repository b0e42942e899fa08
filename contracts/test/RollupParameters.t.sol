// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IRollup} from "../src/interfaces/IRollup.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchClaim, BlockHeader, ClaimHead} from "../src/types/Batch.sol";
import {Headers} from "../src/libraries/Headers.sol";
import {InboxParameters, RollupParameters, RulesVersion, Settings} from "../src/types/Parameters.sol";
import {Prices} from "../src/types/State.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

contract RollupParametersTest is Deployed {
    function test_parameters_areTheSettings() public view {
        Settings memory s = settings();
        RollupParameters memory expected = RollupParameters({
            chainId: block.chainid,
            inbox: address(inbox),
            deploymentBlock: 100,
            operator: s.operator,
            governance: s.governance,
            treasury: s.treasury,
            fees: s.rules.fees,
            forceDelayMs: s.forceDelayMs,
            genesisTimestamp: s.genesisTimestamp,
            genesisPrices: s.genesisPrices,
            genesisLineage: 0,
            genesisStateRoot: rollup.genesisHeader().stateRoot,
            windows: s.windows,
            bond: s.bond,
            evidencePeriod: s.evidencePeriod,
            keyNotice: s.keyNotice,
            upgradeNotice: s.upgradeNotice,
            contest: s.contest
        });
        assertEq(abi.encode(rollup.parameters()), abi.encode(expected), "the rollup's");
        InboxParameters memory ofInbox =
            InboxParameters(address(rollup), s.operator, s.treasury, s.minDeposit, s.priceRules);
        assertEq(abi.encode(inbox.parameters()), abi.encode(ofInbox), "the inbox's");
        assertEq(abi.encode(inbox.prices()), abi.encode(s.genesisPrices), "first prices");
        assertEq(abi.encode(rollup.sequencerAt(1)), abi.encode(s.sequencer), "sequencer");
        assertEq(rollup.answersFor(BOND_OWNER), s.sequencer.key, "whose bond answers");
        RulesVersion[] memory versions = new RulesVersion[](1);
        versions[0] = RulesVersion(millis(0), uint64(START), s.rules);
        assertEq(abi.encode(rollup.versions()), abi.encode(versions), "rules");
        assertEq(rollup.lineage(), 0, "lineage");
        assertTrue(rollup.isClaimer(s.claimer), "claimer");
    }

    function test_genesis_claimIsTold() public {
        vm.recordLogs();
        rollup = deploy(settings());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 6, "events of the deployment");
        assertEq(logs[0].topics[0], IRollupEvents.ClaimerSet.selector, "claimer");
        assertEq(logs[1].topics[0], IRollupEvents.Answering.selector, "bond owner");
        assertEq(logs[2].topics[0], IRollupEvents.SequencerAnnounced.selector, "key");
        assertEq(logs[3].topics[0], IRollupEvents.RulesAnnounced.selector, "rules");
        assertEq(logs[4].topics[0], IRollupEvents.Claimed.selector, "claim");
        assertEq(logs[5].topics[0], IRollupEvents.Finalized.selector, "final");
        BatchClaim memory genesis;
        genesis.lastHeader = rollup.genesisHeader();
        genesis.windows = settings().windows;
        genesis.claimedAt = uint64(START);
        assertEq(logs[4].data, abi.encode(genesis), "the claim whole");
        bytes32 hash = keccak256(abi.encode(genesis));
        assertEq(logs[4].topics[2], hash, "its hash");
        assertEq(logs[5].topics[2], hash, "its hash, final");
        ClaimHead memory head = rollup.head();
        assertEq(abi.encode(head), abi.encode(ClaimHead(0, hash, 0, settings().genesisTimestamp, 0, 0)), "head");
    }

    /// @dev The genesis of `test/vectors/signatures.json`, its header, its digest and who signed it.
    function test_genesis_rootsAndDigestEqualTypes() public {
        string memory json = vm.readFile("../test/vectors/signatures.json");
        Settings memory s = settings();
        s.genesisTimestamp = millis(vm.parseJsonUint(json, ".deployment.genesis.timestamp"));
        s.genesisPrices = Prices(
            mwei(vm.parseJsonUint(json, ".deployment.genesis.prices.coreByte")),
            mwei(vm.parseJsonUint(json, ".deployment.genesis.prices.witnessByte")),
            mwei(vm.parseJsonUint(json, ".deployment.genesis.prices.settlement")),
            mwei(vm.parseJsonUint(json, ".deployment.genesis.prices.stateByte"))
        );
        s.priceRules.minSettlement = mwei(1);
        vm.warp(s.genesisTimestamp.wide() / 1000);
        BlockHeader memory header = deploy(s).genesisHeader();
        assertEq(header.stateRoot, vm.parseJsonBytes32(json, ".headers[0].header.value.stateRoot"), "state");
        assertEq(header.runsRoot, vm.parseJsonBytes32(json, ".headers[0].header.value.runsRoot"), "runs");
        bytes32 root = Headers.root(header);
        assertEq(root, vm.parseJsonBytes32(json, ".headers[0].header.root"), "header");
        vm.chainId(vm.parseJsonUint(json, ".deployment.chainId"));
        address signedFor = address(bytes20(vm.parseJsonBytes(json, ".deployment.inbox")));
        bytes32 digest = Headers.digest(root, signedFor);
        assertEq(digest, vm.parseJsonBytes32(json, ".headers[0].digest"), "digest");
        address signer = ECDSA.recover(digest, vm.parseJsonBytes(json, ".headers[0].signature"));
        assertEq(signer, address(bytes20(vm.parseJsonBytes(json, ".headers[0].sequencer"))), "sequencer");
    }

    function testFuzz_header_rootTakesInEveryField(uint8 field, bytes32 value) public view {
        BlockHeader memory header = nextRequest().lastHeader;
        bytes32 before = Headers.root(header);
        bytes memory words = abi.encode(header);
        uint256 at = 0x20 + 0x20 * (uint256(field) % (words.length / 0x20));
        bytes32 word;
        assembly ("memory-safe") {
            word := mload(add(words, at))
        }
        bytes32 changed = bytes32(uint256(word) ^ (1 + uint256(value) % type(uint40).max));
        assembly ("memory-safe") {
            mstore(add(words, at), changed)
        }
        assertTrue(Headers.root(abi.decode(words, (BlockHeader))) != before, "another root");
    }

    /// @dev One of other settings, of another rollup, without code, or with an item from before the rollup.
    function test_inbox_notMadeForTheRollup_isRefused() public {
        Settings memory s = settings();
        (address queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        Settings memory others = settings();
        others.minDeposit = others.minDeposit + mwei(1);
        _refuseInbox(others, queue);
        others = settings();
        others.genesisPrices.stateByte = others.genesisPrices.stateByte + mwei(1);
        (queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        _refuseInbox(others, queue);
        _refuseInbox(s, address(inbox));
        _refuseInbox(s, address(0xC0DE1E55));
        (queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        IInbox(queue).deposit{value: 1 ether}(1, address(this));
        _refuseInbox(s, queue);
        (queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        (address contests,) = tryCreate("RollupContests.sol:RollupContests", abi.encode(s, queue));
        (address created,) = tryCreate("Rollup.sol:Rollup", abi.encode(s, queue, contests));
        assertTrue(created != address(0), "its own");
        assertEq(address(IRollup(created).contests()), contests, "its other half");
        assertEq(address(IRollup(created).inbox()), queue, "kept");
    }

    function _refuseInbox(Settings memory s, address queue) private {
        (address contests,) = tryCreate("RollupContests.sol:RollupContests", abi.encode(s, queue));
        _refuseToCreate(s, queue, contests, "inbox");
    }

    /// @dev One of other settings, of another inbox, or without code. The inbox is one for the address of the last creation.
    function test_contests_notMadeWithTheSame_areRefused() public {
        Settings memory s = settings();
        Settings memory others = settings();
        others.contest.notice += 1;
        (address queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        (address contests,) = tryCreate("RollupContests.sol:RollupContests", abi.encode(others, queue));
        _refuseToCreate(s, queue, contests, "contests");
        (queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        (contests,) = tryCreate("RollupContests.sol:RollupContests", abi.encode(s, inbox));
        _refuseToCreate(s, queue, contests, "contests");
        (queue,) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        tryCreate("RollupContests.sol:RollupContests", abi.encode(s, queue));
        _refuseToCreate(s, queue, address(0xC0DE1E55), "contests");
    }

    function _refuseToCreate(Settings memory s, address queue, address contests, string memory name) private {
        (address created, bytes memory reason) = tryCreate("Rollup.sol:Rollup", abi.encode(s, queue, contests));
        assertEq(created, address(0), "refused");
        assertEq(reason, abi.encodeWithSelector(IRollupEvents.Rollup_ParameterOutOfBounds.selector, name), "why");
    }

    function test_settings_verifiersHaveCode() public {
        Settings memory s = settings();
        s.rules.verifiers.messages = address(0);
        _refuse(s, "verifiers.messages");
        s = settings();
        s.rules.verifiers.operation = address(0xC0DE1E55);
        _refuse(s, "verifiers.operation");
        s = settings();
        s.rules.verifiers.signature = address(0);
        _refuse(s, "verifiers.signature");
        s = settings();
        s.rules.verifiers.stateRoot = address(0);
        _refuse(s, "verifiers.stateRoot");
        s = settings();
        s.rules.verifiers.malformed = address(0);
        _refuse(s, "verifiers.malformed");
        s = settings();
        s.rules.verifiers.pages = address(0);
        _refuse(s, "verifiers.pages");
    }

    function test_ether_sentAlone_isRefused() public {
        (bool done, bytes memory reason) = address(rollup).call{value: 1}("");
        assertTrue(!done, "refused");
        assertEq(reason, abi.encodeWithSelector(IRollupEvents.Rollup_EtherAlone.selector), "why");
        (done, reason) = address(rollup).call(hex"12345678");
        assertTrue(!done && reason.length == 0, "what neither half answers");
    }

    function test_settings_slipsAreNamed() public {
        Settings memory s = settings();
        s.sequencer.key = address(0);
        _refuse(s, "sequencer.key");
        s = settings();
        s.sequencer.bondOwner = address(0);
        _refuse(s, "sequencer.bondOwner");
        s = settings();
        s.sequencer.from = 1;
        _refuse(s, "sequencer.from");
        s = settings();
        s.governance = address(0);
        _refuse(s, "governance");
        s = settings();
        s.claimer = address(0);
        _refuse(s, "claimer");
        s.claimer = BOND_OWNER;
        _refuse(s, "claimer");
        s = settings();
        s.rules.number = 0;
        _refuse(s, "rules.number");
    }

    /// @dev Each bound is taken, the value one beyond is not, nor are a thousandfold of an upper and a thousandth of a lower one.
    function test_settings_everyParameterIsBoundedOnBothSides() public {
        Setting[11] memory all = [
            Setting("forceDelayMs", 1, 30 days * 1000),
            Setting("genesisTimestamp", (START - 1 days) * 1000, (START + 1 days) * 1000),
            Setting("windows.challenge", 360, 90 days),
            Setting("windows.data", 360, 0),
            Setting("windows.answer", 1, 0),
            Setting("windows.proof", 1, 90 days),
            Setting("bond", 1, 100_000 ether),
            Setting("evidencePeriod", 600, 90 days),
            Setting("keyNotice", 2, 10 ** 7),
            Setting("upgradeNotice", 2000, 180 days),
            Setting("minDeposit", 1, 2 ** 40)
        ];
        for (uint256 i; i < all.length; ++i) {
            _bounded(all[i]);
        }
    }

    function test_settings_everyFeeIsBoundedOnBothSides() public {
        Setting[3] memory all = [
            Setting("fees.minPrice", 1, 2 ** 40),
            Setting("fees.target", 1, 2 ** 32),
            Setting("fees.fraction", 1, 2 ** 32)
        ];
        for (uint256 i; i < all.length; ++i) {
            _bounded(all[i]);
        }
    }

    function test_settings_everyRuleOfContestsIsBoundedOnBothSides() public {
        Setting[5] memory all = [
            Setting("contest.minDeposit", 1, 100_000 ether),
            Setting("contest.answerShare", 1, 100),
            Setting("contest.silenceLimit", 601, 90 days),
            Setting("contest.notice", 1, 90 days),
            Setting("contest.rescueBond", 1, 100_000 ether)
        ];
        for (uint256 i; i < all.length; ++i) {
            _bounded(all[i]);
        }
    }

    /// @dev Three rounds of asking fit into the time for it, and that into the time to finality.
    function test_settings_windowsContainOneAnother() public {
        Settings memory s = settings();
        s.upgradeNotice = 180 days;
        s.windows.data = s.windows.challenge;
        assertTrue(_create(s) == 0, "as long as the challenge");
        s.windows.data = s.windows.challenge + 1;
        _refuse(s, "windows.challenge");
        s = settings();
        s.windows.answer = s.windows.data / 3;
        assertTrue(_create(s) == 0, "three rounds");
        s.windows.answer = s.windows.data / 3 + 1;
        _refuse(s, "windows.data");
    }

    function test_settings_everyPriceRuleIsBoundedOnBothSides() public {
        Setting[6] memory all = [
            Setting("interval", 1, 90 days),
            Setting("blobTransactionGas", 0, 2 ** 24),
            Setting("bytesPerBlob", 1, 2 ** 17),
            Setting("claimGas", 0, 2 ** 24),
            Setting("claimBytes", 0, 2 ** 17),
            Setting("operationsPerClaim", 1, 2 ** 18)
        ];
        for (uint256 i; i < all.length; ++i) {
            _bounded(all[i]);
        }
    }

    function test_settings_highestPricesAreBounded() public {
        string[3] memory names = ["maxCoreByte", "maxWitnessByte", "maxSettlement"];
        for (uint256 i; i < names.length; ++i) {
            assertTrue(_create(_with(names[i], 2 ** 40)) == 0, names[i]);
            _refuse(_with(names[i], 2 ** 40 + 1), names[i]);
            _refuse(_with(names[i], 2 ** 40 * 1000), names[i]);
        }
    }

    function test_settings_slipsOfTheInboxAreNamed() public {
        Settings memory s = settings();
        s.operator = address(0);
        _refuse(s, "operator");
        s = settings();
        s.treasury = address(0);
        _refuse(s, "treasury");
    }

    function test_settings_genesisPricesAreWithinTheRules() public {
        Settings memory s = settings();
        s.genesisPrices.stateByte = mwei(2 ** 40 + 1);
        _refuse(s, "genesisPrices.stateByte");
        s = settings();
        s.genesisPrices.witnessByte = s.priceRules.minWitnessByte - mwei(1);
        _refuse(s, "genesisPrices.witnessByte");
        s.genesisPrices.witnessByte = s.priceRules.maxWitnessByte + mwei(1);
        _refuse(s, "genesisPrices.witnessByte");
        s = settings();
        s.genesisPrices.coreByte = s.priceRules.minCoreByte - mwei(1);
        _refuse(s, "genesisPrices.coreByte");
        s.genesisPrices.coreByte = s.priceRules.maxCoreByte + mwei(1);
        _refuse(s, "genesisPrices.coreByte");
        s = settings();
        s.genesisPrices.settlement = s.priceRules.minSettlement - mwei(1);
        _refuse(s, "genesisPrices.settlement");
        s.genesisPrices.settlement = s.priceRules.maxSettlement + mwei(1);
        _refuse(s, "genesisPrices.settlement");
    }

    /// @dev A parameter and its bounds, given that all others are those of `settings()`; `most` is 0 where another parameter is
    /// the bound.
    struct Setting {
        string name;
        uint256 least;
        uint256 most;
    }

    function _bounded(Setting memory setting) private {
        assertTrue(_create(_with(setting.name, setting.least)) == 0, string.concat("least ", setting.name));
        if (setting.most != 0) {
            assertTrue(_create(_with(setting.name, setting.most)) == 0, string.concat("most ", setting.name));
            _refuse(_with(setting.name, setting.most + 1), setting.name);
            uint256 thousandfold = setting.most * 1000;
            if (_fits(setting.name, thousandfold)) _refuse(_with(setting.name, thousandfold), setting.name);
        }
        if (setting.least == 0) return;
        _refuse(_with(setting.name, setting.least - 1), setting.name);
        _refuse(_with(setting.name, setting.least / 1000), setting.name);
    }

    function _refuse(Settings memory s, string memory name) private {
        assertEq(_create(s), uint256(keccak256(bytes(name))), string.concat("refused: ", name));
    }

    function _fits(string memory name, uint256 value) private pure returns (bool) {
        bytes32 named = keccak256(bytes(name));
        bool wide = named == keccak256("bond") || named == keccak256("contest.minDeposit")
            || named == keccak256("contest.rescueBond");
        if (named == keccak256("contest.answerShare")) return value <= type(uint8).max;
        bool middle = named == keccak256("fees.minPrice") || named == keccak256("fees.target")
            || named == keccak256("fees.fraction") || named == keccak256("forceDelayMs")
            || named == keccak256("genesisTimestamp") || named == keccak256("keyNotice")
            || named == keccak256("minDeposit") || named == keccak256("maxCoreByte")
            || named == keccak256("maxWitnessByte") || named == keccak256("maxSettlement");
        return value <= (wide ? type(uint128).max : middle ? type(uint64).max : type(uint32).max);
    }

    function _with(string memory name, uint256 value) private view returns (Settings memory s) {
        s = settings();
        bytes32 named = keccak256(bytes(name));
        if (named == keccak256("fees.minPrice")) s.rules.fees.minPrice = mwei(value);
        else if (named == keccak256("fees.target")) s.rules.fees.target = uint64(value);
        else if (named == keccak256("fees.fraction")) s.rules.fees.fraction = uint64(value);
        else if (named == keccak256("forceDelayMs")) s.forceDelayMs = millis(value);
        else if (named == keccak256("genesisTimestamp")) s.genesisTimestamp = millis(value);
        else if (named == keccak256("windows.challenge")) s.windows.challenge = uint32(value);
        else if (named == keccak256("windows.data")) s.windows.data = uint32(value);
        else if (named == keccak256("windows.answer")) s.windows.answer = uint32(value);
        else if (named == keccak256("windows.proof")) s.windows.proof = uint32(value);
        else if (named == keccak256("bond")) s.bond = uint128(value);
        else if (named == keccak256("evidencePeriod")) s.evidencePeriod = uint32(value);
        else if (named == keccak256("keyNotice")) s.keyNotice = uint64(value);
        else if (named == keccak256("upgradeNotice")) s.upgradeNotice = uint32(value);
        else if (named == keccak256("minDeposit")) s.minDeposit = mwei(value);
        else if (named == keccak256("contest.minDeposit")) s.contest.minDeposit = uint128(value);
        else if (named == keccak256("contest.answerShare")) s.contest.answerShare = uint8(value);
        else if (named == keccak256("contest.silenceLimit")) s.contest.silenceLimit = uint32(value);
        else if (named == keccak256("contest.notice")) s.contest.notice = uint32(value);
        else if (named == keccak256("contest.rescueBond")) s.contest.rescueBond = uint128(value);
        else _setRule(s, named, value);
        // Others follow, so that only the one looked at is at its bound.
        if (named == keccak256("forceDelayMs")) s.contest.silenceLimit = 31 days;
        if (named == keccak256("contest.silenceLimit") || named == keccak256("contest.notice")) {
            s.upgradeNotice = 180 days;
        }
        if (named == keccak256("windows.challenge")) s.evidencePeriod = 90 days;
        if (named == keccak256("forceDelayMs") || named == keccak256("windows.challenge")) s.upgradeNotice = 180 days;
        if (named == keccak256("windows.proof")) s.upgradeNotice = 180 days;
    }

    function _setRule(Settings memory s, bytes32 named, uint256 value) private pure {
        if (named == keccak256("interval")) s.priceRules.interval = uint32(value);
        else if (named == keccak256("blobTransactionGas")) s.priceRules.blobTransactionGas = uint32(value);
        else if (named == keccak256("bytesPerBlob")) s.priceRules.bytesPerBlob = uint32(value);
        else if (named == keccak256("claimGas")) s.priceRules.claimGas = uint32(value);
        else if (named == keccak256("claimBytes")) s.priceRules.claimBytes = uint32(value);
        else if (named == keccak256("operationsPerClaim")) s.priceRules.operationsPerClaim = uint32(value);
        else if (named == keccak256("maxCoreByte")) s.priceRules.maxCoreByte = mwei(value);
        else if (named == keccak256("maxWitnessByte")) s.priceRules.maxWitnessByte = mwei(value);
        else s.priceRules.maxSettlement = mwei(value);
    }

    /// @return hash of the parameter's name with which the deployment is refused, 0 when it is not.
    function _create(Settings memory s) private returns (uint256 hash) {
        (address created, bytes memory revertData) = tryDeploy(s);
        if (created != address(0)) return 0;
        bytes4 selector = bytes4(revertData);
        assertTrue(
            selector == IRollupEvents.Rollup_ParameterOutOfBounds.selector
                || selector == IInbox.Inbox_ParameterOutOfBounds.selector,
            "why it is refused"
        );
        bytes memory arguments = new bytes(revertData.length - 4);
        for (uint256 i; i < arguments.length; ++i) {
            arguments[i] = revertData[i + 4];
        }
        return uint256(keccak256(bytes(abi.decode(arguments, (string)))));
    }
}
