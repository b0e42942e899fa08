import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDirectory, systemReason } from '../src/files.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-files-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('makeDirectory', () => {
  it('makes what is missing, once', async () => {
    const path = join(directory, 'a', 'b', 'c')
    expect(await makeDirectory(path, 0o700)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect(await makeDirectory(path)).toBe(false)
  })

  it('made by several at once › one of them made it', async () => {
    const path = join(directory, 'shared', 'by', 'all')
    const made = await Promise.all([1, 2, 3, 4].map(() => makeDirectory(path)))
    expect(made.filter(Boolean)).toHaveLength(1)
  })

  it.each(['/proc/none', '/proc/none/below'])(
    '%s › is refused, where a recursive mkdir never returns',
    async (path) => {
      await expect(makeDirectory(path)).rejects.toMatchObject({
        code: 'ENOENT',
        path: expect.stringContaining('/proc/'),
      })
    },
  )

  it('a file in its place or above it › is refused', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(makeDirectory(join(directory, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeDirectory(join(directory, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })
})

describe('systemReason', () => {
  it.each([
    [{ code: 'EEXIST' }, 'file already exists (EEXIST)'],
    [{ code: 'ENONE' }, 'ENONE'],
    [new Error('no system call'), 'no system call'],
    ['text', 'text'],
  ])('%o › is %s', (error, reason) => {
    expect(systemReason(error)).toBe(reason)
  })
})
