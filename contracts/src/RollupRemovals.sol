// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupClaims} from "./RollupClaims.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {BatchClaim} from "./types/Batch.sol";
import {Reason} from "./types/Contests.sol";

/// @title Taking claims back, and what is owed for it
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`. Nothing here pays anybody
/// while it changes state: what is owed is a credit that its owner withdraws.
abstract contract RollupRemovals is RollupClaims, IRollupContests {
    /// @dev Of a slashed bond, what whoever showed why is credited.
    uint256 private constant REWARDED_PART = 2;

    mapping(address account => uint256 value) private _credits;
    uint256 private _burned;

    /// @inheritdoc IRollupContests
    function withdrawCredit(address recipient) external {
        uint256 value = _credits[msg.sender];
        if (value == 0) revert Rollup_NoCredit(msg.sender);
        _credits[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, recipient, value);
        (bool paid,) = recipient.call{value: value}("");
        if (!paid) revert Rollup_PaymentFailed(recipient, value);
    }

    /// @inheritdoc IRollupContests
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc IRollupContests
    function burned() external view returns (uint256) {
        return _burned;
    }

    function _credit(address account, uint256 value) internal {
        if (value == 0) return;
        _credits[account] += value;
        emit Credited(account, value);
    }

    /// @dev Takes the whole bond of `account`, its exit included: half is credited to `rewarded`.
    function _slash(address account, address rewarded) internal {
        Bond storage bond = _bonds[account];
        uint256 value = bond.amount;
        bond.amount = 0;
        bond.unlocksAt = 0;
        uint256 reward = value / REWARDED_PART;
        _burned += value - reward;
        emit Slashed(account, value, reward);
        _credit(rewarded, reward);
    }

    /// @dev Takes `claim` and all after it back, slashes its claimer for `rewarded` and begins a lineage. Both are checked.
    function _remove(BatchClaim calldata claim, BatchClaim calldata parent, Reason reason, address rewarded) internal {
        _head = _headOf(parent.number, parent.lastHeader);
        _slash(claim.claimer, rewarded);
        _beginLineage(parent.number, claim.parent, parent.lastHeader.number + 1, reason);
    }

    /// @dev Begins a lineage behind claim `standing` with `hash`, the one at the head. The hash of the L2 block before makes it one
    /// that nobody could sign for before.
    function _beginLineage(uint64 standing, bytes32 hash, uint64 firstBlock, Reason reason) internal {
        bytes32 next = keccak256(abi.encode(_lineage, hash, blockhash(block.number - 1)));
        _lineage = next;
        _lineages[next] = firstBlock;
        emit Removed(standing, hash, next, reason);
    }

    /// @dev Holds `claim` to what stands and is not final, `parent` to what it names.
    /// @return hash Of `claim`.
    function _checkContestable(BatchClaim calldata claim, BatchClaim calldata parent)
        internal
        view
        returns (bytes32 hash)
    {
        (uint64 final_, uint64 head) = (_finalNumber, _head.number);
        if (claim.number <= final_ || claim.number > head) revert Rollup_NotContestable(claim.number, final_, head);
        hash = _checkClaims(claim, parent);
    }

    /// @dev Holds `claim` to the hash kept for its number, `parent` to what it names.
    function _checkClaims(BatchClaim calldata claim, BatchClaim calldata parent) internal view returns (bytes32 hash) {
        hash = keccak256(abi.encode(claim));
        bytes32 kept = _hashes[claim.number];
        if (hash != kept) revert Rollup_AnotherClaim(claim.number, hash, kept);
        bytes32 before = keccak256(abi.encode(parent));
        if (before != claim.parent) revert Rollup_AnotherClaim(parent.number, before, claim.parent);
    }
}
