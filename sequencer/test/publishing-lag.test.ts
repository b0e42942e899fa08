import type { MessageReceipt } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import {
  blockAt,
  endAll,
  eventually,
  getJson,
  type Harness,
  octets,
  postMessages,
  postOperation,
  receiptsOf,
  startSequencer,
} from './support/harness.ts'
import { body, deposit, Talk } from './support/world.ts'

afterEach(endAll)

interface Publishing {
  readonly publishing: { readonly stage: string; readonly lagBytes: number; readonly lagMs: number } | null
  readonly head: { readonly number: string }
}

const status = ({ url }: Harness): Promise<Publishing> => getJson<Publishing>(url, '/v1/status')

test('publishing that stops › holds back all but forced items, also after a restart, loses nothing, and goes on with the next claim', async () => {
  const sealing = { minAgeMs: 0, minOperations: 1 }
  const first = await startSequencer({ sealing })
  first.l2.enqueue(deposit(3))
  await eventually('the deposit', async () => (await fetch(`${first.url}/v1/accounts/3/0`)).ok || undefined)
  const talk = new Talk(3, 0)
  await postOperation(first.url, talk.create)
  const [accepted] = await postMessages(first.url, [talk.say('first')])
  const block = accepted?.block ?? 0n
  await eventually('the block', () => blockAt(first.url, block))
  const before = await status(first)
  expect(before.publishing).toMatchObject({ stage: 'none' })
  await first.end()

  // Whatever was sealed before and is not claimed is too old for this one.
  const second = await startSequencer({ sealing, lag: { forcedMs: 1 }, disk: first.disk, l2: first.l2 })
  const { url, l2 } = second
  const refused = await eventually('the refusal', async () => {
    const headers = { 'content-type': octets }
    const answer = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: body([talk.signed('x', 0, 9n)]) })
    return answer.status === 429 ? answer : undefined
  })
  expect(await refused.json()).toMatchObject({ code: 'OVERLOADED', what: 'publishing', retryAfterMs: 2_000 })
  expect(refused.headers.get('retry-after')).toBe('2')
  const { publishing, head } = await status(second)
  expect(publishing).toMatchObject({ stage: 'forced' })
  expect(publishing?.lagBytes).toBeGreaterThanOrEqual(before.publishing?.lagBytes ?? Number.NaN)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/parley_sequencer_da_lag_seconds \d+\.\d+/)
  expect(metrics).toMatch(/parley_sequencer_da_lag_bytes [1-9]/)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  // What the L2 forces is sealed all the same.
  l2.enqueue(deposit(9))
  await eventually(
    'the item',
    async () => BigInt((await status(second)).head.number) > BigInt(head.number) || undefined,
  )

  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`)
  const receipts = Promise.withResolvers<MessageReceipt[]>()
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => socket.send(new Uint8Array(body([talk.say('second')]))))
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) receipts.resolve(receiptsOf(new Uint8Array(data)))
  })
  const latest = await blockAt(url, 'latest')
  expect(latest?.block.header.number).toBeGreaterThanOrEqual(block)
  if (latest !== undefined) l2.claim(latest.block.header)
  expect(await receipts.promise).toMatchObject([{ refusal: 0, value: 1n }])
  socket.close()
})
