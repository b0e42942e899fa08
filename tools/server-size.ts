/**
 * Installs @parley/server alone, as an operator does, from a copy of the checkout; fails when the rest beside Node is
 * larger than its bound, when something is there that no role needs, or when the command that was installed does not
 * run on the Node it pins.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installServer } from './install-server.ts'

const boundMb = 200
const shown = 10
/** Optional peers of what roles need, and what is installed beside a role by those who want it. */
const unwanted = ['typescript', 'tsc', '@parley/bitswap', '@helia/bitswap']

interface Installed {
  readonly name: string
  readonly mb: number
}

/** Size on disk of each package that is installed, largest first. */
function sizesIn(modules: string): readonly Installed[] {
  const lines = execFileSync('du', ['-k', '--max-depth=2', modules], { encoding: 'utf8' }).trim().split('\n')
  const sizes = lines.map((line) => {
    const [kb, path] = line.split('\t') as [string, string]
    return { name: path.slice(modules.length + 1), mb: Number(kb) / 1024 }
  })
  return sizes
    .filter(({ name }) => name !== '' && (name.startsWith('@') ? name.includes('/') : !name.includes('/')))
    .sort((a, b) => b.mb - a.mb)
}

if (process.argv.length > 2) {
  console.error('server:size installs @parley/server into a temporary directory and measures it; it takes no options')
  process.exit(process.argv[2] === '--help' ? 0 : 2)
}

const directory = mkdtempSync(join(tmpdir(), 'parley-server-'))
try {
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '')
  for (const file of files) cpSync(file, join(directory, file), { verbatimSymlinks: true })
  installServer(directory)
  const modules = join(directory, 'node_modules')
  const sizes = sizesIn(modules)
  const mb = sizes.filter(({ name }) => name !== 'node').reduce((sum, { mb }) => sum + mb, 0)
  for (const { name, mb } of sizes.slice(0, shown)) console.log(`${mb.toFixed(1).padStart(7)} MB  ${name}`)
  console.log(`@parley/server: ${mb.toFixed(1)} MB beside Node, bound ${boundMb} MB`)
  const { version } = JSON.parse(readFileSync(join(modules, 'node/package.json'), 'utf8')) as { version: string }
  // Without a Node on the path: only the pinned one can run it.
  const run = { cwd: directory, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } } as const
  const parley = join(modules, '.bin/parley')
  const help = execFileSync(parley, ['--help'], run)
  const pinned = execFileSync(join(modules, 'node/bin/node'), ['--version'], run).trim()
  const store = spawnSync(parley, ['store', '--bitswap', '--port', '0', '--data', join(directory, 'store')], run)
  const roles = ['node', 'sequencer', 'batcher', 'da'].filter((role) => !help.includes(`  ${role} `))
  if (roles.length > 0) throw new Error(`the command that was installed lacks ${roles.join(', ')}`)
  if (pinned !== `v${version}`) throw new Error(`the Node that was installed is ${pinned}, not v${version}`)
  if (store.status !== 1 || !store.stderr.includes('PACKAGE_MISSING'))
    throw new Error(`a store is not told that bitswap is not installed: ${store.status}, ${store.stderr}`)
  const there = unwanted.filter((name) => existsSync(join(modules, name)))
  if (there.length > 0) throw new Error(`no role needs ${there.join(', ')}`)
  if (mb > boundMb) throw new Error(`${mb.toFixed(1)} MB are more than ${boundMb} MB`)
} finally {
  rmSync(directory, { recursive: true })
}
