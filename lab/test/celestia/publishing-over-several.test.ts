import { createCelestiaDa } from '@parley/da-adapters'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Method, methodsOver } from '../../src/celestia-double/rpc/methods.ts'
import { type Meddling, RpcServer } from '../../src/celestia-double/rpc/server.ts'
import { faultOf, namespace, patience, quickOptions, sample, silent, stage } from './support.ts'

const tokens = { read: 'read-here', write: 'write-here' }
const lookAhead = 6

/** Three nodes of one chain, each with an account of its own, and an adapter that publishes over all of them. */
async function threeWriters() {
  const own = await stage()
  const { chain } = own.double
  /** Blocks by which the second and the third are behind. */
  const lags = [0, 0]
  /** Milliseconds by which the adapter’s clock is ahead of the blocks’. */
  const ahead = { ms: 0 }
  const clock = { ...systemClock, now: () => systemClock.now() + ahead.ms }
  const sent = [0, 0, 0]
  const servers = lags.map((_, i) => {
    const methods = methodsOver(chain, { balance: 10n ** 15n, sequence: 0n })
    const at = methods.get('header.GetByHeight') as Method
    const local: Method = { ...at, arity: 0, call: () => at.call([Number(chain.head) - (lags[i] as number)]) }
    return new RpcServer(new Map([...methods, ['header.LocalHead', local]]), { host: '127.0.0.1', port: 0, tokens })
  })
  const urls = await Promise.all(servers.map((server) => server.listen()))
  const counted =
    (place: number, meddling?: Meddling): Meddling =>
    async (call, answer, response) => {
      if (call.method === 'blob.Submit') sent[place] = (sent[place] as number) + 1
      return meddling?.(call, answer, response)
    }
  const meddle = (...all: readonly (Meddling | undefined)[]) => {
    own.double.meddle(counted(0, all[0]))
    for (const [i, server] of servers.entries()) server.meddling = counted(i + 1, all[i + 1])
  }
  meddle()
  const da = await createCelestiaDa(
    { log: silent, clock, registry: new Registry(), writer: { namespace, store: new MemoryLevel() } },
    {
      url: own.double.url,
      token: own.token,
      chainId: 'parley-double',
      moreUrls: urls.map((url) => `${url}/?token=write-here`),
      ...quickOptions,
      lookAhead,
    },
  )
  onTestFinished(async () => {
    await da.close()
    for (const server of servers) await server.close()
  })
  const publish = (bytes: number) => da.submit(sample(bytes), {}, patience())
  return { ...own, chain, da, lags, ahead, sent, meddle, publish }
}

const cut: Meddling = async (_call, _answer, response) => {
  response.destroy()
  return 'taken'
}
const saying =
  (wanted: string, message: string): Meddling =>
  async ({ method }) =>
    method === wanted
      ? { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message } }) }
      : undefined
/** Of another network, whatever it is asked. */
const elsewhere: Meddling = async ({ method }, answer) => {
  if (!method.startsWith('header.')) return undefined
  const { status, body } = await answer()
  const told = JSON.parse(String(body))
  told.result.header.chain_id = 'mocha-4'
  return { status, body: JSON.stringify(told) }
}

describe('publishing over several nodes', () => {
  test('a node that certainly sent nothing › the next sends, and goes on sending', async () => {
    const { publish, meddle, published, sent, da } = await threeWriters()
    for (const wrong of [
      saying('blob.Submit', 'permission denied: missing permission to invoke Submit (need write)'),
      saying('blob.Submit', 'insufficient funds: spendable balance 0utia is smaller'),
      elsewhere,
      cut,
    ]) {
      meddle(wrong, wrong)
      sent.fill(0)
      const before = published()
      const { pointer } = await publish(1_000 + before)
      expect(await da.retrieve(pointer, patience())).toEqual(sample(1_000 + before))
      expect(published() - before).toBe(1)
      await publish(9_000 + before)
      expect(sent.slice(0, 2).reduce((a, b) => a + b)).toBeLessThanOrEqual(2)
      expect(sent[2]).toBe(2)
      meddle(undefined, undefined, cut)
      // Back to the first.
      await publish(5_000 + before)
    }
  })

  test('when none sends › the first one’s reason is told, and nothing was sent', async () => {
    const { publish, meddle, published } = await threeWriters()
    const poor = saying('blob.Submit', 'insufficient funds: spendable balance 0utia is smaller')
    meddle(poor, elsewhere, cut)
    expect(await faultOf(publish(1_000))).toMatchObject({ code: 'DA_REFUSED' })
    meddle(cut, cut, cut)
    expect(await faultOf(publish(1_000))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(published()).toBe(0)
  })

  test('sent, and the node dies › found through others, though one of them is behind, and not sent again', async () => {
    const { publish, meddle, published, sent, lags, chain } = await threeWriters()
    lags[0] = 3 * lookAhead
    while (chain.head <= BigInt(3 * lookAhead)) chain.produce()
    let dead = false
    const dying: Meddling = async ({ method }, answer, response) => {
      if (!dead && method !== 'blob.Submit') return undefined
      if (!dead) await answer()
      dead = true
      response.destroy()
      return 'taken'
    }
    meddle(dying)
    await publish(3_000)
    expect(dead).toBe(true)
    expect(published()).toBe(1)
    expect(sent).toEqual([1, 0, 0])
  })

  test('dropped, and the node dies › the next sends, once no block can have it any more', async () => {
    const { publish, meddle, published, sent, chain } = await threeWriters()
    let dead = false
    const dropping: Meddling = async ({ method }, _answer, response) => {
      if (!dead && method !== 'blob.Submit') return undefined
      dead = true
      response.destroy()
      return 'taken'
    }
    meddle(dropping)
    const before = chain.head
    const { height } = await publish(3_000)
    expect(height).toBeGreaterThan(before + BigInt(lookAhead))
    expect(published()).toBe(1)
    expect(sent).toEqual([1, 1, 0])
  })

  test('no node up to date › nothing is sent, and nothing given up, until one is', async () => {
    const { publish, meddle, published, sent, ahead } = await threeWriters()
    ahead.ms = 31_000
    expect(await faultOf(publish(3_000))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(sent).toEqual([0, 0, 0])
    ahead.ms = 0
    meddle(async (call, answer, response) => {
      if (call.method !== 'blob.Submit') return undefined
      await answer()
      ahead.ms = 31_000
      return cut(call, answer, response)
    })
    expect(await faultOf(publish(3_000))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    ahead.ms = 0
    await publish(3_000)
    expect(published()).toBe(1)
    expect(sent).toEqual([1, 0, 0])
  })

  test('a node that says that it is not there › is believed only when none shows it', async () => {
    const { publish, meddle, published, sent } = await threeWriters()
    const denying = saying('blob.GetCommitmentProof', 'blob: not found')
    let cutOff = false
    const unclearThenDenying: Meddling = async (call, answer, response) => {
      if (call.method !== 'blob.Submit') return denying(call, answer, response)
      cutOff = true
      await answer()
      return cut(call, answer, response)
    }
    meddle(unclearThenDenying, denying)
    await publish(3_000)
    expect(cutOff).toBe(true)
    expect(published()).toBe(1)
    expect(sent).toEqual([1, 0, 0])
  })
})
