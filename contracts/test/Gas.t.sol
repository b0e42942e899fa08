// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClaimRequest} from "../src/types/Batch.sol";
import {
    AddedMember,
    ChangedRole,
    ChangeMembers,
    CreateConversation,
    Fund,
    InitialMember,
    Message,
    Reclaim,
    RemovedMember,
    Signature,
    Withdraw
} from "../src/types/Operations.sol";
import {Deployed} from "./support/Deployed.sol";
import {InboxStorage} from "./support/InboxStorage.sol";
import {L1BlockStub} from "./support/L1BlockStub.sol";
import {StateVectors} from "./support/StateVectors.sol";

/// @dev Gas of whole transactions, intrinsic gas included; run in isolation against `snapshots/GasTest.json`.
contract GasTest is Deployed, InboxStorage, StateVectors {
    address private constant L1_BLOCK = 0x4200000000000000000000000000000000000015;

    function setUp() public override {
        super.setUp();
        readVectors();
        vm.deal(address(this), 100 ether);
        vm.deal(address(inbox), 100 ether);
        for (uint8 shard; shard < 64; ++shard) {
            setHeld(inbox, shard, mwei(10 ** 18));
        }
        vm.etch(L1_BLOCK, address(new L1BlockStub()).code);
        L1BlockStub(L1_BLOCK).set(1 gwei, 1 gwei, 5227, 1_014_213);
        inbox.deposit{value: 1 ether}(1, address(0xF1257));
        makeClaim();
    }

    function test_claim() public {
        vm.warp(START + 1);
        _claim("claim, pointers of 40 bytes", 40);
        vm.warp(START + 2);
        _claim("claim, pointers of 200 bytes", 200);
        vm.warp(START + 3);
        _claim("claim, pointers of 1024 bytes", 1024);
        assertTrue(_claim("claim, pointers of 40 bytes, again", 40) < 151_000, "gas of a claim");
    }

    function test_finalize() public {
        for (uint256 i = 1; i < 25; ++i) {
            vm.warp(START + i);
            makeClaim();
        }
        vm.warp(START + 1000);
        rollup.finalize(1);
        vm.snapshotGasLastCall("finalize 1 claim");
        rollup.finalize(9);
        vm.snapshotGasLastCall("finalize 9 claims");
        rollup.finalize(15);
        vm.snapshotGasLastCall("finalize 15 claims");
    }

    function test_deposit() public {
        inbox.deposit{value: 1 ether}(2, address(0xA));
        vm.snapshotGasLastCall("deposit, first of a shard");
        inbox.deposit{value: 1 ether}(2, address(0xB));
        vm.snapshotGasLastCall("deposit, new account");
        inbox.deposit{value: 1 ether}(2, address(0xA));
        vm.snapshotGasLastCall("deposit, known account");
    }

    function test_forceSimple() public {
        inbox.forceFund(Fund(1, 2, 3, 4, 5, mwei(6), mwei(7)), _signatures(1));
        vm.snapshotGasLastCall("forceFund");
        inbox.forceReclaim(Reclaim(1, 2, 3, 4, 5, mwei(6)), _signatures(1));
        vm.snapshotGasLastCall("forceReclaim");
        inbox.forceWithdraw(Withdraw(1, 2, 3, mwei(4)), _signatures(1));
        vm.snapshotGasLastCall("forceWithdraw");
        inbox.forceMessage(1, Message(2, 3, keccak256("content")), _signatures(1)[0]);
        vm.snapshotGasLastCall("forceMessage");
    }

    function test_forceCreateConversation() public {
        inbox.forceCreateConversation(_creation(2), _signatures(3));
        vm.snapshotGasLastCall("forceCreateConversation, 2 members");
        inbox.forceCreateConversation(_creation(16), _signatures(17));
        vm.snapshotGasLastCall("forceCreateConversation, 16 members");
    }

    function test_forceChangeMembers() public {
        inbox.forceChangeMembers(_change(1, 0), _signatures(1));
        vm.snapshotGasLastCall("forceChangeMembers, 1 removed");
        inbox.forceChangeMembers(_change(0, 16), _signatures(17));
        vm.snapshotGasLastCall("forceChangeMembers, 16 added");
    }

    function test_pushPrices() public {
        inbox.pushPrices();
        vm.warp(START + 3600);
        inbox.pushPrices();
        vm.snapshotGasLastCall("pushPrices");
    }

    function test_payments() public {
        vm.warp(START + 1);
        ClaimRequest memory request = nextRequest();
        request.lastHeader.stateRoot = stateRoot();
        makeClaim(request);
        bytes32 hash = rollup.claimHash(2);
        vm.warp(START + 1000);
        rollup.finalize(2);
        vm.warp(START + 1);
        assertEq(keccak256(abi.encode(claimOf(request, CLAIMER))), hash, "claim");
        AccountProof memory a = accountProof(0);
        inbox.withdraw(claimOf(request, CLAIMER), a.shard, a.index, a.account, a.branch, a.account.owner);
        vm.snapshotGasLastCall("withdraw");
        RevenueProof memory s = revenueProof(0);
        inbox.collectRevenue(claimOf(request, CLAIMER), s.shard, s.revenue, s.branch);
        vm.snapshotGasLastCall("collectRevenue");
    }

    function test_bond() public {
        vm.deal(CLAIMER, 1 ether);
        vm.startPrank(CLAIMER);
        rollup.depositBondFor{value: 1}(CLAIMER);
        vm.snapshotGasLastCall("depositBondFor");
        vm.warp(START + 600);
        rollup.finalize(1);
        rollup.startBondExit();
        vm.snapshotGasLastCall("startBondExit");
    }

    function test_deployment() public {
        address queue = _create("deployment of the inbox", "Inbox.sol:Inbox", inboxArguments(settings()));
        bytes memory both = abi.encode(settings(), queue);
        address contests = _create("deployment of the rollup's contests", "RollupContests.sol:RollupContests", both);
        _create("deployment of the rollup", "Rollup.sol:Rollup", abi.encode(settings(), queue, contests));
    }

    function _create(string memory name, string memory artifact, bytes memory arguments)
        private
        returns (address created)
    {
        bytes memory initcode = abi.encodePacked(vm.getCode(artifact), arguments);
        uint256 before = gasleft();
        assembly ("memory-safe") {
            created := create(0, add(initcode, 0x20), mload(initcode))
        }
        uint256 used = before - gasleft();
        assertTrue(created != address(0), "created");
        // EIP-7825: no transaction may have more than 2^24 gas.
        assertTrue(used < 2 ** 24, "fits one transaction");
        vm.snapshotValue(name, used);
    }

    function _claim(string memory name, uint256 pointerBytes) private returns (uint256 gas) {
        ClaimRequest memory request = nextRequest();
        request.core.pointer = pointer(1, pointerBytes);
        request.witness.pointer = pointer(2, pointerBytes);
        makeClaim(request);
        return vm.snapshotGasLastCall(name);
    }

    function _signatures(uint256 count) private pure returns (Signature[] memory signatures) {
        signatures = new Signature[](count);
        for (uint256 i; i < count; ++i) {
            signatures[i] = Signature(keccak256(abi.encode("r", i)), keccak256(abi.encode("s", i)));
        }
    }

    function _creation(uint256 members) private pure returns (CreateConversation memory operation) {
        operation = CreateConversation(1, 2, 3, keccak256("salt"), new InitialMember[](members));
        for (uint256 i; i < members; ++i) {
            operation.members[i] = InitialMember(keccak256(abi.encode("key", i)), 1, mwei(10 ** 9), mwei(10 ** 6));
        }
    }

    function _change(uint256 remove, uint256 add) private pure returns (ChangeMembers memory operation) {
        operation.remove = new RemovedMember[](remove);
        operation.roles = new ChangedRole[](0);
        operation.add = new AddedMember[](add);
        for (uint256 i; i < add; ++i) {
            operation.add[i] = AddedMember(uint16(i), keccak256(abi.encode("key", i)), 1, mwei(1000), mwei(1000));
        }
    }
}
