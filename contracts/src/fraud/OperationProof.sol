// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";
import {IQueue} from "../interfaces/IQueue.sol";
import {InboxItems} from "../libraries/InboxItems.sol";
import {OperationRoots} from "../libraries/OperationRoots.sol";
import {Case, Surroundings} from "../types/Fraud.sol";
import {FeeParameters} from "../types/Parameters.sol";
import {Deposit} from "../types/State.sol";
import {Mwei} from "../types/Units.sol";
import {AccountOperations} from "./AccountOperations.sol";
import {Batches, OpenedBlock, OpenedRun, OpenedSegment} from "./Batches.sol";
import {Cursor, Cursors} from "./Cursors.sol";
import {Digests} from "./Digests.sol";
import {Fees} from "./Fees.sol";
import {Item, Items} from "./Items.sol";
import {MemberChanges} from "./MemberChanges.sol";
import {Messages} from "./Messages.sol";
import {Operation, Operations} from "./Operations.sol";
import {OpenedAccount, OpenedShard, Shards} from "./Shards.sol";
import {Speaking, Speech, Spoken} from "./Speech.sol";
import {Trees} from "./Trees.sol";
import {Vouching, Work} from "./Work.sol";

/// @title Re-executes a segment of one operation or one inbox item
/// @notice Shows that an operation is invalid where it stands, its signatures aside, or that the segment ends in another root; of
/// an item, whose signatures decide here, that it was applied, skipped or credited otherwise.
contract OperationProof is IProof {
    using Cursors for Cursor;
    using Operations for Operation;
    using Shards for Cursor;
    using Shards for OpenedAccount;
    using Shards for OpenedShard;
    using Vouching for Work;

    /// @notice Thrown when a deposit names another owner than the account's, or an account out of turn: the inbox makes none.
    error OperationProof_ImpossibleDeposit(uint32 account);

    /// @inheritdoc IProof
    /// @param proof block · run · segment · operation or item · shard · what it reads.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        Cursor memory cursor = Cursors.open(proof);
        bytes32[] memory table = Trees.zeros();
        OpenedBlock memory block_ = Batches.openBlock(cursor, table, case_);
        OpenedRun memory run = Batches.openRun(cursor, table, block_.runsRoot);
        OpenedSegment memory segment = Batches.openSegment(cursor, table, run.list);
        Surroundings memory around;
        around.chainId = case_.chainId;
        around.separator = case_.separator;
        around.timestamp = block_.header.timestamp;
        around.prices = block_.header.prices;
        // forge-lint: disable-next-line(unsafe-typecast) one byte
        around.shard = uint8(run.shard);
        bool wrong;
        if (segment.kind == Batches.OPERATION) {
            Operation memory operation = Operations.read(cursor);
            Trees.checkRoot(operation.rootOf(), segment.body);
            (bool valid, bytes32 postRoot) =
                _operation(_open(cursor, table, around, segment.preRoot), around, case_.fees, operation);
            wrong = !valid || postRoot != segment.postRoot;
        } else if (segment.kind == Batches.ITEM) {
            (Item memory item, bytes32 root) = Items.read(cursor);
            (bytes32 queued,,,) = IQueue(case_.inbox).itemAt(segment.value);
            Trees.checkRoot(root, queued);
            (bool valid, bytes32 postRoot) =
                _item(_open(cursor, table, around, segment.preRoot), around, case_.fees, item);
            wrong = (valid ? postRoot : segment.preRoot) != segment.postRoot;
        } else {
            revert Proof_OtherKind(segment.kind);
        }
        cursor.close();
        if (!wrong) revert Proof_NothingWrong();
        return IProof.check.selector;
    }

    /// @notice Executes what `body` holds on the shard that `witness` opens under `preRoot`.
    /// @param body 1 and an operation, or 2 and an item.
    /// @return valid Whether it is valid; of an operation its signatures aside.
    /// @return postRoot Of the shard afterwards; zero where it is invalid.
    function execute(Surroundings calldata around, bytes32 preRoot, bytes calldata body, bytes calldata witness)
        external
        view
        returns (bool valid, bytes32 postRoot)
    {
        Cursor memory reading = Cursors.open(body);
        uint256 kind = reading.take(1);
        Cursor memory cursor = Cursors.open(witness);
        Work memory work = _open(cursor, Trees.zeros(), around, preRoot);
        if (kind == Batches.OPERATION) {
            (valid, postRoot) = _operation(work, around, around.fees, Operations.read(reading));
        } else if (kind == Batches.ITEM) {
            (Item memory item,) = Items.read(reading);
            (valid, postRoot) = _item(work, around, around.fees, item);
        } else {
            revert Proof_OtherKind(kind);
        }
        reading.close();
        cursor.close();
    }

    function _open(Cursor memory cursor, bytes32[] memory table, Surroundings memory around, bytes32 preRoot)
        private
        view
        returns (Work memory work)
    {
        work.cursor = cursor;
        work.table = table;
        work.chainId = around.chainId;
        work.separator = around.separator;
        work.shard = cursor.openShard();
        Trees.checkRoot(work.shard.rootOf(table), preRoot);
    }

    function _operation(
        Work memory work,
        Surroundings memory around,
        FeeParameters calldata fees,
        Operation memory operation
    ) private view returns (bool, bytes32) {
        OpenedShard memory shard = work.shard;
        shard.feeExcess = Fees.decayed(shard.feeExcess, shard.feeTime, around.timestamp, fees);
        shard.feeTime = around.timestamp;
        uint256 execution = Fees.executionPrice(shard.feeExcess, fees);
        work.price = Fees.operationPrice(operation, execution, around.prices);
        work.messagePrice = Fees.messagePrice(execution, around.prices);
        if (!_apply(work, around, operation)) return (false, 0);
        shard.feeExcess = Fees.grown(shard.feeExcess, Fees.weightOf(operation), fees);
        return (true, shard.rootOf(work.table));
    }

    function _item(Work memory work, Surroundings memory around, FeeParameters calldata fees, Item memory item)
        private
        view
        returns (bool valid, bytes32)
    {
        OpenedShard memory shard = work.shard;
        uint64 excess = Fees.decayed(shard.feeExcess, shard.feeTime, around.timestamp, fees);
        uint256 execution = Fees.executionPrice(excess, fees);
        work.messagePrice = Fees.messagePrice(execution, around.prices);
        (work.forced, work.sender, work.scalars) = (true, item.sender, item.scalars);
        if (item.kind == InboxItems.DEPOSIT) {
            _deposit(work, item.deposit);
            valid = true;
        } else if (item.kind == InboxItems.FORCED_MESSAGE) {
            valid = _message(work, item.message);
        } else {
            Operation memory operation = item.operation;
            bool free = operation.kind == OperationRoots.WITHDRAW || operation.kind == OperationRoots.RECLAIM;
            work.price = free ? 0 : Fees.operationPrice(operation, execution, around.prices);
            valid = item.scalars.length == 2 * operation.signatures() && _apply(work, around, operation);
        }
        return (valid, valid ? shard.rootOf(work.table) : bytes32(0));
    }

    function _apply(Work memory work, Surroundings memory around, Operation memory operation)
        private
        view
        returns (bool)
    {
        if (operation.shard != around.shard) return false;
        return operation.kind == OperationRoots.CHANGE_MEMBERS
            ? MemberChanges.apply_(work, operation)
            : AccountOperations.apply_(work, operation);
    }

    /// @dev conversation · (member · branch, unless the slot is beyond the end) · branch · (hint, if all but the signature holds)
    function _message(Work memory work, uint256 at) private view returns (bool) {
        (uint256 index, uint256 slot, bytes32 content) = Messages.get(at);
        bytes32 domain = Digests.domain(Digests.MESSAGE, work.chainId);
        Spoken memory spoken = Speech.apply_(
            work.cursor, work.shard, Speaking(work.table, domain, work.messagePrice), index, slot, content
        );
        return spoken.valid && work.byKey(spoken.key, spoken.digest, 0);
    }

    /// @dev (account, unless it is new) · branch
    function _deposit(Work memory work, Deposit memory deposit) private view {
        OpenedShard memory shard = work.shard;
        OpenedAccount memory account;
        bytes32 before;
        if (deposit.account < shard.accountCount) {
            account = work.cursor.openAccount();
            before = account.rootOf();
            if (account.owner != deposit.owner) revert OperationProof_ImpossibleDeposit(deposit.account);
        } else if (deposit.account == shard.accountCount) {
            account.owner = deposit.owner;
            ++shard.accountCount;
        } else {
            revert OperationProof_ImpossibleDeposit(deposit.account);
        }
        account.balance += Mwei.unwrap(deposit.amount);
        shard.putAccount(work.cursor, work.table, deposit.account, before, account.rootOf());
    }
}
