import { createCelestiaDa } from '@parley/da-adapters'
import { systemClock } from '@parley/runtime'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { methodsOver } from '../../src/celestia-double/rpc/methods.ts'
import { type Meddling, RpcServer } from '../../src/celestia-double/rpc/server.ts'
import { faultOf, patience, sample, silent, stage } from './support.ts'

/** A stage with two more nodes of the same chain, and a reader that asks all three. */
async function threeNodes() {
  const own = await stage()
  const tokens = { read: 'read-here', write: 'write-here' }
  const servers = [0, 1].map(
    () => new RpcServer(methodsOver(own.double.chain, own.double.account), { host: '127.0.0.1', port: 0, tokens }),
  )
  const urls = await Promise.all(servers.map((server) => server.listen()))
  onTestFinished(() => Promise.all(servers.map((server) => server.close())).then(() => undefined))
  const writer = await own.open()
  const { pointer } = await writer.submit(sample(2_000), {}, patience())
  await writer.close()
  const da = await createCelestiaDa(
    { log: silent, clock: systemClock, registry: new Registry() },
    {
      url: own.double.url,
      token: own.token,
      chainId: 'parley-double',
      moreUrls: urls.map((url) => `${url}/?token=read-here`),
    },
  )
  onTestFinished(() => da.close())
  const meddle = (...all: readonly (Meddling | undefined)[]) => {
    own.double.meddle(all[0])
    for (const [i, server] of servers.entries()) server.meddling = all[i + 1]
  }
  const read = () =>
    da.retrieve(pointer, patience()).then(
      (data) => (Buffer.from(data).equals(sample(2_000)) ? 'data' : 'other data'),
      (error: { fault?: { code: string } }) => error.fault?.code,
    )
  return { da, pointer, meddle, read }
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
const denying = saying('blob.Get', 'blob: not found')
const pruned = saying('header.GetByHeight', 'requested header (2) is below Tail (9)')
const behind = saying('header.GetByHeight', 'header: given height is from the future: networkHeight: 1')
const lying: Meddling = async ({ method }, answer) => {
  if (method !== 'blob.Get') return undefined
  const { status, body } = await answer()
  const told = JSON.parse(String(body))
  told.result.data = Buffer.alloc(2_000).toString('base64')
  return { status, body: JSON.stringify(told) }
}

test('several nodes › the next is asked, whatever is wrong with one', async () => {
  const { meddle, read } = await threeNodes()
  for (const wrong of [cut, denying, pruned, behind, lying]) {
    meddle(wrong)
    expect(await read()).toBe('data')
    meddle(wrong, wrong)
    expect(await read()).toBe('data')
  }
})

test('several nodes › when none serves it, what leaves the most open counts', async () => {
  const { da, pointer, meddle, read } = await threeNodes()
  for (const [all, code] of [
    [[denying, denying, denying], 'DA_MISSING'],
    [[denying, pruned, denying], 'DA_PRUNED'],
    [[denying, lying, pruned], 'DA_CORRUPT'],
    [[denying, lying, behind], 'DA_NOT_YET'],
    [[denying, lying, cut], 'DA_UNAVAILABLE'],
  ] as const) {
    meddle(...all)
    expect([code, await read()]).toEqual([code, code])
  }
  const denyingProof = saying('blob.GetCommitmentProof', 'blob: not found')
  meddle(denyingProof, denyingProof)
  expect(await da.status(pointer, patience())).toBe('included')
  meddle(denyingProof, denyingProof, denyingProof)
  expect(await faultOf(da.status(pointer, patience()))).toMatchObject({ code: 'DA_MISSING' })
  meddle(denyingProof, denyingProof, cut)
  expect(await faultOf(da.status(pointer, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
})

test('several nodes › tokens in URLs are in no fault', async () => {
  const { da, pointer, meddle } = await threeNodes()
  meddle(cut, cut, cut)
  const fault = await faultOf(da.retrieve(pointer, patience()))
  expect(fault).toMatchObject({ code: 'DA_UNAVAILABLE' })
  expect(JSON.stringify(fault)).not.toContain('read-here')
})
