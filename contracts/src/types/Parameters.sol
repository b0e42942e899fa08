// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Windows} from "./Batch.sol";
import {Prices} from "./State.sol";

/// @dev Parameters of the shards' fee markets.
struct FeeParameters {
    /// Lowest execution price of one unit of weight, in mwei; 1 to 2^40.
    uint64 minPrice;
    /// Units of weight a shard works off per second; 1 to 2^32.
    uint64 target;
    /// Excess, in units, that multiplies the price by e; 1 to 2^32.
    uint64 fraction;
}

/// @dev How prices are derived and bounded. Prices in mwei, at most 2^40 each.
struct PriceRules {
    /// Whether the operator quotes the price of a byte of data; otherwise it follows Ethereum's blobs.
    bool dataQuoted;
    /// Seconds between two price items of one source at least, 1 at least.
    uint32 interval;
    uint64 minDataByte;
    uint64 maxDataByte;
    uint64 minSettlement;
    uint64 maxSettlement;
    /// L1 execution gas that the transaction of one blob takes.
    uint32 blobTransactionGas;
    /// Bytes of batches that one blob carries, 1 at least.
    uint32 bytesPerBlob;
    /// L2 gas of one claim.
    uint32 claimGas;
    /// Bytes of one claim's transaction as the L2 charges them for L1 data.
    uint32 claimBytes;
    /// Operations that share one claim, 1 at least.
    uint32 operationsPerClaim;
}

/// @dev What a deployment is made of: the constructor argument of the rollup.
struct Settings {
    /// Address whose header signatures count.
    address sequencer;
    /// Names the claimers and quotes the price of data.
    address operator;
    /// Receives the revenue of the shards.
    address treasury;
    /// First account that may claim; the operator may name more.
    address claimer;
    FeeParameters fees;
    /// Milliseconds after which a queued item must be consumed by the next block; 1 to 30 days.
    uint64 forceDelayMs;
    /// Milliseconds since 1970.
    uint64 genesisTimestamp;
    Prices genesisPrices;
    /// hash_tree_root of the state before the first block.
    bytes32 genesisStateRoot;
    Windows windows;
    /// Wei that a claimer has at stake whenever it claims.
    uint128 bond;
    /// Seconds that a bond stays locked after its claimer's last claim is final; no less than the challenge window.
    uint32 evidencePeriod;
    /// Smallest deposit in mwei, 1 at least.
    uint64 minDeposit;
    PriceRules priceRules;
}

/// @dev Everything a node must know, read from the rollup alone. Units as in `Settings`.
struct RollupParameters {
    uint256 chainId;
    address inbox;
    /// L2 block of the deployment: no event is older.
    uint64 deploymentBlock;
    address sequencer;
    address operator;
    address treasury;
    FeeParameters fees;
    uint64 forceDelayMs;
    uint64 genesisTimestamp;
    Prices genesisPrices;
    bytes32 genesisLineage;
    bytes32 genesisStateRoot;
    Windows windows;
    uint128 bond;
    uint32 evidencePeriod;
}

/// @dev Units as in `Settings`.
struct InboxParameters {
    address rollup;
    address operator;
    address treasury;
    uint64 minDeposit;
    PriceRules priceRules;
}
