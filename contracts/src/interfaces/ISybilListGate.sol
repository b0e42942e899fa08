// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ListPolicy} from "../types/Economics.sol";
import {IInboxGate} from "./IInboxGate.sol";

/// @title Sybil list gate
/// @notice Refuses or charges senders and payers whom the lists name that a recipient follows. Refuses until the recipient
/// has said which. Free otherwise: join it with another gate by a composite gate.
/// @dev The harshest reaction of all lists counts: refuse, then charge, then pass; the surcharge is asked for once.
interface ISybilListGate is IInboxGate {
    /// @notice Thrown when `count` publishers are named instead of 1 to `max`.
    error SybilListGate_PublisherCount(uint256 count, uint256 max);
    /// @notice Thrown when `surcharge` wei are not 10^9 to 10^18 where a reaction is to charge, or not 0 where none is.
    error SybilListGate_SurchargeOutOfBounds(uint256 surcharge);
    /// @notice Thrown when those whom a list names are to pass, which would make the gate none.
    error SybilListGate_ListedPass();

    /// @notice Emitted when `recipient` sets whom to follow and how.
    event PolicySet(address indexed recipient, ListPolicy policy);

    /// @notice Sets whose lists the caller follows, and how.
    function setPolicy(ListPolicy calldata policy) external;

    /// @notice Whose lists `recipient` follows, and how.
    function policyOf(address recipient) external view returns (ListPolicy memory);
}
