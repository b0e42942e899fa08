// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Case} from "../types/Fraud.sol";

/// @title A verifier of fraud proofs
/// @notice Answers whether values under a claim's own roots contradict a rule that every right claim keeps.
/// @dev No storage, no constructor arguments, no owner: its code is the same wherever it is deployed. Formats of proofs stand in
/// docs/spec/fraud-proofs.md.
interface IProof {
    /// @notice Thrown when a proof ends before everything it must show was read.
    error Proof_TooShort();
    /// @notice Thrown when `count` bytes of a proof are left over.
    error Proof_LeftOver(uint256 count);
    /// @notice Thrown when a branch has a sibling above its tree.
    error Proof_BranchTooLong(uint256 bitmap, uint256 depth);
    /// @notice Thrown when index `index` of a list of `count` is opened.
    error Proof_BeyondEnd(uint256 index, uint256 count);
    /// @notice Thrown when what is opened stands under `shown` instead of `expected`.
    error Proof_NotUnderRoot(bytes32 shown, bytes32 expected);
    /// @notice Thrown when the segment that is opened has a body of another kind than the proof is about.
    error Proof_OtherKind(uint256 kind);
    /// @notice Thrown when index `index` is opened where the proof is about `expected`.
    error Proof_OtherPlace(uint256 index, uint256 expected);
    /// @notice Thrown when a list has `count` elements where the body needs `needed`: that is another proof's.
    error Proof_OtherShape(uint256 count, uint256 needed);
    /// @notice Thrown when `hint` shows neither the point of a key nor that there is none.
    error Proof_WrongHint(uint256 hint);
    /// @notice Thrown when the precompile that recovers signers fails.
    error Proof_RecoveryFailed();
    /// @notice Thrown when the proof shows nothing wrong.
    error Proof_NothingWrong();

    /// @notice Returns its own selector if `proof` shows that the claim is wrong; reverts otherwise.
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4);
}
