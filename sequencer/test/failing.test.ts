import type { Execution } from '@parley/execution'
import { genesisHeader, signDigestRecoverable } from '@parley/protocol'
import { keyOf } from '@parley/runtime/level'
import { afterEach, describe, expect, test } from 'vitest'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  endAll,
  eventually,
  getJson,
  type Harness,
  type HarnessOptions,
  newDisk,
  postMessages,
  postOperation,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { Listener } from './support/socket.ts'
import { body, config, deposit, named, Talk } from './support/world.ts'

afterEach(endAll)

const each: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 100 } }

async function started(options: HarnessOptions = {}): Promise<{ harness: Harness; talk: Talk }> {
  const harness = await startSequencer({ ...each, ...options })
  harness.l2.enqueue(deposit(3))
  await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  const talk = new Talk(3, 0)
  await postOperation(harness.url, talk.create)
  return { harness, talk }
}

/** Lanes with a part replaced. */
const withLanes = (replace: (execution: Execution) => Partial<Execution>) => (execution: Execution) =>
  new Proxy(execution, {
    get(target, name) {
      const replaced = (replace(target) as Record<PropertyKey, unknown>)[name]
      if (replaced !== undefined) return replaced
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

describe('failing › what must not go on ends the sequencer, and nothing is answered after', () => {
  async function assertEnd(harness: Harness, code: string): Promise<void> {
    await expect(harness.sequencer.failed).rejects.toMatchObject({ fault: { code } })
    for (const path of ['/v1/status', '/v1/blocks/1']) {
      const response = await fetch(harness.url + path)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ code: 'STOPPING' })
    }
    const talk = new Talk(3, 0)
    await expect(postMessages(harness.url, [talk.say('late')])).rejects.toThrow('STOPPING')
  }

  test('a dead lane', async () => {
    const dead = Promise.withResolvers<never>()
    dead.promise.catch(() => undefined)
    const { harness } = await started({ wrap: withLanes(() => ({ failed: dead.promise })) })
    dead.reject(new Error('lane 0 ended'))
    await assertEnd(harness, 'LANES_FAILED')
  })

  test('a journal that cannot write', async () => {
    const { harness, talk } = await started()
    const { journal } = harness.disk
    journal.dieAt = { write: journal.writes + 1, lose: true }
    await expect(postMessages(harness.url, [talk.say('lost')])).rejects.toThrow('STOPPING')
    await assertEnd(harness, 'JOURNAL_BROKEN')
  })

  test('a claim on the L2 of other blocks', async () => {
    const { harness } = await started()
    harness.l2.claim({ ...genesisHeader(config), number: 1n })
    await assertEnd(harness, 'CLAIM_CONTRADICTS')
  })

  test('a removal on the L2, to start again', async () => {
    const { harness } = await started()
    harness.l2.removal(named('lineage'))
    await assertEnd(harness, 'LINEAGE_CHANGED')
  })

  test('a consumed item taken back by the L2', async () => {
    const { harness } = await started()
    harness.l2.rollBack(0n)
    await assertEnd(harness, 'INBOX_ROLLED_BACK')
  })

  test.each<[what: string, sign: (digest: Uint8Array) => Promise<Uint8Array>]>([
    ['signs with another key', async (digest) => signDigestRecoverable(named('other'), digest)],
    ['gives another v', async (digest) => flippedV(await signer.sign(digest))],
    ['gives v as 0 or 1', async (digest) => withV(await signer.sign(digest), (v) => v - 27)],
  ])('a signer that %s', async (_, sign) => {
    let other = false
    const wrong = {
      ...signer,
      sign: async (digest: Uint8Array) => (other ? sign(digest) : signer.sign(digest)),
    }
    const { harness, talk } = await started({ signer: wrong })
    const { number } = await settled(harness, talk)
    other = true
    // Whether the acceptance is still told depends on what comes first.
    await postMessages(harness.url, [talk.say('a')]).catch(() => undefined)
    await expect(harness.sequencer.failed).rejects.toMatchObject({
      fault: { code: 'SIGNATURE_WRONG', block: number + 1n },
    })
    expect(await harness.disk.store.survivor().get(keyOf('block/', number + 1n))).toBeUndefined()
  })
})

const withV = (signature: Uint8Array, of: (v: number) => number): Uint8Array =>
  signature.with(64, of(signature[64] as number))
const flippedV = (signature: Uint8Array): Uint8Array => withV(signature, (v) => 55 - v)

describe('starting › refuses', () => {
  const starting = (options: HarnessOptions) => startSequencer({ ...each, ...options })

  test('a key that is not the sequencer’s', async () => {
    const l2 = new FakeL2(config, new Uint8Array(20).fill(5))
    await expect(starting({ l2 })).rejects.toMatchObject({
      fault: { code: 'SIGNER_MISMATCH', received: signer.address },
    })
  })

  test('a store of another deployment', async () => {
    const first = await starting({})
    await first.end()
    const other = { ...config, chainId: 1n }
    const disk = { ...survivorOf(newDisk()), store: first.disk.store.survivor() }
    await expect(starting({ disk, config: other, l2: new FakeL2(other, signer.address) })).rejects.toMatchObject({
      fault: { code: 'CHAIN_MISMATCH', field: 'store' },
    })
  })

  test('another config than the L2’s', async () => {
    const l2 = new FakeL2({ ...config, chainId: 1n }, signer.address)
    await expect(starting({ l2 })).rejects.toMatchObject({ fault: { code: 'CHAIN_MISMATCH', field: 'config' } })
  })

  test('an empty store under blocks claimed before: it would sign second headers', async () => {
    const { harness, talk } = await started()
    const [receipt] = await postMessages(harness.url, [talk.say('a')])
    const { block } = await eventually('block', () => blockAt(harness.url, receipt!.block))
    const { l2 } = harness
    await harness.end()
    l2.claim(block.header)
    await expect(starting({ l2 })).rejects.toMatchObject({
      fault: { code: 'COPY_OLDER', block: receipt!.block, head: 0n, cure: expect.stringContaining('no blocks') },
    })
    expect((await starting({ l2, disk: survivorOf(harness.disk) })).url).not.toBe('')
  })

  test('blocks without their journal', async () => {
    const { harness, talk } = await started()
    const [receipt] = await postMessages(harness.url, [talk.say('a')])
    await eventually('block', () => blockAt(harness.url, receipt!.block))
    await harness.end()
    const disk = {
      journal: newDisk().journal,
      store: harness.disk.store.survivor(),
      signed: harness.disk.signed.survivor(),
    }
    await expect(starting({ l2: harness.l2, disk })).rejects.toMatchObject({
      fault: { code: 'STORE_CORRUPT', what: 'journal' },
    })
  })
})

describe('backpressure', () => {
  const stuck: HarnessOptions = {
    sealing: { minAgeMs: 60_000, maxWaitMs: 80_000 },
    wrap: withLanes(() => ({ submitMessages: () => false })),
  }

  test('a full lane is 429 with Retry-After, and nothing is taken', async () => {
    const { harness, talk } = await started(stuck)
    const response = await fetch(`${harness.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(body([talk.say('a')])),
    })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'OVERLOADED', what: 'lanes', retry: 'later' })
    expect(await getJson(harness.url, '/v1/status')).toMatchObject({ load: { unanswered: 0 } })
  })

  test('an L2 that is too far behind to know what is due holds blocks back, and readiness says so', async () => {
    const l2 = new FakeL2(config, signer.address)
    l2.safeTime = BigInt(Date.now()) - config.forceDelayMs - 1_000n
    const harness = await startSequencer({ ...each, l2, load: { maxUnanswered: 1 } })
    l2.enqueue(deposit(3))
    await eventually('unready', async () => (await fetch(`${harness.url}/readyz`)).status === 503 || undefined)
    await eventually(
      'reason',
      async () =>
        (await getJson<{ because: string }>(harness.url, '/readyz')).because?.includes('too far behind') || undefined,
    )
    const refused = await fetch(`${harness.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(111),
    })
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ code: 'OVERLOADED', what: 'opening', retry: 'later' })
    l2.safeTime = undefined
    l2.empty()
    await eventually('ready', async () => (await fetch(`${harness.url}/readyz`)).ok || undefined)
    await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  })

  test('a quota that is used up is 429 over HTTP', async () => {
    const { harness, talk } = await started({ http: { quotaBurst: 10_000, quotaPerSecond: 1 } })
    const junk = { ...talk.signed('junk', 0, 1n), signature: new Uint8Array(64).fill(1) }
    const many = (length: number) =>
      postMessages(
        harness.url,
        Array.from({ length }, () => junk),
      )
    await many(95)
    await expect(many(500)).rejects.toThrow('status 429')
  })
})

test('headers › are durable before anybody sees them, and signed once', async () => {
  const signed: string[] = []
  const spying = {
    ...signer,
    sign: (digest: Uint8Array) => {
      signed.push(Buffer.from(digest).toString('hex'))
      return signer.sign(digest)
    },
  }
  const { harness, talk } = await started({ signer: spying })
  const { number } = await settled(harness, talk)
  const { store } = harness.disk
  const writing = Promise.withResolvers<void>()
  const write = store.batch.bind(store)
  const synchronous: boolean[] = []
  store.batch = async (operations, options) => {
    synchronous.push(options.sync)
    await writing.promise
    await write(operations, options)
  }
  try {
    const before = signed.length
    const [receipt] = await postMessages(harness.url, [talk.say('b')])
    expect(receipt).toMatchObject({ refusal: 0, block: number + 1n })
    const feed = await new Listener(harness.url, `/v1/feed/blocks?from=${number + 1n}`).opened()
    await eventually('the block’s write', () => (signed.length > before && synchronous.length > 0) || undefined)
    expect(await blockAt(harness.url, number + 1n)).toBeUndefined()
    expect(feed.frames).toEqual([])
    writing.resolve()
    await feed.heard(1)
    expect(await blockAt(harness.url, number + 1n)).toBeDefined()
    expect(synchronous).toEqual([true])
    expect(new Set(signed).size).toBe(signed.length)
  } finally {
    writing.resolve()
  }
})

test('headers › are not even signed before all of their block is durable in the journal', async () => {
  let signatures = 0
  const counting = {
    ...signer,
    sign: (digest: Uint8Array) => {
      signatures += 1
      return signer.sign(digest)
    },
  }
  const sealed = Promise.withResolvers<void>()
  let gated = false
  const { harness, talk } = await started({
    signer: counting,
    wrap: withLanes((lanes) => ({
      seal: async (options) => {
        const runs = await lanes.seal(options)
        if (gated) sealed.resolve()
        return runs
      },
    })),
  })
  await settled(harness, talk)
  const { journal } = harness.disk
  const writing = Promise.withResolvers<void>()
  const write = journal.batch.bind(journal)
  journal.batch = async (operations, options) => {
    await writing.promise
    await write(operations, options)
  }
  gated = true
  const before = signatures
  const posted = postMessages(harness.url, [talk.say('b')])
  await sealed.promise
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
  expect(signatures).toBe(before)
  writing.resolve()
  expect(await posted).toMatchObject([{ refusal: 0 }])
  await eventually('signature', () => signatures > before || undefined)
})

/** Sends a message; the number of its block, once that is sealed and no other is open. */
async function settled({ url }: Harness, talk: Talk): Promise<{ number: bigint }> {
  const [receipt] = await postMessages(url, [talk.say('settled')])
  const number = receipt!.block
  await eventually('everything sealed', () => blockAt(url, number))
  return { number }
}
