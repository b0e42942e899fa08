import assert from 'node:assert/strict'
import type { ClaimRequest, L2Position, Settlement, SettlementEvent, SettlementPage } from '../interfaces/settlement.ts'
import { signDigestRecoverable } from '../signing/keys.ts'
import { domainSeparator, headerDigest } from '../signing/typed-data.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import type { ComplianceCase } from './case.ts'

/** Secret of the key that signs headers where the suite runs: it makes blocks up. */
export const complianceSequencer: Uint8Array = new Uint8Array(32).fill(0x5e)

/**
 * What the suite needs behind a settlement: an L2 of its own for each case, with Parley freshly deployed, the key of
 * `complianceSequencer` its sequencer's.
 */
export interface SettlementHarness {
  /** Of an account that may claim and has its bond. */
  readonly settlement: Settlement
  /** Stops the settlement as a crash would and opens it again on what it had stored. */
  restart(): Promise<Settlement>
  /** Queues a deposit in `shard` and resolves once it is in a block. */
  queue(shard: number): Promise<void>
  /** Makes empty blocks. */
  advance(blocks: number): Promise<void>
  /** Replaces the latest `depth` blocks by as many empty ones. */
  reorganise(depth: number): Promise<void>
  /** Hash of the block before the one at `position`. */
  parentOf(position: L2Position): Promise<Bytes32>
  /** Lets the windows of all claims pass. */
  passWindows(): Promise<void>
  dispose(): Promise<void>
}

export type SettlementCheck = (harness: SettlementHarness, signal: AbortSignal) => Promise<void>

/** Longest that a check waits, in milliseconds. */
const deadlineMs = 25_000

/** Cases of checks, each with a harness of its own. */
export function settlementCases(
  lease: () => Promise<SettlementHarness>,
  checks: Readonly<Record<string, SettlementCheck>>,
): readonly ComplianceCase[] {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    async run() {
      const harness = await lease()
      try {
        await check(harness, AbortSignal.timeout(deadlineMs))
      } finally {
        await harness.dispose()
      }
    },
  }))
}

/** A claim that may follow the one at the head; `content` distinguishes it from others in its place. */
export async function nextClaim(settlement: Settlement, content: number, signal: AbortSignal): Promise<ClaimRequest> {
  const [head, lineage, config] = await Promise.all([
    settlement.head(signal),
    settlement.lineage(signal),
    settlement.config(signal),
  ])
  const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
  const lastHeader = {
    ...head.lastHeader,
    number: head.lastHeader.number + 2n,
    timestamp: head.lastHeader.timestamp + 500n,
    lineage,
    stateRoot: filled(content + 2),
  }
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), lastHeader)
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: filled(content),
    witnessRoot: filled(content + 1),
    lastHeader,
    core: { layer: 0, pointer: new Uint8Array([content, 1]) },
    witness: { layer: 1, pointer: new Uint8Array([content, 2]) },
    signature: signDigestRecoverable(complianceSequencer, digest),
  }
}

/** Follows until `enough`, and tells all events and the last page; fails when the signal aborts before. */
export async function followUntil(
  settlement: Settlement,
  cursor: L2Position | undefined,
  enough: (events: readonly SettlementEvent[], page: SettlementPage) => boolean,
  signal: AbortSignal,
): Promise<{ readonly events: readonly SettlementEvent[]; readonly page: SettlementPage }> {
  const events: SettlementEvent[] = []
  const stop = new AbortController()
  try {
    for await (const page of settlement.follow(cursor, 'latest', AbortSignal.any([signal, stop.signal]))) {
      events.push(...page.events)
      if (enough(events, page)) return { events, page }
    }
  } finally {
    stop.abort()
  }
  return assert.fail(`the follower ended or waited too long after ${events.length} events`)
}
