// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemandCurve, GateMode} from "../types/Invites.sol";
import {IInboxGate} from "./IInboxGate.sol";

/// @title Flat fee gate
/// @notice Every invite costs what the recipient says. Refuses until the recipient has said it.
interface IFlatFeeGate is IInboxGate {
    /// @notice Thrown when `fee` wei are neither 0 nor 10^9 to 10^18.
    error FlatFeeGate_FeeOutOfBounds(uint256 fee);

    /// @notice Emitted when invites to `recipient` come to cost `fee` wei.
    event FeeSet(address indexed recipient, uint256 fee);

    /// @notice Sets what invites to the caller cost: 0, or 10^9 to 10^18 wei.
    function setFee(uint256 fee) external;

    /// @notice What invites to `recipient` cost, if it has said so.
    function feeOf(address recipient) external view returns (bool set, uint256 fee);
}

/// @title Demand gate
/// @notice The fee of an inbox follows that inbox's own demand: a flood in one leaves the others' fees alone.
/// @dev The excess of an inbox is in invite seconds: an invite adds `period`, each second takes `target` away, never
/// below 0 and never above 17 * fraction * period, where every fee is at its maximum. The fee is
/// min(maxFee, minFee * e^(excess / (fraction * period))) by EIP-4844's `fake_exponential`, with the excess before the invite.
interface IDemandGate is IInboxGate {
    /// @notice Thrown when the parameter `name` is out of its bounds.
    error DemandGate_ParameterOutOfBounds(string name);
    /// @notice Thrown when `caller` is not the governance.
    error DemandGate_NotGovernance(address caller);

    /// @notice Emitted when `recipient` sets its curve; recipient 0 stands for all who have none.
    event CurveSet(address indexed recipient, DemandCurve curve);
    /// @notice Emitted when `recipient` follows the common curve again, whatever it comes to be.
    event CurveCleared(address indexed recipient);

    /// @notice Sets the caller's curve.
    /// @param curve `minFee` 10^9 to `maxFee`; `maxFee` to 10^18 and to 2^24 * `minFee`; `target` and `fraction` 1 to 10^6;
    /// `period` 1 to 30 days.
    function setCurve(DemandCurve calldata curve) external;

    /// @notice Makes the caller follow the common curve again.
    function clearCurve() external;

    /// @notice Sets the curve of all who have none of their own. Only the governance may call.
    /// @param curve Within the bounds of `setCurve`, each of its fields at most tenfold from the one in force, an hour after
    /// the change before.
    function setCommonCurve(DemandCurve calldata curve) external;

    /// @notice Curve in force for `recipient`.
    function curveOf(address recipient) external view returns (DemandCurve memory);

    /// @notice Excess of `recipient` now, in invite seconds, as counted for `caller`.
    function excessOf(address caller, address recipient) external view returns (uint256);
}

/// @title Allow-list gate
/// @notice Lets pass, free of charge, whom the recipient's list names. The list is a Merkle tree kept anywhere.
/// @dev Leaf: keccak256(bytes.concat(keccak256(abi.encode(sender)))); pairs are sorted before hashing. The gate's data is
/// abi.encode(bytes32[] proof).
interface IAllowListGate is IInboxGate {
    /// @notice Emitted when the list of `recipient` becomes the one with `root`; 0 lets nobody pass.
    event RootSet(address indexed recipient, bytes32 root);

    /// @notice Sets the root of the caller's list.
    function setRoot(bytes32 root) external;

    /// @notice Root of the list of `recipient`.
    function rootOf(address recipient) external view returns (bytes32);
}

/// @title Attestation gate
/// @notice Lets pass, free of charge, for whom somebody vouches whom the recipient trusts.
/// @dev Signed by the attester, an EOA or by ERC-1271:
/// Attestation(address attester,address subject,uint64 issuedAt,uint64 expiresAt), domain
/// ("Parley AttestationGate", "1", chain, this contract). The gate's data is
/// abi.encode(address attester, uint64 issuedAt, uint64 expiresAt, bytes signature). Times are seconds since 1970.
interface IAttestationGate is IInboxGate {
    /// @notice Emitted when `recipient` begins or ceases to trust `attester`.
    event AttesterSet(address indexed recipient, address indexed attester, bool trusted);
    /// @notice Emitted when what `attester` said of `subject` until now ceases to count.
    event AttestationsRevoked(address indexed attester, address indexed subject, uint64 until);

    /// @notice Sets whether the caller trusts `attester`.
    function setAttester(address attester, bool trusted) external;

    /// @notice Revokes all attestations of the caller about `subject` issued up to now.
    function revoke(address subject) external;

    /// @notice Whether `recipient` trusts `attester`.
    function trusts(address recipient, address attester) external view returns (bool);

    /// @notice Until when attestations of `attester` about `subject` are revoked; 0 if none is.
    function revokedUntil(address attester, address subject) external view returns (uint64);
}

/// @title Composite gate
/// @notice Joins gates: `Any` of them or `All`. Refuses until the recipient has named them.
/// @dev The gate's data is abi.encode(bytes[]), one for each gate in order, or nothing when none needs any.
interface ICompositeGate is IInboxGate {
    /// @notice Thrown when `count` gates are named instead of 1 to `max`.
    error CompositeGate_GateCount(uint256 count, uint256 max);
    /// @notice Thrown when `gate` has no code or is this one.
    error CompositeGate_NotAGate(address gate);
    /// @notice Thrown when `caller` is not the inbox, whose invites alone are counted.
    error CompositeGate_NotInbox(address caller);
    /// @notice Thrown when data for `count` gates come to `expected` gates.
    error CompositeGate_DataCount(uint256 count, uint256 expected);

    /// @notice Emitted when `recipient` joins `gates`.
    event GatesSet(address indexed recipient, GateMode mode, IInboxGate[] gates);

    /// @notice Sets the caller's gates, 1 to 8.
    function setGates(GateMode mode, IInboxGate[] calldata gates) external;

    /// @notice Gates of `recipient`.
    function gatesOf(address recipient) external view returns (GateMode mode, IInboxGate[] memory gates);
}
