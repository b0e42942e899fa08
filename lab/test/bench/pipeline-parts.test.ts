import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { PlainConnection, parseAnswer } from '../../src/bench/plain-http.ts'
import { foundIn } from '../../src/bench/published-messages.ts'
import { readCpuTimes, usedBetween } from '../../src/bench/thread-cpu.ts'

const answer = (head: string, body = ''): Buffer => Buffer.from(`HTTP/1.1 ${head}\r\n\r\n${body}`)

test('plain HTTP › waits for the whole answer', () => {
  const whole = answer('200 OK\r\nContent-Length: 3', 'abc')
  for (let length = 0; length < whole.length; length += 1)
    expect(parseAnswer(whole.subarray(0, length))).toBeUndefined()
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n'
  expect(parseAnswer(whole)).toEqual({ status: 200, retryAfterSeconds: 1, head, body: Buffer.from('abc') })
})

test('plain HTTP › knows what has not changed by its status', () => {
  const unchanged = parseAnswer(answer('304 Not Modified\r\netag: "a"'))
  expect(unchanged).toMatchObject({ status: 304, body: Buffer.alloc(0) })
  expect(unchanged?.head).toContain('etag: "a"')
})

test('plain HTTP › tells how long a refused sender waits', () => {
  const refused = answer('429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0')
  expect(parseAnswer(refused)).toMatchObject({ status: 429, retryAfterSeconds: 7 })
})

test('plain HTTP › refuses what is no answer to one request', () => {
  expect(() => parseAnswer(answer('200 OK\r\ncontent-length: 1', 'ab'))).toThrow()
  expect(() => parseAnswer(answer('200 OK'))).toThrow()
  expect(() => parseAnswer(Buffer.from('SSH-2.0\r\n\r\n'))).toThrow()
})

test('plain HTTP › sends one request after another over one connection', async () => {
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => response.end(Buffer.concat(chunks).reverse()))
  }).on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const connection = await PlainConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '/any')
  for (const body of ['abc', 'defgh']) {
    const { status, body: received } = await connection.post(Buffer.from(body))
    expect([status, received.toString()]).toEqual([200, [...body].reverse().join('')])
  }
  expect(connections).toBe(1)
  connection.close()
  await new Promise((resolve) => server.close(resolve))
  await expect(connection.post(Buffer.from('late'))).rejects.toThrow()
})

test('CPU time › is what threads used between two readings, by part', async () => {
  const pids = new Map([['self', process.pid]])
  const before = await readCpuTimes(pids)
  const burntFrom = process.cpuUsage()
  while (process.cpuUsage(burntFrom).user < 50_000) Math.sqrt(Math.random())
  const used = usedBetween(before, await readCpuTimes(pids), (name) => name)
  expect([...used.keys()]).toEqual(['self'])
  expect(used.get('self')).toBeGreaterThan(40_000)
})

test('CPU time › of a process that is gone is refused', async () => {
  await expect(readCpuTimes(new Map([['gone', 2 ** 22 + 1]]))).rejects.toMatchObject({
    fault: { code: 'ARGUMENT_INVALID' },
  })
})

test('published messages › count no more than a block holds', () => {
  const published = new Map([
    [1n, 10],
    [2n, 5],
  ])
  expect(foundIn(published, { '1': 10, '2': 7, '3': 4 })).toBe(15)
})
