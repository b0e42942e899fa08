import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, expect, test } from 'vitest'
import { createIdentity, type NetworkError, peerIdOf } from '../src/index.ts'
import { isPublic, isUsable, networkOf } from '../src/peers/addresses.ts'
import { endRawPeers, rawPeer } from '../src/testing/raw-peer.ts'
import { leaveAll, memory, newChain, startPeer, startPeers, type TestPeer, until } from './support/peers.ts'

afterEach(async () => {
  await endRawPeers()
  await leaveAll()
})

test('a peer that comes late › fills up what it missed, by the roots of parents', async () => {
  const chain = newChain()
  const peers = await startPeers(chain, 2)
  const [first] = peers as [TestPeer, TestPeer]
  for (let i = 0; i < 150; i += 1) await first.network.publish(chain.seal())
  const late = await startPeer(chain, { bootnodes: first.network.addresses })
  await until('all is there', () => late.network.status().blocks.kept === 150)
  expect(late.network.status().blocks).toMatchObject({ first: 1n, head: 150n })
  for (const number of [1n, 75n, 150n])
    expect(await late.network.block(number)).toEqual(chain.blocks[Number(number) - 1]?.bytes)
  // It follows what comes now, too.
  await first.network.publish(chain.seal())
  await until('the next one', () => late.network.status().blocks.head === 151n)
}, 360_000)

test('a peer that comes late › keeps no more than its history', async () => {
  const chain = newChain()
  const first = await startPeer(chain)
  for (let i = 0; i < 40; i += 1) await first.network.publish(chain.seal())
  const late = await startPeer(chain, { bootnodes: first.network.addresses, historyBlocks: 10 })
  await until('its history', () => late.network.status().blocks.kept === 10)
  await first.network.publish(chain.seal())
  await until('the next one', () => late.network.status().blocks.head === 41n)
  expect(late.network.status().blocks).toMatchObject({ first: 32n, head: 41n, kept: 10 })
}, 360_000)

test('peers › find each other through one that they know', async () => {
  const chain = newChain()
  const peers = await startPeers(chain, 4)
  await until('all are connected with all', () =>
    peers.every(({ network }) => new Set(network.status().peers.map(({ peer }) => peer)).size === 3),
  )
}, 360_000)

test('a restart › keeps the peer id, bans and whom to dial', async () => {
  const chain = newChain()
  const [other, peer] = (await startPeers(chain, 2)) as [TestPeer, TestPeer]
  const address = peer.network.addresses[0] as string
  const bad = await rawPeer(chain)
  await bad.greet(address, { rollup: new Uint8Array(20) })
  await until('banned', () => peer.network.status().banned === 1)
  const { peer: id } = peer.network.status()
  await peer.network.stop()
  const { store, identity } = peer
  // Without bootnodes: it knows the other one.
  const again = await startPeer(chain, { store, identity })
  expect(again.network.status()).toMatchObject({ peer: id, banned: 1 })
  expect(peerIdOf(identity)).toBe(id)
  await until('it dials whom it knew', () =>
    again.network.status().peers.some((each) => each.peer === other.network.status().peer),
  )
  await bad.dial(again.network.addresses[0] as string).catch(() => undefined)
  await until('still away', () => !bad.isConnected())
}, 360_000)

test('private addresses › are not dialled unless that is allowed, whoever tells of them', async () => {
  const chain = newChain()
  const knocks: number[] = []
  const door = createServer((socket) => {
    knocks.push(1)
    socket.destroy()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const told = peerIdOf(await createIdentity())
  const address = multiaddr(`/ip4/127.0.0.1/tcp/${(door.address() as AddressInfo).port}`)
  const store = memory()
  const { PeerBook } = await import('../src/peers/peer-book.ts')
  await (await PeerBook.open(store, { allowPrivate: true })).add(told, [address])
  const strict = await startPeer(chain, { store, allowPrivate: false })
  expect(strict.network.status().known).toBe(0)
  expect(strict.network.addresses).toEqual([])
  const lax = await startPeer(chain, { store })
  expect(lax.network.status().known).toBe(1)
  // The same look that leaves it alone dials it where it is allowed.
  await until('it is dialled where that is allowed', () => knocks.length === 1)
  await strict.network.stop()
  await lax.network.stop()
  door.close()
  expect(knocks).toEqual([1])
}, 360_000)

test('addresses › private, carrier, link-local and named ones are not for everybody', () => {
  const of = (text: string) => multiaddr(text)
  for (const text of [
    '/ip4/127.0.0.1/tcp/1',
    '/ip4/10.1.2.3/tcp/1',
    '/ip4/100.64.0.1/tcp/1',
    '/ip4/169.254.1.1/tcp/1',
    '/ip4/192.168.0.1/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip6/fe80::1/tcp/1',
    '/ip6/fd00::1/tcp/1',
    '/dns4/localhost/tcp/1',
    '/ip4/8.8.8.8/udp/1',
  ])
    expect([text, isUsable(of(text), { allowPrivate: false })]).toEqual([text, false])
  for (const text of [
    '/ip4/8.8.8.8/tcp/1',
    '/ip6/2a00:1450::1/tcp/1',
    '/ip4/8.8.8.8/tcp/1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
  ])
    expect([text, isPublic(of(text))]).toEqual([text, true])
  expect(isUsable(of('/dns4/localhost/tcp/1'), { allowPrivate: true })).toBe(false)
  expect(networkOf(of('/ip4/8.8.4.200/tcp/1'))).toBe('8.8.4')
  expect(networkOf(of('/ip6/2a00:1450::1/tcp/1'))).toBe('2a00:1450:0')
})

test('options › out of bounds, and addresses that are none, are refused by name', async () => {
  const chain = newChain()
  const refusal = async (options: Parameters<typeof startPeer>[1]) => {
    try {
      await startPeer(chain, options)
    } catch (error) {
      return (error as NetworkError).fault
    }
    return undefined
  }
  expect(await refusal({ maxPeers: 0 })).toEqual({
    code: 'OPTION_INVALID',
    option: 'maxPeers',
    value: '0',
    expected: 'an integer of 1 to 1000',
  })
  expect(await refusal({ bootnodes: ['/ip4/127.0.0.1/tcp/1'] })).toMatchObject({
    code: 'P2P_ADDRESS_INVALID',
    option: 'bootnodes',
  })
  expect(await refusal({ announce: ['example.org'] })).toMatchObject({
    code: 'P2P_ADDRESS_INVALID',
    option: 'announce',
  })
  expect(await refusal({ identity: new Uint8Array(8) })).toMatchObject({ code: 'IDENTITY_INVALID' })
})
