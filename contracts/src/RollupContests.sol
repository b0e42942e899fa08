// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupChallenges} from "./RollupChallenges.sol";
import {RollupClaims} from "./RollupClaims.sol";
import {RollupEvidence} from "./RollupEvidence.sol";
import {RollupProofs} from "./RollupProofs.sol";
import {RollupSilence} from "./RollupSilence.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IMadeWith} from "./interfaces/IMadeWith.sol";
import {Settings} from "./types/Parameters.sol";

/// @title The half of a rollup that takes claims back
/// @notice `Rollup` calls it by delegation, so it works on that contract's storage, ether and address. Nothing of this stands at
/// its own address, where no claim is, so that calls to it do nothing.
contract RollupContests is IMadeWith, RollupProofs, RollupChallenges, RollupEvidence, RollupSilence {
    /// @inheritdoc IMadeWith
    bytes32 public immutable madeWith;

    constructor(Settings memory settings, IInbox queue) RollupClaims(settings, queue) {
        madeWith = keccak256(abi.encode(settings, queue));
    }
}
