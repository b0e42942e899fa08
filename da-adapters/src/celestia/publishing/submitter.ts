import { type DaAmount, DaError } from '@parley/protocol'
import { type Clock, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import { utia } from '../../amounts.ts'
import { checkCost, unavailable } from '../../fault.ts'
import { checkIncluded } from '../inclusion.ts'
import { celestiaLayer } from '../layer.ts'
import type { GasOffer } from '../node/celestia-node.ts'
import { NodeFault } from '../node/node-fault.ts'
import type { Chunk } from './chunks.ts'
import { feeOf, gasOf } from './chunks.ts'
import type { SubmissionEvent } from './counters.ts'
import { type Attempt, type BlobOf, remembered } from './publication.ts'
import type { PublicationStore } from './publication-store.ts'
import { definite, type WritingNodes } from './writing-nodes.ts'

export interface SubmitterDeps {
  readonly nodes: WritingNodes
  readonly store: PublicationStore
  readonly clock: Clock
  readonly log: Logger
  readonly count: (event: SubmissionEvent) => void
}

export interface SubmitterOptions {
  readonly namespace: Uint8Array
  /** Heights after the head for which a transaction of unclear fate may still be included. */
  readonly lookAhead: bigint
  readonly pollMs: number
  /** In utia a gas. */
  readonly gasPrice: number
  readonly maxGasPrice: number
}

/** Where blobs were found, each proven to be there. */
export interface Place {
  readonly height: bigint
  readonly dataRoot: Uint8Array
  /** In utia. */
  readonly fee: bigint
}

/** Brings blobs onto the chain in one transaction, each publication once, whatever is cut in between. */
export interface Submitter {
  /** @throws {DaError} `DA_UNAVAILABLE`, `DA_FEE_CAPPED`; {NodeFault}; the signal's reason. */
  include(key: string, chunks: readonly Chunk[], maxCost: DaAmount | undefined, signal: AbortSignal): Promise<Place>
  /**
   * Looks for what may be on its way until it cannot be included any more; sends nothing.
   * @returns where it is, or undefined when it never will be, which is then stored.
   */
  conclude(key: string, blobs: readonly BlobOf[], signal: AbortSignal): Promise<Place | undefined>
  /** What a publication in blobs of these lengths costs now, in utia. */
  quote(lengths: readonly number[]): bigint
}

/** Transactions of unclear fate, one after another, after which the caller is told. */
const maxRounds = 3

export function createSubmitter(deps: SubmitterDeps, options: SubmitterOptions): Submitter {
  const { nodes, store, clock, log, count } = deps
  const { namespace, lookAhead, pollMs, maxGasPrice } = options
  // Nonces of an account are its node's: one transaction at a time keeps them in order.
  const turns = new Turns(1)
  let price = Math.min(options.gasPrice, maxGasPrice)

  const offer = (chunks: readonly Chunk[]) => {
    const gas = gasOf(chunks.map(({ data }) => data.length))
    return { gas, price, maxPrice: maxGasPrice, fee: feeOf(gas, price) }
  }

  async function save(key: string, blobs: readonly BlobOf[], attempt: Attempt | undefined): Promise<void> {
    const known = { version: 1, blobs: blobs.map(remembered), at: clock.now() } as const
    await store.save(key, attempt === undefined ? known : { ...known, attempt })
  }

  /** Checks all blobs at a height; undefined when nodes say that one is not there. */
  async function foundAt(height: bigint, blobs: readonly BlobOf[], fee: bigint, signal: AbortSignal) {
    return nodes.find(async (node) => {
      const header = await node.header(height, signal)
      for (const blob of blobs) await checkIncluded(node, header, { namespace, ...blob }, signal)
      return { height, dataRoot: header.dataRoot, fee }
    })
  }

  /** The lowest height that has the blobs, once all that may have them are there; undefined when none has. */
  async function look(key: string, blobs: readonly BlobOf[], attempt: Attempt, signal: AbortSignal) {
    const until = BigInt(attempt.until ?? (await nodes.heads(signal)).highest + lookAhead)
    if (attempt.until === undefined) await save(key, blobs, { ...attempt, until: `${until}` })
    const tail = BigInt(attempt.from) + 1n
    for (let height = tail; height <= until; height++) {
      await reached(height, signal)
      const found = await foundAt(height, blobs, BigInt(attempt.fee), signal)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Waits until a node has a height. */
  async function reached(height: bigint, signal: AbortSignal): Promise<void> {
    while ((await nodes.newest(signal)) < height) await clock.sleep(pollMs, signal)
  }

  /** One transaction; undefined when nobody knows what became of it. */
  async function send(
    key: string,
    chunks: readonly Chunk[],
    maxCost: DaAmount | undefined,
    signal: AbortSignal,
  ): Promise<Place | undefined> {
    const { fee, ...gas } = offer(chunks)
    checkCost(celestiaLayer, utia(fee), maxCost)
    const { lowest: from } = await nodes.heads(signal)
    const blobs = blobsOf(chunks)
    await save(key, blobs, { from: `${from}`, fee: `${fee}` })
    count('sent')
    const height = await submitted(key, chunks, gas, signal)
    if (height === undefined) return undefined
    await reached(height, signal)
    const place = await foundAt(height, blobs, fee, signal)
    count(place === undefined ? 'unclear' : 'included')
    return place
  }

  /** The height that the node tells; undefined when nobody knows what became of the transaction. */
  async function submitted(
    key: string,
    chunks: readonly Chunk[],
    gas: GasOffer,
    signal: AbortSignal,
  ): Promise<bigint | undefined> {
    try {
      return await nodes.submit(chunks, namespace, gas, signal)
    } catch (error) {
      if (!(error instanceof NodeFault)) throw error
      if (definite.has(error.kind)) {
        count('turned_away')
        await save(key, blobsOf(chunks), undefined)
        throw error
      }
      log.warn({ reason: error.message }, 'nobody knows what became of a submission: looking for it')
      count('unclear')
      return undefined
    }
  }

  /** Sends, and again at a higher price when the node wants more. */
  async function sendAtPrice(
    key: string,
    chunks: readonly Chunk[],
    maxCost: DaAmount | undefined,
    signal: AbortSignal,
  ): Promise<Place | undefined> {
    for (;;) {
      try {
        return await send(key, chunks, maxCost, signal)
      } catch (error) {
        if (!(error instanceof NodeFault) || error.kind !== 'price too low') throw error
        const { gas, fee } = offer(chunks)
        if (price >= maxGasPrice) throw capped(feeOf(gas, 2 * price), fee, error)
        price = Math.min(2 * price, maxGasPrice)
      }
    }
  }

  return {
    quote: (lengths) => feeOf(gasOf(lengths), price),
    async include(key, chunks, maxCost, signal) {
      for (let round = 0; round < maxRounds; round++) {
        const attempt = (await store.load(key))?.attempt
        if (attempt !== undefined) {
          const found = await look(key, blobsOf(chunks), attempt, signal)
          if (found !== undefined) {
            count('found')
            return found
          }
          count('never_included')
          log.warn({ from: attempt.from }, 'a submission was never included: it is sent again')
        }
        const place = await turns.take(() => sendAtPrice(key, chunks, maxCost, signal), signal)
        if (place !== undefined) return place
      }
      throw unavailable(
        celestiaLayer,
        `${maxRounds} submissions in a row ended unclear; the last one is looked for next time`,
      )
    },
    async conclude(key, blobs, signal) {
      const attempt = (await store.load(key))?.attempt
      if (attempt === undefined) return undefined
      const found = await look(key, blobs, attempt, signal)
      count(found === undefined ? 'never_included' : 'found')
      if (found === undefined) await save(key, blobs, undefined)
      return found
    },
  }
}

const blobsOf = (chunks: readonly Chunk[]): BlobOf[] =>
  chunks.map(({ data, commitment }) => ({ commitment, length: data.length }))

/** The node asks for more than the highest price that is offered; in utia for the transaction. */
function capped(asked: bigint, limit: bigint, cause: NodeFault): DaError {
  return new DaError({ code: 'DA_FEE_CAPPED', layer: celestiaLayer, field: 'fee', asked, limit }, { cause })
}
