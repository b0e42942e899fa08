/**
 * Makes the archive that a server without npm runs: the pinned Node, @parley/server with all that it needs, the
 * manifests and the docs, in one folder `parley`. It is made of the commit that is checked out, whatever lies about, and
 * of nothing else: twice the same bytes. Prints a line of JSON.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { installServer } from './install-server.ts'

const folder = 'parley'
const usage = `Usage: npm run tarball -- --out DIR

Writes parley-VERSION-linux-x64.tar.gz of the commit that is checked out, and its SHA-256 beside it, into DIR.
`

/** Files that go with the packages. */
const pages = ['LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'docs']

interface Options {
  readonly out: string
}

function options(): Options {
  let values: { out?: string; help?: boolean }
  try {
    values = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
  if (values.help === true) {
    console.log(usage)
    process.exit(0)
  }
  if (values.out === undefined || values.out === '') {
    console.error(`--out is missing\n\n${usage}`)
    process.exit(2)
  }
  return { out: resolve(values.out) }
}

const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()
const fieldsOf = (path: string): Readonly<Record<string, string>> => JSON.parse(readFileSync(path, 'utf8'))

/** The packages of ours that were installed: npm links their folders. */
function foldersIn(modules: string): readonly string[] {
  const scope = join(modules, '@parley')
  return readdirSync(scope).map((name) => basename(readlinkSync(join(scope, name))))
}

/** Puts the tree that an operator unpacks together. @returns its version and that of its Node. */
function layOut(from: string, to: string, commit: string): { version: string; node: string } {
  installServer(from)
  const { version } = fieldsOf(join(from, 'server/package.json')) as { version: string }
  const { version: node } = fieldsOf(join(from, 'node_modules/node/package.json')) as { version: string }
  const kept = [...foldersIn(join(from, 'node_modules')), 'node_modules', ...pages]
  mkdirSync(to)
  for (const name of kept) {
    rmSync(join(from, name, 'test'), { recursive: true, force: true })
    renameSync(join(from, name), join(to, name))
  }
  writeFileSync(join(to, 'release.json'), `${JSON.stringify({ version, commit, node })}\n`)
  return { version, node }
}

/** Packs without what differs from one machine to the next: order, owners, times, and modes that follow from a umask. */
async function pack(directory: string, seconds: string, to: string): Promise<void> {
  const same = ['--format=gnu', '--sort=name', `--mtime=@${seconds}`, '--owner=0', '--group=0', '--numeric-owner']
  const args = ['--create', ...same, '--mode=u=rwX,go=rX', '--directory', directory, folder]
  const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LC_ALL: 'C' } })
  const ended = new Promise<number | null>((done, failed) => tar.once('close', done).once('error', failed))
  await pipeline(tar.stdout, createGzip(), createWriteStream(to))
  const code = await ended
  if (code !== 0) throw new Error(`tar ended with ${code}`)
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const { out } = options()
if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('made on Linux x64, for Linux x64')
const directory = mkdtempSync(join(tmpdir(), 'parley-tarball-'))
try {
  const commit = git('rev-parse', 'HEAD')
  const source = join(directory, 'source')
  mkdirSync(source)
  execFileSync('tar', ['--extract', '--directory', source], {
    input: execFileSync('git', ['archive', commit], { maxBuffer: 2 ** 30 }),
  })
  const { version, node } = layOut(source, join(directory, folder), commit)
  mkdirSync(out, { recursive: true })
  const name = `parley-${version}-linux-x64.tar.gz`
  const made = join(directory, name)
  await pack(directory, git('log', '-1', '--format=%ct'), made)
  const sha256 = await digestOf(made)
  const file = join(out, name)
  // Beside its place first: whoever finds the file finds it whole.
  execFileSync('cp', [made, `${file}.partial`])
  renameSync(`${file}.partial`, file)
  writeFileSync(`${file}.sha256`, `${sha256}  ${name}\n`)
  console.log(JSON.stringify({ file, bytes: statSync(file).size, sha256, version, commit, node }))
} finally {
  rmSync(directory, { recursive: true })
}
