import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { vectorFiles } from '../src/vectors/files.ts'

test.each(vectorFiles.map(({ file, render }) => ({ name: basename(file), file, render })))(
  'vectors › $name is what the types generate',
  async ({ file, render }) => {
    expect(readFileSync(file, 'utf8')).toBe(await render())
  },
)
