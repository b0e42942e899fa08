import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root as contracts } from './deployed.ts'
import { changed, type Place } from './mutant.ts'
import { withSwitches } from './switches.ts'
import type { SyntaxTree } from './syntax-trees.ts'

interface TestResult {
  readonly status: 'Success' | 'Failure' | 'Skipped'
  readonly reason: string | null
}
type Report = Readonly<Record<string, { readonly test_results: Readonly<Record<string, TestResult>> }>>

/** A copy of this package with bugs in it, while others work on the original. */
export interface PlantedPackage {
  /**
   * Runs some tests with one bug, or without any. A bug that has no switch is compiled by itself: only one at a time, and nothing beside it.
   * @returns the failures as `test: reason`. A package that does not compile is an error.
   */
  failures(selection: readonly string[], bug?: Place): Promise<readonly string[]>
  hasSwitch(bug: Place): boolean
}

/** Of no use to the tests here, and too deep for the compiler without its IR. */
const leftOut = [
  ...['Malformed', 'Message', 'Operation', 'Signature', 'StateRoot'].map((name) => `src/fraud/${name}Proof.sol`),
  'test/fraud',
]

/**
 * The copy stays in `.parley/mutants` with what was compiled of it: the next one with the same bugs compiles nothing.
 * One run at a time works in it.
 */
export async function copyPackage(
  trees: ReadonlyMap<string, SyntaxTree>,
  bugs: readonly Place[],
): Promise<PlantedPackage> {
  const parent = join(contracts, '..', '.parley', 'mutants')
  const root = join(parent, 'contracts')
  mkdirSync(root, { recursive: true })
  const vectors = ['test', 'vectors']
  for (const part of ['foundry.toml', 'bench', 'src', 'test', 'tools'])
    replaceBy(join(contracts, part), join(root, part))
  replaceBy(join(contracts, '..', ...vectors), join(parent, ...vectors))
  rmSync(join(parent, 'node_modules'), { force: true })
  symlinkSync(join(contracts, '..', 'node_modules'), join(parent, 'node_modules'))
  const { sources, coinbases } = withSwitches(trees, bugs)
  for (const [file, source] of sources) writeFileSync(join(root, 'src', file), source)
  for (const folder of leftOut) rmSync(join(root, folder), { recursive: true })
  for (const folder of ['bench', 'src', 'test']) readSwitches(join(root, folder))
  await build(root)
  return {
    async failures(selection, bug) {
      const coinbase = bug === undefined ? undefined : coinbases.get(bug)
      if (bug === undefined || coinbase !== undefined) return failuresIn(root, selection, coinbase)
      const path = join(root, 'src', bug.file)
      const original = readFileSync(path)
      const tree = trees.get(bug.file)
      if (tree === undefined) throw new Error(`no contract is made of ${bug.file}`)
      writeFileSync(path, readingSwitches(changed(tree.source, bug).toString('utf8')))
      try {
        await build(root)
        return await failuresIn(root, selection, undefined)
      } finally {
        writeFileSync(path, original)
      }
    },
    hasSwitch: (bug) => coinbases.has(bug),
  }
}

function replaceBy(original: string, copy: string): void {
  rmSync(copy, { recursive: true, force: true })
  cpSync(original, copy, { recursive: true })
}

function readSwitches(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, entry)
    if (path.endsWith('.sol')) writeFileSync(path, readingSwitches(readFileSync(path, 'utf8')))
  }
}

/** A pure function may read no switch. Those outside of contracts are operators, which must be pure and have no bugs. */
function readingSwitches(source: string): string {
  return source.replace(/^(?!function ).*$/gm, (line) => line.replace(/\bpure\b/g, 'view'))
}

/** Tests name artifacts that they do not import: those of one part do not build all that they need. */
async function build(root: string): Promise<void> {
  const { code, output, errors } = await run(root, ['build'])
  if (code !== 0) throw new Error(`the copy does not compile: ${errors.slice(0, 2000)} ${output.slice(0, 2000)}`)
}

async function failuresIn(
  root: string,
  selection: readonly string[],
  coinbase: string | undefined,
): Promise<readonly string[]> {
  const switched = coinbase === undefined ? [] : ['--block-coinbase', coinbase]
  const { output, errors } = await run(root, ['test', '--json', '--threads', '1', ...selection, ...switched])
  const line = output.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`forge gave no report: ${errors.slice(-2000)}`)
  const report: Report = JSON.parse(line)
  return Object.values(report).flatMap((suite) =>
    Object.entries(suite.test_results)
      .filter(([, result]) => result.status === 'Failure')
      .map(([test, result]) => `${test}: ${result.reason ?? 'no reason'}`),
  )
}

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

function run(cwd: string, args: readonly string[]): Promise<Ended> {
  const child = spawn('forge', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
    )
  })
}

/** Folders of tests that look at one part of the contracts alone. */
const folders = ['contacts', 'economics', 'governance', 'invites'] as const

/** What several of these parts share. */
const shared = [
  'libraries/Bounds',
  'libraries/BoundedCall',
  'libraries/FakeExponential',
  'libraries/Signatures',
  'governance/Governed',
]

/** Paths of the tests that look at `file` of `src`. */
export function testsOf(file: string, named?: string): readonly string[] {
  if (shared.some((each) => file === `${each}.sol`)) return ['--match-path', `test/{${folders.join(',')}}/*`]
  const part = named ?? folders.find((folder) => file.startsWith(`${folder}/`))
  if (part === undefined) return ['--no-match-path', `test/{${folders.join(',')}}/*`]
  return ['--match-path', `test/${part}/*`]
}
