import { createSequencerClient } from '@parley/client'
import { rollupAbi } from '@parley/contracts'
import {
  Closing,
  deriveRoles,
  devMnemonic,
  FinalityTracker,
  type RoleName,
  randomStream,
  readNode,
  type Stack,
  verifiedRoot,
  waitFor,
} from '@parley/lab'
import { sameBytes } from '@parley/protocol'
import { bytesToHex, createPublicClient, createTestClient, http } from 'viem'
import type { Acknowledged } from './acknowledged.ts'
import { readFallen } from './fallen.ts'
import { SeenHeaders } from './headers.ts'
import { killRepeatedly } from './killer.ts'
import { Liar } from './liar.ts'
import { lieKinds } from './lies.ts'
import { loadBeside, type Run } from './load-under-kills.ts'
import { findLost } from './lost.ts'
import { type CrashDeps, onStack } from './on-stack.ts'
import { contradict } from './rivals.ts'
import { countLies, type LieCounts, readClaimEvents } from './told-claims.ts'

export interface CrashLiesOptions {
  readonly moments: number
  readonly seed: string
  readonly messagesPerSecond: number
  /** Keeps data and logs. */
  readonly keep: boolean
}

/** What the run prints as its last line. */
export interface CrashLiesReport extends LieCounts {
  readonly moments: number
  readonly acknowledged: number
  /** Acknowledged, not in the final history, and not told to have fallen. */
  readonly acknowledgedLost: number
  /** Accepted entries that the sequencer told to have fallen with a removal. */
  readonly fallen: number
  readonly doubleSigned: number
  /** Whether the batcher and the owner of the key's bond still have it whole. */
  readonly honestBondsKept: boolean
  readonly rootsEqual: boolean
  /** Lies by kind. */
  readonly kinds: Readonly<Record<string, number>>
  /** Kills by who was killed, and what was under way. */
  readonly kills: Readonly<Record<string, number>>
}

export const heldAgainstLies = (report: CrashLiesReport): boolean =>
  report.acknowledged > 0 &&
  report.acknowledgedLost === 0 &&
  report.doubleSigned === 0 &&
  report.lies > 0 &&
  report.removed === report.lies &&
  report.unprovoked === 0 &&
  report.claimedTwice === 0 &&
  report.honestBondsKept &&
  report.rootsEqual

/** Long enough for a node that is killed now and then on a busy machine. Seconds. */
const windows = { challenge: 60, data: 60, answer: 15, proof: 15 }
/** Blocks come every two seconds at most, and some lies are about two that nobody has claimed. */
const batchAgeMs = 4_000
const everyMs = 100
const withinMs = 180_000
const loggedLosses = 20

type Stage = 'nothing' | 'a lie stands' | 'rolled back'

/** As `runCrash`, while wrong claims are made and taken back all the time. */
export function runCrashLies(
  deps: CrashDeps,
  options: CrashLiesOptions,
  signal: AbortSignal,
): Promise<CrashLiesReport> {
  const changed = { windows, evidencePeriod: windows.challenge + 60, upgradeNotice: 3_600 }
  return onStack(
    deps,
    { ...options, layer: 'local' },
    { node: 'challenges', changed, batchAgeMs },
    (run, either) =>
      Closing.guard(async (closing) => {
        const liar = await Liar.open(run, closing, either)
        const report = await new LyingRun(run, liar, either).all(options)
        await closing.close()
        return report
      }),
    signal,
  )
}

class LyingRun {
  private readonly run: Run
  private readonly liar: Liar
  private readonly signal: AbortSignal
  private readonly headers = new SeenHeaders()
  private readonly kinds: Record<string, number> = {}
  private readonly kills: Record<string, number> = {}
  private stage: Stage = 'nothing'
  private killed = false

  constructor(run: Run, liar: Liar, signal: AbortSignal) {
    this.run = run
    this.liar = liar
    this.signal = signal
  }

  async all(options: CrashLiesOptions): Promise<CrashLiesReport> {
    const { run, signal } = this
    const chain = await this.liar.settlement.config(signal)
    const { acknowledged } = await loadBeside(
      run,
      { chain, tracker: new FinalityTracker() },
      options.messagesPerSecond,
      (said) => this.lieAndKill(options.moments, said),
      signal,
    )
    await this.settle(acknowledged.latestBlock)
    return this.report(options.moments, acknowledged)
  }

  private async lieAndKill(moments: number, acknowledged: Acknowledged): Promise<void> {
    const { run, signal } = this
    const killing = killRepeatedly(
      {
        ...run,
        random: randomStream(run.derive, 'killer'),
        onMoment: async () => {
          await this.wait('a lie', () => (this.stage === 'nothing' ? undefined : true))
        },
        onKill: (role) => this.countKill(role),
        onRestart: async (role) => {
          if (role === 'sequencer') await this.look()
        },
      },
      moments,
      signal,
    ).finally(() => {
      this.killed = true
    })
    await Promise.all([killing, this.lie(acknowledged)])
    // What is answered from here on is in the last lineage, and everything answered before is in no later block.
    const before = acknowledged.messages.length
    await this.wait('a message after the last removal', () =>
      acknowledged.messages.length > before ? true : undefined,
    )
  }

  /**
   * Tells one lie after another until all kills are done, and waits for the end of each. While it stands, members say
   * something else past the sequencer: after the removal that comes first, and what was accepted of them falls.
   */
  private async lie(acknowledged: Acknowledged): Promise<void> {
    const { liar, run } = this
    const { chainId } = await liar.settlement.config(this.signal)
    for (let told = 0; !this.killed; told += 1) {
      const kind = lieKinds[told % lieKinds.length] as (typeof lieKinds)[number]
      const claim = await liar.tell(kind)
      this.stage = 'a lie stands'
      this.kinds[kind] = (this.kinds[kind] ?? 0) + 1
      run.log.info({ kind, claim: claim.number }, 'a lie was told')
      await contradict(run.stack, chainId, acknowledged)
      await liar.gone(claim)
      this.stage = 'rolled back'
      const removedAt = run.clock.elapsed()
      await this.goneOn(told % 2 === 0)
      run.log.info({ claim: claim.number, tookMs: Math.round(run.clock.elapsed() - removedAt) }, 'all go on')
      this.stage = 'nothing'
    }
  }

  /** Waits until the sequencer takes messages in the lineage in force, and perhaps the batcher claims in it. */
  private async goneOn(claims: boolean): Promise<void> {
    const { settlement } = this.liar
    const { signal } = this
    await this.wait('the sequencer in the new lineage', async () => {
      const told = await this.client.status(signal).catch(() => undefined)
      return told?.ready && sameBytes(told.lineage, await settlement.lineage(signal)) ? true : undefined
    })
    await this.look()
    if (!claims) return
    await this.wait('a claim in the new lineage', async () => {
      const { lastHeader } = await settlement.head(signal)
      return sameBytes(lastHeader.lineage, await settlement.lineage(signal)) ? true : undefined
    })
  }

  /** Remembers the headers that the sequencer tells now, if it tells them. */
  private async look(): Promise<void> {
    await this.headers.readAll(this.run.stack.places.sequencerUrl, this.signal).catch((error: unknown) => {
      if (this.signal.aborted) throw error
      // It is killed or ends its life for a new lineage meanwhile: what was read is remembered.
      this.run.log.debug({ err: error }, 'headers were not read to the end')
    })
  }

  private countKill(role: RoleName): void {
    const name = `${role}, ${this.stage}`
    this.kills[name] = (this.kills[name] ?? 0) + 1
  }

  /** Waits until everything up to `block` is claimed and verified, and lets the L2's time pass until it is final. */
  private async settle(block: bigint): Promise<void> {
    const { signal } = this
    const { places } = this.run.stack
    await this.wait('everything to be claimed', async () => {
      const { lastHeader } = await this.liar.settlement.head(signal)
      return lastHeader.number >= block ? true : undefined
    })
    await this.wait('the node to verify everything', async () => {
      const node = await readNode(places.nodeUrl as string, signal)
      return node.block >= block && node.state === 'following' ? true : undefined
    })
    const l2 = createTestClient({ mode: 'anvil', transport: http(places.l2Url) })
    await l2.increaseTime({ seconds: windows.challenge + 1 })
    await l2.mine({ blocks: 1 })
    await this.wait('everything to be final', async () => {
      const { finalBlock } = await readNode(places.nodeUrl as string, signal)
      return finalBlock >= block ? true : undefined
    })
  }

  private async report(moments: number, acknowledged: Acknowledged): Promise<CrashLiesReport> {
    const { run, signal, headers } = this
    const { places } = run.stack
    await headers.readAll(places.sequencerUrl, signal)
    const { events, claims } = await readClaimEvents(places.l2Url, places.rollup)
    for (const { lastHeader } of claims) headers.record(lastHeader)
    const fallen = await readFallen(places.sequencerUrl, signal)
    const lost = await findLost(places.nodeUrl as string, acknowledged.messages, signal, fallen)
    for (const message of lost.slice(0, loggedLosses)) run.log.error({ ...message }, 'acknowledged and lost')
    return {
      moments,
      acknowledged: acknowledged.messages.length,
      acknowledgedLost: lost.length,
      fallen: fallen.size,
      doubleSigned: headers.doubled,
      ...countLies(events, bytesToHex(this.liar.address)),
      honestBondsKept: await bondsKept(run.stack),
      rootsEqual: await this.rootsEqual(acknowledged.latestBlock),
      kinds: this.kinds,
      kills: this.kills,
    }
  }

  /** Whether the node verified every block with the root that the sequencer tells. */
  private async rootsEqual(last: bigint): Promise<boolean> {
    const { nodeUrl } = this.run.stack.places
    for (let number = 1n; number <= last; number += 1n) {
      const sealed = await this.client.block(number, this.signal)
      const verified = await verifiedRoot(nodeUrl as string, number, this.signal)
      if (sealed === undefined || verified !== bytesToHex(sealed.block.header.stateRoot)) return false
    }
    return last > 0n
  }

  private get client() {
    return createSequencerClient({ url: this.run.stack.places.sequencerUrl, clock: this.run.clock })
  }

  private async wait(waitedFor: string, look: () => Promise<true | undefined> | true | undefined): Promise<void> {
    await waitFor(waitedFor, look, { clock: this.run.clock, everyMs, withinMs }, this.signal)
  }
}

async function bondsKept({ places }: Stack): Promise<boolean> {
  const client = createPublicClient({ transport: http(places.l2Url) })
  const rollup = { address: places.rollup, abi: rollupAbi } as const
  const { bond } = await client.readContract({ ...rollup, functionName: 'parameters' })
  const { batcher, bondOwner } = deriveRoles(devMnemonic, 0)
  const bonds = await Promise.all(
    [batcher, bondOwner].map(({ address }) =>
      client.readContract({ ...rollup, functionName: 'bondOf', args: [address] }),
    ),
  )
  return bonds.every(([held]) => held >= bond)
}
