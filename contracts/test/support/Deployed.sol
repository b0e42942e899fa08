// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart, Windows} from "../../src/types/Batch.sol";
import {FeeParameters, PriceRules, Settings} from "../../src/types/Parameters.sol";
import {Prices} from "../../src/types/State.sol";
import {Base} from "./Base.sol";

/// @title A deployment with a bonded claimer, and requests that it accepts
abstract contract Deployed is Base {
    uint256 internal constant START = 1_800_000_000;
    uint128 internal constant BOND = 5 ether;
    uint64 internal constant MIN_DEPOSIT = 1000;
    address internal constant SEQUENCER = address(0x5E9);
    address internal constant OPERATOR = address(0x09E4);
    address internal constant TREASURY = address(0x74EA);
    address internal constant CLAIMER = address(0xC1A1);

    IRollup internal rollup;
    IInbox internal inbox;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(100);
        rollup = deploy(settings());
        inbox = rollup.inbox();
        vm.deal(CLAIMER, 100 ether);
        vm.prank(CLAIMER);
        rollup.depositBond{value: BOND}();
    }

    function deploy(Settings memory s) internal virtual returns (IRollup) {
        return IRollup(vm.deployCode("Rollup.sol:Rollup", abi.encode(s)));
    }

    function settings() internal view virtual returns (Settings memory) {
        return Settings({
            sequencer: SEQUENCER,
            operator: OPERATOR,
            treasury: TREASURY,
            claimer: CLAIMER,
            fees: FeeParameters({minPrice: 10, target: 500, fraction: 4000}),
            forceDelayMs: 600_000,
            genesisTimestamp: uint64(START * 1000 - 500),
            genesisPrices: Prices({dataByte: 100, settlement: 1000, stateByte: 7}),
            genesisStateRoot: bytes32(uint256(0x57A7E)),
            windows: Windows({challenge: 600, data: 300, answer: 120, proof: 240}),
            bond: BOND,
            evidencePeriod: 1200,
            minDeposit: MIN_DEPOSIT,
            priceRules: priceRules(false)
        });
    }

    function priceRules(bool dataQuoted) internal pure returns (PriceRules memory) {
        return PriceRules({
            dataQuoted: dataQuoted,
            interval: 3600,
            minDataByte: 1,
            maxDataByte: 1_000_000,
            minSettlement: 10,
            maxSettlement: 10_000_000,
            blobTransactionGas: 21_000,
            bytesPerBlob: 126_976,
            claimGas: 150_000,
            claimBytes: 1000,
            operationsPerClaim: 1000
        });
    }

    /// @dev What the head accepts as the next claim: one block more, an interval later, with the inbox as it is.
    function nextRequest() internal view returns (ClaimRequest memory request) {
        ClaimHead memory head = rollup.head();
        request.number = head.number + 1;
        request.parent = head.hash;
        request.lineage = rollup.lineage();
        request.coreRoot = keccak256(abi.encode("core", request.number));
        request.witnessRoot = keccak256(abi.encode("witness", request.number));
        request.lastHeader.number = head.blockNumber + 1;
        request.lastHeader.parent = keccak256(abi.encode("parent", request.number));
        request.lastHeader.timestamp = head.timestamp + 250;
        request.lastHeader.lineage = request.lineage;
        request.lastHeader.inboxCount = head.inboxCount;
        request.lastHeader.inboxHash = inbox.hashAt(head.inboxCount);
        request.lastHeader.prices = Prices(100, 1000, 7);
        request.lastHeader.runsRoot = keccak256(abi.encode("runs", request.number));
        request.lastHeader.stateRoot = keccak256(abi.encode("state", request.number));
        request.core = DataPart(1, pointer(request.number, 40));
        request.witness = DataPart(1, pointer(request.number + 1000, 40));
    }

    function pointer(uint256 seed, uint256 length) internal pure returns (bytes memory bytes_) {
        bytes_ = new bytes(length);
        for (uint256 i; i < length; ++i) {
            bytes_[i] = bytes1(uint8(uint256(keccak256(abi.encode(seed, i))) | 1));
        }
    }

    /// @dev The claim that stands after `request` was made by `claimer` now.
    function claimOf(ClaimRequest memory request, address claimer) internal view returns (BatchClaim memory) {
        return BatchClaim({
            number: request.number,
            parent: request.parent,
            lineage: request.lineage,
            coreRoot: request.coreRoot,
            witnessRoot: request.witnessRoot,
            lastHeader: request.lastHeader,
            core: request.core,
            witness: request.witness,
            windows: settings().windows,
            claimer: claimer,
            claimedAt: uint64(block.timestamp)
        });
    }

    function makeClaim() internal returns (bytes32 hash) {
        ClaimRequest memory request = nextRequest();
        vm.prank(CLAIMER);
        return rollup.claim(request);
    }

    function genesisHeader() internal view returns (BlockHeader memory) {
        return rollup.genesisHeader();
    }
}
