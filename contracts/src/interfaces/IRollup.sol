// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupContests} from "./IRollupContests.sol";
import {IRollupCore} from "./IRollupCore.sol";

/// @title Rollup
/// @notice Bonded claims about the L3, in order, their removal and their finality: both halves, as callers see them.
interface IRollup is IRollupCore, IRollupContests {}
