// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchClaim, BlockHeader, Place} from "../types/Batch.sol";
import {Answer, ChallengeState, Reason, RescueRequest} from "../types/Contests.sol";
import {SequencerKey} from "../types/Parameters.sol";
import {IRollupEvents} from "./IRollupEvents.sol";

/// @title Rollup, the half that takes claims back
/// @notice Called at the rollup's address, whose storage it works on. `claim` and `parent` are claims as their events have them,
/// `parent` the one before `claim`.
interface IRollupContests is IRollupEvents {
    /// @notice Takes `claim`, which is not final, and all claims after it back by showing that it is wrong.
    /// @dev The verifier is that of the version of the rules that held for the claim. Whoever calls is credited half of the
    /// claimer's bond; the other half stays in the contract.
    /// @param kind Which verifier is asked.
    /// @param proof As docs/spec/fraud-proofs.md has it.
    function prove(Reason kind, BatchClaim calldata claim, BatchClaim calldata parent, bytes calldata proof) external;

    /// @notice Asks for pieces of a claim's data, each with `challengeDeposit()` wei; what is sent beyond it is credited.
    /// @dev Each place can be asked for once. One that was asked for already is left out. Page 0 of a block shows how many pages it
    /// has: others can be asked for once it was answered.
    function challengeData(BatchClaim calldata claim, BatchClaim calldata parent, Place[] calldata places)
        external
        payable;

    /// @notice Answers what was asked for about one claim. Anyone may; the challengers pay a share of what it costs, and have the
    /// rest of their deposits back. A place that waits for no answer is left out.
    /// @dev What the answers take lengthens the time for all open questions about claims of the same claimer: a second for each
    /// 4,500,000 gas. Their data is shown by events.
    function answerData(BatchClaim calldata claim, BatchClaim calldata parent, Answer[] calldata answers) external;

    /// @notice Takes `claim` and all claims after it back: what was asked for at `place` was not answered in time. The challenger
    /// has its deposit back and is credited half of the claimer's bond, whoever calls.
    function removeUnanswered(BatchClaim calldata claim, BatchClaim calldata parent, Place calldata place) external;

    /// @notice Credits the deposit of an open challenge of claim `number` with `hash`, which no longer stands.
    function refundChallenge(uint64 number, bytes32 hash, Place calldata place) external;

    /// @notice Shows two headers of one lineage and number, signed by the key of that number. Whoever calls is credited half of
    /// the bond behind the key; the other half stays in the contract. Refused while that bond is not full: a place is paid for once.
    /// @dev Only headers bind whose lineage was in force and whose inboxHash is the inbox's, so that no reorganisation of the L2
    /// makes two of what was signed on two sides of it.
    function proveEquivocation(
        BlockHeader calldata a,
        bytes calldata signatureA,
        BlockHeader calldata b,
        bytes calldata signatureB
    ) external;

    /// @notice Shows a signed header and the other one that a final claim of its lineage has at that number, with the same
    /// consequence. Claims made by rescues are no evidence.
    /// @param opening root of the claim's header 32 · root of its runs 32 · branch(10) of the block in the core.
    function proveContradiction(
        BlockHeader calldata signed,
        bytes calldata signature,
        BatchClaim calldata finalClaim,
        BatchClaim calldata parent,
        bytes calldata opening
    ) external;

    /// @notice Declares that the oldest item not consumed waits for longer than the limit. Anyone may call.
    /// @return opensAt Time from which rescues may be made, unless a claim consumes the item before.
    function declareSilent() external returns (uint64 opensAt);

    /// @notice Claims one block that consumes items of the inbox, while a silence lasts whose notice has passed. Anyone may call
    /// who has a rescue's bond here.
    /// @dev The first one begins a lineage; until `resume` was called twice, ordinary claims are refused.
    function rescue(RescueRequest calldata request) external returns (bytes32 hash);

    /// @notice Lets ordinary claims return: the first call starts a notice, one after it a new lineage. Only the operator and the
    /// governance may call.
    function resume() external;

    /// @notice Adds `entry` to the schedule of keys, in place of those from its block on. Only the operator may call.
    /// @dev Refused below `keyNotice` blocks above the head, and unless its bond owner answers for the key. While rescues may be
    /// made it is refused below the head only: a key that was lost signs no more. A new lineage begins then.
    function announceSequencer(SequencerKey calldata entry) external;

    /// @notice Pays what the caller is credited to `recipient`.
    function withdrawCredit(address recipient) external;

    /// @notice Wei that `account` is credited.
    function creditOf(address account) external view returns (uint256);

    /// @notice Wei of slashed bonds that stay in the contract for ever.
    function burned() external view returns (uint256);

    /// @notice Wei that asking for one place takes now.
    function challengeDeposit() external view returns (uint256);

    /// @notice What was asked for at `place` of claim `number` with `hash`: by whom, until when it can be answered, its deposit in
    /// wei and what became of it. `answeringTime` of the claimer is to be added to `deadline`, which is 0 once it is answered;
    /// then `pages` is how many the block has.
    function challengeOf(uint64 number, bytes32 hash, Place calldata place)
        external
        view
        returns (address challenger, uint64 deadline, uint256 deposit, ChallengeState state, uint64 pages);

    /// @notice Seconds for which answers about its claims held up the clock that `claimer` has to answer by.
    function answeringTime(address claimer) external view returns (uint64);

    /// @notice How much of claim `number`'s data is asked for and not answered, when the last answer came, and whether it needs none.
    function contestOf(uint64 number) external view returns (uint32 open, uint64 lastAnswer, bool inCalldata);

    /// @notice The silence declared last: the item, from when rescues may be made and whether they may be now, whether they make
    /// the claims, and from when ordinary claims may return; times 0 for none.
    function silence() external view returns (uint64 index, uint64 opensAt, bool open, bool inRescue, uint64 resumesAt);
}
