// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest} from "../types/Batch.sol";
import {RollupParameters} from "../types/Parameters.sol";
import {IInbox} from "./IInbox.sol";

/// @title Rollup
/// @notice Bonded claims about the L3, in order, and their finality. Everything a node must know is read from here.
/// @dev Times are L2 block timestamps in seconds, a header's `timestamp` is in milliseconds, bonds are in wei.
interface IRollup {
    /// @notice Thrown when the parameter `name` is out of its bounds at deployment.
    error Rollup_ParameterOutOfBounds(string name);
    /// @notice Thrown when `caller` is not the operator.
    error Rollup_NotOperator(address caller);
    /// @notice Thrown when `caller` may not claim.
    error Rollup_NotClaimer(address caller);
    /// @notice Thrown when the caller's bond of `bond` wei is below `required` wei.
    error Rollup_BondTooSmall(uint256 bond, uint256 required);
    /// @notice Thrown when claim `number` comes while `expected` is next.
    error Rollup_ClaimOutOfOrder(uint64 number, uint64 expected);
    /// @notice Thrown when a claim follows `parent` while `expected` stands.
    error Rollup_ParentMismatch(bytes32 parent, bytes32 expected);
    /// @notice Thrown when the claim or its header names `lineage` while `expected` is in force.
    error Rollup_LineageMismatch(bytes32 lineage, bytes32 expected);
    /// @notice Thrown when the last block is `number` while `lowest` to `highest` may follow: 1 to 1024 blocks a batch.
    error Rollup_BlockNumberOutOfRange(uint64 number, uint64 lowest, uint64 highest);
    /// @notice Thrown when the last header's timestamp lies outside `lowest` to `highest`, in milliseconds: blocks are 250 ms
    /// apart at least, and none is ahead of the L2.
    error Rollup_TimestampOutOfRange(uint64 timestamp, uint256 lowest, uint256 highest);
    /// @notice Thrown when the last header has consumed `count` items while `lowest` to `highest` may be: at most 64 a
    /// block, and none that is not queued.
    error Rollup_InboxCountOutOfRange(uint64 count, uint64 lowest, uint256 highest);
    /// @notice Thrown when the last header's rolling hash is `inboxHash` while the inbox has `expected` at that count.
    error Rollup_InboxHashMismatch(bytes32 inboxHash, bytes32 expected);
    /// @notice Thrown when a pointer has `length` bytes, more than `max`.
    error Rollup_PointerTooLong(uint256 length, uint256 max);
    /// @notice Thrown when claim `number` is asked for while `head` is the latest standing.
    error Rollup_UnknownClaim(uint64 number, uint64 head);
    /// @notice Thrown when a bond is asked back while claim `number` of its owner is not final.
    error Rollup_ClaimPending(uint64 number);
    /// @notice Thrown when there is no bond of the caller's.
    error Rollup_NoBond();
    /// @notice Thrown when a bond is taken out before `unlocksAt`, in seconds; 0 when its exit was not started.
    error Rollup_BondLocked(uint64 unlocksAt);
    /// @notice Thrown when `recipient` refuses `value` wei.
    error Rollup_PaymentFailed(address recipient, uint256 value);

    /// @notice Emitted when a claim stands. `hash` is the keccak256 of the event's data.
    event Claimed(uint64 indexed number, bytes32 indexed hash, BatchClaim claim);
    /// @notice Emitted when a claim becomes final, for each in order.
    event Finalized(uint64 indexed number, bytes32 indexed hash);
    /// @notice Emitted when `claimer` may claim or no longer may.
    event ClaimerSet(address indexed claimer, bool allowed);
    /// @notice Emitted when `claimer` adds `value` wei to its bond, `bond` in all.
    event BondDeposited(address indexed claimer, uint256 value, uint256 bond);
    /// @notice Emitted when `claimer` asks its bond back; it unlocks at `unlocksAt` unless it claims again.
    event BondExitStarted(address indexed claimer, uint64 unlocksAt);
    /// @notice Emitted when `claimer` takes its bond of `value` wei out.
    event BondWithdrawn(address indexed claimer, address indexed recipient, uint256 value);

    /// @notice Claims a batch.
    /// @dev Checked at once is what needs no proof: that the caller may claim and its bond is full, number and parent,
    /// the lineage in force, the last header's number, timestamp, inboxCount and inboxHash, the length of the pointers.
    /// @return hash keccak256 of the ABI encoding of the claim, which the event carries whole.
    function claim(ClaimRequest calldata request) external returns (bytes32 hash);

    /// @notice Makes final, claim by claim, what has become so: its windows have passed, nothing about it is open, its
    /// parent is final. Anyone may call; nothing final is ever undone.
    /// @param limit Claims to make final at most.
    /// @return latest Number of the latest final claim.
    function finalize(uint64 limit) external returns (uint64 latest);

    /// @notice Adds the value sent to the caller's bond.
    function depositBond() external payable;

    /// @notice Starts the way out of the caller's bond, possible once its last claim is final. A claim cancels it.
    /// @return unlocksAt Time from which the bond may be withdrawn: an evidence period from now.
    function startBondExit() external returns (uint64 unlocksAt);

    /// @notice Pays the caller's whole bond to `recipient` once it is unlocked.
    function withdrawBond(address recipient) external;

    /// @notice Lets `claimer` claim, or no longer. Only the operator may call.
    function setClaimer(address claimer, bool allowed) external;

    /// @notice Whether claim `number` was made final.
    function isFinal(uint64 number) external view returns (bool);

    /// @notice Whether claim `number` was made final and has `hash`.
    function isFinalClaim(uint64 number, bytes32 hash) external view returns (bool);

    /// @notice Number of the latest claim that was made final.
    function finalNumber() external view returns (uint64);

    /// @notice Hash of claim `number`, which must stand.
    function claimHash(uint64 number) external view returns (bytes32);

    /// @notice The latest claim standing.
    function head() external view returns (ClaimHead memory);

    /// @notice The lineage in force: 32 zero bytes until a claim is removed.
    function lineage() external view returns (bytes32);

    /// @notice Parameters of the deployment.
    function parameters() external view returns (RollupParameters memory);

    /// @notice Header that stands for the state before the first block.
    function genesisHeader() external view returns (BlockHeader memory);

    /// @notice Address whose header signatures count.
    function sequencer() external view returns (address);

    /// @notice The queue that the L3 consumes.
    function inbox() external view returns (IInbox);

    /// @notice Whether `account` may claim.
    function isClaimer(address account) external view returns (bool);

    /// @notice Bond of `account` in wei, number of its last claim, and when its bond unlocks (0 unless it is leaving).
    function bondOf(address account) external view returns (uint128 bond, uint64 lastClaim, uint64 unlocksAt);
}
