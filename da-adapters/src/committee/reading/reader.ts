import { daNodeRoutes, pathOf } from '@parley/api'
import { endpointOf } from '@parley/http'
import { DaError, sameBytes } from '@parley/protocol'
import { type Clock, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import { corrupt, missing, pruned, reasonOf, unavailable } from '../../fault.ts'
import { layerExchange } from '../../layer-exchange.ts'
import { chunkRoot } from '../chunks.ts'
import { committeeLayer } from '../layer.ts'
import { type CommitteePointer, membersIn } from '../pointer.ts'
import type { CommitteePart } from '../typed-data.ts'
import type { EpochLookup } from './members.ts'

export interface ReaderDeps {
  readonly epochs: EpochLookup
  readonly clock: Clock
  readonly log: Logger
  /** Counts what a source answered: served, missing, pruned, corrupt, unavailable. */
  readonly count: (source: string, answer: string) => void
  /** Draws from 0 to below 1. */
  readonly random: () => number
}

export interface ReaderOptions {
  /** Asked after the members: mirrors, or members where no epoch is known. */
  readonly urls: readonly string[]
  readonly maxBytes: number
  /** Milliseconds for one answer, and without one after which the next member is asked beside. */
  readonly timeoutMs: number
  readonly hedgeMs: number
}

/** Members asked at once. */
const atOnce = 2
/** Milliseconds for which who failed is asked last. */
const demotedMs = 60_000

type Answer = { readonly bytes: Uint8Array } | { readonly fault: DaError }

/** Fetches parts from whoever has them; what is given back was compared with the chunk root. */
export class CommitteePartReader {
  private readonly deps: ReaderDeps
  private readonly options: ReaderOptions
  /** Until when who failed is asked last, by URL. */
  private readonly demoted = new Map<string, number>()

  constructor(deps: ReaderDeps, options: ReaderOptions) {
    this.deps = deps
    this.options = options
  }

  /** @throws {DaError} `DA_MISSING`, `DA_PRUNED`, `DA_CORRUPT`, `DA_UNAVAILABLE`. */
  async read(pointer: Uint8Array, { part, certificate }: CommitteePointer, signal: AbortSignal): Promise<Uint8Array> {
    const urls = await this.order(certificate, signal)
    if (urls.length === 0) throw unavailable(committeeLayer, `nobody is known who signed in epoch ${certificate.epoch}`)
    const ending = new AbortController()
    try {
      return await this.race(
        pointer,
        certificate.parts[part] as CommitteePart,
        urls,
        AbortSignal.any([signal, ending.signal]),
      )
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      ending.abort(new Error('another one answered'))
    }
  }

  /** Who signed, in random order; then the other members; then everybody else who is known. */
  private async order({ epoch, mask }: CommitteePointer['certificate'], signal: AbortSignal): Promise<string[]> {
    const members = (await this.deps.epochs.find(epoch, signal))?.members ?? []
    const signed = membersIn(mask).flatMap((place) => members[place]?.url ?? [])
    const others = members.map(({ url }) => url)
    const urls = [
      ...this.shuffled(signed),
      ...this.shuffled(others),
      ...this.options.urls,
      // Without the epoch anybody who was a member may have it.
      ...(members.length === 0 ? this.deps.epochs.urls() : []),
    ]
    const now = this.deps.clock.elapsed()
    const isDemoted = (url: string): boolean => (this.demoted.get(url) ?? 0) > now
    const distinct = [...new Set(urls)]
    return [...distinct.filter((url) => !isDemoted(url)), ...distinct.filter(isDemoted)]
  }

  private shuffled(urls: readonly string[]): string[] {
    return urls
      .map((url) => ({ url, at: this.deps.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ url }) => url)
  }

  private async race(
    pointer: Uint8Array,
    part: CommitteePart,
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const faults: DaError[] = []
    const underWay = new Map<string, Promise<{ readonly url: string; readonly answer: Answer }>>()
    const waiting = [...urls]
    const begin = (): void => {
      const url = waiting.shift()
      if (url === undefined) return
      underWay.set(
        url,
        this.ask(url, pointer, part, signal).then((answer) => ({ url, answer })),
      )
    }
    begin()
    while (underWay.size > 0) {
      signal.throwIfAborted()
      const mayHedge = underWay.size < atOnce && waiting.length > 0
      const hedge = new AbortController()
      const first = await raceAbort(
        Promise.race([
          ...underWay.values(),
          ...(mayHedge ? [this.deps.clock.sleep(this.options.hedgeMs, hedge.signal).catch(() => undefined)] : []),
        ]),
        signal,
      )
      hedge.abort()
      if (first !== undefined) {
        underWay.delete(first.url)
        if ('bytes' in first.answer) return first.answer.bytes
        faults.push(first.answer.fault)
      }
      begin()
    }
    throw this.verdict(pointer, faults)
  }

  /** What many answers say together: who did not answer may have it, so nothing is missing as long as one did not. */
  private verdict(pointer: Uint8Array, faults: readonly DaError[]): DaError {
    const of = (code: string) => faults.filter(({ fault }) => fault.code === code)
    const silent = of('DA_UNAVAILABLE')
    const reasons = silent.map(reasonOf).join('; ')
    if (silent.length > 0) return unavailable(committeeLayer, reasons, silent[0])
    const [wrong] = of('DA_CORRUPT')
    if (wrong !== undefined) return wrong
    const [gone] = of('DA_PRUNED')
    return gone ?? missing(committeeLayer, pointer)
  }

  private async ask(url: string, pointer: Uint8Array, part: CommitteePart, signal: AbortSignal): Promise<Answer> {
    const { count, log, clock } = this.deps
    const endpoint = endpointOf(url)
    try {
      const bytes = await this.fetch(url, pointer, part, signal)
      count(endpoint.shown, 'served')
      this.demoted.delete(url)
      return { bytes }
    } catch (error) {
      const fault = error instanceof DaError ? error : unavailable(committeeLayer, reasonOf(error), error)
      // Whoever was left behind by a quicker one did nothing wrong.
      if (signal.aborted) return { fault }
      const { code } = fault.fault
      count(endpoint.shown, code.replace('DA_', '').toLowerCase())
      this.demoted.set(url, clock.elapsed() + demotedMs)
      if (code === 'DA_CORRUPT')
        log.warn({ member: endpoint.shown, err: fault }, 'a member serves something else than it signed for')
      return { fault }
    }
  }

  private async fetch(url: string, pointer: Uint8Array, part: CommitteePart, signal: AbortSignal): Promise<Uint8Array> {
    const { maxBytes, timeoutMs } = this.options
    const endpoint = endpointOf(url)
    const path = pathOf(daNodeRoutes(maxBytes).part, { params: { chunkRoot: part.chunkRoot } })
    const request = { method: 'GET' as const, endpoint, path, timeoutMs, maxBytes: part.length }
    const { status, body } = await layerExchange(committeeLayer, request, signal)
    const { shown } = endpoint
    if (status === 404) throw missing(committeeLayer, pointer)
    if (status === 410) throw pruned(committeeLayer, pointer, `${shown} kept it for as long as it was to`)
    if (status !== 200) throw unavailable(committeeLayer, `${shown} answered ${status}`)
    if (body === undefined) throw corrupt(committeeLayer, pointer, `${shown} served more than ${part.length} bytes`)
    if (body.length !== part.length)
      throw corrupt(committeeLayer, pointer, `${shown} served ${body.length} of ${part.length} bytes`)
    if (!sameBytes(chunkRoot(body), part.chunkRoot))
      throw corrupt(committeeLayer, pointer, `what ${shown} served has another chunk root`)
    return body
  }
}
