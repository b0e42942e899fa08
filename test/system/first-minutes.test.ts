import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** A project with one dependency that wants another Node than there is. */
async function demanding(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-engines-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const manifest = (path: string, value: object) => writeFile(join(directory, path), JSON.stringify(value))
  await mkdir(join(directory, 'dep'))
  await manifest('dep/package.json', { name: 'dep', version: '1.0.0', engines: { node: '>=99' } })
  await manifest('package.json', { name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } })
  return directory
}

/** What npm prints, without what the npm that runs this test hands on. */
async function npm(cwd: string): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const args = ['install', '--dry-run', '--offline', '--userconfig', join(cwd, 'none')]
  const { stdout, stderr } = await run('npm', args, { cwd, env: { PATH, HOME } })
  return stdout + stderr
}

describe('npm ci', () => {
  test('says nothing of the Node that npm itself runs on', async () => {
    const directory = await demanding()
    expect(await npm(directory)).toContain('EBADENGINE')
    await copyFile(join(root, '.npmrc'), join(directory, '.npmrc'))
    expect(await npm(directory)).not.toContain('EBADENGINE')
  })
})
