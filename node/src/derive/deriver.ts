import { type Bytes20, knownRules, millis, type RulesVersion, sameBytes, unknownRules } from '@parley/protocol'
import { NodeError } from '../faults.ts'
import type { L2Contact } from '../l2/contact.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { type AbsentClaim, AbsentClaims } from './absent-claims.ts'
import { type ClaimedBlocks, ClaimReader, type ClaimReaderDeps, type ClaimReaderOptions } from './claim-reader.ts'
import { ClaimVerifier, type ClaimVerifierDeps, type Refusal } from './claim-verifier.ts'

/** Who takes wrong claims back. */
export interface ClaimChallenger {
  /** Whose deposits are not forgotten before they are back. */
  readonly address: Bytes20
  /**
   * Contests a claim from here on; the lanes stand at its parent.
   * @param gone - Aborts when the claim no longer stands.
   * @param signal - Aborts when the node stops.
   */
  contest(refusal: Refusal, gone: AbortSignal, signal: AbortSignal): void
}

export interface DeriverDeps extends ClaimReaderDeps, ClaimVerifierDeps {
  readonly store: ChainStore
  readonly contact: L2Contact
  /** Takes wrong claims back; left out, they are only told. */
  readonly challenger: ClaimChallenger | undefined
}

export interface DeriverOptions extends ClaimReaderOptions {
  /** Blocks whose signatures are kept after they are final; Infinity keeps all. */
  readonly witnessKeptBlocks: number
}

/** Claims of the L2 in order → fetched → completed → every root compared. */
export class Deriver {
  private readonly deps: DeriverDeps
  private readonly options: DeriverOptions
  private readonly claims: ClaimReader
  private readonly absentClaims: AbsentClaims
  /** The claim that was found wrong; looked at again only when another takes its place. */
  private wrong: ClaimRecord | undefined
  /** Ends what was begun against it. */
  private gone = new AbortController()
  /** Whether the next claim is made by rules that this version does not know. */
  private halted = false
  private prunedThrough = 0n
  /** Claims being fetched or verified in this turn. */
  private underWay: readonly ClaimRecord[] = []
  private followed = false
  /** Claims verified since there was last nothing to verify. */
  private verifiedInARow = 0

  constructor(deps: DeriverDeps, options: DeriverOptions) {
    this.deps = deps
    this.options = options
    this.claims = new ClaimReader(deps, options)
    this.absentClaims = new AbsentClaims(deps, this.claims)
  }

  /** Runs until the signal aborts. @throws what nothing here can mend: a dead lane, a store that fails, a defect. */
  async run(signal: AbortSignal): Promise<void> {
    const { l2, contact } = this.deps
    while (!signal.aborted) {
      const seen = l2.seen
      const turn = this.watch(seen, signal)
      try {
        await this.letGo()
        await this.align()
        await this.deps.chain.followFinality()
        const next = await this.next(signal)
        if (next !== undefined) {
          await this.derive(next, signal, turn.signal)
        } else {
          // Before the L2 was read to its head, there may be claims that are not in the log yet.
          if (this.wrong === undefined && !this.halted && contact.caughtUp) this.caughtUp()
          await l2.changed(seen, signal)
        }
      } catch (error) {
        // Called off because the L2 changed what is to be derived: the next turn looks afresh.
        if (!(error instanceof ClaimGone) && !signal.aborted) throw error
      } finally {
        turn.end()
      }
    }
  }

  /** Claims whose data is not there, in their order. */
  absent(signal: AbortSignal): Promise<readonly AbsentClaim[]> {
    return this.absentClaims.find(signal)
  }

  /** Everything claimed is verified. The log says so at the start and after several claims in a row. */
  private caughtUp(): void {
    const { progress, store, log } = this.deps
    const { claim, block, rootsCompared, rootsEqual } = store.tip
    if (progress.state !== 'following' && (!this.followed || this.verifiedInARow > 1))
      log.info({ claim, block, rootsCompared, rootsEqual }, 'caught up: every claim on the L2 is verified')
    this.followed = true
    this.verifiedInARow = 0
    progress.idle()
  }

  /** Forgets the wrong claim once it no longer stands, before the lanes leave its parent. */
  private async letGo(): Promise<void> {
    if (this.wrong === undefined || (await this.stands(this.wrong))) return
    this.deps.log.info({ claim: this.wrong.claim.number }, 'the wrong claim is gone, verification goes on')
    this.gone.abort()
    this.wrong = undefined
  }

  /** Takes back what was verified of claims that no longer stand, and of one that was not verified to its end. */
  private async align(): Promise<void> {
    const { store, l2, chain, log, progress } = this.deps
    let claim = store.tip.claim
    while (claim > 0n) {
      const [standing, verified] = await Promise.all([l2.claim(claim), store.claim(claim)])
      if (standing !== undefined && verified !== undefined && sameBytes(standing.hash, verified.hash)) break
      // Below where this node joined there is nothing to go back to but the first block.
      claim = claim === store.joined?.claim ? 0n : claim - 1n
    }
    const partly = store.tip.block > store.tip.claimBlock
    if (claim === store.tip.claim && !partly && chain.state !== undefined) return
    if (claim < store.tip.claim)
      log.warn({ verified: store.tip.claim, standing: claim }, 'verified claims no longer stand on the L2')
    progress.starting(undefined)
    await chain.resetTo(claim)
  }

  /** The claim to verify next; also sets what is fetched ahead. */
  private async next(signal: AbortSignal): Promise<ClaimRecord | undefined> {
    const records = await this.claims.standing(this.deps.store.tip.claim + 1n)
    const [next] = records
    if (this.wrong !== undefined) return undefined
    this.halted = next !== undefined && this.haltsAt(next)
    if (this.halted) return undefined
    await this.claims.want(records, signal)
    return next
  }

  /** Tells when a claim's rules are unknown; verification stands still then. */
  private haltsAt(record: ClaimRecord): boolean {
    const { progress, log, metrics } = this.deps
    const unknown = this.unknownRulesOf(record)
    if (unknown === undefined) return false
    const { from, number: rules } = unknown
    const fault = new NodeError({ code: 'RULES_UNKNOWN', claim: record.claim.number, from, rules, known: knownRules })
    if (!this.halted) {
      metrics.faults.inc({ code: fault.fault.code })
      log.error({ fault: fault.toJSON() }, 'RULES UNKNOWN: verification stands still')
    }
    progress.halted(record, fault)
    return true
  }

  private unknownRulesOf({ claim }: ClaimRecord): RulesVersion | undefined {
    const { l2, config } = this.deps
    const unknown = unknownRules(l2.summary?.rules ?? [], config.fees)
    return unknown !== undefined && claim.lastHeader.timestamp >= unknown.from ? unknown : undefined
  }

  /** Verifies a claim, and those after it that are there in time. @param signal - Of the run; `turn` of this call. */
  private async derive(record: ClaimRecord, signal: AbortSignal, turn: AbortSignal): Promise<void> {
    const { progress, chain, l2 } = this.deps
    await this.begin(record)
    progress.deriving(record, this.claims.faultOf(record))
    const claimed = await this.claims.obtain(record, turn)
    progress.deriving(record, undefined)
    const verifier = new ClaimVerifier(this.deps, {
      follow: (claim, after, late) => this.follow(claim, after, late, signal),
      verified: (claimed, tookMs) => this.verified(claimed, tookMs),
    })
    const refusal = await verifier.run(claimed, turn)
    if (refusal !== undefined) await this.refuse(refusal, signal)
    else await chain.snapshotIfDue(l2.summary?.final ?? 0n)
  }

  /** The claim after `claim`, when it is there before lanes wait for it and nothing has to happen between the two. */
  private async follow(
    claim: ClaimRecord,
    after: VerifiedState,
    late: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<ClaimedBlocks | undefined> {
    if (this.options.fetchAhead === 0 || this.deps.chain.isSnapshotDue(after.header.number)) return undefined
    const records = await this.claims.standing(claim.claim.number + 1n)
    const [next] = records
    if (next === undefined || this.unknownRulesOf(next) !== undefined) return undefined
    await this.claims.want(records, signal)
    const claimed = await this.claims.ahead(next, after, late)
    if (claimed !== undefined) await this.begin(next)
    return claimed
  }

  /** From now on it is noticed when the claim no longer stands. @throws {ClaimGone} */
  private async begin(record: ClaimRecord): Promise<void> {
    this.underWay = [...this.underWay, record]
    if (!(await this.stands(record))) throw new ClaimGone()
  }

  private async verified({ record, blocks }: ClaimedBlocks, tookMs: number): Promise<void> {
    const { metrics, log } = this.deps
    this.underWay = this.underWay.filter((each) => each !== record)
    this.verifiedInARow += 1
    metrics.verifySeconds.observe(tookMs / 1000)
    const block = blocks.at(-1)?.header.number
    log.info({ claim: record.claim.number, block, blocks: blocks.length, tookMs }, 'claim verified')
    await this.prune()
  }

  /** Halts at a wrong claim: names the difference, goes back to the last good state and waits for the L2. */
  private async refuse(refusal: Refusal, signal: AbortSignal): Promise<void> {
    const { record, fault } = refusal
    const { log, metrics, progress, store, chain } = this.deps
    this.wrong = record
    metrics.faults.inc({ code: fault.fault.code })
    log.error({ claim: record.claim.number, fault: fault.toJSON() }, 'THE CLAIM IS WRONG: verification stands still')
    progress.refused(record, fault)
    await store.countRoots(1, 0)
    await chain.resetTo(store.tip.claim)
    this.gone = new AbortController()
    this.deps.challenger?.contest(refusal, this.gone.signal, signal)
  }

  /** Forgets what no verification can need: answers of final claims, parts of batches that have been final for long, and signatures that are final and before the newest final snapshot. */
  private async prune(): Promise<void> {
    const { l2, store, chain, challenger, archive } = this.deps
    const { witnessKeptBlocks } = this.options
    await l2.forgetQuestions(l2.summary?.final ?? 0n, challenger?.address)
    await archive.forget(l2.summary?.final ?? 0n, l2.summary?.time ?? millis(0n))
    if (witnessKeptBlocks === Number.POSITIVE_INFINITY) return
    const finalClaim = l2.summary?.final ?? 0n
    const final = await store.claim(finalClaim)
    const restorable = await chain.newestSnapshot(finalClaim)
    if (final === undefined || restorable === undefined) return
    const kept = final.last - BigInt(witnessKeptBlocks)
    const through = kept < restorable ? kept : restorable
    if (through <= this.prunedThrough) return
    await store.prune(through)
    this.prunedThrough = through
  }

  private async stands({ claim, hash }: ClaimRecord): Promise<boolean> {
    const now = await this.deps.l2.claim(claim.number)
    return now !== undefined && sameBytes(now.hash, hash)
  }

  /** A signal that aborts when a claim under way is no longer the one that stands. */
  private watch(seen: number, signal: AbortSignal): { signal: AbortSignal; end: () => void } {
    const controller = new AbortController()
    const { l2 } = this.deps
    this.underWay = []
    const look = async (since: number): Promise<void> => {
      let version = since
      while (!controller.signal.aborted) {
        await l2.changed(version, controller.signal)
        version = l2.seen
        for (const record of this.underWay) if (!(await this.stands(record))) controller.abort(new ClaimGone())
      }
    }
    // Rejects only when it is called off: by the end of the turn or by what it found.
    look(seen).catch(() => undefined)
    return { signal: AbortSignal.any([signal, controller.signal]), end: () => controller.abort(new ClaimGone()) }
  }
}

/** The claim under way no longer stands, or another one took its place. */
class ClaimGone extends Error {
  override readonly name = 'ClaimGone'
}
