// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Governed} from "../governance/Governed.sol";
import {IContactDirectory} from "../interfaces/IContactDirectory.sol";
import {IReputation} from "../interfaces/IReputation.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ISybilLists} from "../interfaces/ISybilLists.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Repute, ReputationParameters} from "../types/Economics.sol";

/// @title Reputation
/// @dev Errors, events and what each function promises stand in `IReputation`.
contract Reputation is IReputation, EIP712, Governed {
    bytes32 private constant ATTESTATION =
        keccak256("Attestation(address attester,address subject,uint64 issuedAt,uint64 expiresAt)");
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant MAX_NEWCOMER = 10 ** 7;
    uint256 private constant MAX_MATURITY = 730 days;
    uint256 private constant MIN_MATURE_STAKE = 10 ** 12;
    uint256 private constant MAX_MATURE_STAKE = 1000 ether;
    uint256 private constant MAX_QUOTA = 100_000;
    uint256 private constant MAX_PUBLISHERS = 4;
    uint256 private constant MAX_VALIDITY = 730 days;
    /// @dev From issue to posting: what is posted counts on the day of its issue, so that no day is used up by what lay about.
    uint256 private constant MAX_AGE = 7 days;
    uint256 private constant MAX_ATTESTATIONS = 4;

    struct Attestation {
        address attester;
        uint64 expiresAt;
    }

    IContactDirectory private immutable DIRECTORY;
    IStakeVault private immutable STAKES;
    ISybilLists private immutable LISTS;

    ReputationParameters private _parameters;
    address[] private _publishers;
    /// @inheritdoc IReputation
    mapping(address attester => uint32) public quotaOf;
    /// @dev Attestations posted, by the day since 1970 on which they were issued.
    mapping(address attester => mapping(uint256 day => uint32)) private _used;
    /// @dev One an attester at most, those there are first; attester 0 ends them.
    mapping(address subject => Attestation[MAX_ATTESTATIONS]) private _attestations;
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
        if (quotaOf[attester] == 0) revert Reputation_NotAttester(attester);
        if (issuedAt > block.timestamp || expiresAt <= block.timestamp || expiresAt - issuedAt > MAX_VALIDITY) {
            revert Reputation_AttestationNotInForce(issuedAt, expiresAt);
        }
        if (block.timestamp - issuedAt > MAX_AGE) revert Reputation_AttestationTooOld(issuedAt, MAX_AGE);
        uint64 revoked = _revokedUntil[attester][subject];
        if (issuedAt <= revoked) revert Reputation_AttestationRevoked(attester, subject, revoked);
        bytes32 structHash = keccak256(abi.encode(ATTESTATION, attester, subject, issuedAt, expiresAt));
        if (!Signatures.isValid(attester, _hashTypedDataV4(structHash), signature)) {
            revert Reputation_SignatureInvalid(attester);
        }
        _useQuota(attester, issuedAt / 1 days);
        _keep(subject, Attestation(attester, expiresAt));
        emit Attested(attester, subject, issuedAt, expiresAt);
    }

    /// @inheritdoc IReputation
    function revokeAttestation(address subject) external {
        _revokedUntil[msg.sender][subject] = uint64(block.timestamp);
        _drop(subject, msg.sender);
        emit AttestationRevoked(msg.sender, subject, uint64(block.timestamp));
    }

    /// @inheritdoc IReputation
    function setParameters(ReputationParameters calldata next) external {
        _startChange();
        Bounds.checkStep("newcomer", _parameters.newcomer, next.newcomer);
        Bounds.checkStep("maturity", _parameters.maturity, next.maturity);
        Bounds.checkStep("matureStake", _parameters.matureStake, next.matureStake);
        _setParameters(next);
    }

    /// @inheritdoc IReputation
    function setAttester(address attester, uint32 quota) external {
        _checkGovernance();
        Bounds.check("quota", quota, 0, MAX_QUOTA);
        quotaOf[attester] = quota;
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

    function _useQuota(address attester, uint256 day) private {
        uint32 quota = quotaOf[attester];
        if (_used[attester][day] >= quota) revert Reputation_QuotaUsed(attester, quota);
        ++_used[attester][day];
    }

    /// @dev Over what the same attester said before, else in the place of one that no longer counts, else in a free place.
    /// What another attester said and still counts is never lost.
    function _keep(address subject, Attestation memory next) private {
        Attestation[MAX_ATTESTATIONS] storage kept = _attestations[subject];
        uint256 place = MAX_ATTESTATIONS;
        for (uint256 i; i < MAX_ATTESTATIONS; ++i) {
            Attestation memory each = kept[i];
            if (each.attester == next.attester) {
                if (next.expiresAt <= each.expiresAt) {
                    revert Reputation_AttestationNotLonger(next.attester, subject, each.expiresAt);
                }
                place = i;
                break;
            }
            if (place == MAX_ATTESTATIONS && !_counts(each)) place = i;
            if (each.attester == address(0)) break;
        }
        if (place == MAX_ATTESTATIONS) revert Reputation_TooManyAttestations(subject, MAX_ATTESTATIONS);
        kept[place] = next;
    }

    /// @dev The last takes the place of the dropped one.
    function _drop(address subject, address attester) private {
        Attestation[MAX_ATTESTATIONS] storage kept = _attestations[subject];
        uint256 place = MAX_ATTESTATIONS;
        uint256 count;
        for (; count < MAX_ATTESTATIONS && kept[count].attester != address(0); ++count) {
            if (kept[count].attester == attester) place = count;
        }
        if (place == MAX_ATTESTATIONS) return;
        kept[place] = kept[count - 1];
        delete kept[count - 1];
    }

    function _registeredAt(address account) private view returns (uint64 registeredAt) {
        registeredAt = DIRECTORY.registeredAt(account);
        if (registeredAt != 0 && DIRECTORY.identityOwner(account) == address(0)) return 0;
    }

    /// @dev The latest end of those that count.
    function _attestedUntil(address subject) private view returns (uint64 until) {
        Attestation[MAX_ATTESTATIONS] storage kept = _attestations[subject];
        for (uint256 i; i < MAX_ATTESTATIONS; ++i) {
            Attestation memory each = kept[i];
            if (each.attester == address(0)) break;
            if (each.expiresAt > until && _counts(each)) until = each.expiresAt;
        }
    }

    function _counts(Attestation memory attestation) private view returns (bool) {
        return attestation.expiresAt > block.timestamp && quotaOf[attestation.attester] != 0;
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
