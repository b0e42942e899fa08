// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, BlockHeader, ClaimHead, ClaimRequest, Place} from "../types/Batch.sol";
import {RollupParameters, Rules, RulesVersion, SequencerKey} from "../types/Parameters.sol";
import {IInbox} from "./IInbox.sol";
import {Millis} from "../types/Units.sol";

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
    /// @notice Thrown when `caller` is not the governance.
    error Rollup_NotGovernance(address caller);
    /// @notice Thrown when the bond of `account`, claimer or bond owner, has `bond` wei, below `required` wei.
    error Rollup_BondTooSmall(address account, uint256 bond, uint256 required);
    /// @notice Thrown when `account` claims under a key whose bond owner it is: each of the two has a bond of its own.
    error Rollup_BondShared(address account);
    /// @notice Thrown when the last header is signed by `signer`, 0 for no signature, while `key` signs at its number.
    error Rollup_NotSealed(address signer, address key);
    /// @notice Thrown when a claim crosses block `from`, where another key begins: it must end before it.
    error Rollup_KeyChanges(uint64 from);
    /// @notice Thrown when a claim crosses the time `from` where another version of the rules begins: a claim
    /// whose last header is at or after it and whose parent's is before it has one block.
    error Rollup_RulesChange(Millis from);
    /// @notice Thrown when the last header leaves out item `index`, which is due at its timestamp, although the batch has
    /// consumed fewer than 64.
    error Rollup_DueItemLeftOut(uint64 index);
    /// @notice Thrown when a key is announced for block `from`, below `earliest`.
    error Rollup_KeyTooEarly(uint64 from, uint64 earliest);
    /// @notice Thrown when `bondOwner` does not answer for `key`.
    error Rollup_NotAnswering(address bondOwner, address key);
    /// @notice Thrown when rules are announced for the time `from`, below `earliest`, in milliseconds.
    error Rollup_RulesTooEarly(Millis from, uint256 earliest);
    /// @notice Thrown when rules are withdrawn and none are announced for a time to come.
    error Rollup_NothingAnnounced();
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
    error Rollup_TimestampOutOfRange(Millis timestamp, uint256 lowest, uint256 highest);
    /// @notice Thrown when the last header has consumed `count` items while `lowest` to `highest` may be: at most 64 a
    /// block, and none that is not queued.
    error Rollup_InboxCountOutOfRange(uint64 count, uint64 lowest, uint256 highest);
    /// @notice Thrown when the last header counts `count` segments while `lowest` to `highest` may be: at most 1024 a block
    /// and 8192 a batch.
    error Rollup_SegmentCountOutOfRange(uint64 count, uint64 lowest, uint256 highest);
    /// @notice Thrown when `value` of a claim is beyond `max`, the most that the head keeps.
    error Rollup_HeadExhausted(uint64 value, uint64 max);
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
    /// @notice Emitted with each claim but genesis: the root of its last header and the sequencer's signature over it.
    event Sealed(bytes32 indexed root, bytes signature);
    /// @notice Emitted when a claim becomes final, for each in order.
    event Finalized(uint64 indexed number, bytes32 indexed hash);
    /// @notice Emitted when claims are taken back: those above `standing`, whose hash is `hash`, no longer stand, and the next
    /// one is of `lineage`. `reason` is the kind of proof that removed the first of them.
    event Removed(uint64 indexed standing, bytes32 indexed hash, bytes32 lineage, uint8 reason);
    /// @notice Emitted when the data at `place` of the claim with `hash` is asked for; it must be answered by `deadline`.
    event DataChallenged(bytes32 indexed hash, Place place, address challenger, uint64 deadline);
    /// @notice Emitted when what was asked for at `place` of the claim with `hash` is answered with `data`.
    event DataAnswered(bytes32 indexed hash, Place place, bytes data);
    /// @notice Emitted when claim `number` with `hash` was made by a rescue.
    event Rescued(uint64 indexed number, bytes32 indexed hash);
    /// @notice Emitted when `claimer` may claim or no longer may.
    event ClaimerSet(address indexed claimer, bool allowed);
    /// @notice Emitted when the bond of `account` grows by `value` wei to `bond`.
    event BondDeposited(address indexed account, uint256 value, uint256 bond);
    /// @notice Emitted when `account` asks its bond back; it unlocks at `unlocksAt` unless it answers for a claim again.
    event BondExitStarted(address indexed account, uint64 unlocksAt);
    /// @notice Emitted when `account` takes its bond of `value` wei out.
    event BondWithdrawn(address indexed account, address indexed recipient, uint256 value);
    /// @notice Emitted when `bondOwner` answers for `key`, and no longer for any other; 0 for none.
    event Answering(address indexed bondOwner, address indexed key);
    /// @notice Emitted when `entry` is added to the schedule of keys; entries from its block on are void.
    event SequencerAnnounced(uint64 indexed from, SequencerKey entry);
    /// @notice Emitted when `version` is added to the versions of the rules.
    event RulesAnnounced(Millis indexed from, RulesVersion version);
    /// @notice Emitted when the version of the rules that was to begin at `from` is taken back.
    event RulesWithdrawn(Millis indexed from);

    /// @notice Claims a batch.
    /// @dev Checked at once is what needs no proof: that the caller may claim, that its bond and the bond behind the key are
    /// full, number and parent, the lineage in force, the last header's number, timestamp, inboxCount, inboxHash and signature,
    /// that it leaves out no item that is due, that the batch lies within one key and one version of the rules, the length of
    /// the pointers.
    /// @param signature 65 bytes, r ‖ s ‖ v, of the key at the last header's number over that header.
    /// @return hash keccak256 of the ABI encoding of the claim, which the event carries whole.
    function claim(ClaimRequest calldata request, bytes calldata signature) external returns (bytes32 hash);

    /// @notice Makes final, claim by claim, what has become so: its windows have passed, nothing about it is open, its
    /// parent is final. Anyone may call; nothing final is ever undone.
    /// @param limit Claims to make final at most.
    /// @return latest Number of the latest final claim.
    function finalize(uint64 limit) external returns (uint64 latest);

    /// @notice Adds the value sent to the bond of `account`, which it belongs to from then on.
    function depositBondFor(address account) external payable;

    /// @notice Lets the caller's bond answer for what `key` signs, as an entry of the schedule must find it; 0 for no key.
    function answerFor(address key) external;

    /// @notice Starts the way out of the caller's bond, possible once the last claim that it answers for is final or taken
    /// back, and no earlier one is open. A claim that it answers for cancels it.
    /// @return unlocksAt Time from which the bond may be withdrawn: an evidence period from now.
    function startBondExit() external returns (uint64 unlocksAt);

    /// @notice Pays the caller's whole bond to `recipient` once it is unlocked.
    function withdrawBond(address recipient) external;

    /// @notice Lets `claimer` claim, or no longer. Only the operator may call.
    function setClaimer(address claimer, bool allowed) external;

    /// @notice Adds `entry` to the schedule of keys, in place of those from its block on. Only the operator may call.
    /// @dev Refused below `keyNotice` blocks above the head, and unless its bond owner answers for the key.
    function announceSequencer(SequencerKey calldata entry) external;

    /// @notice Announces `rules` for all blocks of the time `from` or later. Only the governance may call.
    /// @dev Refused less than `upgradeNotice` seconds ahead, or no later than the version before.
    function announceRules(Millis from, Rules calldata rules) external;

    /// @notice Takes back the version of the rules announced last, before it begins. Only the governance may call.
    function withdrawRules() external;

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

    /// @notice First block of `lineage_`; 0 when it was never in force.
    function lineages(bytes32 lineage_) external view returns (uint64 firstBlock);

    /// @notice Parameters of the deployment.
    function parameters() external view returns (RollupParameters memory);

    /// @notice Header that stands for the state before the first block.
    function genesisHeader() external view returns (BlockHeader memory);

    /// @notice Whose signature counts for the header of block `number`.
    function sequencerAt(uint64 number) external view returns (SequencerKey memory);

    /// @notice The schedule of keys, by the blocks from which they count.
    function sequencers() external view returns (SequencerKey[] memory);

    /// @notice Key that the bond of `bondOwner` answers for; 0 for none.
    function answersFor(address bondOwner) external view returns (address key);

    /// @notice The versions of the rules, by the times from which they count.
    function versions() external view returns (RulesVersion[] memory);

    /// @notice The queue that the L3 consumes.
    function inbox() external view returns (IInbox);

    /// @notice Whether `account` may claim.
    function isClaimer(address account) external view returns (bool);

    /// @notice Bond of `account` in wei, number of the last claim that it answers for, and when it unlocks (0 unless it is
    /// leaving).
    function bondOf(address account) external view returns (uint128 bond, uint64 lastClaim, uint64 unlocksAt);
}
