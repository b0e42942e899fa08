import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes20,
  type ChainConfig,
  CodedError,
  type DigestSigner,
  domainSeparator,
  headerDigest,
  sameBytes,
  toHex,
} from '@parley/protocol'
import { type Clock, Turns } from '@parley/runtime'
import { SignerError } from './faults.ts'
import type { SignerMetrics } from './metrics.ts'
import type { SignerRules } from './options.ts'
import { Rate } from './rate.ts'
import type { LineageRecord } from './record/lineage-record.ts'
import type { SigningRecord } from './record/signing-record.ts'

/** A header and the deployment that it is of. */
export interface HeaderRequest {
  readonly chainId: bigint
  readonly inbox: Bytes20
  readonly header: BlockHeader
}

export interface SigningDeps {
  readonly config: Pick<ChainConfig, 'chainId' | 'inbox'>
  readonly key: DigestSigner
  readonly record: SigningRecord
  readonly lineages: Pick<LineageRecord, 'assertOpen'>
  readonly clock: Pick<Clock, 'elapsed'>
  readonly metrics: SignerMetrics
}

/** Signs headers by the rules: one header for one place, for ever. */
export class Signing {
  /** Rejects with `RECORD_FAILED` when the record cannot be written; never resolves. */
  readonly failed: Promise<never>

  private readonly deps: SigningDeps
  private readonly rules: SignerRules
  private readonly rate: Rate
  private readonly turns = new Turns(1)
  private readonly failure = Promise.withResolvers<never>()
  private broken: SignerError | undefined

  constructor(deps: SigningDeps, rules: SignerRules) {
    this.deps = deps
    this.rules = rules
    this.rate = new Rate(deps.clock, rules)
    this.failed = this.failure.promise
    // Whoever runs the signer asks; until then a rejection must not end the process.
    this.failed.catch(() => undefined)
  }

  /**
   * Signs a header: its digest is made here, and its place is recorded before.
   * @throws {SignerError} why it is not signed.
   */
  async sign(request: HeaderRequest, signal: AbortSignal): Promise<Uint8Array> {
    const { metrics } = this.deps
    try {
      const signature = await this.signByRules(request, signal)
      metrics.signed.inc()
      metrics.number.set(Number(request.header.number))
      return signature
    } catch (error) {
      if (error instanceof CodedError) metrics.refused.inc({ code: error.fault.code })
      throw error
    }
  }

  private async signByRules({ chainId, inbox, header }: HeaderRequest, signal: AbortSignal): Promise<Uint8Array> {
    const { config, key, lineages } = this.deps
    if (chainId !== config.chainId) throw chainOther('chainId', `${config.chainId}`, `${chainId}`)
    if (!sameBytes(inbox, config.inbox)) throw chainOther('inbox', toHex(config.inbox), toHex(inbox))
    const { lineage, number } = header
    const allowed = this.rules.lineage
    if (allowed !== undefined && !sameBytes(lineage, allowed))
      throw new SignerError({ code: 'LINEAGE_FORBIDDEN', lineage, allowed })
    lineages.assertOpen(lineage)
    this.rate.take()
    const place = { lineage, number, root: BlockHeaderType.hashTreeRoot(header) }
    return this.turns.take(async () => {
      await this.record(place)
      return key.sign(headerDigest(domainSeparator(chainId, inbox), header), signal)
    }, signal)
  }

  /** After a write that failed nobody knows what the record holds, until it is read again from the disk. */
  private async record(place: Parameters<SigningRecord['take']>[0]): Promise<void> {
    if (this.broken !== undefined) throw this.broken
    try {
      await this.deps.record.take(place)
    } catch (error) {
      if (error instanceof CodedError && error.fault.code !== 'RECORD_CORRUPT') throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.broken = new SignerError({ code: 'RECORD_FAILED', reason }, { cause: error })
      this.failure.reject(this.broken)
      throw this.broken
    }
  }
}

function chainOther(field: 'chainId' | 'inbox', expected: string, received: string): SignerError {
  return new SignerError({ code: 'CHAIN_OTHER', field, expected, received })
}
