import { setImmediate } from 'node:timers/promises'
import { createCelestiaDa } from '@parley/da-adapters'
import { systemClock } from '@parley/runtime'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { callDouble, faultOf, namespace, patience, quickOptions, sample, silent, stage } from './support.ts'

describe('publishing', () => {
  test('pointer › names the height, and the double’s header there has its data root', async () => {
    const { double, open } = await stage()
    const da = await open()
    const { pointer, height, cost } = await da.submit(sample(30_000), {}, patience())
    expect(pointer).toHaveLength(143 + 36)
    const root = Buffer.from(pointer.subarray(pointer.length - 64, pointer.length - 32))
    expect(root.equals(double.chain.block(height)!.header.dataHash)).toBe(true)
    expect(cost).toEqual((await da.quote(30_000, patience())).cost)
    expect(10n ** 15n - double.account.balance).toBe(cost.amount)
    await da.close()
  })

  test('celestia › found by look after the connection died behind an inclusion', async () => {
    const { double, open, published, registry } = await stage()
    const da = await open()
    double.meddle(async ({ method }, answer, response) => {
      if (method !== 'blob.Submit') return undefined
      await answer()
      response.destroy()
      return 'taken'
    })
    const { pointer } = await da.submit(sample(3_000), {}, patience())
    double.meddle()
    expect(await da.retrieve(pointer, patience())).toEqual(sample(3_000))
    expect(published()).toBe(1)
    const events = await registry.getSingleMetricAsString('parley_da_celestia_submissions_total')
    expect(events).toMatch(/event="unclear"} 1/)
    expect(events).toMatch(/event="found"} 1/)
    await da.close()
  })

  test('celestia › accepted then dropped is looked for to the end of its life and sent once more', async () => {
    const { double, open, published } = await stage()
    const da = await open({ lookAhead: 6 })
    let submissions = 0
    double.meddle(async ({ method }, answer, response) => {
      if (method !== 'blob.Submit') return undefined
      submissions++
      if (submissions > 1) return answer()
      double.pause()
      void answer()
      double.chain.drop()
      double.resume()
      response.destroy()
      return 'taken'
    })
    const first = double.chain.head
    const { height } = await da.submit(sample(3_000), {}, patience())
    expect(submissions).toBe(2)
    expect(published()).toBe(1)
    expect(height).toBeGreaterThan(first + 6n)
    await da.close()
  })

  test('celestia › ambiguous texts', async () => {
    for (const message of [
      'account sequence mismatch, expected 5, got 4: incorrect account sequence',
      'tx was rejected by the node with execution code 32',
      'tx was evicted from the mempool',
      'tx already in mempool',
      'timed out waiting for tx to be included in a block',
      'something that nobody wrote down',
    ]) {
      const { double, open, published } = await stage()
      const da = await open()
      let sent = 0
      double.meddle(async ({ method }, answer) => {
        if (method !== 'blob.Submit') return undefined
        sent++
        await answer()
        return { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message } }) }
      })
      const { pointer } = await da.submit(sample(900), {}, patience())
      expect([message, sent, published()]).toEqual([message, 1, 1])
      expect(await da.retrieve(pointer, patience())).toEqual(sample(900))
      await da.close()
    }
  })

  test('celestia › a node that turns questions away after it took the blobs › is not sent them again', async () => {
    for (const status of [401, 404, 429, 500]) {
      const { double, open, published } = await stage()
      const da = await open()
      let taken = false
      double.meddle(async ({ method }, answer) => {
        if (method === 'blob.Submit') {
          const told = await answer()
          taken = true
          return told
        }
        return taken ? { status, body: '' } : undefined
      })
      expect(await faultOf(da.submit(sample(900), {}, patience()))).toMatchObject({
        code: status === 401 ? 'DA_REFUSED' : 'DA_UNAVAILABLE',
      })
      double.meddle()
      const { pointer } = await da.submit(sample(900), {}, patience())
      expect([status, published()]).toEqual([status, 1])
      expect(await da.retrieve(pointer, patience())).toEqual(sample(900))
      await da.close()
    }
  })

  test('celestia › deadline on every call', async () => {
    const { double, open, published } = await stage()
    const da = await open({ confirmTimeoutMs: 300 })
    double.meddle(async ({ method }) =>
      method === 'blob.Submit'
        ? { status: 200, body: '{"jsonrpc":"2.0","id":1,"result":9007199254740991}' }
        : undefined,
    )
    expect(await faultOf(da.submit(sample(900), {}, patience()))).toEqual({
      code: 'DA_UNAVAILABLE',
      layer: 'celestia',
      reason: 'not included within 300 ms; the next try looks for it',
    })
    await da.close()
    double.meddle()
    const patient = await open({ lookAhead: 4 })
    await patient.submit(sample(900), {}, patience())
    expect(published()).toBe(1)
    await patient.close()
  })

  test('blobs of many shares beside others in one block › each is proven in its place', async () => {
    const { double, open, token } = await stage()
    const da = await open({ maxBlobBytes: 200_000 })
    double.pause()
    const junk = (first: number, length: number) => {
      const id = Buffer.alloc(29)
      id.fill(first, 19)
      const blob = {
        namespace: id.toString('base64'),
        data: Buffer.alloc(length, 1).toString('base64'),
        share_version: 0,
      }
      return callDouble(double.url, token, 'blob.Submit', [[blob], {}])
    }
    // Below and above the namespace of the adapter, so that padding stands before and behind its blobs.
    const others = [junk(1, 700), junk(0xfe, 90_000)]
    const submitted = da.submit(sample(300_000), {}, patience())
    while (double.chain.pending < 3) await setImmediate()
    double.resume()
    const { pointer, height } = await submitted
    await Promise.all(others)
    expect(double.chain.blobsAt(height)).toHaveLength(4)
    const gaps = double.chain.blobsAt(height).map(({ start, shares }) => [start, start + shares])
    expect(gaps.some(([from], i) => i > 0 && from !== gaps[i - 1]![1])).toBe(true)
    expect(await da.retrieve(pointer, patience())).toEqual(sample(300_000))
    await da.close()
  })

  test('celestia › what was sent longer ago than nodes keep it is not looked for, and published anew', async () => {
    const { double, store, token, published } = await stage({ keepBlocks: 20 })
    const openAt = (days: number, lookAhead: number) =>
      createCelestiaDa(
        {
          log: silent,
          clock: { ...systemClock, now: () => Date.now() + days * 86_400_000 },
          registry: new Registry(),
          writer: { namespace, store },
        },
        {
          url: double.url,
          token,
          chainId: 'parley-double',
          ...quickOptions,
          lookAhead,
          // The chain's time does not pass with the adapter's.
          maxHeadAgeMs: days * 86_400_000 + 30_000,
        },
      )
    const first = await openAt(0, 1_000_000)
    // More of the same age than are forgotten with one publication.
    for (let i = 0; i < 10; i++) await first.submit(sample(100 + i), {}, patience())
    const dead = new AbortController()
    let sent = false
    double.meddle(async ({ method }, _answer, response) => {
      // Killed at the first question after it was sent.
      if (sent) dead.abort(new Error('killed'))
      if (method !== 'blob.Submit') return undefined
      sent = true
      response.destroy()
      return 'taken'
    })
    await first.submit(sample(900), {}, dead.signal).catch(() => undefined)
    await first.close()
    double.meddle()
    for (let i = 0; i < 40; i++) double.chain.produce()
    const soon = await openAt(1, 4)
    expect(await faultOf(soon.submit(sample(900), {}, patience()))).toMatchObject({
      code: 'DA_UNAVAILABLE',
      reason: expect.stringContaining('below Tail'),
    })
    await soon.close()
    const late = await openAt(9, 4)
    await late.submit(sample(900), {}, patience())
    expect(published()).toBe(1)
    expect(double.account.sequence).toBe(11n)
    await late.close()
  })

  test('celestia › one queue', async () => {
    const { double, open, published } = await stage()
    const da = await open()
    let under = 0
    let most = 0
    double.meddle(async ({ method }, answer) => {
      if (method !== 'blob.Submit') return undefined
      most = Math.max(most, ++under)
      const told = await answer()
      under--
      return told
    })
    const all = [1_001, 1_002, 1_003, 1_004, 1_005].map(sample)
    const receipts = await Promise.all(all.map((data) => da.submit(data, {}, patience())))
    expect(most).toBe(1)
    expect(published()).toBe(5)
    expect(new Set(receipts.map(({ height }) => height)).size).toBe(5)
    for (const [i, data] of all.entries()) expect(await da.retrieve(receipts[i]!.pointer, patience())).toEqual(data)
    await da.close()
  })

  test('celestia › lowest height wins when the network includes a copy', async () => {
    const { double, open, token } = await stage()
    const da = await open()
    const heights: bigint[] = []
    double.meddle(async ({ method, params }, answer, response) => {
      if (method !== 'blob.Submit' || heights.length > 0) return undefined
      heights.push(BigInt(JSON.parse(String((await answer()).body)).result))
      // A third party's copy, one or more blocks later.
      heights.push(BigInt((await callDouble(double.url, token, 'blob.Submit', params)) as number))
      response.destroy()
      return 'taken'
    })
    const receipt = await da.submit(sample(900), {}, patience())
    expect(heights[1]!).toBeGreaterThan(heights[0]!)
    expect(receipt.height).toBe(heights[0])
    await da.close()
  })

  test('celestia › a restart at every await publishes once', async () => {
    const { double, open, published } = await stage()
    const data = sample(25_000)
    // Each call of the first run in turn is the last that is answered.
    for (let calls = 0; calls < 12; calls++) {
      const before = published()
      const own = Uint8Array.from(data)
      own[0] = calls
      const dying = await open({ lookAhead: 4 })
      const dead = new AbortController()
      let seen = 0
      double.meddle(async (_call, answer, response) => {
        if (seen++ < calls) return undefined
        await answer()
        dead.abort(new Error('killed'))
        response.destroy()
        return 'taken'
      })
      await dying.submit(own, {}, AbortSignal.any([dead.signal, patience()])).catch(() => undefined)
      await dying.close()
      double.meddle()
      const da = await open({ lookAhead: 4 })
      const { pointer } = await da.submit(own, {}, patience())
      expect(await da.retrieve(pointer, patience())).toEqual(own)
      expect([calls, published() - before]).toEqual([calls, 2])
      await da.close()
    }
  })

  test('celestia › own price when the estimator fails', async () => {
    const { double, open } = await stage()
    const cheap = await open({ gasPrice: 0.001 })
    const quoted = (await cheap.quote(900, patience())).cost.amount
    const { cost } = await cheap.submit(sample(900), {}, patience())
    expect(cost).toEqual({ token: 'tia', amount: quoted * 4n })
    expect((await cheap.quote(900, patience())).cost).toEqual(cost)
    await cheap.close()
    const bounded = await open({ gasPrice: 0.0015, maxGasPrice: 0.002 })
    expect(await faultOf(bounded.submit(sample(901), {}, patience()))).toMatchObject({
      code: 'DA_FEE_CAPPED',
      field: 'fee',
      asked: quoted * 4n,
      limit: quoted * 2n,
    })
    expect(double.account.sequence).toBe(1n)
    expect((await bounded.quote(900, patience())).cost.amount).toBe(quoted * 2n)
    await bounded.close()
  })

  test('celestia › no funds, no permission and a wrong token are refusals, with nothing sent', async () => {
    const { double, open, token } = await stage({ balance: 100n })
    const poor = await open()
    expect(await faultOf(poor.submit(sample(10), {}, patience()))).toMatchObject({
      code: 'DA_REFUSED',
      reason: expect.stringContaining('insufficient funds'),
    })
    // Nothing was sent, so nothing is looked for.
    const asked: string[] = []
    double.meddle(async ({ method }) => {
      asked.push(method)
      return undefined
    })
    expect(await faultOf(poor.submit(sample(10), {}, patience()))).toMatchObject({ code: 'DA_REFUSED' })
    expect(asked).toEqual(['header.LocalHead', 'blob.Submit'])
    double.meddle()
    await poor.close()
    for (const [wrong, reason] of [
      [`${token}-read`, 'missing permission'],
      ['another token', 'answered 401'],
      [undefined, 'missing permission'],
    ] as const) {
      const da = await open({ token: wrong })
      const fault = await faultOf(da.submit(sample(10), {}, patience()))
      expect(fault).toMatchObject({ code: 'DA_REFUSED', reason: expect.stringContaining(reason) })
      expect(JSON.stringify(fault)).not.toContain(token)
      await da.close()
    }
    expect(double.account.sequence).toBe(0n)
  })

  test('celestia › another network or store is refused', async () => {
    const { open, store } = await stage()
    const da = await open()
    const { pointer } = await da.submit(sample(10), {}, patience())
    await da.close()
    expect(await faultOf(open({ chainId: 'celestia' }))).toMatchObject({ code: 'DA_REFUSED' })
    await store.clear()
    const other = await open({ chainId: 'celestia' })
    expect(await faultOf(other.submit(sample(10), {}, patience()))).toMatchObject({
      code: 'DA_REFUSED',
      reason: 'the node is of the network parley-double, configured is celestia',
    })
    expect(await faultOf(other.retrieve(pointer, patience()))).toMatchObject({
      code: 'DA_POINTER_INVALID',
      reason: 'is of another network',
    })
    await other.close()
  })

  test('celestia › junk beside ours', async () => {
    const { double, open, published, token } = await stage()
    const da = await open()
    const { pointer } = await da.submit(sample(900), {}, patience())
    const namespace = Buffer.from(pointer.subarray(13, 42)).toString('base64')
    const junk = { namespace, data: Buffer.alloc(5_000, 1).toString('base64'), share_version: 0 }
    for (let i = 0; i < 3; i++) await callDouble(double.url, token, 'blob.Submit', [[junk], {}])
    const second = await da.submit(sample(901), {}, patience())
    expect(published()).toBe(5)
    expect(await da.retrieve(second.pointer, patience())).toEqual(sample(901))
    await da.close()
  })

  test('opened for reading › reads, and publishes nothing', async () => {
    const { double, open, token } = await stage()
    const da = await open()
    const { pointer } = await da.submit(sample(900), {}, patience())
    await da.close()
    const reader = await readerOf(double.url, `${token}-read`)
    expect(await reader.retrieve(pointer, patience())).toEqual(sample(900))
    expect(await faultOf(reader.submit(sample(1), {}, patience()))).toMatchObject({ code: 'DA_REFUSED' })
    await reader.close()
  })
})

function readerOf(url: string, token: string) {
  const deps = { log: silent, clock: systemClock, registry: new Registry() }
  return createCelestiaDa(deps, { url, token, chainId: 'parley-double' })
}
