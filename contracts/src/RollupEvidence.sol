// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {RollupRemovals} from "./RollupRemovals.sol";
import {Batches} from "./fraud/Batches.sol";
import {Cursor, Cursors} from "./fraud/Cursors.sol";
import {Trees} from "./fraud/Trees.sol";
import {IRollupContests} from "./interfaces/IRollupContests.sol";
import {Headers} from "./libraries/Headers.sol";
import {Ssz} from "./libraries/Ssz.sol";
import {BatchClaim, BlockHeader} from "./types/Batch.sol";
import {SequencerKey} from "./types/Parameters.sol";

/// @title Keys that signed two headers for one place
/// @dev Errors, events and what each function promises stand in `IRollupContests` and `IRollupEvents`.
abstract contract RollupEvidence is RollupRemovals {
    using Cursors for Cursor;

    /// @dev Places that a bond was slashed for, so that one that is filled again does not pay for them twice.
    mapping(bytes32 lineage => mapping(uint64 number => bool)) private _shown;

    /// @inheritdoc IRollupContests
    function proveEquivocation(
        BlockHeader calldata a,
        bytes calldata signatureA,
        BlockHeader calldata b,
        bytes calldata signatureB
    ) external {
        if (a.lineage != b.lineage || a.number != b.number) revert Rollup_NoContradiction();
        _condemn(a, _checkSigned(a, signatureA), _checkSigned(b, signatureB));
    }

    /// @inheritdoc IRollupContests
    function proveContradiction(
        BlockHeader calldata signed,
        bytes calldata signature,
        BatchClaim calldata finalClaim,
        BatchClaim calldata parent,
        bytes calldata opening
    ) external {
        _checkEvidence(finalClaim, parent);
        if (signed.lineage != finalClaim.lineage) revert Rollup_NoContradiction();
        bytes32 root = _openHeader(opening, finalClaim, parent.lastHeader.number + 1, signed.number);
        _condemn(signed, _checkSigned(signed, signature), root);
    }

    /// @dev Root of the header of block `number` in the core of a claim whose first block is `first`.
    function _openHeader(bytes calldata opening, BatchClaim calldata claim, uint64 first, uint64 number)
        private
        view
        returns (bytes32 root)
    {
        uint64 last = claim.lastHeader.number;
        if (number < first || number > last) revert Rollup_NoContradiction();
        Cursor memory cursor = Cursors.open(opening);
        root = cursor.word();
        bytes32 leaf = Ssz.hash(root, cursor.word());
        bytes32 tree = Trees.rootOf(cursor, Trees.zeros(), leaf, number - first, Batches.BLOCKS_DEPTH);
        cursor.close();
        Trees.checkRoot(Ssz.mixInLength(tree, last + 1 - first), claim.coreRoot);
    }

    /// @dev Slashes the bond behind the key that signed `header`, whose root is `a`, where `b` is the root of another one of the same place.
    function _condemn(BlockHeader calldata header, bytes32 a, bytes32 b) private {
        if (a == b) revert Rollup_NoContradiction();
        if (_shown[header.lineage][header.number]) revert Rollup_ShownAlready(header.lineage, header.number);
        address bondOwner = _keyAt(header.number).bondOwner;
        // A place is paid for once: were it shown while there is nothing to take, it would never cost anything.
        uint128 bond = _bonds[bondOwner].amount;
        if (bond < BOND) revert Rollup_BondTooSmall(bondOwner, bond, BOND);
        _shown[header.lineage][header.number] = true;
        emit Equivocated(bondOwner, header.lineage, header.number, a, b);
        _slash(bondOwner, msg.sender);
    }

    /// @dev That `claim` is final and somebody signed it.
    function _checkEvidence(BatchClaim calldata claim, BatchClaim calldata parent) private view {
        bool isEvidence = claim.number <= _finalNumber && !_terms[claim.number].inCalldata;
        if (!isEvidence) revert Rollup_NoEvidence(claim.number);
        _checkClaims(claim, parent);
    }

    /// @dev That `header` binds whoever signed it, and that it was the key of its number.
    /// @return root Of the header.
    function _checkSigned(BlockHeader calldata header, bytes calldata signature) private view returns (bytes32 root) {
        bool isBinding = _lineages[header.lineage] != 0 && header.inboxCount <= INBOX.count()
            && INBOX.hashAt(header.inboxCount) == header.inboxHash;
        if (!isBinding) revert Rollup_NotBinding(header.lineage, header.inboxCount);
        root = Headers.root(header);
        SequencerKey storage key = _keyAt(header.number);
        (address signer,,) = ECDSA.tryRecoverCalldata(Headers.digest(root, address(INBOX)), signature);
        if (signer != key.key) revert Rollup_NotSealed(signer, key.key);
    }
}
