import { type SignedHeader, sameBytes, toHex } from '@parley/protocol'
import type { Logger } from 'pino'
import { NetworkError } from '../faults.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { EvidencePair } from '../wire/forms.ts'
import { type HeaderBook, rootOf } from './header-book.ts'
import type { HeaderJudge } from './header-judge.ts'

export interface EvidenceDeps {
  readonly book: HeaderBook
  readonly judge: HeaderJudge
  readonly metrics: NetworkMetrics
  readonly log: Logger
  /** Told of each new piece, once. */
  readonly found: (pair: EvidencePair, told: boolean) => void
}

/** Keeps what shows that a key signed two headers of one lineage and number. */
export class EvidenceKeeper {
  private readonly deps: EvidenceDeps

  constructor(deps: EvidenceDeps) {
    this.deps = deps
  }

  /** A second header came where there is a first; both were found signed here. */
  async meet(a: SignedHeader, b: SignedHeader): Promise<void> {
    await this.keep({ a, b }, false)
  }

  /**
   * Takes evidence that a peer told.
   * @returns whether it was new.
   * @throws {NetworkError} `PEER_EVIDENCE_EMPTY`, `PEER_HEADER_UNSIGNED`; {CodedError} when the L2 does not answer.
   */
  async take(pair: EvidencePair, signal: AbortSignal): Promise<boolean> {
    const { book, judge, metrics } = this.deps
    if (book.hasEvidenceAt(pair.a)) {
      metrics.evidence.inc({ outcome: 'known' })
      return false
    }
    const reason = emptiness(pair)
    if (reason !== undefined)
      throw new NetworkError({ code: 'PEER_EVIDENCE_EMPTY', block: pair.a.header.number, reason })
    await judge.assertSigned(pair.a, signal)
    await judge.assertSigned(pair.b, signal)
    return this.keep(pair, true)
  }

  private async keep(pair: EvidencePair, told: boolean): Promise<boolean> {
    const { book, metrics, log, found } = this.deps
    const isNew = await book.keep(pair)
    if (!isNew) return false
    metrics.evidence.inc({ outcome: told ? 'told' : 'found' })
    const { number, lineage } = pair.a.header
    log.error(
      { block: number, lineage: toHex(lineage), roots: [toHex(rootOf(pair.a)), toHex(rootOf(pair.b))], told },
      'the sequencer signed two headers of one block',
    )
    found(pair, told)
    return true
  }
}

/** Why two headers show nothing, whoever signed them. */
function emptiness({ a, b }: EvidencePair): string | undefined {
  if (a.header.number !== b.header.number) return 'the headers are of two numbers'
  if (!sameBytes(a.header.lineage, b.header.lineage)) return 'the headers are of two lineages'
  return sameBytes(rootOf(a), rootOf(b)) ? 'it is one header twice' : undefined
}
