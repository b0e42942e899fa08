import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Packages of which a command line loads more than what its settings are bounded by. */
const heavy = [
  'fastify',
  'prom-client',
  'ts-mls',
  'ws',
  'classic-level',
  'messaging',
  'client',
  'settlement',
  'batcher',
]

test('a command line › loads no server, database or engine before it knows its command', async () => {
  const args = ['--import', pathOf('support/print-loaded.ts'), pathOf('../bin/parley.js'), '--version']
  const { stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 })
  const loaded = JSON.parse(stderr) as string[]
  const packages = new Set(loaded.map((address) => /.*\/node_modules\/([^/]+)\//.exec(address)?.[1] ?? ownOf(address)))
  expect([...packages]).toEqual(expect.arrayContaining(['commander', 'cli']))
  expect(heavy.filter((name) => packages.has(name))).toEqual([])
})

/** The folder of a package of this checkout that an address is in. */
function ownOf(address: string): string | undefined {
  const root = new URL('../../', import.meta.url).href
  return address.startsWith(root) ? address.slice(root.length).split('/')[0] : undefined
}
