import { endpointOf } from '@parley/http'
import { DaLayer, type DataAvailability } from '@parley/protocol'
import { type Clock, distinctNames } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { utia } from '../../amounts.ts'
import { checkSize, refused } from '../../fault.ts'
import { createLifetime } from '../../lifetime.ts'
import { celestiaLayer } from '../layer.ts'
import { createCelestiaNode } from '../node/celestia-node.ts'
import { inNetwork } from '../node/in-network.ts'
import { createJsonRpc } from '../node/json-rpc.ts'
import { chainMark } from '../pointer.ts'
import { isUserNamespace } from '../primitives/namespace.ts'
import { bytesPerShare } from '../primitives/shares.ts'
import { blobLengths, defaultMaxBlobBytes, feeOf, gasOf, publicationBytes } from '../publishing/chunks.ts'
import { createSubmissionCounter } from '../publishing/counters.ts'
import { type CelestiaStore, createPublicationStore } from '../publishing/publication-store.ts'
import { createPublisher } from '../publishing/publisher.ts'
import { createSubmitter } from '../publishing/submitter.ts'
import { createWritingNodes } from '../publishing/writing-nodes.ts'
import { callFault, createCelestiaReader } from './reader.ts'
import { createSeveralNodes } from './several-nodes.ts'

/** What publishing needs; without it the adapter only reads. */
export interface CelestiaWriter {
  /** Where the chain publishes; 29 bytes, see `celestiaNamespace`. */
  readonly namespace: Uint8Array
  /** Survives restarts and belongs to this namespace alone. The caller opens it before and closes it after the adapter. */
  readonly store: CelestiaStore
}

export interface CelestiaDeps {
  readonly log: Logger
  readonly clock: Clock
  readonly registry: Registry
  readonly writer?: CelestiaWriter
}

export interface CelestiaOptions {
  /** JSON-RPC of a celestia-node. */
  readonly url: string
  /** Its token; reading needs the level `read`, publishing `write`. */
  readonly token?: string | undefined
  /**
   * More celestia-nodes, asked in this order for what the first does not serve; a token goes in the query, as `token`. Those
   * whose token allows it are published through, too, where the first takes nothing.
   */
  readonly moreUrls?: readonly string[]
  /** Chain id of the network; headers and pointers of another one are refused. */
  readonly chainId: string
  /** In utia a gas, at least what nodes take. Default 0.004. */
  readonly gasPrice?: number
  /** The highest price that is offered when the node wants more. Default 0.4. */
  readonly maxGasPrice?: number
  /** Bytes of one blob at most; a publication is one transaction of one or two. Default 4 MiB. */
  readonly maxBlobBytes?: number
  /** Blocks after the head in which a transaction of unclear fate is looked for. Default 24, twice what pools keep. */
  readonly lookAhead?: number
  /** Publications under way at most; more are `DA_UNAVAILABLE`. Default 16. */
  readonly maxPending?: number
  /** Age of its newest block from which a node is not up to date: nothing is sent, and nothing given up, by its word. Milliseconds, default 30,000. */
  readonly maxHeadAgeMs?: number
  /** Milliseconds between two looks at the head. Default 1,000. */
  readonly pollMs?: number
  /** Milliseconds for one request. Default 30,000. */
  readonly timeoutMs?: number
  /** Milliseconds for a submission, which is answered once it is included. Default 120,000. */
  readonly submitTimeoutMs?: number
  /** Milliseconds for one publication, looking included. Default 1,200,000. */
  readonly confirmTimeoutMs?: number
  /** Seconds for which nodes keep blobs; publications are forgotten after it. Default 608,400: 7 days and an hour. */
  readonly retentionSeconds?: number
}

/** Milliseconds for which a quote stands: the price is ours, and moves when a node asks for more. */
const quoteMs = 60_000

/**
 * Celestia: blobs of share version 0 in a namespace of the chain's own, sent through a celestia-node and read back by
 * commitment, each checked by a proof against the data root of a header. Costs are in utia.
 * @see docs/spec/da-celestia.md
 */
export async function createCelestiaDa(deps: CelestiaDeps, options: CelestiaOptions): Promise<DataAvailability> {
  const { log, clock, registry, writer } = deps
  const { chainId, maxBlobBytes = defaultMaxBlobBytes, retentionSeconds = 608_400, gasPrice = 0.004 } = options
  const { timeoutMs = 30_000, submitTimeoutMs = 120_000, maxPending = 16 } = options
  const maxBytes = publicationBytes(maxBlobBytes)
  const chain = chainMark(chainId)
  const lifetime = createLifetime(celestiaLayer)
  const nodeAt = (url: string, token?: string) =>
    inNetwork(createCelestiaNode(createJsonRpc({ url, token }), { timeoutMs, submitTimeoutMs }), chainId)
  const { moreUrls = [], maxHeadAgeMs = 30_000 } = options
  const nodes = [nodeAt(options.url, options.token), ...moreUrls.map((url) => nodeAt(url))] as const
  const names = distinctNames([options.url, ...moreUrls].map((url) => endpointOf(url).shown))
  const readers = nodes.map((each, i) => {
    return { name: names[i] as string, reader: createCelestiaReader(each, { chain, maxBytes }) }
  })
  const reader = createSeveralNodes(readers, clock)

  async function openPublisher({ namespace, store }: CelestiaWriter) {
    const { maxGasPrice = 0.4, lookAhead = 24, pollMs = 1_000 } = options
    const { confirmTimeoutMs = 1_200_000 } = options
    if (!isUserNamespace(namespace)) throw new RangeError('nobody may publish in this namespace')
    const publications = createPublicationStore(store)
    await publications.bind(`${chainId}/${Buffer.from(namespace).toString('hex')}`)
    const submitter = createSubmitter(
      {
        nodes: createWritingNodes(nodes, { clock, maxHeadAgeMs }),
        store: publications,
        clock,
        log,
        count: createSubmissionCounter(registry),
      },
      { namespace, lookAhead: BigInt(lookAhead), pollMs, gasPrice, maxGasPrice },
    )
    const bounds = { namespace, chain, maxBlobBytes, retentionSeconds, maxPending, confirmTimeoutMs }
    return { submitter, publisher: createPublisher({ store: publications, submitter, clock }, bounds) }
  }

  const writing = writer && (await openPublisher(writer))
  const publisher = () => {
    if (writing === undefined) throw refused(celestiaLayer, 'opened without a store, for reading only')
    return writing.publisher
  }
  return {
    layer: DaLayer.celestia,
    name: celestiaLayer,
    limits: () => ({ maxBytes, retentionSeconds, maxInFlight: maxPending, unitBytes: bytesPerShare }),
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      const lengths = blobLengths(bytes, maxBlobBytes)
      const fee = writing?.submitter.quote(lengths) ?? feeOf(gasOf(lengths), gasPrice)
      return { cost: utia(fee), bytes, validForMs: quoteMs }
    },
    async submit(data, { maxCost }, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      try {
        return await publisher().publish(data, maxCost, during)
      } catch (error) {
        throw callFault(error)
      }
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      try {
        return await publisher().abandon(digest, during)
      } catch (error) {
        throw callFault(error)
      }
    },
    retrieve: async (pointer, signal) => reader.read(pointer, lifetime.during(signal)),
    status: async (pointer, signal) => reader.status(pointer, lifetime.during(signal)),
    audit: async (pointer, signal) => void (await reader.read(pointer, lifetime.during(signal))),
    async close() {
      lifetime.end()
      writing?.publisher.close()
    },
  }
}
