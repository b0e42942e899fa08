import { parentPort, workerData } from 'node:worker_threads'
import { endRawPeers, type RawPeer, rawPeer } from '@parley/network/testing'

/** Headers of which one is sent by whoever is told to flood. */
export interface BadPeerWork {
  readonly rollup: Uint8Array
  readonly genesis: Uint8Array
  /** Of the peer that is flooded. */
  readonly address: string
  /** A signed header whose state root is changed in each copy, which its signature then is not of. */
  readonly template: Uint8Array
  readonly headers: number
}

/** How it went. */
export interface BadPeerResult {
  readonly sent: number
  readonly isGone: boolean
}

/** Bytes of the message at which its state root lies. */
const changedAt = 240
/** Headers between pauses in which what was sent leaves. */
const burst = 100
const subscribedWithinMs = 10_000

async function untilHeard(peer: RawPeer): Promise<void> {
  for (const end = Date.now() + subscribedWithinMs; !peer.isHeard(); ) {
    if (Date.now() > end) throw new RangeError('the bad peer is not heard: nothing would be measured')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function flood({ rollup, genesis, address, template, headers }: BadPeerWork): Promise<BadPeerResult> {
  const peer = await rawPeer({ rollup, genesis })
  await peer.greet(address)
  await untilHeard(peer)
  parentPort?.postMessage('begun')
  for (let sent = 0; sent < headers; sent += 1) {
    const message = Uint8Array.from(template)
    new DataView(message.buffer).setUint32(changedAt, sent + 1)
    await peer.gossip('headers', message)
    if (sent % burst === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const isGone = !peer.isConnected()
  await endRawPeers()
  return { sent: headers, isGone }
}

parentPort?.postMessage(await flood(workerData as BadPeerWork))
