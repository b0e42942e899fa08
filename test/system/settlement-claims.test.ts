import { rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import type { BlockHeader, ClaimRequest } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import {
  type ClaimerSettlement,
  createSettlementMetrics,
  openSettlement,
  type SettlementOptions,
  settlementDefaults,
} from '@parley/settlement'
import type { TextStore } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DeployedL2, forever, log, sealed, startDeployedL2 } from './support/l2.ts'
import { forgetful, type RpcProxy, startRpcProxy } from './support/rpc-proxy.ts'
import { until } from './support/until.ts'

let l2: DeployedL2
let proxy: RpcProxy
let snapshot: `0x${string}`
const opened: ClaimerSettlement[] = []

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
  await Promise.all(opened.splice(0).map((each) => each.close()))
  await l2.control.setAutomine(true)
  await l2.control.revert({ id: snapshot })
})

async function open(store: TextStore = new MemoryLevel(), changes: Partial<SettlementOptions['sending']> = {}) {
  const settlement = await openSettlement(
    {
      transport: rpcTransport(proxy.url, { timeoutMs: 5000 }),
      secret: l2.roles.batcher.secret,
      store,
      clock: systemClock,
      log,
      metrics: createSettlementMetrics(new Registry()),
    },
    {
      ...settlementDefaults,
      rollup: l2.deployment.rollup,
      pollMs: 20,
      sending: { ...settlementDefaults.sending, pollMs: 20, rebroadcastAfterMs: 50, ...changes },
    },
    forever,
  )
  opened.push(settlement)
  return settlement
}

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** A claim that may follow the one at the head. */
async function following(settlement: ClaimerSettlement, coreByte = 1): Promise<ClaimRequest> {
  const head = await settlement.head(forever)
  const lineage = await settlement.lineage(forever)
  const lastHeader: BlockHeader = {
    ...head.lastHeader,
    number: head.lastHeader.number + 3n,
    timestamp: head.lastHeader.timestamp + 1000n,
    lineage,
    stateRoot: filled(9),
  }
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: filled(coreByte),
    witnessRoot: filled(2),
    lastHeader,
    core: { layer: 1, pointer: new Uint8Array([1, 2, 3]) },
    witness: { layer: 0, pointer: new Uint8Array(0) },
    signature: await sealed(l2, settlement, lastHeader),
  }
}

const claimsTold = async (number: bigint): Promise<number> => {
  const address = bytesToHex(l2.deployment.rollup)
  const range = { address, abi: rollupAbi, fromBlock: 0n, strict: true } as const
  return (await l2.client.getContractEvents({ ...range, eventName: 'Claimed', args: { number } })).length
}
const nonce = (): Promise<number> => l2.client.getTransactionCount({ address: l2.roles.batcher.address })
const waiting = (): Promise<number> =>
  l2.client.getTransactionCount({ address: l2.roles.batcher.address, blockTag: 'pending' })

describe('bond', () => {
  test('bond › a claim without one is refused with the contract’s error', async () => {
    const settlement = await open()
    await expect(settlement.claim(await following(settlement), forever)).rejects.toMatchObject({
      fault: { code: 'CLAIM_REFUSED', number: 1n, reason: expect.stringMatching(/Rollup_BondTooSmall\(0x\w{40}, 0, /) },
    })
    expect(await nonce()).toBe(0)
  })

  test('bond › it is deposited once', async () => {
    const settlement = await open()
    expect(await settlement.ensureBond(forever)).toBe(10n ** 18n)
    expect(await settlement.ensureBond(forever)).toBe(10n ** 18n)
    expect(await nonce()).toBe(1)
  })
})

describe('claim', () => {
  test('claim › it stands and is the head', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const receipt = await settlement.claim(request, forever)
    expect(receipt).toMatchObject({ number: 1n, gasUsed: expect.any(BigInt) })
    const head = await settlement.head(forever)
    expect(head).toEqual({ number: 1n, hash: receipt.hash, lastHeader: request.lastHeader, rescued: false })
    const block = await l2.client.getBlock({ blockNumber: receipt.at.blockNumber })
    expect(receipt.at.blockHash).toEqual(hexToBytes(block.hash))
  })

  test('claim › the same again, also after a restart without any memory, gives the receipt of the first time', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const receipt = await settlement.claim(request, forever)
    const elsewhere = { ...request, core: { layer: 0, pointer: new Uint8Array([7]) } }
    expect(await settlement.claim(elsewhere, forever)).toEqual(receipt)
    expect(await (await open()).claim(request, forever)).toEqual(receipt)
    expect(await nonce()).toBe(2)
  })

  test('claim › another one under the same number is a conflict', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const { hash } = await settlement.claim(request, forever)
    await expect(settlement.claim({ ...request, coreRoot: filled(3) }, forever)).rejects.toMatchObject({
      fault: { code: 'CLAIM_CONFLICT', number: 1n, standing: hash },
    })
  })

  test('claim › one that the contract refuses tells its error and uses no nonce', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = { ...(await following(settlement)), parent: filled(5) }
    await expect(settlement.claim(request, forever)).rejects.toMatchObject({
      fault: { code: 'CLAIM_REFUSED', reason: expect.stringContaining('Rollup_ParentMismatch(0x0505') },
    })
    expect(await nonce()).toBe(1)
  })

  test('claim › one whose last header is ahead of the L2 waits for its time', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const { timestamp } = await l2.client.getBlock()
    const lastHeader = { ...request.lastHeader, timestamp: (timestamp + 5n) * 1000n }
    const ahead = { ...request, lastHeader, signature: await sealed(l2, settlement, lastHeader) }
    const claimed = settlement.claim(ahead, forever)
    await l2.control.setNextBlockTimestamp({ timestamp: timestamp + 6n })
    await l2.control.mine({ blocks: 1 })
    expect((await claimed).number).toBe(1n)
    const farAhead = { ...ahead, number: 2n, lastHeader: { ...ahead.lastHeader, timestamp: 2n ** 60n } }
    await expect(settlement.claim(farAhead, forever)).rejects.toMatchObject({ fault: { code: 'CLAIM_REFUSED' } })
  })

  test('claim › the quote covers what is paid, and most of it is no surprise', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const { executionWei, l1DataWei } = await settlement.quote(request, forever)
    const address = l2.roles.batcher.address
    const before = await l2.client.getBalance({ address })
    await settlement.claim(request, forever)
    const paid = before - (await l2.client.getBalance({ address }))
    expect(l1DataWei).toBeGreaterThan(0n)
    expect(Number(paid)).toBeGreaterThan(Number(executionWei + l1DataWei) * 0.5)
    expect(Number(paid)).toBeLessThan(Number(executionWei + l1DataWei) * 1.5)
  })
})

describe('crash', () => {
  test('crash › between broadcast and receipt: the next run gets the receipt, nothing is claimed twice', async () => {
    const store: TextStore = new MemoryLevel()
    const before = await open(store)
    await before.ensureBond(forever)
    const request = await following(before)
    await l2.control.setAutomine(false)
    const lost = before.claim(request, forever)
    lost.catch(() => undefined)
    await until(async () => (await waiting()) === 2)
    await before.close()
    const after = await open(store)
    const claimed = after.claim(request, forever)
    await until(() => proxy.count('eth_sendRawTransaction') > 0)
    await l2.control.mine({ blocks: 1 })
    expect((await claimed).number).toBe(1n)
    expect(await claimsTold(1n)).toBe(1)
    expect(await nonce()).toBe(2)
  })

  test('crash › between broadcast and receipt with the store lost: the second transaction fails harmlessly', async () => {
    const before = await open()
    await before.ensureBond(forever)
    const request = await following(before)
    await l2.control.setAutomine(false)
    before.claim(request, forever).catch(() => undefined)
    await until(async () => (await waiting()) === 2)
    await before.close()
    const after = await open()
    const claimed = after.claim(request, forever)
    await until(async () => (await waiting()) === 3)
    await l2.control.mine({ blocks: 1 })
    const receipt = await claimed
    expect(receipt.number).toBe(1n)
    expect(await claimsTold(1n)).toBe(1)
    expect((await after.head(forever)).hash).toEqual(receipt.hash)
  })
})

describe('trouble on the way', () => {
  test('trouble on the way › send 1 ok, send 2 fails at the RPC, send 3 goes through: no nonce is left out', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    proxy.fail('eth_sendRawTransaction', 'tooManyRequests', 'lost')
    expect((await settlement.claim(request, forever)).number).toBe(1n)
    expect((await settlement.claim(await following(settlement), forever)).number).toBe(2n)
    expect(await nonce()).toBe(3)
  })

  test('trouble on the way › a broadcast that arrived without an answer is claimed once', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    proxy.fail('eth_sendRawTransaction', 'unanswered')
    expect((await settlement.claim(request, forever)).number).toBe(1n)
    expect(await claimsTold(1n)).toBe(1)
    expect(await nonce()).toBe(2)
  })

  test('trouble on the way › a pool of nodes of which half know neither receipt nor block yet claims once', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    const asked = ['eth_getTransactionReceipt', 'eth_getTransactionByHash', 'eth_getBlockByHash']
    for (const method of asked) proxy.alter(method, forgetful(1))
    try {
      expect((await settlement.claim(request, forever)).number).toBe(1n)
    } finally {
      for (const method of asked) proxy.alter(method, undefined)
    }
    expect(await claimsTold(1n)).toBe(1)
    expect(await nonce()).toBe(2)
  })

  test('trouble on the way › an L2 that does not answer is a fault to retry, before anything is sent', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    proxy.fail('eth_estimateGas', 'lost')
    await expect(settlement.claim(request, forever)).rejects.toMatchObject({
      fault: { code: 'SETTLEMENT_UNAVAILABLE' },
      meaning: { retry: 'later' },
    })
    expect((await settlement.claim(request, forever)).number).toBe(1n)
    expect(await nonce()).toBe(2)
  })

  test('trouble on the way › a claim that nobody includes is replaced at higher fees', async () => {
    const settlement = await open(new MemoryLevel(), { replaceAfterMs: 100 })
    await settlement.ensureBond(forever)
    const request = await following(settlement)
    await l2.control.setAutomine(false)
    const claimed = settlement.claim(request, forever)
    await until(async () => (await waiting()) === 2)
    const offered = async (): Promise<bigint> => {
      const { transactions } = await l2.client.getBlock({ blockTag: 'pending', includeTransactions: true })
      return transactions[0]?.maxFeePerGas ?? 0n
    }
    const first = await offered()
    expect(first).toBeGreaterThan(0n)
    await until(async () => (await offered()) * 10n >= first * 11n)
    await l2.control.mine({ blocks: 1 })
    const { at } = await claimed
    const block = await l2.client.getBlock({ blockNumber: at.blockNumber, includeTransactions: true })
    expect(block.transactions).toHaveLength(1)
    expect((block.transactions[0]?.maxFeePerGas ?? 0n) * 10n).toBeGreaterThanOrEqual(first * 11n)
  })

  test('trouble on the way › a reorg that takes the claim back before it counts is waited out', async () => {
    const settlement = await open(new MemoryLevel(), { confirmations: 3 })
    await l2.control.setAutomine(false)
    const bond = settlement.ensureBond(forever)
    await until(async () => (await waiting()) === 1)
    await l2.control.mine({ blocks: 1 })
    await l2.client.request({ method: 'anvil_reorg' as never, params: [1, []] as never })
    await until(async () => (await waiting()) === 1)
    await l2.control.mine({ blocks: 3 })
    expect(await bond).toBe(10n ** 18n)
    expect(await nonce()).toBe(1)
  })
})

describe('finalize', () => {
  test('finalize › claims are final after their window, and nothing is sent before', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    await settlement.claim(await following(settlement), forever)
    await settlement.claim(await following(settlement), forever)
    const sent = await nonce()
    expect(await settlement.finalize(forever)).toBe(0n)
    expect(await nonce()).toBe(sent)
    await l2.control.increaseTime({ seconds: 60 })
    await l2.control.mine({ blocks: 1 })
    expect(await settlement.finalize(forever)).toBe(2n)
    expect(await settlement.finalize(forever)).toBe(2n)
    expect(await nonce()).toBe(sent + 1)
  })

  test('finalize › claims whose window passes meanwhile take none of the gas that was meant for those before', async () => {
    const settlement = await open()
    await settlement.ensureBond(forever)
    await settlement.claim(await following(settlement), forever)
    await l2.control.increaseTime({ seconds: 60 })
    for (let later = 0; later < 4; later += 1) await settlement.claim(await following(settlement), forever)
    await l2.control.setAutomine(false)
    const before = await waiting()
    const finalized = settlement.finalize(forever)
    await until(async () => (await waiting()) === before + 1)
    await l2.control.increaseTime({ seconds: 60 })
    await l2.control.mine({ blocks: 1 })
    expect(
      await l2.client.readContract({
        address: bytesToHex(l2.deployment.rollup),
        abi: rollupAbi,
        functionName: 'finalNumber',
      }),
    ).toBe(1n)
    await until(async () => (await waiting()) === before + 2)
    await l2.control.mine({ blocks: 1 })
    expect(await finalized).toBe(5n)
  })
})

describe('prices', () => {
  test('prices › they are pushed once an interval, and only when they move', async () => {
    const settlement = await open()
    expect(await settlement.pushPrices(forever)).toBe(true)
    expect(await settlement.pushPrices(forever)).toBe(false)
    await l2.control.increaseTime({ seconds: 60 })
    await l2.control.mine({ blocks: 1 })
    expect(await settlement.pushPrices(forever)).toBe(true)
    expect(await nonce()).toBe(2)
  })
})

describe('prices on an L2 that is no OP Stack', () => {
  test('prices › are not to be had, which names the contract that is missing and blames no RPC', async () => {
    const settlement = await open()
    const address = '0x4200000000000000000000000000000000000015'
    await l2.control.setCode({ address, bytecode: '0x' })
    await expect(settlement.pushPrices(forever)).rejects.toMatchObject({
      fault: { code: 'L1_BLOCK_MISSING', address: hexToBytes(address) },
      meaning: { blame: 'operator', text: expect.stringContaining('batcher.pushPrices') },
    })
    expect(await nonce()).toBe(0)
  })
})

describe('deployment', () => {
  test.each([
    ['nothing', () => filled(1).slice(0, 20), 'there is no contract'],
    ['another contract', () => l2.deployment.inbox, 'the code there is not the rollup’s'],
  ])('deployment › %s at the address is refused', async (_, rollup, reason) => {
    const metrics = createSettlementMetrics(new Registry())
    const transport = rpcTransport(l2.chain.url, { timeoutMs: 5000 })
    const secret = l2.roles.batcher.secret
    await expect(
      openSettlement(
        { transport, secret, store: new MemoryLevel(), clock: systemClock, log, metrics },
        { ...settlementDefaults, rollup: rollup() },
        forever,
      ),
    ).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_UNKNOWN', reason } })
  })
})
