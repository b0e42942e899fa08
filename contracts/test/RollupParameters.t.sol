// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IRollup} from "../src/interfaces/IRollup.sol";
import {BatchClaim, BlockHeader, ClaimHead} from "../src/types/Batch.sol";
import {InboxParameters, RollupParameters, Settings} from "../src/types/Parameters.sol";
import {Deployed} from "./support/Deployed.sol";
import {Vm} from "./support/Vm.sol";

contract RollupParametersTest is Deployed {
    function test_parameters_areTheSettings() public view {
        Settings memory s = settings();
        RollupParameters memory expected = RollupParameters({
            chainId: block.chainid,
            inbox: address(inbox),
            deploymentBlock: 100,
            sequencer: s.sequencer,
            operator: s.operator,
            treasury: s.treasury,
            fees: s.fees,
            forceDelayMs: s.forceDelayMs,
            genesisTimestamp: s.genesisTimestamp,
            genesisPrices: s.genesisPrices,
            genesisLineage: 0,
            genesisStateRoot: s.genesisStateRoot,
            windows: s.windows,
            bond: s.bond,
            evidencePeriod: s.evidencePeriod
        });
        assertEq(abi.encode(rollup.parameters()), abi.encode(expected), "the rollup's");
        InboxParameters memory ofInbox =
            InboxParameters(address(rollup), s.operator, s.treasury, s.minDeposit, s.priceRules);
        assertEq(abi.encode(inbox.parameters()), abi.encode(ofInbox), "the inbox's");
        assertEq(abi.encode(inbox.prices()), abi.encode(s.genesisPrices), "first prices");
        assertEq(rollup.sequencer(), s.sequencer, "sequencer");
        assertEq(rollup.lineage(), 0, "lineage");
        assertTrue(rollup.isClaimer(s.claimer), "claimer");
    }

    function test_genesis_claimIsTold() public {
        vm.recordLogs();
        rollup = deploy(settings());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "events of the deployment");
        assertEq(logs[0].topics[0], IRollup.ClaimerSet.selector, "claimer");
        assertEq(logs[1].topics[0], IRollup.Claimed.selector, "claim");
        assertEq(logs[2].topics[0], IRollup.Finalized.selector, "final");
        BatchClaim memory genesis;
        genesis.lastHeader = rollup.genesisHeader();
        genesis.windows = settings().windows;
        genesis.claimedAt = uint64(START);
        assertEq(logs[1].data, abi.encode(genesis), "the claim whole");
        bytes32 hash = keccak256(abi.encode(genesis));
        assertEq(logs[1].topics[2], hash, "its hash");
        assertEq(logs[2].topics[2], hash, "its hash, final");
        ClaimHead memory head = rollup.head();
        assertEq(abi.encode(head), abi.encode(ClaimHead(0, hash, 0, settings().genesisTimestamp, 0)), "head");
    }

    function test_genesis_header() public view {
        BlockHeader memory header = rollup.genesisHeader();
        BlockHeader memory expected;
        expected.timestamp = settings().genesisTimestamp;
        expected.prices = settings().genesisPrices;
        expected.runsRoot = header.runsRoot;
        expected.stateRoot = settings().genesisStateRoot;
        assertEq(abi.encode(header), abi.encode(expected), "header");
    }

    function test_settings_slipsAreNamed() public {
        Settings memory s = settings();
        s.sequencer = address(0);
        _refuse(s, "sequencer");
        s = settings();
        s.claimer = address(0);
        _refuse(s, "claimer");
        s = settings();
        s.fees.minPrice = 0;
        _refuse(s, "fees.minPrice");
        s.fees.minPrice = 2 ** 40 + 1;
        _refuse(s, "fees.minPrice");
        s = settings();
        s.fees.target = 0;
        _refuse(s, "fees.target");
        s.fees.target = 2 ** 32 + 1;
        _refuse(s, "fees.target");
        s = settings();
        s.fees.fraction = 0;
        _refuse(s, "fees.fraction");
        s.fees.fraction = 2 ** 32 + 1;
        _refuse(s, "fees.fraction");
        s = settings();
        s.forceDelayMs = 0;
        _refuse(s, "forceDelayMs");
        s.forceDelayMs = 30 days * 1000 + 1;
        _refuse(s, "forceDelayMs");
        s = settings();
        s.genesisTimestamp = 0;
        _refuse(s, "genesisTimestamp");
        s = settings();
        s.genesisStateRoot = 0;
        _refuse(s, "genesisStateRoot");
        s = settings();
        s.bond = 0;
        _refuse(s, "bond");
        s = settings();
        s.evidencePeriod = s.windows.challenge - 1;
        _refuse(s, "evidencePeriod");
    }

    function test_settings_windowsAreBounded() public {
        Settings memory s = settings();
        s.windows.challenge = 0;
        _refuse(s, "windows.challenge");
        s = settings();
        s.windows.data = 0;
        _refuse(s, "windows.data");
        s.windows.data = s.windows.challenge + 1;
        _refuse(s, "windows.data");
        s = settings();
        s.windows.answer = 0;
        _refuse(s, "windows.answer");
        s = settings();
        s.windows.proof = 0;
        _refuse(s, "windows.proof");
    }

    function test_settings_slipsOfTheInboxAreNamed() public {
        Settings memory s = settings();
        s.operator = address(0);
        _refuseInbox(s, "operator");
        s = settings();
        s.treasury = address(0);
        _refuseInbox(s, "treasury");
        s = settings();
        s.minDeposit = 0;
        _refuseInbox(s, "minDeposit");
        s = settings();
        s.priceRules.interval = 0;
        _refuseInbox(s, "interval");
        s = settings();
        s.priceRules.bytesPerBlob = 0;
        _refuseInbox(s, "bytesPerBlob");
        s = settings();
        s.priceRules.operationsPerClaim = 0;
        _refuseInbox(s, "operationsPerClaim");
        s = settings();
        s.priceRules.maxDataByte = 2 ** 40 + 1;
        _refuseInbox(s, "maxDataByte");
        s = settings();
        s.priceRules.maxSettlement = 2 ** 40 + 1;
        _refuseInbox(s, "maxSettlement");
    }

    function test_settings_genesisPricesAreWithinTheRules() public {
        Settings memory s = settings();
        s.genesisPrices.stateByte = 2 ** 40 + 1;
        _refuseInbox(s, "genesisPrices.stateByte");
        s = settings();
        s.genesisPrices.dataByte = s.priceRules.minDataByte - 1;
        _refuseInbox(s, "genesisPrices.dataByte");
        s.genesisPrices.dataByte = s.priceRules.maxDataByte + 1;
        _refuseInbox(s, "genesisPrices.dataByte");
        s = settings();
        s.genesisPrices.settlement = s.priceRules.minSettlement - 1;
        _refuseInbox(s, "genesisPrices.settlement");
        s.genesisPrices.settlement = s.priceRules.maxSettlement + 1;
        _refuseInbox(s, "genesisPrices.settlement");
    }

    function test_settings_atTheirBounds_work() public {
        Settings memory s = settings();
        s.fees.minPrice = 2 ** 40;
        s.fees.target = 2 ** 32;
        s.fees.fraction = 2 ** 32;
        s.forceDelayMs = 30 days * 1000;
        s.windows.data = s.windows.challenge;
        s.evidencePeriod = s.windows.challenge;
        s.priceRules.maxDataByte = 2 ** 40;
        s.priceRules.maxSettlement = 2 ** 40;
        s.genesisPrices.dataByte = 2 ** 40;
        s.genesisPrices.settlement = 2 ** 40;
        s.genesisPrices.stateByte = 2 ** 40;
        rollup = deploy(s);
        assertEq(rollup.parameters().fees.minPrice, 2 ** 40, "minPrice");
    }

    function _refuse(Settings memory s, string memory name) private {
        _expectRefusal(s, abi.encodeWithSelector(IRollup.Rollup_ParameterOutOfBounds.selector, name));
    }

    function _refuseInbox(Settings memory s, string memory name) private {
        _expectRefusal(s, abi.encodeWithSelector(IInbox.Inbox_ParameterOutOfBounds.selector, name));
    }

    /// @dev By hand: an expected revert would match the cheat code's call, not the creation in it.
    function _expectRefusal(Settings memory s, bytes memory reason) private {
        bytes memory initcode = abi.encodePacked(vm.getCode("Rollup.sol:Rollup"), abi.encode(s));
        address created;
        bytes memory revertData;
        assembly ("memory-safe") {
            created := create(0, add(initcode, 0x20), mload(initcode))
            revertData := mload(0x40)
            mstore(revertData, returndatasize())
            returndatacopy(add(revertData, 0x20), 0, returndatasize())
            mstore(0x40, and(add(add(revertData, returndatasize()), 0x3f), not(0x1f)))
        }
        assertEq(created, address(0), "refused");
        assertEq(revertData, reason, "reason");
    }
}
