// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev What a data committee is deployed with. Amounts in wei, times in seconds; fixed for ever.
struct CommitteeRules {
    /// What each member has at stake when an epoch is announced; 1 wei to 100,000 ether.
    uint128 stake;
    /// What each signer of a certificate loses when a chunk of it is not answered; 1 wei to `stake`.
    uint128 fault;
    /// From the announcement of an epoch to its beginning, the first one excepted; at most 90 days.
    uint32 notice;
    /// For which certificates of an epoch still count after its end; at most 90 days.
    uint32 grace;
    /// From a claim to the end of its certificate at most; twice `answerWindow` to 180 days.
    uint32 maxRetention;
    /// From a challenge to its last answer, at most 30 days. Certificates outlast the need for the data by it.
    uint32 answerWindow;
}

/// @dev A part of a batch as the committee knows it.
struct CommitteePart {
    /// Root of the SHA-256 tree over its chunks of 1,024 bytes.
    bytes32 chunkRoot;
    /// Bytes, 1 to 2^24.
    uint32 length;
}

/// @dev What a member signs: it has the parts and serves them until `expiresAt`, in seconds since 1970.
struct Attestation {
    uint32 epoch;
    uint64 expiresAt;
    CommitteePart[] parts;
}

/// @dev What is wrong with a certificate.
enum CertificateCode {
    Ok,
    /// It is no pointer of version 1, its scheme is not the epoch's, or its mask names a member that there is not.
    BadForm,
    /// It names another contract or chain.
    WrongCommittee,
    /// It names a part that it has not.
    PartNotInCertificate,
    UnknownEpoch,
    EpochNotStarted,
    /// The epoch ended longer ago than the grace.
    EpochOver,
    ExpiresTooSoon,
    /// Beyond what any member's stake is locked for.
    ExpiresTooLate,
    TooFew,
    /// A signature is not that of the member in its place.
    BadSignature
}

/// @dev An epoch as callers see it; times in seconds since 1970.
struct EpochState {
    uint64 startsAt;
    /// 0 while no later epoch is announced.
    uint64 endsAt;
    /// Signatures that a certificate needs.
    uint8 k;
    /// How members sign: 1 for secp256k1.
    uint8 scheme;
    /// Bit i of a mask stands for the one at i.
    address[] members;
}

/// @dev A member as callers see it.
struct MemberState {
    /// To whom the stake belongs; 0 for an account that never registered.
    address owner;
    /// Wei.
    uint128 stake;
    /// The latest epoch that has it; 0 for none.
    uint32 lastEpoch;
    /// When the stake may leave, in seconds since 1970: 0 for at any time, 2^64 - 1 while no end of its last epoch is known.
    uint64 unlocksAt;
    /// Where it serves what it stores.
    string url;
}
