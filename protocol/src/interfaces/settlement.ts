import type { ChainConfig } from '../config.ts'
import type { CodedError } from '../faults.ts'
import type { RulesVersion, Schedule, SequencerKey } from '../schedule.ts'
import type { Bytes20, Bytes32 } from '../ssz/primitives.ts'
import type { BlockHeader } from '../types/block.ts'
import type { BatchClaim, DataPart, RescuedRun } from '../types/claim.ts'
import type { QueuedItem } from '../types/inbox.ts'
import type { Millis } from '../units.ts'

/** A block of the L2, by number and hash: what a cursor stands on. */
export interface L2Position {
  readonly blockNumber: bigint
  readonly blockHash: Bytes32
}

/** How settled an L2 block must be before its events are told. */
export type L2Confidence = 'latest' | 'safe' | 'finalized'

/**
 * A piece of a claim's data: page `page` of block `block` of one part, 0 the core and 1 the witness. `block` equal to the
 * number of blocks names the list of all blocks' roots.
 */
export interface DataPlace {
  readonly part: number
  readonly block: number
  readonly page: number
}

/**
 * What happened on the L2, in its order. `rollback` voids every event told of blocks after `to`.
 * Claim 0, which stands for the state before the first block, is told neither as claimed nor as final.
 */
export type SettlementEvent =
  | { readonly kind: 'item'; readonly at: L2Position; readonly queued: QueuedItem }
  | {
      readonly kind: 'claim'
      readonly at: L2Position
      readonly hash: Bytes32
      readonly claim: BatchClaim
      /** The key's signature of the last header, r ‖ s ‖ v; left out of a claim that a rescue made, which nobody signed. */
      readonly seal?: Uint8Array
    }
  | {
      readonly kind: 'removal'
      readonly at: L2Position
      /** Claims above this number no longer stand; with that of the latest claim a new lineage begins all the same. */
      readonly standing: bigint
      readonly lineage: Bytes32
    }
  | { readonly kind: 'final'; readonly at: L2Position; readonly number: bigint; readonly hash: Bytes32 }
  /** `key` is added to the schedule; entries from its block on are void. The deployment's own key and rules are not told. */
  | { readonly kind: 'key'; readonly at: L2Position; readonly key: SequencerKey }
  | { readonly kind: 'rules'; readonly at: L2Position; readonly version: RulesVersion }
  /** The version of the rules announced last, which was to begin at `from`, is taken back. */
  | { readonly kind: 'rules withdrawn'; readonly at: L2Position; readonly from: bigint }
  /** What stands at `place` of the claim with `hash` was asked for and must be answered until `deadline`, in seconds of the L2. */
  | {
      readonly kind: 'challenge'
      readonly at: L2Position
      readonly hash: Bytes32
      readonly place: DataPlace
      readonly challenger: Bytes20
      readonly deadline: bigint
    }
  /** What was asked for was answered: the contract checked that `data` stands there. */
  | {
      readonly kind: 'answer'
      readonly at: L2Position
      readonly hash: Bytes32
      readonly place: DataPlace
      readonly data: Uint8Array
    }
  /** The claim told before was made by a rescue, of these items. */
  | {
      readonly kind: 'rescue'
      readonly at: L2Position
      readonly number: bigint
      readonly hash: Bytes32
      readonly runs: readonly RescuedRun[]
    }
  | { readonly kind: 'rollback'; readonly to: L2Position }

/** How rescues stand at the L2's latest block. Times in seconds of the L2, 0 for none. @see docs/spec/settlement.md#silence-and-rescue */
export interface Silence {
  /** The item that the silence declared last is about, and from when rescues may be made unless it is consumed before. */
  readonly index: bigint
  readonly opensAt: bigint
  /** Rescues may be made now. */
  readonly open: boolean
  /** Rescues have begun, and nobody else claims until the operator resumes. */
  readonly inRescue: boolean
  /** From when the operator may let ordinary claims return. */
  readonly resumesAt: bigint
}

/** Of a chain on which none was ever declared. */
export const noSilence: Silence = { index: 0n, opensAt: 0n, open: false, inRescue: false, resumesAt: 0n }

/** One block of inbox items, claimed by anybody in a silence. Everything else of it follows from `parent` and the queue. */
export interface RescueRequest {
  /** The claim at the head, whole. */
  readonly parent: BatchClaim
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly stateRoot: Bytes32
  /** The inbox's price point that holds after `parent`: how many price items it has consumed. */
  readonly pricePoint: bigint
  readonly runs: readonly RescuedRun[]
}

/** A page of events and where the next page starts. `caughtUp` when the page ends at the L2's head. */
export interface SettlementPage {
  readonly events: readonly SettlementEvent[]
  readonly cursor: L2Position
  /** L2 time of the cursor's block: every item queued before it has been told. */
  readonly time: Millis
  readonly caughtUp: boolean
}

/** Told how asking the L2 goes, also when there is nothing new. */
export interface FollowWatch {
  answered(): void
  failed(error: CodedError): void
}

/** The claim that the next one must follow. */
export interface ClaimHead {
  readonly number: bigint
  readonly hash: Bytes32
  readonly lastHeader: BlockHeader
  /** It was made by a rescue: its header is nobody's to sign. */
  readonly rescued: boolean
}

/** What a node and a sequencer read of the L2. */
export interface SettlementReader {
  /** Parameters as the contracts have them. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  config(signal: AbortSignal): Promise<ChainConfig>
  /** Whose header signatures count when, and which rules hold when, as announced up to the L2's latest block. */
  schedule(signal: AbortSignal): Promise<Schedule>
  /** Lineage in force. */
  lineage(signal: AbortSignal): Promise<Bytes32>
  silence(signal: AbortSignal): Promise<Silence>
  /** Header that stands for the state before the first block. */
  genesis(signal: AbortSignal): Promise<BlockHeader>
  /** Latest claim standing, at the L2's latest block. */
  head(signal: AbortSignal): Promise<ClaimHead>
  /**
   * Events from `cursor` on (from the deployment when undefined), following `confidence`. When the cursor's block is no
   * longer canonical the first event is a `rollback`. Gives a page whenever the followed head has moved, without events
   * too: a sequencer must not stamp a block later than it knows the inbox. Ends when `signal` aborts. An L2 that does not
   * answer is waited for; `watch` is told.
   */
  follow(
    cursor: L2Position | undefined,
    confidence: L2Confidence,
    signal: AbortSignal,
    watch?: FollowWatch,
  ): AsyncIterable<SettlementPage>
}

/** A batch ready to be claimed. */
export interface ClaimRequest {
  readonly number: bigint
  readonly parent: Bytes32
  readonly lineage: Bytes32
  readonly coreRoot: Bytes32
  readonly witnessRoot: Bytes32
  readonly lastHeader: BlockHeader
  readonly core: DataPart
  readonly witness: DataPart
  /** 65 bytes, r ‖ s ‖ v: the sequencer's signature of the last header. */
  readonly signature: Uint8Array
}

export interface ClaimReceipt {
  readonly number: bigint
  readonly hash: Bytes32
  readonly at: L2Position
  readonly gasUsed: bigint
  /** What the L2 took for that gas, in wei. */
  readonly fee?: bigint
  /** What it took beside for the L1, in wei; left out where it does not say. */
  readonly l1Fee?: bigint
}

/** What sends transactions to the L2; the only owner of its account's nonce. */
export interface Settlement extends SettlementReader {
  /**
   * Claims a batch. Claiming the same batch again, also after a restart, gives the receipt of the first time.
   * @throws {SettlementError} `CLAIM_CONFLICT` when another claim has this number, `CLAIM_REFUSED` with the contract's
   * error, `SETTLEMENT_UNAVAILABLE` (retry); and what sending throws.
   */
  claim(request: ClaimRequest, signal: AbortSignal): Promise<ClaimReceipt>
  /**
   * What the claim took that stands under a number, whoever made it; undefined when none stands there.
   * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE` (retry).
   */
  receiptOf(number: bigint, signal: AbortSignal): Promise<ClaimReceipt | undefined>
  /** Makes final what can be; returns the number of the latest final claim. */
  finalize(signal: AbortSignal): Promise<bigint>
  close(): Promise<void>
}
