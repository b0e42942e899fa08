import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AstMutant } from './ast-mutants.ts'
import { readCommitted, root } from './deployed.ts'
import { type PlantedPackage, testsOf } from './planted-package.ts'
import { checkSound, tryAll } from './try-all.ts'

/** What became of mutants in slices before: by id, with the digest of what they were tried against. */
type State = Record<string, { readonly found: boolean; readonly of: string }>
/** Mutants that no test finds, and why none should. */
type Survivors = Readonly<Record<string, string>>

const stateFile = join(root, '..', '.parley', 'mutants.json')
const survivorsFile = join(root, 'tools', 'survivors.json')

/**
 * Takes out each modifier, `if` and `else` of the files whose path has `wanted` in it, one at a time, and asks the tests of its part,
 * then all others. Goes on where the slice before ended; ends after `minutes`.
 */
export async function runAll(
  all: readonly AstMutant[],
  copyPlanted: () => Promise<PlantedPackage>,
  wanted: string,
  minutes: number,
): Promise<boolean> {
  const begun = Date.now()
  const survivors: Survivors = JSON.parse(readFileSync(survivorsFile, 'utf8'))
  const known = new Set(all.map(({ id }) => id))
  const stale = Object.keys(survivors).filter((id) => !known.has(id))
  if (stale.length > 0) throw new Error(`survivors.json names what there is no more: ${stale.join('; ')}`)
  const chosen = all.filter(({ file }) => file.includes(wanted))
  const state: State = JSON.parse(readCommitted(stateFile) ?? '{}')
  const isDone = ({ id, file }: AstMutant): boolean => {
    const before = state[id]
    return before !== undefined && before.of === digestOf(file, before.found)
  }
  const left = chosen.filter((mutant) => !isDone(mutant))
  if (left.length > 0) await runSlice(await copyPlanted(), left, state, begun + minutes * 60_000)
  const done = chosen.filter(isDone)
  const alive = done.filter(({ id }) => state[id]?.found === false).map(({ id }) => id)
  const unexplained = alive.filter((id) => survivors[id] === undefined)
  const counts = { mutants: chosen.length, tried: done.length, found: done.length - alive.length }
  const seconds = Math.round((Date.now() - begun) / 1000)
  console.log(JSON.stringify({ ...counts, seconds, explained: alive.length - unexplained.length, unexplained }))
  return unexplained.length === 0
}

async function runSlice(copy: PlantedPackage, left: readonly AstMutant[], state: State, until: number): Promise<void> {
  const settle = (mutant: AstMutant, found: boolean): void => {
    state[mutant.id] = { found, of: digestOf(mutant.file, found) }
    mkdirSync(join(stateFile, '..'), { recursive: true })
    writeFileSync(stateFile, `${JSON.stringify(state, null, 1)}\n`)
    console.error(`${found ? 'found' : 'SURVIVED'} ${mutant.id}`)
  }
  await checkSound(copy, [everyTest])
  const unfound: AstMutant[] = []
  await tryAll(copy, left, async (mutant) => {
    if (Date.now() > until) return
    const own = [...testsOf(mutant.file), '--no-match-contract', 'GasTest|InvariantsTest', '--fail-fast']
    if ((await copy.failures(own, mutant)).length > 0) settle(mutant, true)
    else unfound.push(mutant)
  })
  console.error(`${unfound.length} are not found by the tests of their part: ${unfound.map(({ id }) => id).join('\n')}`)
  await tryAll(copy, unfound, async (mutant) => {
    if (Date.now() > until) return
    settle(mutant, (await copy.failures(everyTest, mutant)).length > 0)
  })
}

const everyTest = ['--no-match-contract', 'GasTest', '--fail-fast']

/** Of the source, and of the tests too where they found nothing: other tests may. */
function digestOf(file: string, found: boolean): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'src', file)))
  if (!found) hash.update(testsDigest())
  return hash.digest('hex').slice(0, 16)
}

let ofTests: string | undefined

function testsDigest(): string {
  ofTests ??= readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sol'))
    .sort()
    .reduce((hash, path) => hash.update(readFileSync(join(root, 'test', path))), createHash('sha256'))
    .digest('hex')
  return ofTests
}
