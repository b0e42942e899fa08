/**
 * Makes the tarball twice and holds that the bytes are the same, that the digest beside it is its own, and that what it
 * unpacks to runs by itself: no Node on the path, no link that leads out of it, units that start what is there.
 * Prints a line of JSON and exits with 1 when something does not hold.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

interface Made {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly version: string
  readonly node: string
}

if (process.argv.length > 2) {
  console.error('test:tarball makes the tarball twice and looks at what it unpacks to; it takes no options')
  process.exit(process.argv[2] === '--help' ? 0 : 2)
}

const directory = mkdtempSync(join(tmpdir(), 'parley-check-tarball-'))
const failed: string[] = []
const hold = (fact: string, holds: boolean): void => {
  if (!holds) failed.push(fact)
}

function make(name: string): Made {
  const args = ['tools/tarball.ts', '--out', join(directory, name)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** Symbolic links below a folder that lead nowhere, or out of it. */
function straying(root: string): string[] {
  return globSync('**/*', { cwd: root })
    .filter((path) => lstatSync(join(root, path)).isSymbolicLink())
    .filter((path) => !existsSync(join(root, path)) || !realpathSync(join(root, path)).startsWith(`${root}/`))
}

try {
  const first = make('first')
  const second = make('second')
  hold('the bytes are the same twice', readFileSync(first.file).equals(readFileSync(second.file)))
  const sums = spawnSync('sha256sum', ['--check', `${basename(first.file)}.sha256`], { cwd: join(directory, 'first') })
  hold('sha256sum --check agrees', sums.status === 0)

  const opt = join(realpathSync(directory), 'opt')
  mkdirSync(opt)
  execFileSync('tar', ['--extract', '--gzip', '--file', first.file, '--directory', opt])
  const root = join(opt, 'parley')
  // Without a Node on the path: only the one that was unpacked can run it.
  const run = { cwd: opt, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: opt } } as const
  const told = spawnSync(join(root, 'node_modules/.bin/parley'), ['--version'], run)
  hold(`parley --version says ${first.version}`, told.stdout.trim() === first.version)
  const node = spawnSync(join(root, 'node_modules/node/bin/node'), ['--version'], run)
  hold(`its Node is ${first.node}`, node.stdout.trim() === `v${first.node}`)
  for (const path of straying(root)) hold(`${path} leads to something in the folder`, false)
  hold('no tests are in it', globSync('*/test', { cwd: root }).length === 0)
  hold('the laboratory is not in it', !existsSync(join(root, 'lab')))
  const units = globSync('infra/manifests/systemd/*.service', { cwd: root })
  hold('units are in it', units.length > 0)
  for (const unit of units) {
    const [, program = '', role = ''] =
      /^ExecStart=\/opt\/(\S+) (\S+)/m.exec(readFileSync(join(root, unit), 'utf8')) ?? []
    const help = spawnSync(join(opt, program), [role, '--help'], run)
    hold(`${unit} starts a role of the folder`, help.status === 0 && help.stdout.includes(`parley ${role}`))
  }
  console.log(JSON.stringify({ bytes: first.bytes, sha256: first.sha256, units: units.length, failed }))
  if (failed.length > 0) process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true })
}
