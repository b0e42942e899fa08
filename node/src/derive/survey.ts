import { type Bytes32, CodecError, DaError, decodeBatchColumns } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { ServedParts } from '../answers/claim.ts'
import type { PartSources } from '../archive/part-sources.ts'
import type { BatchPart } from '../faults.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'

export interface SurveyDeps {
  readonly sources: PartSources
  readonly clock: Clock
}

interface Looked {
  readonly served: ServedParts
  /** By the clock's elapsed milliseconds. */
  readonly at: number
}

/** Claims that are looked at in one go, and how long until one of which something was missing is looked at again. */
const atOnce = 4
const againAfterMs = 30_000

const isComplete = ({ served }: Looked): boolean => served.core !== undefined && served.witness !== undefined

/**
 * Looks whether claims are served whose turn is far off. Verification that waits for one claim must not let the time pass in
 * which the data of those behind it can be asked for.
 */
export class Survey {
  private readonly deps: SurveyDeps
  private readonly looked = new Map<string, Looked>()

  constructor(deps: SurveyDeps) {
    this.deps = deps
  }

  /** Looks at some of these claims, and forgets all others. @returns what is served of those that were looked at. */
  async look(records: readonly ClaimRecord[], signal: AbortSignal): Promise<ReadonlyMap<ClaimRecord, ServedParts>> {
    const wanted = new Set(records.map(({ hash }) => hex(hash)))
    for (const key of this.looked.keys()) if (!wanted.has(key)) this.looked.delete(key)
    for (const record of records.filter((each) => this.isOpen(each)).slice(0, atOnce)) {
      const served = await this.servedOf(record, signal)
      this.looked.set(hex(record.hash), { served, at: this.deps.clock.elapsed() })
    }
    const found = new Map<ClaimRecord, ServedParts>()
    for (const record of records) {
      const looked = this.looked.get(hex(record.hash))
      if (looked !== undefined) found.set(record, looked.served)
    }
    return found
  }

  private isOpen({ hash }: ClaimRecord): boolean {
    const found = this.looked.get(hex(hash))
    return found === undefined || (!isComplete(found) && this.deps.clock.elapsed() - found.at >= againAfterMs)
  }

  private async servedOf(record: ClaimRecord, signal: AbortSignal): Promise<ServedParts> {
    const core = await this.isServed(record, 'core', signal)
    const witness = await this.isServed(record, 'witness', signal)
    return { core: core ? 'unread' : undefined, witness: witness ? 'unread' : undefined }
  }

  /** A layer that this node was not given is not asked, and counts as one that serves. */
  private async isServed({ claim }: ClaimRecord, part: BatchPart, signal: AbortSignal): Promise<boolean> {
    const { sources } = this.deps
    const claimed = { claim, part }
    if (sources.layerOf(claimed) === undefined) return true
    for (const source of sources.for(claimed)) {
      try {
        const bytes = await source.retrieve(claimed, signal)
        if (part === 'core') decodeBatchColumns(bytes)
        return true
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof DaError) && !(error instanceof CodecError)) throw error
      }
    }
    return false
  }
}

const hex = (bytes: Bytes32): string => Buffer.from(bytes).toString('hex')
