import { inboxAbi, rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import {
  type CodedError,
  type FollowWatch,
  fromWei,
  type InboxItem,
  InboxItemKind,
  type L2Confidence,
  type L2Position,
  mwei,
  OperationKind,
  type QueuedItem,
  type SettlementEvent,
  type SettlementPage,
  type SettlementReader,
  toWei,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSettlementMetrics, openSettlementReader, type ReaderOptions, readerDefaults } from '@parley/settlement'
import type { TextStore } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes, parseEther } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DeployedL2, forever, log, sealed, startDeployedL2, walletOf } from './support/l2.ts'
import { forgetful, type RpcProxy, startRpcProxy } from './support/rpc-proxy.ts'
import { until } from './support/until.ts'

let l2: DeployedL2
let proxy: RpcProxy
let snapshot: `0x${string}`
const following: AbortController[] = []

beforeAll(async () => {
  l2 = await startDeployedL2()
  proxy = await startRpcProxy(l2.chain.url)
})
afterAll(async () => {
  await proxy?.close()
  await l2?.stop()
})
beforeEach(async () => {
  snapshot = await l2.control.snapshot()
})
afterEach(async () => {
  for (const stop of following.splice(0)) stop.abort()
  await l2.control.revert({ id: snapshot })
})

function open(changes: Partial<ReaderOptions> = {}, trail?: TextStore): Promise<SettlementReader> {
  const deps = {
    transport: rpcTransport(proxy.url, { timeoutMs: 5000 }),
    clock: systemClock,
    log,
    metrics: createSettlementMetrics(new Registry()),
    ...(trail && { trail }),
  }
  return openSettlementReader(
    deps,
    { ...readerDefaults, rollup: l2.deployment.rollup, pollMs: 10, ...changes },
    forever,
  )
}

/** Pages that are taken one by one. */
class Walk {
  readonly #pages: AsyncIterator<SettlementPage>
  cursor: L2Position | undefined

  constructor(reader: SettlementReader, cursor?: L2Position, confidence: L2Confidence = 'latest', watch?: FollowWatch) {
    const stop = new AbortController()
    following.push(stop)
    this.#pages = reader
      .follow(cursor, confidence, AbortSignal.any([stop.signal, AbortSignal.timeout(340_000)]), watch)
      [Symbol.asyncIterator]()
  }

  async page(): Promise<SettlementPage> {
    const { value, done } = await this.#pages.next()
    if (done) throw new Error('no further page within 10 s')
    this.cursor = value.cursor
    return value
  }

  /** Pages up to the first that is caught up and of block `number` or later. */
  async upTo(number: bigint): Promise<SettlementPage[]> {
    const pages: SettlementPage[] = []
    for (;;) {
      const page = await this.page()
      pages.push(page)
      if (page.caughtUp && page.cursor.blockNumber >= number) return pages
    }
  }

  async eventsUpTo(number: bigint): Promise<SettlementEvent[]> {
    return (await this.upTo(number)).flatMap(({ events }) => events)
  }
}

const inbox = () => ({ address: bytesToHex(l2.deployment.inbox), abi: inboxAbi }) as const
const head = (): Promise<bigint> => l2.client.getBlockNumber()
const mine = (blocks: number): Promise<void> => l2.control.mine({ blocks })
const reorg = (depth: number) => l2.client.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
const items = (events: readonly SettlementEvent[]): QueuedItem[] =>
  events.flatMap((event) => (event.kind === 'item' ? [event.queued] : []))

let deposits = 0n

/** One of a value never sent before: a chain that was reverted still knows the receipts of what it forgot. */
async function deposit(shard = 3): Promise<bigint> {
  deposits += 1n
  const wallet = walletOf(l2, l2.roles.funder)
  const [user] = l2.roles.users
  const hash = await wallet.writeContract({
    ...inbox(),
    functionName: 'deposit',
    args: [shard, user?.address ?? '0x'],
    value: parseEther('1') + toWei(mwei(deposits)),
    chain: null,
  })
  await l2.client.waitForTransactionReceipt({ hash, pollingInterval: 10 })
  return fromWei(parseEther('1')).amount + deposits
}

const filled = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte)
const hex = (byte: number) => bytesToHex(filled(byte))
const signature = (byte: number) => ({ r: hex(byte), s: hex(byte + 1) })
const joined = (byte: number): Uint8Array => new Uint8Array([...filled(byte), ...filled(byte + 1)])

describe('items', () => {
  /** Sends one of each kind and tells what is to be followed. */
  async function sendAll(): Promise<InboxItem[]> {
    const wallet = walletOf(l2, l2.roles.funder)
    const sender = hexToBytes(l2.roles.funder.address)
    const [user] = l2.roles.users
    const base = { ...inbox(), chain: null } as const
    const account = { shard: 7, account: 4, nonce: 2n ** 64n - 1n }
    const fund = { ...account, conversation: 9, member: 65_535, amount: 12n, priceLimit: 13n }
    const reclaim = { ...account, conversation: 9, member: 1, amount: 12n }
    const withdraw = { ...account, amount: 2n ** 63n }
    const members = [
      { role: 2, allowance: 5n, priceLimit: 6n },
      { role: 1, allowance: 0n, priceLimit: 7n },
    ]
    const create = {
      ...account,
      salt: filled(21),
      members: members.map((each, i) => ({ ...each, key: filled(30 + i) })),
    }
    const change = {
      shard: 63,
      conversation: 2 ** 24 - 1,
      epoch: 8n,
      signer: 2,
      remove: [{ slot: 3 }],
      roles: [{ slot: 4, role: 1 }],
      add: [{ slot: 5, key: filled(40), role: 2, allowance: 41n, priceLimit: 42n }],
      exchange: [{ key: filled(43) }],
    }
    const message = { conversation: 11, member: 12, content: filled(50) }
    const amount = await deposit()
    await wallet.writeContract({
      ...base,
      functionName: 'forceCreateConversation',
      args: [
        { ...create, salt: hex(21), members: members.map((each, i) => ({ ...each, key: hex(30 + i) })) },
        [signature(1), signature(3), signature(5)],
      ],
    })
    await wallet.writeContract({
      ...base,
      functionName: 'forceChangeMembers',
      args: [
        {
          ...change,
          add: [{ slot: 5, key: hex(40), role: 2, allowance: 41n, priceLimit: 42n }],
          exchange: [{ key: hex(43) }],
        },
        [signature(1), signature(3), signature(5)],
      ],
    })
    await wallet.writeContract({ ...base, functionName: 'forceFund', args: [fund, [signature(1)]] })
    await wallet.writeContract({ ...base, functionName: 'forceReclaim', args: [reclaim, [signature(1)]] })
    await wallet.writeContract({ ...base, functionName: 'forceWithdraw', args: [withdraw, [signature(1)]] })
    await wallet.writeContract({
      ...base,
      functionName: 'forceMessage',
      args: [12, { ...message, content: hex(50) }, signature(60)],
    })
    const pushed = await wallet.writeContract({ ...base, functionName: 'pushPrices' })
    await l2.client.waitForTransactionReceipt({ hash: pushed, pollingInterval: 10 })
    const prices = await l2.client.readContract({ ...inbox(), functionName: 'prices' })
    const forced = (
      operation: Extract<InboxItem, { selector: 1 }>['value']['operation'],
      signers: number[],
    ): InboxItem => ({
      selector: InboxItemKind.forcedOperation,
      value: { sender, operation, signatures: signers.map(joined) },
    })
    const owner = hexToBytes(user?.address ?? '0x')
    return [
      { selector: InboxItemKind.deposit, value: { shard: 3, account: 0, owner, amount } },
      forced({ selector: OperationKind.createConversation, value: create }, [1, 3, 5]),
      forced({ selector: OperationKind.changeMembers, value: change }, [1, 3, 5]),
      forced({ selector: OperationKind.fund, value: fund }, [1]),
      forced({ selector: OperationKind.reclaim, value: reclaim }, [1]),
      forced({ selector: OperationKind.withdraw, value: withdraw }, [1]),
      { selector: InboxItemKind.forcedMessage, value: { shard: 12, message, signature: joined(60) } },
      { selector: InboxItemKind.prices, value: prices },
    ]
  }

  test.each([
    ['one by one', { nearBlocks: 1000n }],
    ['in stretches', { nearBlocks: 1n, maxBlocksPerPage: 3n }],
  ])('items › every kind comes as it was sent, blocks read %s', async (_, options) => {
    const sent = await sendAll()
    const told = items(await new Walk(await open(options)).eventsUpTo(await head()))
    expect(told.map(({ item }) => item)).toEqual(sent)
    expect(told.map(({ index }) => index)).toEqual(sent.map((_, i) => BigInt(i)))
    const hash = await l2.client.readContract({ ...inbox(), functionName: 'hashAt', args: [BigInt(sent.length)] })
    expect(told.at(-1)?.inboxHash).toEqual(hexToBytes(hash))
    const [, time] = await l2.client.readContract({ ...inbox(), functionName: 'itemAt', args: [2n] })
    expect(told[2]?.time).toBe(time * 1000n)
  })

  test('items › a cursor goes on where it ended, also in the middle of the queue', async () => {
    await deposit()
    const first = new Walk(await open())
    await first.upTo(await head())
    await deposit(4)
    await mine(3)
    const events = await new Walk(await open(), first.cursor).eventsUpTo(await head())
    expect(items(events).map(({ index }) => index)).toEqual([1n])
  })

  test('items › pages tell the time they reach, also without events', async () => {
    const walk = new Walk(await open())
    await walk.upTo(await head())
    await mine(1)
    const page = await walk.page()
    const block = await l2.client.getBlock()
    expect(page).toEqual({
      events: [],
      cursor: { blockNumber: block.number, blockHash: hexToBytes(block.hash) },
      time: block.timestamp * 1000n,
      caughtUp: true,
    })
  })

  test('items › safe comes a block behind latest', async () => {
    await mine(2)
    await deposit()
    const at = await head()
    const walk = new Walk(await open(), undefined, 'safe')
    expect(items(await walk.eventsUpTo(at - 1n))).toEqual([])
    await mine(1)
    expect(items(await walk.eventsUpTo(at))).toHaveLength(1)
  })
})

describe('claims', () => {
  test('claims › they and their finality come in order, genesis does not', async () => {
    const wallet = walletOf(l2, l2.roles.batcher)
    const rollup = { address: bytesToHex(l2.deployment.rollup), abi: rollupAbi } as const
    const base = { ...rollup, chain: null } as const
    await wallet.writeContract({
      ...base,
      functionName: 'depositBondFor',
      args: [l2.roles.batcher.address],
      value: parseEther('1'),
    })
    const reader = await open()
    const { hash: parent, lastHeader } = await reader.head(forever)
    const claimed = { ...lastHeader, number: 2n, timestamp: lastHeader.timestamp + 500n, stateRoot: filled(3) }
    const header = await l2.client.readContract({ ...rollup, functionName: 'genesisHeader' })
    const request = {
      number: 1n,
      parent: bytesToHex(parent),
      lineage: header.lineage,
      coreRoot: hex(1),
      witnessRoot: hex(2),
      lastHeader: { ...header, number: 2n, timestamp: header.timestamp + 500n, stateRoot: hex(3) },
      core: { layer: 1, pointer: '0x010203' },
      witness: { layer: 0, pointer: '0x' },
    } as const
    const signed = bytesToHex(await sealed(l2, reader, claimed))
    await wallet.writeContract({ ...base, functionName: 'claim', args: [request, signed] })
    await l2.control.increaseTime({ seconds: 60 })
    await wallet.writeContract({ ...base, functionName: 'finalize', args: [5n] })
    await mine(1)
    const [claim, final, ...more] = await new Walk(reader).eventsUpTo(await head())
    expect(more).toEqual([])
    const hash = hexToBytes(await l2.client.readContract({ ...rollup, functionName: 'claimHash', args: [1n] }))
    expect(claim).toMatchObject({
      kind: 'claim',
      hash,
      claim: {
        number: 1n,
        parent,
        coreRoot: filled(1),
        lastHeader: claimed,
        core: { layer: 1, pointer: new Uint8Array([1, 2, 3]) },
        claimer: hexToBytes(l2.roles.batcher.address),
      },
    })
    expect(final).toMatchObject({ kind: 'final', number: 1n, hash })
  })
})

describe('reorganisation', () => {
  test('reorganisation › what it took back is rolled back and told anew', async () => {
    const walk = new Walk(await open())
    await deposit(1)
    await mine(1)
    const common = await head()
    await deposit(2)
    await mine(1)
    const before = await walk.eventsUpTo(await head())
    expect(items(before)).toHaveLength(2)
    await reorg(2)
    await deposit(5)
    const after = await walk.eventsUpTo(await head())
    const [rollback, ...events] = after
    expect(rollback).toMatchObject({ kind: 'rollback', to: { blockNumber: common } })
    expect(items(events)).toMatchObject([{ index: 1n, item: { value: { shard: 5 } } }])
    expect(items(events)[0]?.inboxHash).not.toEqual(items(before)[1]?.inboxHash)
  })

  test('reorganisation › while nobody followed: a kept trail leads back to the common ancestor', async () => {
    const trail: TextStore = new MemoryLevel()
    const walk = new Walk(await open({}, trail))
    await deposit(1)
    await mine(2)
    const common = await head()
    await walk.upTo(common)
    await deposit(2)
    await walk.upTo(await head())
    for (const stop of following.splice(0)) stop.abort()
    await reorg(1)
    await mine(1)
    const again = new Walk(await open({}, trail), walk.cursor)
    expect(await again.page()).toMatchObject({
      events: [{ kind: 'rollback', to: { blockNumber: common } }],
      cursor: { blockNumber: common },
      caughtUp: false,
    })
  })

  test('reorganisation › without a trail a cursor goes back to the deployment and everything is told anew', async () => {
    const walk = new Walk(await open())
    await deposit(1)
    await mine(1)
    await walk.upTo(await head())
    await reorg(1)
    await mine(1)
    const again = new Walk(await open(), walk.cursor)
    const [rollback, ...events] = await again.eventsUpTo(await head())
    expect(rollback).toMatchObject({ kind: 'rollback', to: { blockNumber: l2.deployment.block - 1n } })
    expect(items(events)).toHaveLength(1)
  })

  test('reorganisation › one deeper than the trail goes back to the deployment', async () => {
    const walk = new Walk(await open({ trailLength: 2 }))
    await deposit(1)
    await mine(6)
    await walk.upTo(await head())
    await reorg(4)
    await mine(1)
    const events = await walk.eventsUpTo(await head())
    expect(events[0]).toMatchObject({ kind: 'rollback', to: { blockNumber: l2.deployment.block - 1n } })
    expect(items(events)).toHaveLength(1)
  })

  test('reorganisation › one that the trail spans in stretches goes back to the end of a stretch', async () => {
    const walk = new Walk(await open({ nearBlocks: 1n, maxBlocksPerPage: 4n }))
    await deposit(1)
    await mine(12)
    await walk.upTo(await head())
    await reorg(2)
    await mine(3)
    const [rollback, ...events] = await walk.eventsUpTo(await head())
    expect(rollback?.kind).toBe('rollback')
    expect(items(events)).toEqual([])
  })
})

describe('trouble', () => {
  test('trouble › an L2 that does not answer for a while is followed on afterwards', async () => {
    const walk = new Walk(await open())
    await walk.upTo(await head())
    proxy.fail('eth_getBlockByNumber', 'lost', 'tooManyRequests', 'unanswered')
    await deposit()
    expect(items(await walk.eventsUpTo(await head()))).toHaveLength(1)
  })

  test('trouble › a pool of nodes of which half do not know a block yet is followed, each item told once', async () => {
    const asked = ['eth_getBlockByNumber', 'eth_getBlockByHash']
    const walk = new Walk(await open())
    await walk.upTo(await head())
    for (const method of asked) proxy.alter(method, forgetful(1))
    try {
      for (let i = 0; i < 3; i += 1) await deposit()
      expect(items(await walk.eventsUpTo(await head()))).toHaveLength(3)
    } finally {
      for (const method of asked) proxy.alter(method, undefined)
    }
  })

  test('trouble › a shorter chain is told and waited for, not followed', async () => {
    const told: object[] = []
    const watch = { answered: () => undefined, failed: ({ fault }: CodedError) => void told.push(fault) }
    const reader = await open()
    const walk = new Walk(reader, undefined, 'latest', watch)
    const before = await l2.control.snapshot()
    await deposit()
    const read = await head()
    await walk.upTo(read)
    await reader.head(forever)
    await l2.control.revert({ id: before })
    const next = walk.page()
    await until(() => told.length > 1)
    const behind = { code: 'L2_BEHIND', head: read - 1n, read }
    expect(told[0]).toEqual(behind)
    await expect(reader.head(forever)).rejects.toMatchObject({ fault: behind })
    const calls = proxy.count('eth_getBlockByNumber')
    await until(() => proxy.count('eth_getBlockByNumber') >= calls + 10)
    await mine(3)
    expect((await next).events.map(({ kind }) => kind)).toEqual(['rollback'])
  })

  test('trouble › an address whose contract is gone is a fault that says so', async () => {
    const reader = await open()
    const address = bytesToHex(l2.deployment.rollup)
    await l2.control.setCode({ address, bytecode: '0x' })
    const missing = { code: 'CONTRACT_MISSING', address: l2.deployment.rollup }
    for (const read of [reader.lineage, reader.head, reader.schedule, reader.genesis])
      await expect(read(forever)).rejects.toMatchObject({ fault: missing })
  })

  test.each<[string, (log: { data: string; topics: string[]; logIndex: string }) => void]>([
    ['of another amount', (log) => flip(log, 32 * 6 + 31)],
    ['with another hash of the queue', (log) => flip(log, 32 * 2)],
    ['with another root', (log) => flip(log, 32)],
    ['with another time', (log) => flip(log, 31)],
    ['left out before', (log) => raise(log)],
    ['that no contract of ours emits', (log) => flipTopic(log)],
    ['cut short', (log) => cut(log)],
  ])('trouble › an item %s is refused', async (_, change) => {
    await deposit()
    proxy.alter('eth_getLogs', (result) => {
      for (const log of result as { data: string; topics: string[]; logIndex: string }[])
        if (log.topics.length === 2) change(log)
      return result
    })
    try {
      const walk = new Walk(await open(), await originOf())
      await expect(walk.eventsUpTo(await head())).rejects.toMatchObject({ fault: { code: 'EVENT_INVALID' } })
    } finally {
      proxy.alter('eth_getLogs', undefined)
    }
  })
})

/** The block before the last. */
async function originOf(): Promise<L2Position> {
  const block = await l2.client.getBlock({ blockNumber: (await head()) - 1n })
  return { blockNumber: block.number, blockHash: hexToBytes(block.hash) }
}

const flipAt = (text: string, byte: number): string => {
  const bytes = hexToBytes(text as `0x${string}`)
  bytes[byte] = (bytes[byte] ?? 0) ^ 1
  return bytesToHex(bytes)
}
const flip = (log: { data: string }, byte: number): void => {
  log.data = flipAt(log.data, byte)
}
const raise = (log: { topics: string[] }): void => {
  log.topics[1] = flipAt(log.topics[1] ?? '', 31)
}
const flipTopic = (log: { topics: string[] }): void => {
  log.topics[0] = flipAt(log.topics[0] ?? '', 0)
}
const cut = (log: { data: string }): void => {
  log.data = log.data.slice(0, -64)
}
