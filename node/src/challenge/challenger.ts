import { type Bytes20, type ChainConfig, CodedError, portableVerifier, toHex } from '@parley/protocol'
import type { ClaimFault, Proof } from '@parley/protocol/fraud'
import { type BackoffOptions, backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { partsOf, type Refusal } from '../derive/claim-verifier.ts'
import type { ClaimChallenger } from '../derive/deriver.ts'
import type { VerifiedChain } from '../derive/verified-chain.ts'
import type { NodeFault } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import { pricePoints } from '../l2/price-points.ts'
import type { ContestFunds, NodeMetrics } from '../metrics.ts'
import { writeClaimProof } from './claim-proof.ts'
import type { ClaimContester } from './contester.ts'
import { turnOf } from './turn.ts'
import { costOfPlaces, placesOfLargest } from './whole-way.ts'

export interface ChallengerDeps {
  readonly contester: ClaimContester
  readonly config: ChainConfig
  readonly chain: VerifiedChain
  readonly l2: L2Log
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
}

export interface ChallengerOptions extends BackoffOptions {
  /** Milliseconds over which nodes that found the same claim wrong spread what they send. */
  readonly challengeSpreadMs: number
  /** Wei that the account must have beside the deposits. */
  readonly challengeBudget: bigint
}

/** Milliseconds between looks at what the account has. */
const fundsEveryMs = 60_000
/** Milliseconds between payments of what the L2 owes it, while it has enough. */
const collectedEveryMs = 3_600_000

/** Takes back what was found wrong. Nothing is stored: after a restart the claim is found wrong again. */
export class Challenger implements ClaimChallenger {
  private readonly deps: ChallengerDeps
  private readonly options: ChallengerOptions
  private underWay: Promise<void> = Promise.resolve()
  private money: ContestFunds | undefined
  private collectedAt = Number.NEGATIVE_INFINITY

  constructor(deps: ChallengerDeps, options: ChallengerOptions) {
    this.deps = deps
    this.options = options
  }

  get address(): Bytes20 {
    return this.deps.contester.address
  }

  /** Why nothing could be contested now; undefined when all could. */
  get unreadyBecause(): string | undefined {
    const { challengeBudget } = this.options
    if (this.money === undefined) return 'the funds of the account that contests claims are not known yet'
    const { funds, needed } = this.money
    if (funds >= needed) return undefined
    return `the account that contests claims, ${toHex(this.address)}, has ${funds} wei, and contesting the largest claim may take ${needed}: deposits for ${placesOfLargest} places, and the budget of ${challengeBudget}`
  }

  /** As of the last look; undefined before the first. */
  get contestFunds(): ContestFunds | undefined {
    return this.money
  }

  /** Watches over the account's funds until the signal aborts, and then waits for what is under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    while (!signal.aborted) {
      try {
        await this.look(signal)
      } catch (error) {
        if (!(error instanceof CodedError) && !signal.aborted) throw error
        // What it had before is the best that is known.
        if (!signal.aborted) log.warn({ err: error }, 'the funds of the account that contests are not known')
      }
      await pause(clock, fundsEveryMs, signal)
    }
    await this.underWay
  }

  /** Looks at the funds, and warns once each time they have become too few. */
  private async look(signal: AbortSignal): Promise<void> {
    const { log } = this.deps
    const wasShort = this.money !== undefined && this.unreadyBecause !== undefined
    this.money = await this.readMoney(signal)
    if (await this.collect(signal)) this.money = await this.readMoney(signal)
    if (this.unreadyBecause !== undefined && !wasShort)
      log.warn({ because: this.unreadyBecause }, 'not every claim can be contested')
  }

  /** As the way of a claim is checked before it begins, of the largest claim there may be. */
  private async readMoney(signal: AbortSignal): Promise<ContestFunds> {
    const { contester } = this.deps
    const [funds, deposits] = await Promise.all([
      contester.funds(signal),
      costOfPlaces(contester, placesOfLargest, signal),
    ])
    return { funds, needed: deposits + this.options.challengeBudget }
  }

  /** Has deposits that came back and rewards paid, once they are worth the gas: what is owed pays for nothing. */
  private async collect(signal: AbortSignal): Promise<boolean> {
    const { contester, clock, log } = this.deps
    if (this.unreadyBecause === undefined && clock.elapsed() - this.collectedAt < collectedEveryMs) return false
    const [credit, deposit] = await Promise.all([contester.credit(signal), contester.deposit(signal)])
    this.collectedAt = clock.elapsed()
    if (credit < deposit) return false
    const wei = await contester.withdrawCredit(contester.address, signal)
    log.info({ wei }, 'what the L2 owed the account that contests is paid')
    return true
  }

  contest(refusal: Refusal, gone: AbortSignal, signal: AbortSignal): void {
    const { log, metrics } = this.deps
    const way = this.untilGone(refusal, gone, signal).catch((error: unknown) => {
      if (signal.aborted) return
      metrics.challenges.inc({ by: 'proof', outcome: 'failed' })
      log.fatal({ err: error, claim: refusal.record.claim.number }, 'THE WRONG CLAIM CANNOT BE PROVEN WRONG')
    })
    this.underWay = Promise.all([this.underWay, way]).then(() => undefined)
  }

  private async untilGone(refusal: Refusal, gone: AbortSignal, signal: AbortSignal): Promise<void> {
    const { clock, contester, log, metrics } = this.deps
    const { claim, hash } = refusal.record
    const waiting = AbortSignal.any([gone, signal])
    let proof: Proof | undefined
    for (let failures = 0; !waiting.aborted; failures += 1) {
      try {
        if (proof === undefined) {
          proof = await this.write(refusal)
          log.info({ claim: claim.number, kind: proof.kind, bytes: proof.bytes.length }, 'the proof is written')
          await clock.sleep(turnOf(hash, contester.address, this.options.challengeSpreadMs), waiting)
        }
        // Not called off when the claim is gone: this may be what took it back.
        const outcome = await contester.proveWrong(claim, proof.kind, proof.bytes, signal)
        metrics.challenges.inc({ by: 'proof', outcome })
        log.warn({ claim: claim.number, outcome }, 'the wrong claim is taken back')
        return
      } catch (error) {
        if (waiting.aborted) break
        if (!(error instanceof CodedError)) throw error
        metrics.challenges.inc({ by: 'proof', outcome: 'refused' })
        log.error({ claim: claim.number, fault: error.toJSON() }, 'the wrong claim is not taken back yet')
        await pause(clock, backoffMs(failures, this.options), waiting)
      }
    }
    if (signal.aborted) return
    metrics.challenges.inc({ by: 'proof', outcome: 'already' })
    log.info({ claim: claim.number }, 'the wrong claim was gone before its proof was sent')
  }

  private async write(refusal: Refusal): Promise<Proof> {
    const { chain, config } = this.deps
    const { record, fault } = refusal
    const parts = partsOf(refusal)
    const parent = chain.state
    const last = parts.core.at(-1)?.header
    if (parent === undefined || last === undefined)
      throw new TypeError('a claim was found wrong without blocks or state')
    const window = await chain.window(parent.header, last.inboxCount)
    return writeClaimProof(
      {
        config,
        verifier: portableVerifier,
        shardValues: (shard) => chain.read((_, execution) => execution.shardValues(shard)),
        pricePoints: (items) => pricePoints(this.deps.l2, items),
      },
      {
        parts,
        fault: claimFaultOf(
          fault.fault,
          parts.core.length,
          Number(record.claim.lastHeader.number - parent.header.number),
        ),
        parent,
        window,
      },
    )
  }
}

/** What is wrong, in the words of proofs. @param expected - Blocks that the claim says it has. */
function claimFaultOf(fault: NodeFault, blocks: number, expected: number): ClaimFault {
  if (blocks !== expected) return { rule: 'BLOCK_COUNT', part: 'core' }
  if (fault.code === 'CLAIM_BLOCK_WRONG') return fault.fault
  if (fault.code === 'CLAIM_LAST_HEADER') return { rule: 'LAST_HEADER' }
  throw new TypeError(`${fault.code} is no fault that a proof shows`)
}
