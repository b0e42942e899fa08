import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutants } from './mutant-list.ts'

const contracts = join(dirname(fileURLToPath(import.meta.url)), '..')

interface TestResult {
  readonly status: 'Success' | 'Failure' | 'Skipped'
  readonly reason: string | null
}
type Report = Readonly<Record<string, { readonly test_results: Readonly<Record<string, TestResult>> }>>

/** A copy of this package in which bugs can be planted while others work on the original. */
function copyPackage(): { readonly root: string; readonly remove: () => void } {
  const parent = mkdtempSync(join(tmpdir(), 'parley-mutants-'))
  const root = join(parent, 'contracts')
  mkdirSync(root)
  for (const part of ['foundry.toml', 'src', 'test', 'tools'])
    cpSync(join(contracts, part), join(root, part), { recursive: true })
  symlinkSync(join(contracts, '..', 'node_modules'), join(parent, 'node_modules'))
  cpSync(join(contracts, '..', 'test', 'vectors'), join(parent, 'test', 'vectors'), { recursive: true })
  return { root, remove: () => rmSync(parent, { recursive: true }) }
}

/** Runs some tests in `root`; the failures as `test: reason`. A package that does not compile is an error. */
function failures(root: string, selection: readonly string[]): string[] {
  const args = ['test', '--json', ...selection]
  const run = spawnSync('forge', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const line = run.stdout.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`forge gave no report: ${run.stderr.slice(-2000)}`)
  const report: Report = JSON.parse(line)
  return Object.values(report).flatMap((suite) =>
    Object.entries(suite.test_results)
      .filter(([, result]) => result.status === 'Failure')
      .map(([test, result]) => `${test}: ${result.reason ?? 'no reason'}`),
  )
}

function checkPlace({ name, file, find }: Mutant): void {
  const places = readFileSync(join(contracts, 'src', file), 'utf8').split(find).length - 1
  if (places !== 1) throw new Error(`${name}: its text occurs ${places} times in ${file}`)
}

function plant(root: string, mutant: Mutant): () => void {
  const file = join(root, 'src', mutant.file)
  const original = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    original.replace(mutant.find, () => mutant.replace),
  )
  return () => writeFileSync(file, original)
}

/** Folders of tests that look at one part of the contracts alone. */
const folders = ['contacts', 'economics', 'governance', 'invites']

/** The tests that may find `mutant`: those of its part. */
function selection({ file, invariant, tests }: Mutant): string[] {
  const part = tests ?? folders.find((name) => file.startsWith(`${name}/`))
  const paths =
    part === undefined ? ['--no-match-path', `test/{${folders.join(',')}}/*`] : ['--match-path', `test/${part}/*`]
  const contracts =
    invariant === undefined ? ['--no-match-contract', 'InvariantsTest|GasTest'] : ['--match-contract', 'InvariantsTest']
  return [...paths, ...contracts]
}

const [wanted = '', from = '0', count = `${mutants.length}`] = process.argv.slice(2)
mutants.forEach(checkPlace)
const { root, remove } = copyPackage()
const survivors: string[] = []
let planted = 0
try {
  const parts = wanted.split('|')
  const chosen = mutants
    .filter(({ name }) => parts.some((each) => name.includes(each)))
    .slice(Number(from), Number(from) + Number(count))
  const selections = new Set(chosen.map((mutant) => selection(mutant).join(' ')))
  const before = [...selections].flatMap((each) => failures(root, each.split(' ')))
  if (before.length > 0) throw new Error(`tests fail without a planted bug: ${before.join('; ')}`)
  for (const mutant of chosen) {
    planted += 1
    const restore = plant(root, mutant)
    const found = failures(root, selection(mutant))
    restore()
    const { invariant } = mutant
    const killed = invariant === undefined ? found.length > 0 : found.some((text) => text.includes(invariant))
    if (!killed) survivors.push(mutant.name)
    console.error(
      `${killed ? 'found' : 'SURVIVED'} ${mutant.name} (${found.length} failing) ${found[0]?.slice(0, 160) ?? ''}`,
    )
  }
} finally {
  remove()
}
console.log(JSON.stringify({ planted, found: planted - survivors.length, survivors }))
if (survivors.length > 0) process.exitCode = 1
