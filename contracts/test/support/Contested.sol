// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Headers} from "../../src/libraries/Headers.sol";
import {BatchClaim, Place} from "../../src/types/Batch.sol";
import {Answer, Reason} from "../../src/types/Contests.sol";
import {Case} from "../../src/types/Fraud.sol";
import {Rules, Verifiers} from "../../src/types/Parameters.sol";
import {Deployed} from "./Deployed.sol";
import {L1BlockStub} from "./L1BlockStub.sol";

/// @title A deployment whose verifiers believe what they are told
abstract contract Contested is Deployed {
    address internal constant L1_BLOCK = 0x4200000000000000000000000000000000000015;
    address internal constant PROVER = address(0x96);

    function setUp() public virtual override {
        super.setUp();
        vm.etch(L1_BLOCK, address(new L1BlockStub()).code);
    }

    /// @dev What a verifier must be asked about `claim`.
    function caseOf(BatchClaim memory claim, BatchClaim memory parent, Rules memory rules_)
        internal
        view
        returns (Case memory)
    {
        bytes32 domain = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return Case({
            chainId: uint64(block.chainid),
            inbox: address(inbox),
            separator: keccak256(
                abi.encode(domain, keccak256("Parley"), keccak256("1"), block.chainid, address(inbox))
            ),
            fees: rules_.fees,
            forceDelayMs: settings().forceDelayMs,
            lineage: claim.lineage,
            coreRoot: claim.coreRoot,
            witnessRoot: claim.witnessRoot,
            before: parent.lastHeader,
            last: claim.lastHeader
        });
    }

    /// @dev A proof that the verifier of `kind` takes against `claim`.
    function proofOf(Reason kind, BatchClaim memory claim, BatchClaim memory parent)
        internal
        view
        returns (bytes memory)
    {
        return abi.encode(verifierOf(kind, rules().verifiers), caseOf(claim, parent, rules()));
    }

    function verifierOf(Reason kind, Verifiers memory all) internal pure returns (address) {
        address[5] memory each = [all.messages, all.operation, all.signature, all.stateRoot, all.malformed];
        return each[uint256(kind)];
    }

    function remove(BatchClaim memory claim, BatchClaim memory parent) internal {
        bytes memory proof = proofOf(Reason.StateRoot, claim, parent);
        vm.prank(PROVER);
        rollup.prove(Reason.StateRoot, claim, parent, proof);
    }

    /// @dev What the stub of pages takes at `place`, of a block of as many pages as one can have.
    function dataAt(BatchClaim memory claim, BatchClaim memory parent, Place memory place)
        internal
        pure
        returns (bytes memory)
    {
        return dataAt(claim, parent, place, 32, 0);
    }

    /// @param pages That the block is said to have.
    /// @param gas_ That looking at the answer takes.
    function dataAt(BatchClaim memory claim, BatchClaim memory parent, Place memory place, uint16 pages, uint256 gas_)
        internal
        pure
        returns (bytes memory)
    {
        bytes32 root = place.part == 0 ? claim.coreRoot : claim.witnessRoot;
        return abi.encode(root, claim.lastHeader.number - parent.lastHeader.number, place, pages, gas_);
    }

    function one(Place memory place) internal pure returns (Place[] memory places) {
        places = new Place[](1);
        places[0] = place;
    }

    function one(Place memory place, bytes memory data) internal pure returns (Answer[] memory answers) {
        answers = new Answer[](1);
        answers[0] = Answer(place, data);
    }

    /// @dev The lineage that begins behind a claim with `hash` in this L2 block.
    function lineageAfter(bytes32 lineage, bytes32 hash) internal view returns (bytes32) {
        return keccak256(abi.encode(lineage, hash, blockhash(block.number - 1)));
    }

    /// @dev Wei that the rollup holds for somebody, or for nobody any more.
    function owed(address[] memory bonded, address[] memory credited) internal view returns (uint256 sum) {
        sum = rollup.burned();
        for (uint256 i; i < bonded.length; ++i) {
            (uint128 bond,,) = rollup.bondOf(bonded[i]);
            sum += bond;
        }
        for (uint256 i; i < credited.length; ++i) {
            sum += rollup.creditOf(credited[i]);
        }
    }

    function bondOf(address account) internal view returns (uint128 bond) {
        (bond,,) = rollup.bondOf(account);
    }
}
