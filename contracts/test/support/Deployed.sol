// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInbox} from "../../src/interfaces/IInbox.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, DataPart, Windows} from "../../src/types/Batch.sol";
import {Headers} from "../../src/libraries/Headers.sol";
import {
    ContestRules,
    FeeParameters,
    InboxParameters,
    PriceRules,
    Rules,
    SequencerKey,
    Settings,
    Verifiers
} from "../../src/types/Parameters.sol";
import {Prices} from "../../src/types/State.sol";
import {Mwei} from "../../src/types/Units.sol";
import {Base} from "./Base.sol";
import {PagesStub, VerifierStub} from "./VerifierStub.sol";

/// @title A deployment with a bonded claimer, and requests that it accepts
abstract contract Deployed is Base {
    uint256 internal constant START = 1_800_000_000;
    uint128 internal constant BOND = 5 ether;
    Mwei internal constant MIN_DEPOSIT = Mwei.wrap(1000);
    uint256 internal constant SEQUENCER_SECRET = 0x5E9;
    /// @dev Whose bond answers for the sequencer's key.
    address internal constant BOND_OWNER = address(0xB0D0);
    address internal constant GOVERNANCE = address(0x6093);
    address internal constant OPERATOR = address(0x09E4);
    address internal constant TREASURY = address(0x74EA);
    address internal constant CLAIMER = address(0xC1A1);

    IRollup internal rollup;
    IInbox internal inbox;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(100);
        etchVerifiers();
        rollup = deploy(settings());
        inbox = rollup.inbox();
        vm.deal(CLAIMER, 100 ether);
        vm.deal(address(this), 100 ether);
        rollup.depositBondFor{value: BOND}(CLAIMER);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
    }

    function deploy(Settings memory s) internal returns (IRollup) {
        address queue = vm.deployCode("Inbox.sol:Inbox", inboxArguments(s));
        address contests = vm.deployCode("RollupContests.sol:RollupContests", abi.encode(s, queue));
        return IRollup(vm.deployCode("Rollup.sol:Rollup", abi.encode(s, queue, contests)));
    }

    /// @dev Puts code where the settings name verifiers.
    function etchVerifiers() internal {
        Verifiers memory all = rules().verifiers;
        bytes memory code = address(new VerifierStub()).code;
        vm.etch(all.messages, code);
        vm.etch(all.operation, code);
        vm.etch(all.signature, code);
        vm.etch(all.stateRoot, code);
        vm.etch(all.malformed, code);
        vm.etch(all.pages, address(new PagesStub()).code);
    }

    /// @dev What the inbox is made with before the rollup, which is this contract's second creation after it.
    function inboxArguments(Settings memory s) internal view returns (bytes memory) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        return abi.encode(InboxParameters(next, s.operator, s.treasury, s.minDeposit, s.priceRules), s.genesisPrices);
    }

    function tryDeploy(Settings memory s) internal returns (address created, bytes memory revertData) {
        (created, revertData) = tryCreate("Inbox.sol:Inbox", inboxArguments(s));
        if (created == address(0)) return (created, revertData);
        address queue = created;
        (created, revertData) = tryCreate("RollupContests.sol:RollupContests", abi.encode(s, queue));
        if (created == address(0)) return (created, revertData);
        (created, revertData) = tryCreate("Rollup.sol:Rollup", abi.encode(s, queue, created));
    }

    /// @dev By hand: an expected revert would match the cheat code's call, not the creation in it.
    function tryCreate(string memory artifact, bytes memory arguments)
        internal
        returns (address created, bytes memory revertData)
    {
        bytes memory initcode = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            created := create(0, add(initcode, 0x20), mload(initcode))
            revertData := mload(0x40)
            mstore(revertData, returndatasize())
            returndatacopy(add(revertData, 0x20), 0, returndatasize())
            mstore(0x40, and(add(add(revertData, returndatasize()), 0x3f), not(0x1f)))
        }
    }

    function settings() internal view virtual returns (Settings memory) {
        return Settings({
            sequencer: SequencerKey({
                from: 0, key: vm.addr(SEQUENCER_SECRET), receiptKey: address(0), bondOwner: BOND_OWNER
            }),
            operator: OPERATOR,
            governance: GOVERNANCE,
            treasury: TREASURY,
            claimer: CLAIMER,
            rules: rules(),
            forceDelayMs: millis(600_000),
            genesisTimestamp: millis(START * 1000 - 500),
            genesisPrices: pricesOf(100, 100, 1000),
            windows: Windows({challenge: 600, data: 360, answer: 120, proof: 240}),
            bond: BOND,
            evidencePeriod: 1200,
            keyNotice: 20,
            upgradeNotice: 2000,
            minDeposit: MIN_DEPOSIT,
            priceRules: priceRules(false),
            contest: ContestRules({
                minDeposit: 0.001 ether, answerShare: 50, silenceLimit: 660, notice: 20, rescueBond: 1 ether
            })
        });
    }

    /// @dev The first version of the rules.
    function rules() internal pure returns (Rules memory first) {
        first.number = 1;
        first.verifiers = Verifiers({
            messages: address(0xFE01),
            operation: address(0xFE02),
            signature: address(0xFE03),
            stateRoot: address(0xFE04),
            malformed: address(0xFE05),
            pages: address(0xFE06)
        });
        first.fees = FeeParameters({minPrice: mwei(10), target: 500, fraction: 4000});
    }

    function priceRules(bool dataQuoted) internal pure returns (PriceRules memory) {
        return PriceRules({
            dataQuoted: dataQuoted,
            interval: 3600,
            minCoreByte: mwei(1),
            maxCoreByte: mwei(1_000_000),
            minWitnessByte: mwei(1),
            maxWitnessByte: mwei(1_000_000),
            minSettlement: mwei(10),
            maxSettlement: mwei(10_000_000),
            blobTransactionGas: 21_000,
            bytesPerBlob: 126_976,
            claimGas: 150_000,
            claimBytes: 1000,
            operationsPerClaim: 1000
        });
    }

    /// @dev Mwei, with 7 for a byte of state.
    function pricesOf(uint256 coreByte, uint256 witnessByte, uint256 settlement) internal pure returns (Prices memory) {
        return Prices(mwei(coreByte), mwei(witnessByte), mwei(settlement), mwei(7));
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
        request.lastHeader.timestamp = head.timestamp + millis(250);
        request.lastHeader.lineage = request.lineage;
        request.lastHeader.inboxCount = head.inboxCount;
        request.lastHeader.segmentCount = head.segmentCount + 1;
        request.lastHeader.inboxHash = inbox.hashAt(head.inboxCount);
        request.lastHeader.prices = pricesOf(100, 100, 1000);
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
        return makeClaim(nextRequest());
    }

    function makeClaim(ClaimRequest memory request) internal returns (bytes32 hash) {
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        vm.prank(CLAIMER);
        return rollup.claim(request, signature);
    }

    function refuseClaim(ClaimRequest memory request, bytes memory reason) internal {
        refuseClaim(request, CLAIMER, reason);
    }

    function refuseClaim(ClaimRequest memory request, address claimer, bytes memory reason) internal {
        bytes memory signature = seal(request.lastHeader, SEQUENCER_SECRET);
        vm.prank(claimer);
        vm.expectRevert(reason);
        rollup.claim(request, signature);
    }

    /// @dev What the key of `secret` signs of a header.
    function seal(BlockHeader memory header, uint256 secret) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, Headers.digest(Headers.root(header), address(inbox)));
        return abi.encodePacked(r, s, v);
    }

    /// @dev Claim 0, as its event has it, of a deployment at `START`.
    function genesisClaim() internal view returns (BatchClaim memory claim) {
        claim.lastHeader = rollup.genesisHeader();
        claim.windows = settings().windows;
        claim.claimedAt = uint64(START);
    }

    /// @dev `count` claims, a second apart; the first of the array is genesis.
    function makeClaims(uint256 count) internal returns (BatchClaim[] memory claims) {
        claims = new BatchClaim[](count + 1);
        claims[0] = genesisClaim();
        for (uint256 i = 1; i <= count; ++i) {
            vm.warp(START + i);
            claims[i] = claimOf(nextRequest(), CLAIMER);
            makeClaim();
        }
    }

    function genesisHeader() internal view returns (BlockHeader memory) {
        return rollup.genesisHeader();
    }
}
