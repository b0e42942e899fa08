// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupClaims} from "./RollupClaims.sol";
import {ICertificates} from "./interfaces/ICertificates.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {ClaimRequest, Windows} from "./types/Batch.sol";

/// @title Claims whose data lies with a committee
/// @dev A committee decides about claims that name its layer and about no others, whatever its code does.
abstract contract RollupCertificates is RollupClaims {
    uint8 private constant COMMITTEE_LAYER = 3;
    uint256 private constant CHECK_GAS = 250_000;
    /// @dev Code of a committee that gave none.
    uint256 private constant NO_ANSWER = type(uint256).max;

    /// @dev Holds what lies on the committee's layer to the certificates of the committee that the rules name.
    function _checkCertified(ClaimRequest calldata request) internal view {
        bool core = request.core.layer == COMMITTEE_LAYER;
        bool witness = request.witness.layer == COMMITTEE_LAYER;
        if (!core && !witness) return;
        address committee = _rulesAt(request.lastHeader.timestamp).dataCommittee;
        if (committee == address(0)) revert Rollup_NoDataCommittee();
        bytes calldata first = core ? request.core.pointer : request.witness.pointer;
        bytes calldata second = witness ? request.witness.pointer : first;
        bytes memory question = abi.encodeCall(ICertificates.check, (_neededUntil(), first, second));
        (bool answered, uint256 code) = BoundedCall.tryStaticCall(committee, CHECK_GAS, question);
        if (!answered) revert Rollup_DataNotCertified(NO_ANSWER);
        if (code != 0) revert Rollup_DataNotCertified(code);
    }

    /// @dev How long the data of a claim made now may be needed: to answer for it, and to prove it wrong after that.
    function _neededUntil() private view returns (uint64) {
        Windows memory windows = _windows();
        uint256 answered = uint256(windows.data) + windows.answer;
        uint256 asked = windows.challenge > answered ? windows.challenge : answered;
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        return uint64(block.timestamp + asked + windows.proof);
    }
}
