// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {BatchClaim} from "../../src/types/Batch.sol";

/// @title What `ContestedRollup` has beside `Rollup`, for tests that deploy it from its artifact
interface IContestedRollup is IRollup {
    function remove(BatchClaim calldata claim, BatchClaim calldata parent, uint8 reason) external;
    function ask(uint64 number) external;
    function answer(uint64 number) external;
}
