import { createBitswap } from '@helia/bitswap'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { contentDigest, contentLimits } from '@parley/content'
import type { ContentPeerDeps, OpenContentPeer } from '@parley/content/store'
import { sameBytes } from '@parley/protocol'
import { type Clock, pause } from '@parley/runtime'
import { createLibp2p, type Libp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create as createDigest } from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Logger } from 'pino'
import { servedBlocks } from './served-blocks.ts'

const keyName = 'peer'
/** Readers give up after five seconds. */
const fetchWithinMs = 4_000
/** Contents asked for at once; every stranger can ask a store for what nobody has. */
const maxFetches = 64
const maxConnections = 256
const dialEveryMs = 5_000
const messageBytes = 2 * contentLimits.bytes

/** Speaks bitswap 1.2 over TCP, with Noise and Yamux: gives whoever asks what the store has, and asks the peers named. */
export const openBitswap: OpenContentPeer = async ({ store, keys, clock, log }, { host, port, peers }) => {
  const closing = new AbortController()
  const libp2p = await createLibp2p({
    privateKey: await keyOf(keys),
    addresses: { listen: [`/ip${host.includes(':') ? 6 : 4}/${host}/tcp/${port}`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { maxConnections },
    services: { identify: identify() },
  })
  const bitswap = createBitswap(
    {
      blockstore: servedBlocks(store, closing.signal) as never,
      libp2p,
      logger: silent as never,
      routing: nobody as never,
      getHasher: hasherOf,
    },
    { maxOutgoingMessageSize: messageBytes, maxIncomingMessageSize: messageBytes },
  )
  await bitswap.start()
  const addresses = libp2p.getMultiaddrs().map(String)
  log.info({ addresses, peers: peers.length }, 'bitswap serves')
  const dialing = keepDialing(
    { libp2p, clock, log },
    peers.map((each) => multiaddr(each)),
    closing.signal,
  )
  let fetches = 0

  return {
    addresses,
    async fetch(digest, signal) {
      if (fetches >= maxFetches || libp2p.getConnections().length === 0) return undefined
      fetches += 1
      const late = AbortSignal.timeout(fetchWithinMs)
      try {
        const cid = CID.createV1(raw.code, createDigest(sha256.code, digest))
        const block = await bitswap.want(cid, { signal: AbortSignal.any([signal, late, closing.signal]) })
        return block.length <= contentLimits.bytes && sameBytes(contentDigest(block), digest) ? block : undefined
      } catch (error) {
        signal.throwIfAborted()
        log.debug({ err: error }, 'no peer gave a content')
        return undefined
      } finally {
        fetches -= 1
      }
    },
    async close() {
      closing.abort(new DOMException('the store stops', 'AbortError'))
      await dialing
      await bitswap.stop()
      await libp2p.stop()
    },
  }
}

/** The key of this store, made at its first start. */
async function keyOf(keys: ContentPeerDeps['keys']) {
  const stored = await keys.get(keyName)
  if (stored !== undefined) return privateKeyFromProtobuf(Buffer.from(stored, 'hex'))
  const made = await generateKeyPair('Ed25519')
  await keys.put(keyName, Buffer.from(privateKeyToProtobuf(made)).toString('hex'))
  return made
}

/** Connects to the peers, and again whenever one is gone, until `signal`. */
async function keepDialing(
  { libp2p, clock, log }: { readonly libp2p: Libp2p; readonly clock: Clock; readonly log: Logger },
  peers: readonly Multiaddr[],
  signal: AbortSignal,
): Promise<void> {
  const away = new Set<string>()
  while (!signal.aborted) {
    for (const peer of peers)
      try {
        // One that is connected is not dialled again.
        await libp2p.dial(peer, { signal: AbortSignal.any([signal, AbortSignal.timeout(dialEveryMs)]) })
        away.delete(`${peer}`)
      } catch (error) {
        if (!signal.aborted && !away.has(`${peer}`)) log.warn({ err: error, peer: `${peer}` }, 'a peer is away')
        away.add(`${peer}`)
      }
    await pause(clock, dialEveryMs, signal)
  }
}

/** Nobody is looked for: the peers are named. */
const nobody = {
  async *findProviders(): AsyncGenerator<never> {},
}

/** @throws {TypeError} for any but sha2-256: there are no other blocks here. */
function hasherOf(code: number): typeof sha256 {
  if (code !== sha256.code) throw new TypeError(`blocks of hash ${code} are not taken`)
  return sha256
}

/** What bitswap tells about its messages is nobody’s here. */
const quiet = Object.assign(() => undefined, {
  enabled: false,
  trace: () => undefined,
  error: () => undefined,
  newScope: (): unknown => quiet,
})
const silent = { forComponent: () => quiet }
