// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Repute, ReputationParameters} from "../types/Economics.sol";

/// @title Reputation
/// @notice How an account stands with the network: by the age of its registration, its stake, who vouches for it, and the
/// lists of sybils that the network follows.
/// @dev Its score is min(1, age / maturity + stake / matureStake + attestation if one is valid); its surcharge falls in a line
/// from `newcomer` at score 0 to 10,000 at 1. Who is not registered, deactivated or listed has score 0 and no stake. A list
/// that is not in force says nothing here, so that a publisher who falls silent surcharges nobody.
/// Attestations are EIP-712 over the domain ("Parley Reputation", "1", chain, this contract), by an EOA or ERC-1271:
/// Attestation(address attester,address subject,uint64 issuedAt,uint64 expiresAt). Times are seconds since 1970. What several
/// attesters say of an account is kept side by side, one attestation each: none can take away what another said.
interface IReputation {
    /// @notice Thrown when the network does not trust `attester`.
    error Reputation_NotAttester(address attester);
    /// @notice Thrown when an attestation does not count now: from `issuedAt`, before `expiresAt`, at most two years.
    error Reputation_AttestationNotInForce(uint64 issuedAt, uint64 expiresAt);
    /// @notice Thrown when `attester` revoked what it said of `subject` until `revokedUntil`.
    error Reputation_AttestationRevoked(address attester, address subject, uint64 revokedUntil);
    /// @notice Thrown when an attestation was issued more than `max` seconds ago: it had to be posted within them.
    error Reputation_AttestationTooOld(uint64 issuedAt, uint256 max);
    /// @notice Thrown when `attester` vouches for `subject` until `attestedUntil` already, no less.
    error Reputation_AttestationNotLonger(address attester, address subject, uint64 attestedUntil);
    /// @notice Thrown when `max` other attesters vouch for `subject` already.
    error Reputation_TooManyAttestations(address subject, uint256 max);
    /// @notice Thrown when `attester` did not sign this for this chain and contract.
    error Reputation_SignatureInvalid(address attester);
    /// @notice Thrown when `attester` has vouched for `quota` accounts already on the day of this one's issue.
    error Reputation_QuotaUsed(address attester, uint32 quota);
    /// @notice Thrown when `count` publishers are named instead of at most `max`.
    error Reputation_PublisherCount(uint256 count, uint256 max);

    /// @notice Emitted when the parameters change.
    event ReputationParametersSet(ReputationParameters parameters);
    /// @notice Emitted when the network comes to trust `attester` for `quota` accounts a day; 0 for not at all.
    event NetworkAttesterSet(address indexed attester, uint32 quota);
    /// @notice Emitted when the network follows the lists of `publishers`.
    event NetworkPublishersSet(address[] publishers);
    /// @notice Emitted when `attester` vouches for `subject`.
    event Attested(address indexed attester, address indexed subject, uint64 issuedAt, uint64 expiresAt);
    /// @notice Emitted when what `attester` said of `subject` until `until` ceases to count.
    event AttestationRevoked(address indexed attester, address indexed subject, uint64 until);

    /// @notice Notes that `attester` vouches for `subject`, within seven days of the issue. Anyone may call. It counts towards
    /// the quota of the day of its issue, so that a quota bounds eight days' attestations at once, and each day's in the long run.
    function attest(address attester, address subject, uint64 issuedAt, uint64 expiresAt, bytes calldata signature)
        external;

    /// @notice Revokes what the caller said of `subject` up to now.
    function revokeAttestation(address subject) external;

    /// @notice Sets the parameters. Only the governance may call.
    /// @param next `newcomer` 10,000 to 10^7; `maturity` a minute to two years; `matureStake` 10^12 to 10^21;
    /// `attestation` at most 10,000. The first three at most tenfold from those in force, an hour after the change before.
    function setParameters(ReputationParameters calldata next) external;

    /// @notice Sets for how many accounts a day `attester` may vouch, at most 100,000. Only the governance may call.
    function setAttester(address attester, uint32 quota) external;

    /// @notice Sets whose lists the network follows, at most 4. Only the governance may call.
    function setPublishers(address[] calldata followed) external;

    /// @notice How `account` stands now.
    function reputeOf(address account) external view returns (Repute memory);

    /// @notice Parameters in force.
    function parameters() external view returns (ReputationParameters memory);

    /// @notice For how many accounts a day `attester` may vouch.
    function quotaOf(address attester) external view returns (uint32);

    /// @notice Whose lists the network follows.
    function publishers() external view returns (address[] memory);
}
