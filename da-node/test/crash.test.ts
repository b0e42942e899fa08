import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { attestationDigest } from '@parley/da-adapters/committee'
import { toHex } from '@parley/protocol'
import { type ContentFiles, openContentFiles } from '@parley/runtime/content-files'
import type { AbstractBatchOperation } from 'abstract-level'
import { ClassicLevel } from 'classic-level'
import { pino } from 'pino'
import { generatePrivateKey } from 'viem/accounts'
import { expect, onTestFinished, test } from 'vitest'
import { PartStore, type TextLevel } from '../src/store/part-store.ts'
import { authorityOf, FakeCommittee, newAccount, partOf, witnessOf } from './support/fake-committee.ts'
import { scratch } from './support/scratch.ts'

const log = pino({ level: 'silent' })
const never = new AbortController().signal
const claimer = new Uint8Array(20).fill(7)

async function opened(dir: string): Promise<{ index: TextLevel; files: ContentFiles }> {
  const index = new ClassicLevel<string, string>(join(dir, 'index'))
  await index.open()
  return { index, files: await openContentFiles(join(dir, 'parts')) }
}

type Operations = AbstractBatchOperation<TextLevel, string, string>[]

/** Whatever changes the disk after the first `count` changes never happens: the process is gone. */
function dying(deps: { index: TextLevel; files: ContentFiles }, count: number) {
  let left = count
  let died = () => {}
  const dead = new Promise<void>((resolve) => {
    died = resolve
  })
  const change = <A extends unknown[], R>(run: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => {
      left -= 1
      if (left >= 0) return run(...args)
      died()
      return new Promise(() => undefined)
    }
  }
  const { index, files } = deps
  const dyingIndex = new Proxy(index, {
    get(target, name) {
      if (name === 'batch')
        return change((operations: Operations, options: object) => target.batch(operations, options))
      const found = Reflect.get(target, name) as unknown
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
  return { index: dyingIndex, files: { ...files, put: change(files.put), remove: change(files.remove) }, dead }
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(join(dir, 'parts'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

test('a store that ends at any of its steps › keeps what it said it keeps, and nothing else', async () => {
  const parts = [witnessOf(1, 1), witnessOf(2, 2)] as const
  // Of storing two parts, keeping one for longer, an attestation and letting both go and be forgotten: every step.
  for (let steps = 0; steps <= 14; steps += 1) {
    const dir = await scratch()
    const first = await opened(dir)
    const { dead, ...deps } = dying(first, steps)
    const told = new Map<string, bigint>()
    let attested = false
    let gone = 0n
    const work = (async () => {
      const store = await PartStore.open({ ...deps, log })
      for (const [bytes, expiresAt] of [
        [parts[0], 100n],
        [parts[1], 200n],
        [parts[0], 300n],
      ] as const) {
        await store.put({ chunkRoot: partOf(bytes).chunkRoot, bytes, claimer, expiresAt }, 1n, never)
        told.set(toHex(partOf(bytes).chunkRoot), expiresAt)
      }
      await store.noteAttestation(new Uint8Array(32), 300n, 'what is signed')
      attested = true
      for (const time of [3_801n, 3_901n, 3_902n + 30n * 86_400n]) {
        gone = time
        await store.letGo(time, never)
      }
    })()
    await Promise.race([work, dead])
    await first.index.close()

    const again = await opened(dir)
    const store = await PartStore.open({ ...again, log })
    expect(store.lost).toBe(0)
    let held = 0
    for (const bytes of parts) {
      const { chunkRoot, length } = partOf(bytes)
      const expiresAt = told.get(toHex(chunkRoot))
      const kept = expiresAt !== undefined && gone <= expiresAt + 3_600n
      if (kept) expect(await store.keeps(chunkRoot, length, expiresAt)).toBe(true)
      if (await store.keeps(chunkRoot, length, 0n)) held += 1
    }
    expect(await filesIn(dir)).toHaveLength(held)
    expect(store.usage.parts).toBe(held)
    const notes = await again.index.keys({ gte: 'attestation ', lt: 'attestation~' }).all()
    if (attested && gone === 0n) expect(notes).toHaveLength(1)
    await again.index.close()
  }
})

test('a member that is killed again and again › has all that it answered for', async () => {
  const dir = await scratch()
  const [secret, asking] = [generatePrivateKey(), newAccount()]
  const committee = new FakeCommittee()
  const stored: Uint8Array[] = []
  const signed: string[] = []
  for (let life = 0, seed = 1; life < 4; life += 1) {
    const script = fileURLToPath(new URL('support/member-process.ts', import.meta.url))
    const child = spawn(process.execPath, [script, dir, secret, asking.address.toLowerCase()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const url = line.toString().trim()
    const ended = once(child, 'exit')
    // In the middle of one request or another: two are always under way.
    const client = async (own: number): Promise<void> => {
      for (let i = 0; ; i += 1) {
        const bytes = witnessOf(1 + ((own + i) % 400), own * 1_000_000 + life * 10_000 + i)
        const authority = {
          epoch: 1,
          expiresAt: committee.time + 3_600n,
          deadline: committee.time + 60n,
          parts: [partOf(bytes)],
        }
        const headers = { 'parley-request': await authorityOf(committee, asking, authority) }
        const octets = { ...headers, 'content-type': 'application/octet-stream' }
        const put = await fetch(`${url}/v1/parts`, {
          method: 'PUT',
          headers: octets,
          body: bytes as Uint8Array<ArrayBuffer>,
        })
        if (put.status !== 200) throw new RangeError(`answered ${put.status}: ${await put.text()}`)
        stored.push(bytes)
        if ((await fetch(`${url}/v1/attest`, { method: 'POST', headers })).status !== 200) continue
        signed.push(toHex(attestationDigest(committee.instance, authority)))
        seed += 1
        if (seed % 12 === 0) child.kill('SIGKILL')
      }
    }
    const before = stored.length
    const outcomes = await Promise.allSettled([client(1), client(2)])
    await ended
    expect(stored.length).toBeGreaterThan(before)
    for (const outcome of outcomes)
      expect(outcome.status === 'rejected' && outcome.reason).not.toBeInstanceOf(RangeError)
  }
  const again = await opened(dir)
  const store = await PartStore.open({ ...again, log })
  for (const bytes of stored) {
    const { chunkRoot } = partOf(bytes)
    expect(await store.bytesOf(chunkRoot, never)).toEqual(bytes)
  }
  for (const digest of signed)
    expect(
      await again.index.get(`attestation ${String(committee.time + 3_600n).padStart(20, '0')} ${digest}`),
    ).toBeDefined()
  expect(store.lost).toBe(0)
  await again.index.close()
})
