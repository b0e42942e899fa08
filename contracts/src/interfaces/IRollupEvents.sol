// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, Place} from "../types/Batch.sol";
import {ChallengeState, Reason, RescuedRun} from "../types/Contests.sol";
import {RulesVersion, SequencerKey} from "../types/Parameters.sol";
import {Millis} from "../types/Units.sol";

/// @title What the rollup refuses and reports
/// @dev Times are L2 block timestamps in seconds, a header's `timestamp` is in milliseconds, bonds are in wei.
interface IRollupEvents {
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
    /// @notice Thrown when a part lies on the committee's layer and the rules name no committee.
    error Rollup_NoDataCommittee();
    /// @notice Thrown when the committee refuses a claim's certificates: a `CertificateCode`, or 2^256 - 1 when it gave no answer.
    error Rollup_DataNotCertified(uint256 code);
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
    /// @notice Thrown when ether is sent to the rollup without a call.
    error Rollup_EtherAlone();
    /// @notice Thrown when claim `number` is contested while `finalNumber` is the latest final and `head` the latest standing.
    error Rollup_NotContestable(uint64 number, uint64 finalNumber, uint64 head);
    /// @notice Thrown when the claim given as number `number` has `hash` while `expected` stands there.
    error Rollup_AnotherClaim(uint64 number, bytes32 hash, bytes32 expected);
    /// @notice Thrown when no verifier looks at proofs of `kind`.
    error Rollup_NoSuchProof(Reason kind);
    /// @notice Thrown when `verifier` answers with something else than its selector.
    error Rollup_NotShown(address verifier);
    /// @notice Thrown when `place` cannot be in a claim of `blocks` blocks.
    error Rollup_NoSuchPlace(Place place, uint64 blocks);
    /// @notice Thrown when a page behind the first is asked for that no answered page 0 shows: it shows `pages`, 0 while there is none.
    error Rollup_PageNotShown(Place place, uint256 pages);
    /// @notice Thrown when data is asked for whose claim carries it in its transaction.
    error Rollup_InCalldata(uint64 number);
    /// @notice Thrown when data is asked for after `until`, in seconds.
    error Rollup_AskedTooLate(uint256 until);
    /// @notice Thrown when all places asked for were asked for before.
    error Rollup_AskedAlready();
    /// @notice Thrown when `value` wei are sent for challenges that need `required`.
    error Rollup_DepositTooSmall(uint256 value, uint256 required);
    /// @notice Thrown when no place given is waiting for an answer: `state` is what became of it.
    error Rollup_NotOpen(ChallengeState state);
    /// @notice Thrown when an answer comes after `deadline`, in seconds.
    error Rollup_AnsweredTooLate(uint64 deadline);
    /// @notice Thrown when a claim is called unanswered before `deadline` has passed, in seconds.
    error Rollup_AnswerPending(uint64 deadline);
    /// @notice Thrown when a deposit is asked back while claim `number` stands.
    error Rollup_StillStands(uint64 number);
    /// @notice Thrown when the headers shown do not contradict each other: they are of other numbers or lineages, or the same.
    error Rollup_NoContradiction();
    /// @notice Thrown when a signed header binds nobody: its lineage was never in force, or its inboxHash is not the inbox's.
    error Rollup_NotBinding(bytes32 lineage, uint64 inboxCount);
    /// @notice Thrown when it was shown before that two headers contradict each other at this number of this lineage.
    error Rollup_ShownAlready(bytes32 lineage, uint64 number);
    /// @notice Thrown when claim `number` is no evidence: it is not final, or nobody signed it.
    error Rollup_NoEvidence(uint64 number);
    /// @notice Thrown when the item after those consumed, number `index`, is not older than the limit before `until`, in seconds;
    /// 0 when there is none.
    error Rollup_NotSilent(uint64 index, uint64 until);
    /// @notice Thrown when silence over item `index` was declared before and still lasts.
    error Rollup_SilentAlready(uint64 index);
    /// @notice Thrown when a rescue comes before `opensAt`, in seconds; 0 when no silence lasts.
    error Rollup_RescueClosed(uint64 opensAt);
    /// @notice Thrown when a claim comes or a silence is declared while rescues make the claims.
    error Rollup_InRescue();
    /// @notice Thrown when claims are to be resumed that were not interrupted by a rescue.
    error Rollup_NotInRescue();
    /// @notice Thrown when claims are resumed before `resumesAt`, in seconds.
    error Rollup_ResumedTooEarly(uint64 resumesAt);
    /// @notice Thrown when `account` has no credit.
    error Rollup_NoCredit(address account);

    /// @notice Emitted when a claim stands. `hash` is the keccak256 of the event's data.
    event Claimed(uint64 indexed number, bytes32 indexed hash, BatchClaim claim);
    /// @notice Emitted with each claim but genesis: the root of its last header and the sequencer's signature over it.
    event Sealed(bytes32 indexed root, bytes signature);
    /// @notice Emitted when a claim becomes final, for each in order.
    event Finalized(uint64 indexed number, bytes32 indexed hash);
    /// @notice Emitted when claims are taken back: those above `standing`, whose hash is `hash`, no longer stand, and the next
    /// one is of `lineage`. `reason` says why. With the head as `standing` no claim is taken back, and a new lineage
    /// begins all the same.
    event Removed(uint64 indexed standing, bytes32 indexed hash, bytes32 lineage, Reason reason);
    /// @notice Emitted when the data at `place` of the claim with `hash` is asked for; it must be answered by `deadline`
    /// and as many seconds more as `answeringTime` of the claimer says then.
    event DataChallenged(bytes32 indexed hash, Place place, address challenger, uint64 deadline);
    /// @notice Emitted when what was asked for at `place` of the claim with `hash` is answered with `data`.
    event DataAnswered(bytes32 indexed hash, Place place, bytes data);
    /// @notice Emitted when claim `number` with `hash` was made by a rescue; `runs` are its whole data.
    event Rescued(uint64 indexed number, bytes32 indexed hash, RescuedRun[] runs);
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
    /// @notice Emitted when `account` loses its bond of `value` wei, of which `rewarded` are credited to who showed why and the rest
    /// stays in the contract for ever.
    event Slashed(address indexed account, uint256 value, uint256 rewarded);
    /// @notice Emitted when `account` is owed `value` wei more, which it withdraws itself.
    event Credited(address indexed account, uint256 value);
    /// @notice Emitted when `account` withdraws its credit of `value` wei.
    event CreditWithdrawn(address indexed account, address indexed recipient, uint256 value);
    /// @notice Emitted when the key behind which `bondOwner` stands has signed two headers for `number` in `lineage`.
    event Equivocated(address indexed bondOwner, bytes32 indexed lineage, uint64 indexed number, bytes32 a, bytes32 b);
    /// @notice Emitted when item `index` waits for too long. Unless it is consumed, rescues may be made from `opensAt` on, in
    /// seconds.
    event SilenceDeclared(uint64 indexed index, uint64 opensAt);
    /// @notice Emitted when ordinary claims may return at `resumesAt`, in seconds.
    event ResumptionAnnounced(uint64 resumesAt);
}
