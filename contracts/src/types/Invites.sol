// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Authorization} from "./Contacts.sol";

/// @dev How a recipient stands towards an account, as a sender and as a payer alike.
enum Standing {
    Open,
    /// Invites are delivered and paid for as ever, and marked: clients do not show them by themselves.
    Muted,
    /// Invites are refused.
    Blocked
}

/// @dev One invite: metadata only.
struct InviteRequest {
    address recipient;
    /// SHA-256 of the encrypted envelope, which alone says who invites to what.
    bytes32 contentDigest;
    /// Wei that the payer pays at most.
    uint256 maxFee;
    /// What the recipient's gate asks for: a proof, an attestation, or nothing.
    bytes gateData;
}

/// @dev An invite that its sender signed for somebody else to pay for.
struct SignedInvite {
    InviteRequest request;
    /// Who alone may relay it; 0 for anyone.
    address relayer;
    Authorization authorization;
}

/// @dev What became of one invite of many.
struct InviteOutcome {
    bool delivered;
    /// Its number in the recipient's inbox; 0 when it was not delivered.
    uint64 sequence;
    /// Wei that the payer paid; 0 when it was not delivered.
    uint256 fee;
    /// Error with which the invite alone would have reverted, cut after 260 bytes; empty when it was delivered, or used up its gas.
    bytes reason;
}

/// @dev Who invites and who pays, and how they stand with the pricing.
struct InviteParties {
    address sender;
    address payer;
    /// Whether the words that follow are the pricing's.
    bool isStandingKnown;
    uint256 senderStanding;
    uint256 payerStanding;
    /// Whether the money is left alone, as all is undone afterwards.
    bool isQuoted;
}

/// @dev What a gate is asked about.
struct InviteContext {
    address recipient;
    /// Who invites, as far as the chain knows: a gateway's user may show an address made for the purpose.
    address sender;
    address payer;
    bytes32 contentDigest;
    bytes data;
}

/// @dev What an invite costs, in wei: `fee` is the sum of the four parts.
struct InviteQuote {
    address gate;
    Standing standing;
    uint256 fee;
    uint256 recipientPart;
    uint256 protocolPart;
    uint256 gatePart;
    /// What the network asks for itself, whatever the gate does.
    uint256 networkPart;
    /// Who receives the gate's part; 0 when there is none.
    address beneficiary;
}

/// @dev How one inbox stands.
struct InboxState {
    /// Gate in force, the default one included.
    address gate;
    /// Invites delivered so far: the sequence of the next.
    uint64 count;
    /// keccak256(abi.encode(head before, sequence, contentDigest)) over all of them; 0 before the first.
    bytes32 head;
}

/// @dev How the fee of an inbox follows its own demand, by the rule of EIP-4844.
struct DemandCurve {
    /// Wei; fee while no more than the target arrives.
    uint128 minFee;
    /// Wei; fee that demand cannot lift it above.
    uint128 maxFee;
    /// Invites a period that leave the fee alone.
    uint32 target;
    /// Seconds.
    uint32 period;
    /// Invites beyond the target that multiply the fee by e.
    uint32 fraction;
}

/// @dev How a composite gate joins its gates.
enum GateMode {
    /// The first gate in order that admits decides, with its fee.
    Any,
    /// All must admit; the fee is their sum.
    All
}
