// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev How the network's part of an invite grows with the reach of who sends and who pays. Amounts are wei.
struct BulkParameters {
    /// Within the allowance, for an account of full repute; may be 0.
    uint128 base;
    /// What surcharge and growth multiply: 10^9 to 10^15.
    uint128 unit;
    /// What no invite's part exceeds.
    uint128 maxPart;
    /// Stake that raises an account's allowance of invites by one.
    uint128 stakePerInvite;
    /// Stake that raises an account's allowance of senders by one.
    uint128 stakePerSender;
    /// Seconds after which counts begin anew.
    uint32 epoch;
    /// Invites that a sender sends an epoch before its part grows.
    uint32 invites;
    /// Distinct senders that a payer pays for an epoch before its part grows, itself not counted; of senders of less repute
    /// than its own every invite counts as another sender.
    uint32 senders;
    /// The part grows by e for each `steepness`-th of the allowance beyond it.
    uint16 steepness;
}

/// @dev How far an account has come in the epoch, and how far it may for the flat part.
struct Reach {
    uint64 invites;
    uint64 senders;
    uint64 inviteAllowance;
    uint64 senderAllowance;
}

/// @dev What makes an account reputable.
struct ReputationParameters {
    /// Hundredths of a percent: how many times the unit an account without any repute pays, 10,000 to 10,000,000.
    uint32 newcomer;
    /// Seconds since its registration after which an account is of full repute by its age alone.
    uint32 maturity;
    /// Wei; stake that alone makes for full repute.
    uint128 matureStake;
    /// Hundredths of a percent of full repute that a valid attestation makes for, at most 10,000.
    uint16 attestation;
}

/// @dev How an account stands with the network.
struct Repute {
    /// Seconds since 1970; 0 when it is not registered, or no longer.
    uint64 registeredAt;
    /// Seconds since 1970 until which somebody whom the network trusts vouches for it; 0 when nobody does.
    uint64 attestedUntil;
    /// Whether a list names it that the network follows and that is in force.
    bool listed;
    /// Hundredths of a percent: how many times the unit its invites cost, at least 10,000.
    uint32 surcharge;
    /// Wei of stake that count: 0 when it is listed or not registered.
    uint128 stake;
}

/// @dev Stake of one account, in wei.
struct StakeAccount {
    uint128 staked;
    /// On its way out: counts for nothing any more, and answers still for what was done.
    uint128 leaving;
    /// Seconds since 1970 from which what is leaving may be withdrawn.
    uint64 leavesAt;
}

/// @dev A change of the list of accounts that a publisher holds to be sybils.
struct ListUpdate {
    address publisher;
    /// One above the list's version so far.
    uint64 version;
    /// Seconds since 1970 until which the list counts as fresh.
    uint64 validUntil;
    /// SHA-256 of the publisher's reasons, which lie anywhere; 0 for none.
    bytes32 evidence;
    address[] added;
    address[] removed;
}

/// @dev How one publisher's list stands.
struct ListState {
    uint64 version;
    /// Seconds since 1970; 0 when the list was never published or was withdrawn.
    uint64 validUntil;
    /// Lists withdrawn so far: entries of an earlier one count no more.
    uint64 generation;
}

/// @dev What a recipient has its gate do.
enum ListReaction {
    Pass,
    Charge,
    Refuse
}

/// @dev Whose lists a recipient follows.
struct ListPolicy {
    /// For whom a list names.
    ListReaction onListed;
    /// When a list is missing, withdrawn or not fresh.
    ListReaction onStale;
    /// Wei asked for where the reaction is to charge.
    uint128 surcharge;
    address[] publishers;
}

/// @dev What of a batch's cost a record is about; each is recorded once a claim.
enum CostPart {
    Core,
    Witness,
    Claim
}

/// @dev What the operator paid for one part of one batch.
struct CostRecord {
    /// Number of the claim.
    uint64 claim;
    CostPart part;
    /// Number of the layer that was paid; for the claim itself that of the L2, 0.
    uint8 layer;
    /// Wei.
    uint128 amount;
    /// SHA-256 of the layer's pointer, or hash of the transaction that paid.
    bytes32 evidence;
}

/// @dev Up to where the operator is reimbursed.
struct ReimbursementBounds {
    /// Wei that one record names at most.
    uint128 perRecord;
    /// Wei that are paid in one period at most.
    uint128 perPeriod;
    /// Seconds.
    uint32 period;
    /// Hundredths of a percent of all income that all reimbursements together never exceed.
    uint16 incomeShare;
}
