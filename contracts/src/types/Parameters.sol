// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Windows} from "./Batch.sol";
import {Prices} from "./State.sol";
import {Millis, Mwei} from "./Units.sol";

/// @dev Parameters of the shards' fee markets.
struct FeeParameters {
    /// Lowest execution price of one unit of weight; 1 to 2^40.
    Mwei minPrice;
    /// Units of weight a shard works off per second; 1 to 2^32.
    uint64 target;
    /// Excess, in units, that multiplies the price by e; 1 to 2^32.
    uint64 fraction;
}

/// @dev Who signs headers from block `from` on, until the next entry's.
struct SequencerKey {
    uint64 from;
    address key;
    /// Signs receipts and nothing else; 0 while there are none.
    address receiptKey;
    /// Whose bond answers for the key. The key itself sends nothing.
    address bondOwner;
}

/// @dev Contracts that check proofs, without storage or owner.
struct Verifiers {
    address messages;
    address operation;
    address signature;
    address stateRoot;
    address malformed;
    address pages;
}

/// @dev What may be announced anew for later blocks; everything else is fixed for ever.
struct Rules {
    /// Number of the rules that programs must know, 1 at least.
    uint32 number;
    /// Whose certificates count for data on the committee's layer; 0 for none.
    address dataCommittee;
    Verifiers verifiers;
    FeeParameters fees;
}

/// @dev Rules of all blocks whose timestamp is `from` or later, until the next version's. A block has one version for ever.
struct RulesVersion {
    /// Since 1970; 0 for the first version.
    Millis from;
    /// L2 time of the announcement, in seconds.
    uint64 announcedAt;
    Rules rules;
}

/// @dev How prices are derived and bounded. Prices are at most 2^40 each.
struct PriceRules {
    /// Whether the operator quotes the prices of a byte of core and of witness; otherwise both follow Ethereum's blobs.
    bool dataQuoted;
    /// Seconds between two price items of one source at least, 1 to 90 days.
    uint32 interval;
    Mwei minCoreByte;
    Mwei maxCoreByte;
    Mwei minWitnessByte;
    Mwei maxWitnessByte;
    Mwei minSettlement;
    Mwei maxSettlement;
    /// L1 execution gas that the transaction of one blob takes, at most 2^24.
    uint32 blobTransactionGas;
    /// Bytes of batches that one blob carries, 1 to 2^17.
    uint32 bytesPerBlob;
    /// L2 gas of one claim, at most 2^24.
    uint32 claimGas;
    /// Bytes of one claim's transaction as the L2 charges them for L1 data, at most 2^17.
    uint32 claimBytes;
    /// Operations that share one claim, 1 to 2^18.
    uint32 operationsPerClaim;
}

/// @dev How claims are contested. Amounts in wei, at most 100,000 ether; times in seconds, at most 90 days.
struct ContestRules {
    /// Least deposit for a place asked for; 1 at least.
    uint128 minDeposit;
    /// Per cent of an answer's cost that who asked pays, 1 to 100.
    uint8 answerShare;
    /// How long an item may wait before anyone may declare silence; longer than `forceDelayMs`.
    uint32 silenceLimit;
    /// From the declaration until rescues may be made, and from the first `resume` to the second; 1 at least.
    uint32 notice;
    /// What a rescuer has at stake; 1 at least.
    uint128 rescueBond;
}

/// @dev What a deployment is made of. The rollup refuses an inbox that has not its share of it.
struct Settings {
    /// Who signs headers from the first block on; `from` is 0.
    SequencerKey sequencer;
    /// Names the claimers, quotes the prices of data and announces keys.
    address operator;
    /// Announces rules.
    address governance;
    /// Receives the revenue of the shards.
    address treasury;
    /// First account that may claim; the operator may name more.
    address claimer;
    /// The first version of the rules.
    Rules rules;
    /// After which a queued item must be consumed by the next block; 1 ms to 30 days.
    Millis forceDelayMs;
    /// Since 1970; within a day of the deployment.
    Millis genesisTimestamp;
    Prices genesisPrices;
    /// Each 1 second to 90 days; `data` at least three times `answer`, `challenge` at least `data`.
    Windows windows;
    /// Wei that a claimer and a bond owner have at stake whenever a claim is made; at most 100,000 ether.
    uint128 bond;
    /// Seconds that a bond stays locked after its owner's last claim is final; at least the challenge window, at most 90 days.
    uint32 evidencePeriod;
    /// Blocks above the head at which an announced key may take effect at the earliest: more than can be sealed and not
    /// claimed; 2 to 10^7.
    uint64 keyNotice;
    /// Seconds from the announcement of rules until they may take effect: at least the longest time to finality, `forceDelayMs`,
    /// `silenceLimit` and `notice` together, at most 180 days.
    uint32 upgradeNotice;
    /// Smallest deposit, 1 to 2^40.
    Mwei minDeposit;
    PriceRules priceRules;
    ContestRules contest;
}

/// @dev Everything a node must know, read from the rollup alone. Units as in `Settings`.
struct RollupParameters {
    uint256 chainId;
    address inbox;
    /// L2 block of the deployment: no event is older.
    uint64 deploymentBlock;
    address operator;
    address governance;
    address treasury;
    /// Of the first version of the rules.
    FeeParameters fees;
    Millis forceDelayMs;
    Millis genesisTimestamp;
    Prices genesisPrices;
    bytes32 genesisLineage;
    bytes32 genesisStateRoot;
    Windows windows;
    uint128 bond;
    uint32 evidencePeriod;
    uint64 keyNotice;
    uint32 upgradeNotice;
    ContestRules contest;
}

/// @dev Units as in `Settings`.
struct InboxParameters {
    address rollup;
    address operator;
    address treasury;
    Mwei minDeposit;
    PriceRules priceRules;
}
