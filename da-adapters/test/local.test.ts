import { createHash } from 'node:crypto'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { daCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalDa } from '../src/index.ts'
import { errorOf, faultOf } from './support/faults.ts'
import { directoryHarness, directoryTraits, urlHarness, urlTraits } from './support/local-harness.ts'
import { scratchDirectory } from './support/scratch.ts'
import { silentLog } from './support/silent-log.ts'

const { signal } = new AbortController()
const digestOf = (pointer: Uint8Array) => Buffer.from(pointer.subarray(1, 33)).toString('hex')

describe('local in a directory', () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let harness: ReturnType<typeof directoryHarness>
  beforeAll(async () => {
    scratch = await scratchDirectory()
    harness = directoryHarness(join(scratch.path, 'da'))
  })
  afterAll(() => scratch[Symbol.asyncDispose]())
  for (const { name, run } of daCompliance(() => harness, directoryTraits)) test(name, run)
})

describe('local over HTTP', () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let harness: Awaited<ReturnType<typeof urlHarness>>
  beforeAll(async () => {
    scratch = await scratchDirectory()
    harness = await urlHarness(join(scratch.path, 'da'))
  })
  afterAll(async () => {
    await harness.close()
    await scratch[Symbol.asyncDispose]()
  })
  for (const { name, run } of daCompliance(() => harness, urlTraits)) test(name, run)
})

describe('local directory', () => {
  test('submit › repairs a file that no longer has its digest', async () => {
    await using scratch = await scratchDirectory()
    const da = await createLocalDa({ log: silentLog }, { dir: scratch.path })
    const { pointer } = await da.submit(Uint8Array.of(1, 2, 3), {}, signal)
    const name = digestOf(pointer)
    await writeFile(join(scratch.path, name.slice(0, 2), name), Uint8Array.of(1, 2))
    expect(await faultOf(da.retrieve(pointer, signal))).toMatchObject({ code: 'DA_CORRUPT' })
    await da.submit(Uint8Array.of(1, 2, 3), {}, signal)
    expect(Uint8Array.from(await da.retrieve(pointer, signal))).toEqual(Uint8Array.of(1, 2, 3))
    await da.close()
  })

  test('submit › leaves no temporary file behind', async () => {
    await using scratch = await scratchDirectory()
    const da = await createLocalDa({ log: silentLog }, { dir: scratch.path })
    await da.submit(Uint8Array.of(1), {}, signal)
    const controller = new AbortController()
    const abandoned = faultOf(da.submit(new Uint8Array(8_000_000).fill(7), {}, controller.signal))
    controller.abort()
    await abandoned
    expect(await readdir(join(scratch.path, 'incoming'))).toEqual([])
    await da.close()
  })

  test('open › removes what a crash left long ago, and nothing that is being written', async () => {
    await using scratch = await scratchDirectory()
    const incoming = join(scratch.path, 'incoming')
    await mkdir(incoming)
    await writeFile(join(incoming, 'old'), 'x')
    await writeFile(join(incoming, 'new'), 'x')
    const longAgo = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(incoming, 'old'), longAgo, longAgo)
    await (await createLocalDa({ log: silentLog }, { dir: scratch.path })).close()
    expect(await readdir(incoming)).toEqual(['new'])
  })

  test('submit › a disk that does not take files is DA_UNAVAILABLE with its cause', async () => {
    await using scratch = await scratchDirectory()
    const da = await createLocalDa({ log: silentLog }, { dir: scratch.path })
    const data = Uint8Array.of(9)
    const shard = createHash('sha256').update(data).digest('hex').slice(0, 2)
    await writeFile(join(scratch.path, shard), 'a file where a directory is needed')
    const error = await errorOf(da.submit(data, {}, signal))
    expect(error).toMatchObject({ fault: { code: 'DA_UNAVAILABLE' } })
    expect((error as Error).cause).toMatchObject({ code: 'ENOTDIR' })
    await da.close()
  })

  test('close › later calls are DA_UNAVAILABLE', async () => {
    await using scratch = await scratchDirectory()
    const da = await createLocalDa({ log: silentLog }, { dir: scratch.path })
    await da.close()
    expect(await faultOf(da.submit(Uint8Array.of(1), {}, signal))).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })
})
