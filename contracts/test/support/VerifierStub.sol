// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPages} from "../../src/interfaces/IPages.sol";
import {IProof} from "../../src/interfaces/IProof.sol";
import {Place} from "../../src/types/Batch.sol";
import {Case} from "../../src/types/Fraud.sol";

/// @title A verifier that takes its own address and the case as proof, and nothing else
/// @dev So a test shows which verifier was asked, and about what. For no proof at all it answers with something else.
contract VerifierStub is IProof {
    /// @inheritdoc IProof
    function check(Case calldata case_, bytes calldata proof) external view returns (bytes4) {
        if (proof.length == 0) return 0xffffffff;
        if (keccak256(proof) != keccak256(abi.encode(address(this), case_))) revert Proof_NothingWrong();
        return IProof.check.selector;
    }
}

/// @title Pages that take what they are asked about as the answer, and nothing else
contract PagesStub is IPages {
    /// @inheritdoc IPages
    function check(bytes32 root, uint64 blocks, Place calldata place, bytes calldata data)
        external
        pure
        returns (bytes4)
    {
        if (data.length == 0) return 0xffffffff;
        if (keccak256(data) != keccak256(abi.encode(root, blocks, place))) revert Pages_UnknownBlock(0, 0);
        return IPages.check.selector;
    }
}
