import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Config } from '../src/config/config.ts'
import { Closing } from '../src/role/closing.ts'
import { DataDir } from '../src/role/data-dir.ts'
import { type JournalStores, openJournalStores } from '../src/role/journal.ts'

async function newDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-kind-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** Opens the stores of one start, and closes them. */
function start(path: string, kind: 'local' | 'jetstream'): Promise<JournalStores> {
  const config = { journal: { kind } } as Config
  return Closing.guard(async (closing) => {
    const stores = await openJournalStores({ config }, new DataDir({ path }, closing))
    await closing.close()
    return stores
  })
}

test('a journal that is shared is not gone on with alone: two would make other headers', async () => {
  const path = await newDirectory()
  await start(path, 'jetstream')
  await expect(start(path, 'local')).rejects.toMatchObject({
    fault: { code: 'JOURNAL_KIND_CHANGED', from: 'jetstream', to: 'local', reason: expect.stringContaining(path) },
  })
  await rm(join(path, 'journal-place'), { recursive: true })
  await start(path, 'local')
})
