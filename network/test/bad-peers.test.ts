import { lpStream } from '@libp2p/utils'
import { type BlockView, type SignedHeader, SignedHeaderType } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { networkLimits, protocols } from '../src/index.ts'
import { endRawPeers, type RawPeer, rawPeer } from '../src/testing/raw-peer.ts'
import { EvidencePairType } from '../src/wire/forms.ts'
import { leaveAll, newChain, startPeer, startPeers, type TestPeer, until } from './support/peers.ts'

afterEach(async () => {
  await endRawPeers()
  await leaveAll()
})

const signedOf = ({ header, signature }: BlockView): SignedHeader => ({
  header,
  signature: Uint8Array.from(signature),
})
const messageOf = (block: BlockView): Uint8Array => SignedHeaderType.serialize(signedOf(block))

/** A victim and a bad peer that it knows and that is subscribed. */
async function meet(
  chain = newChain(),
): Promise<{ chain: typeof chain; victim: TestPeer; bad: RawPeer; address: string }> {
  const victim = await startPeer(chain)
  const address = victim.network.addresses[0] as string
  const bad = await rawPeer(chain)
  await bad.greet(address)
  await until('greeted and subscribed', () => victim.network.status().peers.length === 1 && bad.isHeard())
  return { chain, victim, bad, address }
}

async function isSentAway({ victim, bad, address }: { victim: TestPeer; bad: RawPeer; address: string }, code: string) {
  await until(`${code} › disconnected`, () => !bad.isConnected())
  await until('banned', async () => (await victim.metric('bans_total', { code })) === 1)
  expect(victim.network.status()).toMatchObject({ banned: 1, peers: [] })
  // It is not let in again.
  await bad.dial(address).catch(() => undefined)
  await until('still away', () => !bad.isConnected())
  expect(victim.network.status().peers).toEqual([])
}

test('a bad peer › that sends a header which the key has not signed is sent away', async () => {
  const met = await meet()
  const block = met.chain.seal()
  const forged = { header: block.header, signature: met.chain.sign(block.header, new Uint8Array(32).fill(3)) }
  await met.bad.gossip('headers', SignedHeaderType.serialize(forged))
  await isSentAway(met, 'PEER_HEADER_UNSIGNED')
  expect(met.victim.headers).toEqual([])
}, 360_000)

test('a bad peer › that serves another block than that of its header is sent away', async () => {
  const met = await meet()
  const block = met.chain.seal()
  const bytes = Uint8Array.from(block.bytes)
  // A byte of a message's content: the header stays, the runs are others.
  bytes[bytes.length - 200] = (bytes[bytes.length - 200] as number) ^ 1
  await met.bad.serve(protocols.blocks, async (stream) => {
    await lpStream(stream).write(bytes)
    await stream.close()
  })
  await met.bad.gossip('headers', messageOf(block))
  await isSentAway(met, 'PEER_BLOCK_DIFFERS')
  expect(met.victim.network.status().blocks.kept).toBe(0)
}, 360_000)

test('a bad peer › that sends too large a frame is sent away, and it is not read', async () => {
  const met = await meet()
  const block = met.chain.seal()
  await met.bad.serve(protocols.blocks, (stream) => {
    // The length of a frame one byte larger than there may be.
    stream.send(Uint8Array.of(0x81, 0x80, 0x80, 0x02))
  })
  await met.bad.gossip('headers', messageOf(block))
  await isSentAway(met, 'PEER_FRAME_SIZE')
  expect(networkLimits.blockBytes).toBe(2 ** 22)
  expect(await met.victim.metric('pulled_bytes_total')).toBe(0)
}, 360_000)

test('a bad peer › that gossips what is no header is sent away', async () => {
  const met = await meet()
  await met.bad.gossip('headers', new Uint8Array(280))
  await isSentAway(met, 'PEER_FRAME_SIZE')
}, 360_000)

test('a bad peer › of another rollup is sent away', async () => {
  const chain = newChain()
  const victim = await startPeer(chain)
  const address = victim.network.addresses[0] as string
  const bad = await rawPeer(chain)
  await bad.greet(address, { rollup: new Uint8Array(20).fill(1) })
  await isSentAway({ victim, bad, address }, 'PEER_ELSEWHERE')
}, 360_000)

test('a bad peer › that tells evidence which shows nothing is sent away', async () => {
  const met = await meet()
  const [a, b] = [met.chain.seal(), met.chain.seal()]
  await met.bad.gossip('evidence', EvidencePairType.serialize({ a: signedOf(a), b: signedOf(b) }))
  await isSentAway(met, 'PEER_EVIDENCE_EMPTY')
  expect(met.victim.evidence).toEqual([])
}, 360_000)

test('a peer › that does not serve the block of its header does not keep others from it', async () => {
  const chain = newChain()
  const [victim, other] = (await startPeers(chain, 2)) as [TestPeer, TestPeer]
  const address = victim.network.addresses[0] as string
  await other.network.publish(chain.seal())
  await until('both have one block', () => victim.network.status().blocks.kept === 1)
  const bad = await rawPeer(chain)
  await bad.greet(address)
  await bad.serve(protocols.blocks, (stream) => stream.abort(new Error('no')))
  await until('subscribed', () => bad.isHeard())
  const block = chain.seal()
  await bad.gossip('headers', messageOf(block))
  await other.network.publish(block)
  await until('the block is here all the same', () => victim.network.status().blocks.kept === 2)
  expect(await victim.network.block(2n)).toEqual(block.bytes)
}, 360_000)

test('a block › whose sender does not serve it is pulled of who comes later, though no later header comes', async () => {
  const chain = newChain()
  const victim = await startPeer(chain)
  const bad = await rawPeer(chain)
  await bad.greet(victim.network.addresses[0] as string)
  await bad.serve(protocols.blocks, (stream) => stream.abort(new Error('no')))
  await until('subscribed', () => bad.isHeard())
  const block = chain.seal()
  await bad.gossip('headers', messageOf(block))
  await until('it was not served', async () => (await victim.metric('headers_total', { outcome: 'not served' })) === 1)
  const other = await startPeer(chain, { bootnodes: victim.network.addresses })
  await other.network.publish(block)
  await until('the block is here', () => victim.network.status().blocks.kept === 1)
}, 360_000)

test('ten thousand bad headers › of one peer leave honest delivery as it was', async () => {
  const chain = newChain()
  const peers = await startPeers(chain, 3)
  const [victim, other] = peers as [TestPeer, TestPeer, TestPeer]
  const address = victim.network.addresses[0] as string
  const bad = await rawPeer(chain)
  await bad.greet(address)
  await until('subscribed', () => bad.isHeard())
  const template = messageOf(chain.draw(1))
  const flood = async (): Promise<void> => {
    for (let i = 0; i < 10_000; i += 1) {
      const message = Uint8Array.from(template)
      new DataView(message.buffer).setUint32(240, i)
      await bad.gossip('headers', message)
    }
  }
  const flooding = flood()
  for (let i = 0; i < 4; i += 1) await other.network.publish(chain.seal())
  await until('every block is everywhere', () => peers.every(({ network }) => network.status().blocks.kept === 4))
  await flooding
  await until('it is gone', () => !bad.isConnected())
  expect(victim.network.status().banned).toBe(1)
  // One signature was looked at: nothing that came behind it.
  expect(await victim.metric('headers_total', { outcome: 'refused' })).toBeLessThanOrEqual(networkLimits.messagesAtOnce)
  for (const { network } of peers) expect(network.status().peers.length).toBeGreaterThan(0)
}, 360_000)
