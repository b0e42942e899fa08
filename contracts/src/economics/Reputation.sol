// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "../governance/Governed.sol";
import {IContactDirectory} from "../interfaces/IContactDirectory.sol";
import {IReputation} from "../interfaces/IReputation.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ISybilLists} from "../interfaces/ISybilLists.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {Repute, ReputationParameters} from "../types/Economics.sol";

/// @title Reputation
/// @dev Errors, events and what each function promises stand in `IReputation`.
contract Reputation is IReputation, EIP712, Governed {
    bytes32 private constant ATTESTATION = keccak256("Attestation(address subject,uint64 issuedAt,uint64 expiresAt)");
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant MAX_NEWCOMER = 10 ** 7;
    uint256 private constant MAX_MATURITY = 730 days;
    uint256 private constant MIN_MATURE_STAKE = 10 ** 12;
    uint256 private constant MAX_MATURE_STAKE = 1000 ether;
    uint256 private constant MAX_QUOTA = 100_000;
    uint256 private constant MAX_PUBLISHERS = 4;
    uint256 private constant MAX_VALIDITY = 730 days;

    struct Attester {
        uint32 quota;
        uint32 used;
        /// @dev Days since 1970 of which `used` is.
        uint64 day;
    }

    struct Attestation {
        address attester;
        uint64 expiresAt;
    }

    IContactDirectory private immutable DIRECTORY;
    IStakeVault private immutable STAKES;
    ISybilLists private immutable LISTS;

    ReputationParameters private _parameters;
    address[] private _publishers;
    mapping(address attester => Attester) private _attesters;
    mapping(address subject => Attestation) private _attestations;
    mapping(address attester => mapping(address subject => uint64)) private _revokedUntil;

    constructor(
        address governance_,
        IContactDirectory directory,
        IStakeVault stakes,
        ISybilLists lists,
        ReputationParameters memory initial
    ) EIP712("Parley Reputation", "1") Governed(governance_) {
        _checkAddress("directory", address(directory));
        _checkAddress("stakes", address(stakes));
        _checkAddress("lists", address(lists));
        (DIRECTORY, STAKES, LISTS) = (directory, stakes, lists);
        _setParameters(initial);
    }

    /// @inheritdoc IReputation
    function attest(address attester, address subject, uint64 issuedAt, uint64 expiresAt, bytes calldata signature)
        external
    {
        if (_attesters[attester].quota == 0) revert Reputation_NotAttester(attester);
        if (issuedAt > block.timestamp || expiresAt <= block.timestamp || expiresAt - issuedAt > MAX_VALIDITY) {
            revert Reputation_AttestationNotInForce(issuedAt, expiresAt);
        }
        uint64 revoked = _revokedUntil[attester][subject];
        if (issuedAt <= revoked) revert Reputation_AttestationRevoked(attester, subject, revoked);
        uint64 until = _attestedUntil(subject);
        if (expiresAt <= until) revert Reputation_AttestationNotLonger(subject, until);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ATTESTATION, subject, issuedAt, expiresAt)));
        if (!SignatureChecker.isValidSignatureNowCalldata(attester, digest, signature)) {
            revert Reputation_SignatureInvalid(attester);
        }
        _useQuota(attester);
        _attestations[subject] = Attestation(attester, expiresAt);
        emit Attested(attester, subject, issuedAt, expiresAt);
    }

    /// @inheritdoc IReputation
    function revokeAttestation(address subject) external {
        _revokedUntil[msg.sender][subject] = uint64(block.timestamp);
        if (_attestations[subject].attester == msg.sender) delete _attestations[subject];
        emit AttestationRevoked(msg.sender, subject, uint64(block.timestamp));
    }

    /// @inheritdoc IReputation
    function setParameters(ReputationParameters calldata next) external {
        _checkGovernance();
        Bounds.checkStep("newcomer", _parameters.newcomer, next.newcomer);
        Bounds.checkStep("maturity", _parameters.maturity, next.maturity);
        Bounds.checkStep("matureStake", _parameters.matureStake, next.matureStake);
        _setParameters(next);
    }

    /// @inheritdoc IReputation
    function setAttester(address attester, uint32 quota) external {
        _checkGovernance();
        Bounds.check("quota", quota, 0, MAX_QUOTA);
        _attesters[attester].quota = quota;
        emit NetworkAttesterSet(attester, quota);
    }

    /// @inheritdoc IReputation
    function setPublishers(address[] calldata followed) external {
        _checkGovernance();
        if (followed.length > MAX_PUBLISHERS) revert Reputation_PublisherCount(followed.length, MAX_PUBLISHERS);
        _publishers = followed;
        emit NetworkPublishersSet(followed);
    }

    /// @inheritdoc IReputation
    function reputeOf(address account) external view returns (Repute memory repute) {
        ReputationParameters memory p = _parameters;
        repute.surcharge = p.newcomer;
        repute.registeredAt = _registeredAt(account);
        repute.attestedUntil = _attestedUntil(account);
        repute.listed = _isListed(account);
        if (repute.registeredAt == 0 || repute.listed) return repute;
        repute.stake = STAKES.stakeOf(account).staked;
        uint256 score = (block.timestamp - repute.registeredAt) * BASIS_POINTS / p.maturity;
        score += uint256(repute.stake) * BASIS_POINTS / p.matureStake;
        if (repute.attestedUntil != 0) score += p.attestation;
        if (score > BASIS_POINTS) score = BASIS_POINTS;
        // forge-lint: disable-next-line(unsafe-typecast) at most the newcomer's
        repute.surcharge = uint32(p.newcomer - (p.newcomer - BASIS_POINTS) * score / BASIS_POINTS);
    }

    /// @inheritdoc IReputation
    function parameters() external view returns (ReputationParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IReputation
    function quotaOf(address attester) external view returns (uint32) {
        return _attesters[attester].quota;
    }

    /// @inheritdoc IReputation
    function publishers() external view returns (address[] memory) {
        return _publishers;
    }

    function _setParameters(ReputationParameters memory next) private {
        Bounds.check("newcomer", next.newcomer, BASIS_POINTS, MAX_NEWCOMER);
        Bounds.check("maturity", next.maturity, 1 minutes, MAX_MATURITY);
        Bounds.check("matureStake", next.matureStake, MIN_MATURE_STAKE, MAX_MATURE_STAKE);
        Bounds.check("attestation", next.attestation, 0, BASIS_POINTS);
        _parameters = next;
        emit ReputationParametersSet(next);
    }

    function _useQuota(address attester) private {
        Attester storage used = _attesters[attester];
        uint64 day = uint64(block.timestamp / 1 days);
        if (used.day != day) (used.day, used.used) = (day, 0);
        if (used.used >= used.quota) revert Reputation_QuotaUsed(attester, used.quota);
        ++used.used;
    }

    function _registeredAt(address account) private view returns (uint64 registeredAt) {
        registeredAt = DIRECTORY.registeredAt(account);
        if (registeredAt != 0 && DIRECTORY.identityOwner(account) == address(0)) return 0;
    }

    function _attestedUntil(address subject) private view returns (uint64) {
        Attestation memory attestation = _attestations[subject];
        if (attestation.expiresAt <= block.timestamp) return 0;
        return _attesters[attestation.attester].quota == 0 ? 0 : attestation.expiresAt;
    }

    function _isListed(address account) private view returns (bool) {
        uint256 count = _publishers.length;
        for (uint256 i; i < count; ++i) {
            (bool fresh, bool listed) = LISTS.look(_publishers[i], account);
            if (fresh && listed) return true;
        }
        return false;
    }
}
