import type { FeeParameters } from './config.ts'
import type { Bytes20 } from './ssz/primitives.ts'
import type { BlockHeader } from './types/block.ts'

/** Who signs headers from block `from` on, until the next entry's. @see docs/spec/settlement.md#keys */
export interface SequencerKey {
  readonly from: bigint
  readonly key: Bytes20
  /** Signs receipts; 20 zero bytes while there are none. */
  readonly receiptKey: Bytes20
  /** Whose bond answers for the key. */
  readonly bondOwner: Bytes20
}

/** Rules of all blocks whose timestamp is `from` or later, until the next version's. @see docs/spec/settlement.md#rules */
export interface RulesVersion {
  /** Milliseconds since 1970; 0 for the first version. */
  readonly from: bigint
  /** L2 time of the announcement, in seconds. */
  readonly announcedAt: bigint
  /** What programs must know. */
  readonly number: number
  /** Whose certificates count on the committee's layer; 20 zero bytes for none. */
  readonly dataCommittee: Bytes20
  readonly fees: FeeParameters
}

/** What the L2 says of keys and rules, each by `from`, rising from 0. */
export interface Schedule {
  readonly keys: readonly SequencerKey[]
  readonly rules: readonly RulesVersion[]
}

/** Number of the rules that this version of the protocol knows. */
export const knownRules = 1

/** Whose signature counts for the header of block `number`. */
export function sequencerAt(keys: readonly SequencerKey[], number: bigint): SequencerKey {
  const found = keys.findLast(({ from }) => from <= number)
  if (found === undefined) throw new RangeError(`no key signs block ${number}`)
  return found
}

/** The rules of a block of the time `timestamp`, in milliseconds. */
export function rulesAt(versions: readonly RulesVersion[], timestamp: bigint): RulesVersion {
  const found = versions.findLast(({ from }) => from <= timestamp)
  if (found === undefined) throw new RangeError(`no rules hold at ${timestamp}`)
  return found
}

/**
 * The first version that a program does not know which knows `knownRules` with the fees of the deployment: at its `from`
 * the program must have stopped. Verifiers and committee do not change what a block does.
 */
export function unknownRules(versions: readonly RulesVersion[], known: FeeParameters): RulesVersion | undefined {
  return versions.find(({ number, fees }) => number !== knownRules || !sameFees(fees, known))
}

/** A schedule on which nothing was ever announced, for chains without contracts. */
export function firstSchedule(key: Bytes20, fees: FeeParameters): Schedule {
  const none = new Uint8Array(20)
  return {
    keys: [{ from: 0n, key, receiptKey: none, bondOwner: none }],
    rules: [{ from: 0n, announcedAt: 0n, number: knownRules, dataCommittee: none, fees }],
  }
}

/**
 * Whether a batch after `parent` that begins with `first` may take in `next`: a claim lies within one key and one version
 * of the rules. Where rules change between `parent` and a block, that block is a batch of its own.
 */
export function mayShareBatch(
  { keys, rules }: Schedule,
  parent: Pick<BlockHeader, 'timestamp'>,
  first: Pick<BlockHeader, 'number'>,
  next: Pick<BlockHeader, 'number' | 'timestamp'>,
): boolean {
  if (first.number === next.number) return true
  const sameKey = sequencerAt(keys, first.number).from === sequencerAt(keys, next.number).from
  return sameKey && rulesAt(rules, next.timestamp).from <= parent.timestamp
}

const sameFees = (a: FeeParameters, b: FeeParameters): boolean =>
  a.minPrice === b.minPrice && a.target === b.target && a.fraction === b.fraction
