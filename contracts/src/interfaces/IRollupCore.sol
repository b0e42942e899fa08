// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BlockHeader, ClaimHead, ClaimRequest} from "../types/Batch.sol";
import {RollupParameters, Rules, RulesVersion, SequencerKey} from "../types/Parameters.sol";
import {Millis} from "../types/Units.sol";
import {IInbox} from "./IInbox.sol";
import {IMadeWith} from "./IMadeWith.sol";
import {IRollupEvents} from "./IRollupEvents.sol";

/// @title Rollup, the half that makes claims and makes them final
/// @notice Everything a node must know is read from here.
interface IRollupCore is IRollupEvents {
    /// @notice Claims a batch.
    /// @dev Checked at once is what needs no proof: that the caller may claim, that its bond and the bond behind the key are
    /// full, number and parent, the lineage in force, the last header's number, timestamp, inboxCount, inboxHash and signature,
    /// that it leaves out no item that is due, that the batch lies within one key and one version of the rules, the length of
    /// the pointers, and of parts on the committee's layer the certificates.
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

    /// @notice The other half of this contract, which works on its storage: whatever is not answered here is answered by its code.
    function contests() external view returns (IMadeWith);
}
