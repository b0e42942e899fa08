// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../../src/Rollup.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchClaim, BlockHeader} from "../../src/types/Batch.sol";
import {Settings} from "../../src/types/Parameters.sol";

/// @title A rollup whose claims anyone removes and asks about
/// @dev Stands in for proofs and data challenges, so that everyone who follows the L2 can be tested against what they do.
contract ContestedRollup is Rollup {
    error NotRemovable(uint64 number);
    error NotThatClaim(uint64 number);

    constructor(Settings memory settings, IInbox queue) Rollup(settings, queue) {}

    /// @notice Takes `claim` and all claims after it back; `parent` is the claim before it.
    function remove(BatchClaim calldata claim, BatchClaim calldata parent, uint8 reason) external {
        if (claim.number <= finalNumber || claim.number > _head.number) revert NotRemovable(claim.number);
        if (keccak256(abi.encode(claim)) != _hashes[claim.number]) revert NotThatClaim(claim.number);
        if (keccak256(abi.encode(parent)) != claim.parent) revert NotThatClaim(parent.number);
        BlockHeader calldata last = parent.lastHeader;
        _head = _headOf(parent.number, last);
        lineage = keccak256(abi.encode(lineage, claim.parent, blockhash(block.number - 1)));
        lineages[lineage] = last.number + 1;
        emit Removed(parent.number, claim.parent, lineage, reason);
    }

    /// @notice Asks for one more piece of claim `number`'s data.
    function ask(uint64 number) external {
        _terms[number].open += 1;
    }

    /// @notice Answers one of the pieces asked for.
    function answer(uint64 number) external {
        _terms[number].open -= 1;
        _terms[number].lastAnswer = uint40(block.timestamp);
    }
}
