// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAllowListGate} from "../interfaces/IGates.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {InviteContext} from "../types/Invites.sol";

/// @title Allow-list gate
/// @dev Events and what each function promises stand in `IAllowListGate`.
contract AllowListGate is IAllowListGate {
    /// @inheritdoc IAllowListGate
    mapping(address recipient => bytes32) public rootOf;

    /// @inheritdoc IAllowListGate
    function setRoot(bytes32 root) external {
        rootOf[msg.sender] = root;
        emit RootSet(msg.sender, root);
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return (_isListed(context), 0);
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return (_isListed(context), 0);
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    /// @dev Hashed twice, so that no inner node of a tree can pass for a leaf.
    function _isListed(InviteContext calldata context) private view returns (bool) {
        bytes32 root = rootOf[context.recipient];
        if (root == 0 || context.data.length == 0) return false;
        bytes32[] memory proof = abi.decode(context.data, (bytes32[]));
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(context.sender))));
        return MerkleProof.verify(proof, root, leaf);
    }
}
