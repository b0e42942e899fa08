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
/// @dev What follows it: the number of pages that the block is said to have, and gas that looking at the answer takes.
contract PagesStub is IPages {
    /// @inheritdoc IPages
    function check(bytes32 root, uint64 blocks, Place calldata place, bytes calldata data)
        external
        view
        returns (bytes4 selector, uint16 pages)
    {
        if (data.length == 0) return (0xffffffff, 0);
        bytes memory expected = abi.encode(root, blocks, place);
        if (data.length < expected.length || keccak256(data[:expected.length]) != keccak256(expected)) {
            revert Pages_UnknownBlock(0, 0);
        }
        uint256 gas;
        (pages, gas) = abi.decode(data[expected.length:], (uint16, uint256));
        if (gas != 0) {
            try this.burn{gas: gas}() {} catch {}
        }
        selector = IPages.check.selector;
    }

    /// @dev Takes all the gas that it is given.
    function burn() external pure {
        assembly {
            invalid()
        }
    }
}
