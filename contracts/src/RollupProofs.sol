// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupRemovals} from "./RollupRemovals.sol";
import {IProof} from "./interfaces/IProof.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {Headers} from "./libraries/Headers.sol";
import {BatchClaim} from "./types/Batch.sol";
import {Reason} from "./types/Contests.sol";
import {Case} from "./types/Fraud.sol";
import {Rules, Verifiers} from "./types/Parameters.sol";

/// @title Claims that are shown to be wrong
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`.
abstract contract RollupProofs is RollupRemovals {
    /// @inheritdoc IRollupContests
    function prove(Reason kind, BatchClaim calldata claim, BatchClaim calldata parent, bytes calldata proof) external {
        _checkContestable(claim, parent);
        Rules storage rules = _rulesAt(claim.lastHeader.timestamp);
        address verifier = _verifier(rules.verifiers, kind);
        Case memory case_ = Case({
            chainId: uint64(block.chainid),
            inbox: address(INBOX),
            separator: Headers.separator(address(INBOX)),
            fees: rules.fees,
            forceDelayMs: FORCE_DELAY,
            lineage: claim.lineage,
            coreRoot: claim.coreRoot,
            witnessRoot: claim.witnessRoot,
            before: parent.lastHeader,
            last: claim.lastHeader
        });
        if (IProof(verifier).check(case_, proof) != IProof.check.selector) revert Rollup_NotShown(verifier);
        _remove(claim, parent, kind, msg.sender);
    }

    function _verifier(Verifiers storage verifiers, Reason kind) private view returns (address) {
        if (kind == Reason.Messages) return verifiers.messages;
        if (kind == Reason.Operation) return verifiers.operation;
        if (kind == Reason.Signature) return verifiers.signature;
        if (kind == Reason.StateRoot) return verifiers.stateRoot;
        if (kind == Reason.Malformed) return verifiers.malformed;
        revert Rollup_NoSuchProof(kind);
    }
}
