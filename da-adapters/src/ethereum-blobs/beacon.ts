import { endpointOf } from '@parley/http'
import { DaError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { unavailable } from '../fault.ts'
import { blobsLayer } from './layer.ts'
import {
  askBeaconApi,
  type BeaconBlock,
  type BlobServer,
  badStatus,
  blobRequest,
  dataOf,
  decimalOf,
  fieldOf,
  readBlobs,
  type ServedBlobs,
  wordsOf,
} from './served-blobs.ts'

/** The beacon API as far as blobs need it. @see https://ethereum.github.io/beacon-APIs/ */
export interface Beacon extends BlobServer {
  /**
   * The slot at a time, in seconds since 1970.
   * @returns undefined when the node does not tell how long slots are, `before genesis` when there was none yet.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  slotAt(timestamp: bigint, signal: AbortSignal): Promise<bigint | 'before genesis' | undefined>
}

export interface BeaconOptions {
  readonly url: string
  /** What faults, logs and metrics call it. */
  readonly name: string
  readonly timeoutMs: number
  /** Whether an API that tells no slot duration is that of a development chain, whose every 404 is a block that is not there. */
  readonly mayCountBlocks: boolean
}

interface Timing {
  /** Seconds since 1970 at which slot 0 began. */
  readonly genesis: bigint
  readonly slotMs: bigint
}

export function createBeacon({ url, name, timeoutMs, mayCountBlocks }: BeaconOptions, clock: Clock): Beacon {
  const place = { endpoint: endpointOf(url), timeoutMs }
  let timing: Timing | undefined
  /** A development chain tells no slot duration, now or later. */
  let countsBlocks = false
  let servesHeaders: boolean | undefined

  const askJson = (path: string, signal: AbortSignal) => askBeaconApi(place, path, 'application/json', signal)

  async function timingOf(signal: AbortSignal): Promise<Timing | undefined> {
    if (countsBlocks) return undefined
    timing ??= await readTiming(askJson, name, signal)
    countsBlocks = mayCountBlocks && timing === undefined
    return timing
  }

  async function slotAt(timestamp: bigint, signal: AbortSignal): Promise<bigint | 'before genesis' | undefined> {
    const known = await timingOf(signal)
    if (known === undefined) return undefined
    const elapsed = timestamp - known.genesis
    return elapsed < 0n ? 'before genesis' : (elapsed * 1000n) / known.slotMs
  }

  /** Whether the node has the block; undefined when it does not serve headers at all. */
  async function knows(id: string, signal: AbortSignal): Promise<boolean | undefined> {
    const answer = await askJson(`eth/v1/beacon/headers/${id}`, signal)
    if (answer.status === 200) return true
    if (answer.status !== 404) throw badStatus(answer, name, clock, ' for a header')
    servesHeaders ??= (await askJson('eth/v1/beacon/headers/head', signal)).status === 200
    return servesHeaders ? false : undefined
  }

  /** Whether the node's chain ends before the block, as far as it says. */
  async function isBehind({ id, timestamp }: BeaconBlock, signal: AbortSignal): Promise<boolean> {
    try {
      const slot = id.startsWith('0x') ? await slotAt(timestamp, signal) : BigInt(id)
      if (typeof slot !== 'bigint') return false
      const head = dataOf(await askJson('eth/v1/beacon/headers/head', signal))
      const headSlot = decimalOf(fieldOf(fieldOf(fieldOf(head, 'header'), 'message'), 'slot'))
      return headSlot !== undefined && headSlot < slot
    } catch (error) {
      signal.throwIfAborted()
      // That it does not have the block is known; why is a detail.
      if (!(error instanceof DaError)) throw error
      return false
    }
  }

  /** What a 404 for blobs means: nodes say it of blocks that they do not know, and of blobs whose columns they lack. */
  async function notFound(block: BeaconBlock, body: Uint8Array | undefined, signal: AbortSignal): Promise<ServedBlobs> {
    if (mayCountBlocks && (await timingOf(signal)) === undefined) return { kind: 'no block' }
    const known = await knows(block.id, signal)
    if (known === false) return { kind: (await isBehind(block, signal)) ? 'behind' : 'no block' }
    const state = known ? 'knows the block and does not serve its blobs' : 'does not say whether it knows the block'
    const reason = `${name} ${state}${wordsOf(body)}${allColumns}`
    if (known) return { kind: 'not served', reason }
    throw unavailable(blobsLayer, reason)
  }

  return {
    name,
    slotAt,
    async blobs(block, versionedHash, signal) {
      const answer = await askBeaconApi(place, ...blobRequest(block, versionedHash), signal)
      const { status, body } = answer
      if (status === 200) return readBlobs(answer, name)
      if (status === 404) return notFound(block, body, signal)
      if (status === 410) return { kind: 'gone' }
      throw badStatus(answer, name, clock, status === 400 || status === 500 ? allColumns : '')
    },
  }
}

const allColumns =
  ': ask one that serves all blobs (one that custodies all data columns, with archived blobs for old ones)'

type AskJson = (path: string, signal: AbortSignal) => ReturnType<typeof askBeaconApi>

async function readTiming(ask: AskJson, name: string, signal: AbortSignal): Promise<Timing | undefined> {
  const spec = await ask('eth/v1/config/spec', signal)
  const values = dataOf(spec)
  // SECONDS_PER_SLOT is on its way out of the specification.
  const seconds = decimalOf(fieldOf(values, 'SECONDS_PER_SLOT'))
  const slotMs = decimalOf(fieldOf(values, 'SLOT_DURATION_MS')) ?? (seconds === undefined ? undefined : seconds * 1000n)
  if (slotMs === undefined || slotMs === 0n) {
    if (spec.status === 200 || spec.status === 404) return undefined
    throw unavailable(blobsLayer, `${name} answered ${spec.status} for config/spec`)
  }
  const told = await ask('eth/v1/beacon/genesis', signal)
  const genesis = decimalOf(fieldOf(dataOf(told), 'genesis_time'))
  if (genesis === undefined) throw unavailable(blobsLayer, `${name} answered ${told.status} without a genesis time`)
  return { genesis, slotMs }
}
