import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@parley/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Closing } from '../src/role/closing.ts'
import { DataDir } from '../src/role/data-dir.ts'
import { storeFault } from '../src/role/store-fault.ts'
import { type StoreKind, storeKinds } from '../src/role/store-kinds.ts'

let path = ''
const closings: Closing[] = []

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'parley-data-')), 'data')
})

afterEach(async () => {
  for (const closing of closings.splice(0)) await closing.close()
  await rm(join(path, '..'), { recursive: true, force: true })
})

function dataDir(deployment?: string, at = path): DataDir {
  const closing = new Closing()
  closings.push(closing)
  return new DataDir({ path: at, deployment }, closing)
}

const kind: StoreKind = 'sequencer journal'
const directory = (): string => join(path, storeKinds[kind].directory)
const stampFile = (of: StoreKind = kind): string => join(path, storeKinds[of].directory, 'parley-store.json')

/** Opens a store of each kind once and closes it. */
async function used(of: StoreKind = kind): Promise<void> {
  const closing = new Closing()
  const db = await new DataDir({ path, deployment: 'here' }, closing).texts(of)
  await db.put('a', 'b')
  await closing.close()
}

const fault = (code: string, more: object = {}) => ({ fault: { code, ...more } })

describe('stores', () => {
  test.each(Object.keys(storeKinds) as StoreKind[])('%s › a form that is not known is refused', async (of) => {
    await used(of)
    const text = await readFile(stampFile(of), 'utf8')
    const { form } = storeKinds[of]
    for (const found of [form - 1, form + 1]) {
      await writeFile(stampFile(of), text.replace(`"form":${form}`, `"form":${found}`))
      await expect(dataDir('here').texts(of)).rejects.toMatchObject(
        fault('STORE_FORM_UNKNOWN', { path: stampFile(of), found: `form ${found}`, known: `form ${form} of ${of}` }),
      )
    }
  })

  test('a store of a program that wrote no form is refused', async () => {
    await used()
    await rm(stampFile())
    await expect(dataDir('here').texts(kind)).rejects.toMatchObject(
      fault('STORE_FORM_UNKNOWN', { found: 'a store without a form number' }),
    )
  })

  test.each(['', '{', 'null', '{"store":1}'])('a damaged stamp is refused: %s', async (text) => {
    await used()
    await writeFile(stampFile(), text)
    await expect(dataDir('here').texts(kind)).rejects.toMatchObject(fault('STORE_FORM_UNKNOWN'))
  })

  test('a store of another deployment is refused, of whatever chain id', async () => {
    await used()
    await expect(dataDir('chain 1, another genesis').texts(kind)).rejects.toMatchObject(
      fault('STORE_OTHER', { field: 'deployment', expected: 'chain 1, another genesis', received: 'here' }),
    )
  })

  test('a store of another role is refused', async () => {
    await used('node chain')
    await expect(dataDir('here').bytes('sequencer blocks, snapshots, finality and inbox')).rejects.toMatchObject(
      fault('STORE_OTHER', { field: 'store', received: 'node chain' }),
    )
  })

  test('what was stored is there again', async () => {
    await used()
    expect(await (await dataDir('here').texts(kind)).get('a')).toBe('b')
  })
})

describe('data directory that does not open', () => {
  test('held by another process', async () => {
    await dataDir('here').texts(kind)
    await expect(dataDir('here').texts(kind)).rejects.toMatchObject(
      fault('DATA_DIR_LOCKED', { path: directory(), reason: expect.stringContaining('LOCK') }),
    )
  })

  test.each(['CURRENT', 'MANIFEST'])('an empty %s', async (name) => {
    await used()
    const current = await readFile(join(directory(), 'CURRENT'), 'utf8')
    await writeFile(join(directory(), name === 'CURRENT' ? name : current.trim()), '')
    await expect(dataDir('here').texts(kind)).rejects.toMatchObject(
      fault('STORE_DAMAGED', { path: directory(), reason: expect.stringMatching(/CURRENT|descriptor|manifest/i) }),
    )
  })

  test('a place that is no directory', async () => {
    await writeFile(path, '')
    await expect(dataDir('here').texts(kind)).rejects.toMatchObject(
      fault('DATA_DIR_UNUSABLE', { path: directory(), reason: expect.stringContaining('ENOTDIR') }),
    )
  })

  test('a full disk is told with its path while running', () => {
    const cause = Object.assign(new Error(`IO error: ${path}/000003.log: No space left on device`), {
      code: 'LEVEL_IO_ERROR',
    })
    expect(storeFault(cause, path)?.fault).toEqual({ code: 'DATA_DIR_UNUSABLE', path, reason: cause.message })
    expect(storeFault(new TypeError('a defect'), path)).toBeUndefined()
  })
})

describe('data directory under a running role', () => {
  const ended = new AbortController()

  async function watched(): Promise<DataDir> {
    const dir = dataDir('here')
    await dir.texts(kind)
    void dir.watch(systemClock, ended.signal)
    return dir
  }

  const replaced = () => fault('DATA_DIR_REPLACED', { path: stampFile() })

  test('is missed when it is deleted', async () => {
    const { failed } = await watched()
    await rm(path, { recursive: true })
    await expect(failed).rejects.toMatchObject(replaced())
  })

  test('is missed when a copy stands in its place', async () => {
    const { failed } = await watched()
    await cp(path, `${path}.copy`, { recursive: true, filter: (from) => !from.endsWith('LOCK') })
    await rename(path, `${path}.before`)
    await rename(`${path}.copy`, path)
    await expect(failed).rejects.toMatchObject(replaced())
  })

  test('is missed when only the store’s own directory was made anew', async () => {
    const { failed } = await watched()
    await rm(directory(), { recursive: true })
    await mkdir(directory())
    await expect(failed).rejects.toMatchObject(replaced())
  })
})
