import { describe, expect, test } from 'vitest'
import { bareReads } from '../../src/bench/reads/bare-reads.ts'
import { readLoad } from '../../src/bench/reads/read-load.ts'
import { keyOf, type ReadPlan, type ReadRequest } from '../../src/bench/reads/read-plan.ts'

const path = '/v1/conversations/3/0'
const get = (accept: string, known?: string): ReadRequest => ({
  method: 'GET',
  path,
  headers: { accept, ...(known !== undefined && { 'if-none-match': known }) },
})
const post: ReadRequest = {
  method: 'POST',
  path: '/v1/conversations',
  headers: { accept: 'c', 'content-type': 'application/octet-stream' },
  body: Buffer.from('abc').toString('base64'),
}
const answer = ({ path: of, headers }: ReadRequest, status: number, body: string) => ({
  key: keyOf(of, headers),
  status,
  headers: { etag: '"x"' },
  body: Buffer.from(body).toString('base64'),
})

/** Runs `use` beside a bare server. */
async function withBare<T>(use: (url: string, signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController()
  const answers = [
    answer(get('a'), 200, 'first'),
    answer(get('b'), 200, 'second form'),
    answer(get('a', '"x"'), 304, ''),
    answer(post, 200, 'many'),
  ]
  const listening = Promise.withResolvers<string>()
  const over = bareReads({ answers }, listening.resolve, ending.signal)
  try {
    return await use(await listening.promise, ending.signal)
  } finally {
    ending.abort()
    await over
  }
}

const planOf = (url: string, requests: readonly ReadRequest[]): ReadPlan => ({
  cells: [{ name: 'cell', requests }],
  node: { url, pid: process.pid },
  bare: { url, pid: process.pid },
  connections: 2,
  measureMs: 20,
  repeats: 1,
})

describe('reads', () => {
  test('a bare server › answers each form of a path, and what has not changed, as it was told', async () => {
    for (const [request, bytes] of [
      [get('a'), 5],
      [get('b'), 11],
      [get('a', '"x"'), 0],
      [post, 4],
    ] as const) {
      const [cell] = await withBare((url, signal) => readLoad(planOf(url, [request]), signal))
      expect(cell?.bare[0]).toMatchObject({ bytes })
      expect(cell?.node[0]?.requests).toBeGreaterThan(0)
    }
  })

  test('a refusal › ends the measurement: it costs less than what was asked for', async () => {
    const refused = withBare((url, signal) => readLoad(planOf(url, [get('unknown')]), signal))
    await expect(refused).rejects.toMatchObject({ fault: { code: 'ANSWER_INVALID', field: 'status', reason: '404' } })
  })
})
